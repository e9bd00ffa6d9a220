"""Attacks on an ordinary nbgrader course, in one class with two others, who notice nothing.

A test that runs outside the student's process pays nothing for an answer that does not solve it,
and no word of its hidden part is told. A test inside can be forged, and nothing else by it.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from support.arena import everything_in
from support.attacked_course import (
    ANSWERS,
    HIDDEN_WORD,
    INSIDE,
    INSIDE_WORD,
    MARK,
    OUTSIDE,
    POINTS,
    write,
    write_source,
)
from support.ordinary_attacks import ATTACKS
from support.stock_course import automatic_scores

from autograder.build.coursedir import find_stock_course
from autograder.grading.conditions import GradeOptions
from autograder.grading.results import SubmissionResult, iter_results
from autograder.grading.stock_run import grade_stock_class
from autograder.sandbox import Sandbox

LIMITS = {"cell_seconds": 10.0, "notebook_seconds": 60.0, "memory_bytes": 1 << 30}
QUICK = ["equal-to-everything", "forges-replies", "moves-the-goalposts", "changes-it-later"]
WRONG = ANSWERS | {"biggest": "def biggest(numbers):\n    return min(numbers)"}
WILMA_FAILS = {"largest", "by-helper", "all-hidden", "compared-later", "part-mark"}


@dataclass(frozen=True)
class Graded:
    """What came of a class."""

    root: Path
    results: dict[str, SubmissionResult]
    touched: set[str]
    """The files of the course and of what was handed in that are not as they were."""

    def points(self, student: str) -> dict[str, float]:
        """Return a student's points by test."""
        return {gap.exercise: gap.score for gap in self.results[student].gaps}


def grade(root: Path, names: list[str]) -> Graded:
    """Grade ada, who is right, wilma, who is wrong once, and attackers."""
    (root / "nbgrader_config.py").write_text("c = get_config()\n")
    write_source(root / "source" / "one" / "a.ipynb")
    write(root / "submitted" / "ada" / "one" / "a.ipynb", ANSWERS)
    write(root / "submitted" / "wilma" / "one" / "a.ipynb", WRONG)
    for name in names:
        path = root / "submitted" / name / "one" / "a.ipynb"
        ATTACKS[name].write(path)
        path.write_text(path.read_text().replace("ROOT/", f"{root}/"))
    before = everything_in([root / "source", root / "submitted"])
    course = find_stock_course(root)
    assert course is not None
    summary = grade_stock_class(course, [], GradeOptions(jobs=2, warm=True, limits=LIMITS))
    assert not summary.failures
    after = everything_in([root / "source", root / "submitted"])
    touched = {path for path in before | after if before.get(path) != after.get(path)}
    return Graded(root, {one.student: one for one in iter_results(course.class_folder)}, touched)


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Graded:
    return grade(tmp_path_factory.mktemp("some"), QUICK)


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Graded:
    return grade(tmp_path_factory.mktemp("every"), [name for name in ATTACKS if name not in QUICK])


def graded(request: pytest.FixtureRequest, name: str) -> Graded:
    found: Graded = request.getfixturevalue("some" if name in QUICK else "every")
    return found


CASES = [
    pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow], id=name)
    for name in ATTACKS
]
CLASSES = ["some", pytest.param("every", marks=pytest.mark.slow)]


@pytest.mark.parametrize("name", CASES)
def test_an_answer_that_solves_nothing_earns_nothing(
    request: pytest.FixtureRequest, name: str
) -> None:
    points = graded(request, name).points(name)
    assert {test for test in OUTSIDE if points[test]} - ATTACKS[name].earns == set()


@pytest.mark.parametrize("name", CASES)
def test_no_word_of_a_hidden_part_is_told(request: pytest.FixtureRequest, name: str) -> None:
    found = graded(request, name)
    messages = json.dumps([gap.message for gap in found.results[name].gaps])
    assert HIDDEN_WORD not in messages.lower()
    assert INSIDE_WORD not in messages
    notebook = nbformat.read(found.root / "autograded" / name / "one" / "a.ipynb", 4)
    marks = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    outputs = [
        json.dumps(cell.outputs)
        for cell, mark in zip(notebook.cells, marks, strict=True)
        if cell.cell_type == "code" and mark not in INSIDE
    ]
    assert HIDDEN_WORD not in "".join(outputs).lower()


@pytest.mark.parametrize("name", CLASSES)
def test_nobody_else_notices(request: pytest.FixtureRequest, name: str) -> None:
    found: Graded = request.getfixturevalue(name)
    assert found.touched == set()
    assert set(found.results["ada"].inside) == set(INSIDE)
    wrong = {gap.exercise: gap.message for gap in found.results["ada"].gaps if not gap.score}
    assert wrong == {}
    points = found.points("wilma")
    assert {test for test in points if points[test] != POINTS} == WILMA_FAILS
    assert HIDDEN_WORD not in (found.root / "grades.csv").read_text()
    assert INSIDE_WORD not in (found.root / "grades.csv").read_text()
    assert list(found.root.rglob(f"*{MARK}*")) == []
    for student, result in found.results.items():
        marks = {gap.exercise: gap.score for gap in result.gaps}
        entered = automatic_scores(found.root / "gradebook.db", student)
        assert {name.rpartition("/")[2]: mark for name, (mark, _) in entered.items()} == marks
