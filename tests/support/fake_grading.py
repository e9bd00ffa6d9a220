"""Grading without a sandbox, a kernel and TensorFlow: what is around it is tested quickly.

`grade_submission` is replaced by a stub that reads the submission for real and gives marks that
only its content decides. Everything else of `grade_class` is the product's own.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import nbformat
from support.places import COURSE
from support.reference import reference

from autograder.build.answer_files import Answers, hand_in
from autograder.folders import ClassFolder, class_secret
from autograder.grading import class_run as grading
from autograder.grading import cluster, places
from autograder.grading.conditions import Conditions, GradeOptions
from autograder.grading.results import SubmissionResult
from autograder.ingest.intake import Intake, released_texts, take_in
from autograder.ingest.reading import Submission, read_submission
from course.notebook.rejecting import Rejected
from course.notebook.verdict import Verdict

STUDENTS = ("ada", "ben", "chi", "dana")
ASSIGNMENTS = ("reshape", "pooling")


def fill_class(class_folder: ClassFolder) -> None:
    """Let four students hand in two assignments: right, by half, blank, and unreadable."""
    for assignment in ASSIGNMENTS:
        right = reference(COURSE, assignment)
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
    try:
        submission = read_submission(folder, assignment)
    except Rejected as rejected:
        return _stub_result(source, student, assignment, "", Intake(rejected.reason))
    return stub_content(source, submission, student, assignment, conditions)


def stub_content(
    source: Any, submission: Submission, student: str, assignment: str, conditions: Conditions
) -> SubmissionResult:
    """Do the same with the bytes of a notebook."""
    intake = take_in(submission.content, assignment, source, released_texts(source))
    return _stub_result(source, student, assignment, submission.digest, intake)


def _stub_result(
    source: Any, student: str, assignment: str, digest: str, intake: Intake
) -> SubmissionResult:
    result = SubmissionResult(student, assignment, digest, "none", rejected=intake.reason)
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


def fake_conditions(class_folder: ClassFolder) -> Conditions:
    """Return conditions of a run that proves nothing and lays nothing out."""
    return Conditions(
        secret=class_secret(class_folder),
        data=class_folder.root / "no-data",
        scratch=class_folder.root / "no-scratch",
        sandboxed=False,
        sandbox="none",
        limits={},
    )


@contextmanager
def fake_prepare_class(course: Any, class_folder: ClassFolder, options: Any, **_: Any) -> Any:
    """Prove nothing, and lay nothing out."""
    yield SimpleNamespace(prove=lambda: fake_conditions(class_folder))


@contextmanager
def faked(grade_submission: Any = stub, **more: Any) -> Iterator[None]:
    """Grade with the stub, and replace whatever else is named in `autograder.grading.class_run`."""
    names = {"prepare_class": fake_prepare_class} | more
    with ExitStack() as stack:
        for name, value in names.items():
            stack.enter_context(mock.patch.object(grading, name, value))
        for module in (places, cluster):
            stack.enter_context(mock.patch.object(module, "grade_submission", grade_submission))
        yield


def grade(class_folder: ClassFolder, **options: Any) -> grading.Summary:
    """Grade the class with the stub, two at a time."""
    progress = options.pop("progress", grading.no_progress)
    chosen = GradeOptions(**{"jobs": 2} | options)
    return grading.grade_class(COURSE, class_folder, list(ASSIGNMENTS), chosen, progress)
