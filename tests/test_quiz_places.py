"""The same bank and the same answers earn the same in all places that ask.

jupyterquiz adds up nothing: ours are the marks it is given for each option and number. The page's
own scoring runs in a browser and is compared in test_quiz_browser.py.
"""

import io
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx
from rich.console import Console
from test_quiz_cells import grade

from autograder.quiz import draw
from course.quiz import read_bank
from course.quiz.notebook import as_jupyterquiz
from course.quiz.scoring import score
from course.quiz.terminal import run_terminal_quiz

BANK = read_bank(Path(__file__).parent.parent / "solutions" / "quiz.md")
drawn = cache(lambda seed: draw(BANK, seed))


def answers_to(question):
    """Return a strategy of answers a learner can give."""
    if question.kind == "numeric":
        near = [question.key, *(mistake.value for mistake in question.mistakes)]
        return st.one_of(st.sampled_from(near), st.integers(0, 10**6)).map(str)
    if question.kind == "single":
        return st.sampled_from(question.letters)
    ticked = st.sets(st.sampled_from(question.letters), min_size=1)
    return ticked.map(lambda letters: "".join(sorted(letters)))


QUIZZES = st.integers(0, 6).flatmap(
    lambda seed: st.tuples(st.just(seed), st.tuples(*map(answers_to, drawn(seed))))
)


def by_jupyterquiz(question, answer):
    """Mark an answer by nothing but what jupyterquiz is given."""
    given_to_it = as_jupyterquiz(question)["answers"]
    if question.kind == "numeric":
        values = [entry for entry in given_to_it if entry.get("value") == float(answer)]
        return float(bool(values and values[0]["correct"]))
    marks = [entry["correct"] for entry in given_to_it]
    clicked = ["abcdefgh".index(letter) for letter in answer]
    right = sum(marks[place] for place in clicked) / sum(marks)
    wrong = sum(not marks[place] for place in clicked) / (len(marks) - sum(marks))
    return max(0.0, right - wrong)


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
def test_notebook_graded_notebook_and_terminal_agree(quiz):
    seed, answers = quiz
    questions = drawn(seed)
    plain = [
        float(a) if q.kind == "numeric" else a for q, a in zip(questions, answers, strict=True)
    ]
    pairs = list(zip(questions, plain, strict=True))

    graded = [grade(seed, number, answer) for number, answer in enumerate(plain, start=1)]

    # A check rounds a share of the points to six digits: no gradebook shows 0.6666666666666666.
    assert graded == near(2 * score(question, answer) for question, answer in pairs)
    assert graded == near(2 * by_jupyterquiz(question, answer) for question, answer in pairs)
    assert graded == near(by_terminal(seed, answers))
