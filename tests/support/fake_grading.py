"""Grading without a sandbox, a kernel and TensorFlow: what is around it is tested quickly.

`grade_submission` is replaced by a stub that reads the submission for real and gives marks that
only its content decides. Everything else of `grade_class` is the product's own.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
from support.places import ROOT

from autograder.build.answer_files import Answers, hand_in, reference_answers
from autograder.folders import ClassFolder, CourseFolder, class_secret
from autograder.grading import class_run as grading
from autograder.grading.results import SubmissionResult
from autograder.grading.submission_run import Conditions
from autograder.ingest.intake import take_in
from course.notebook.verdict import Verdict

COURSE = CourseFolder(ROOT)
STUDENTS = ("ada", "ben", "chi", "dana")
ASSIGNMENTS = ("reshape", "pooling")


def fill_class(class_folder: ClassFolder) -> None:
    """Let four students hand in two assignments: right, by half, blank, and unreadable."""
    for assignment in ASSIGNMENTS:
        right = reference_answers(nbformat.read(COURSE.source(assignment), as_version=4))
        first = next(iter(right.gaps))
        written = (right, Answers(gaps={first: right.gaps[first]}), Answers(), Answers())
        for student, answers in zip(STUDENTS, written, strict=True):
            path = hand_in(
                COURSE.release(assignment), answers, class_folder.submitted, student, assignment
            )
        path.write_bytes(b"{")


def stub(
    source: Any, folder: Path, student: str, assignment: str, conditions: Conditions
) -> SubmissionResult:
    """Give full marks to each gap that was touched."""
    intake = take_in(folder, assignment, source)
    result = SubmissionResult(student, assignment, intake.digest, "none", rejected=intake.reason)
    for cell in source.cells:
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("grade"):
            gap, points = mark["grade_id"].removeprefix("test_"), float(mark["points"])
            result.gaps.append(_mark(gap, points, intake))
    if intake.rebuilt:
        result.notebook = nbformat.from_dict(dict(intake.rebuilt.notebook))
    return result


def _mark(gap: str, points: float, intake: Any) -> Verdict:
    if intake.rebuilt is None:
        return Verdict(gap, 0.0, points, "rejected", intake.reason)
    if gap in intake.rebuilt.untouched_gaps:
        return Verdict(gap, 0.0, points, "not_attempted", f"`{gap}` is empty.")
    return Verdict(gap, points, points, "correct")


@contextmanager
def fake_conditions(
    class_folder: ClassFolder, options: Any, forbidden: Any, meanwhile: Any = lambda: None, **_: Any
) -> Iterator[Any]:
    """Prove nothing, and lay nothing out."""
    meanwhile()
    yield Conditions(
        secret=class_secret(class_folder),
        data=class_folder.root / "no-data",
        scratch=class_folder.root / "no-scratch",
        sandboxed=False,
        sandbox="none",
        limits={},
        notebook_seconds=60.0,
    )


@contextmanager
def faked(**more: Any) -> Iterator[None]:
    """Replace both in `autograder.grading.class_run`, and whatever else is named there."""
    names = {"grade_submission": stub, "conditions": fake_conditions} | more
    with ExitStack() as stack:
        for name, value in names.items():
            stack.enter_context(mock.patch.object(grading, name, value))
        yield


def grade(class_folder: ClassFolder, **options: Any) -> grading.Summary:
    """Grade the class with the stub, two at a time."""
    told = options.pop("progress", lambda what, done, total: None)
    chosen = grading.GradeOptions(**{"jobs": 2} | options)
    return grading.grade_class(COURSE, class_folder, list(ASSIGNMENTS), chosen, told)
