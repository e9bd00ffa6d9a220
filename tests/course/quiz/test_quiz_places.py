"""The same bank and the same answers earn the same in all places that ask.

jupyterquiz adds up nothing; what it gets for each option and number is in test_quiz_notebook.py.
The page's own scoring runs in a browser and is compared in test_quiz_browser.py.
"""

import io
from pathlib import Path

from hypothesis import given, settings
from pytest import approx
from rich.console import Console
from support.quizzes import BANK, QUIZZES, drawn, grade

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
def test_graded_notebook_and_terminal_agree(quiz):
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
