"""The same bank and the same answers earn the same in all places that ask.

jupyterquiz adds up no marks: it calls single options and numbers correct or not, and is compared
with the bank's file and with the marks of the graded notebook. The page's own scoring runs in a
browser and is compared in test_quiz_browser.py. test_quiz_scoring.py has shares of the mark that
were computed by hand.
"""

import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from pytest import approx
from rich.console import Console
from support.quizzes import BANK, QUIZZES, drawn, grade

from course.quiz.jupyter import as_jupyterquiz
from course.quiz.scoring import score
from course.quiz.terminal import run_terminal_quiz


def by_terminal(seed, answers):
    lines = iter(answers)
    screen = Console(file=io.StringIO(), width=80)
    nowhere = Path("/dev/null/nowhere")
    result = run_terminal_quiz(
        BANK, seed=seed, read=lambda: next(lines), console=screen, folder=nowhere
    )
    return [result.earned(question) for question in result.questions]


def near(points):
    return approx(list(points), abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(QUIZZES)
def test_graded_notebook_terminal_and_scoring_agree(quiz):
    seed, answers = quiz
    questions = drawn(seed)
    plain = [
        float(a) if q.kind == "numeric" else a for q, a in zip(questions, answers, strict=True)
    ]
    pairs = list(zip(questions, plain, strict=True))

    graded = [grade(seed, number, answer) for number, answer in enumerate(plain, start=1)]

    # A check rounds a share of the points to six digits: no gradebook shows 0.6666666666666666.
    assert graded == near(2 * score(question, answer) for question, answer in pairs)
    assert graded == near(by_terminal(seed, answers))


def correct_by_jupyterquiz(question):
    """Return the letters, or the number, that jupyterquiz is told to call correct."""
    correct = [entry for entry in as_jupyterquiz(question)["answers"] if entry.get("correct")]
    if question.kind == "numeric":
        return {entry["value"] for entry in correct}
    return {re.match(r"([a-z])\) ", entry["answer"])[1] for entry in correct}


def ticked_in_the_file(question):
    """Return the texts of the question's right options, read from the Markdown itself."""
    text = BANK.path.read_text(encoding="utf-8")
    block = re.split(r"^## ", text, flags=re.MULTILINE)
    (own,) = (part for part in block if part.splitlines()[0] == question.id)
    return set(re.findall(r"^- \[x\] (.*)$", own, flags=re.MULTILINE))


@pytest.mark.parametrize("seed", range(4))
def test_jupyterquiz_calls_correct_what_the_banks_file_ticks(seed):
    questions = [question for question in drawn(seed) if question.kind != "numeric"]

    assert len(questions) >= 5
    for question in questions:
        correct = correct_by_jupyterquiz(question)
        texts = {o.text.splitlines()[0] for o in question.options if o.letter in correct}
        assert texts == ticked_in_the_file(question), question.id


@pytest.mark.parametrize("seed", range(4))
def test_jupyterquiz_calls_correct_what_alone_earns_points_in_the_graded_notebook(seed):
    for number, question in enumerate(drawn(seed), start=1):
        if question.kind == "numeric":
            entries = as_jupyterquiz(question)["answers"]
            choices = {entry["value"] for entry in entries if "value" in entry}
        else:
            choices = set(question.letters)
        earning = {choice for choice in choices if grade(seed, number, choice) > 0}

        assert len(choices) >= 2
        assert correct_by_jupyterquiz(question) == earning, question.id
