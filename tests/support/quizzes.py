"""The graded bank, quizzes drawn from it, and their test cells, run as nbgrader runs them."""

import re
from functools import cache

from hypothesis import strategies as st
from support.places import ROOT

from autograder.build.quiz_cells import draw, quiz_cells
from course.quiz import read_bank

BANK = read_bank(ROOT / "solutions" / "quiz.md")


CELL = re.compile(r"^# %% ?(.*)$", re.MULTILINE)


def cells(text):
    """Split py:percent text into (header, body) pairs."""
    parts = CELL.split(text)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def grade(seed, number, answer):
    """Run a test cell as nbgrader does; return its marks."""
    name = f"q{number}"
    body = next(b for h, b in cells(quiz_cells(BANK, seed)) if h == f'test="{name}" points=2')
    lines = body.strip().splitlines()
    last = next((line for line in reversed(lines) if line.startswith("check.mark")), None)
    place = {name: answer}
    try:
        exec("\n".join(line for line in lines if line is not last), place)
        marks = eval(last, place) if last else None
    except AssertionError:
        return 0.0
    assert marks is None or type(marks) is float
    return 2.0 if marks is None else marks


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
