"""One submission raises whatever it likes: the others are graded, and all failures are told."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from support.fake_grading import faked, fill_class, grade, stub

from autograder.cli.show_grading import require_no_failures
from autograder.folders import ClassFolder
from autograder.gradebook.writer import GradebookWriter
from autograder.grading.results import result_path
from course.errors import GradingError

UNEXPECTED = [
    ValueError("The truth value of an array is ambiguous."),
    PermissionError(13, "Permission denied", "reply"),
    UnicodeEncodeError("utf-8", "\udce9", 0, 1, "surrogates not allowed"),
    RecursionError("maximum recursion depth exceeded"),
    MemoryError(),
    GradingError("The grader failed."),
    KeyError("test_scale_pixels"),
]


@pytest.fixture
def folder(tmp_path: Path) -> ClassFolder:
    """Return a class of four students with two assignments each."""
    found = ClassFolder(tmp_path / "class")
    fill_class(found)
    return found


@pytest.mark.parametrize("error", UNEXPECTED, ids=lambda error: type(error).__name__)
def test_any_exception_of_one_submission_is_its_own_failure(
    error: Exception, folder: ClassFolder
) -> None:
    def raising(source: Any, place: Path, student: str, assignment: str, conditions: Any) -> Any:
        if student == "ben":
            raise error
        return stub(source, place, student, assignment, conditions)

    with faked(raising):
        summary = grade(folder)

    assert sorted(one.split(":")[0] for one in summary.failures) == [
        "pooling of ben",
        "reshape of ben",
    ]
    assert len(summary.graded) == 6
    assert not result_path(folder, "ben", "reshape").exists()
    assert (folder.root / "grades.csv").read_text().count("ada") > 0


def test_an_exception_while_one_result_is_entered_leaves_the_others(
    folder: ClassFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter = GradebookWriter.enter

    def raising(self: Any, results: Any) -> None:
        if any(result.student == "chi" for result in results):
            raise ValueError("what nobody expected")
        enter(self, results)

    monkeypatch.setattr(GradebookWriter, "enter", raising)
    with faked():
        summary = grade(folder)

    assert [one.partition(": ")[2] for one in summary.failures] == [
        "ValueError: what nobody expected"
    ] * 2
    assert len(summary.graded) == 6


def test_a_folder_whose_name_is_not_utf_8_is_a_row_and_the_class_is_graded(
    folder: ClassFolder,
) -> None:
    (folder.submitted / "dana").rename(folder.submitted / os.fsdecode(b"dan\xe9"))

    with faked():
        summary = grade(folder)

    (row,) = [one for one in summary.not_graded if "UTF-8" in one.reason]
    assert row.path.isprintable() and row.path.startswith("dan")
    assert len(summary.graded) == 6 and not summary.failures


def test_every_failure_is_told_and_the_first_is_the_error() -> None:
    console = Console(record=True, file=io.StringIO())

    with pytest.raises(GradingError, match=r"2 submissions have no result\. one"):
        require_no_failures(["one", "[two]"], console, "submission", "autograder grade")

    assert "[two]" in console.export_text()
