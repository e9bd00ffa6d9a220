"""`make validity` finds a wrong mark, a wrong name and a verdict that differs from the others."""

from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.validity import difference, is_valid
from support.bank import Entry
from support.bank_ways import Outcome

from autograder.build.answer_files import Answers

WRONG = Entry(Path("a.py"), False, "double", "one-bias", ("bias-forgotten",), 0.0, Answers())
RIGHT = Entry(Path("b.py"), True, "double", "", (), 4.0, Answers())
WAYS = (
    "in the notebook",
    "course check",
    "in one process",
    "autograder grade",
    "stock nbgrader",
)


def everywhere(outcome: Outcome, **others: Outcome) -> dict[str, Outcome]:
    """Give every way the same outcome, but those that are named."""
    changed = {name.replace("_", " "): other for name, other in others.items()}
    return {way: changed.get(way, outcome) for way in WAYS}


FAILED = Outcome(WRONG, 0.0, "one-bias", "3 was expected. One bias.")
IN_HIDDEN = Outcome(WRONG, 0.0, "one-bias", "passes, but not a hidden one: large. One bias.")
PASSED = Outcome(WRONG, 4.0, "", "✓ double: right.")


@pytest.mark.parametrize(
    ("found", "agree"),
    [
        (everywhere(FAILED), True),
        (everywhere(FAILED, stock_nbgrader=PASSED), False),
        (everywhere(FAILED, stock_nbgrader=replace(FAILED, misconception="")), False),
        (everywhere(FAILED, stock_nbgrader=replace(FAILED, misconception="bias-forgotten")), True),
        (everywhere(FAILED, course_check=replace(FAILED, misconception="padding-same")), False),
        (everywhere(FAILED, course_check=PASSED), False),
        (everywhere(FAILED, course_check=PASSED, in_the_notebook=PASSED), False),
        (everywhere(IN_HIDDEN, course_check=PASSED, in_the_notebook=PASSED), True),
        (everywhere(Outcome(RIGHT, 4.0, "")), True),
        (everywhere(Outcome(RIGHT, 4.0, ""), course_check=Outcome(RIGHT, 0.0, "")), False),
    ],
)
def test_verdicts_agree_or_the_difference_is_told(found: dict[str, Outcome], agree: bool) -> None:
    assert bool(difference(found)) != agree


@pytest.mark.parametrize(
    ("found", "valid"),
    [
        (everywhere(FAILED), True),
        (everywhere(replace(FAILED, score=4.0)), False),
        (everywhere(replace(FAILED, misconception="padding-same")), False),
        (everywhere(replace(FAILED, misconception="")), False),
        (everywhere(Outcome(RIGHT, 4.0, "")), True),
        (everywhere(Outcome(RIGHT, 0.0, "")), False),
        (everywhere(Outcome(RIGHT, 4.0, "one-bias")), False),
    ],
)
def test_one_wrong_mark_or_name_is_enough(found: dict[str, Outcome], valid: bool) -> None:
    assert is_valid({way: [outcome] for way, outcome in found.items()}) == valid
