"""The results of a class on disk, one file each: what a run that was killed has already done."""

from collections.abc import Iterator
from pathlib import Path

from autograder.course_folder import ClassFolder
from autograder.grading.results import SubmissionResult, load, save
from autograder.grading.versions import Key
from autograder.ingest.reading import read_submission
from autograder.ingest.rejection import Rejected
from course.errors import GradingError


def result_path(class_folder: ClassFolder, student: str, assignment: str) -> Path:
    """Say where a submission's result is kept."""
    return class_folder.root / "results" / student / f"{assignment}.json"


def put(class_folder: ClassFolder, result: SubmissionResult) -> None:
    """Write a result whole or not at all, and through to the disk."""
    save(result, result_path(class_folder, result.student, result.assignment))


def up_to_date(
    class_folder: ClassFolder, student: str, assignment: str, key: Key
) -> SubmissionResult | None:
    """Return the result that is kept, if a run would only give it again.

    Who handed in nothing that can be read is always looked at again: that costs nothing.
    """
    try:
        kept = load(result_path(class_folder, student, assignment))
        submission = read_submission(class_folder.submitted / student, assignment)
    except (OSError, ValueError, KeyError, TypeError, Rejected):
        return None  # none was kept, or not whole, or there is nothing to compare it with
    return kept if kept.key == key and kept.digest == submission.digest else None


def iter_results(class_folder: ClassFolder) -> Iterator[SubmissionResult]:
    """Read every result of the class one after the other, also those of earlier runs."""
    for path in sorted((class_folder.root / "results").glob("*/*.json")):
        try:
            yield load(path)
        except (ValueError, KeyError, TypeError) as error:
            raise GradingError(
                f"{path} is damaged ({error}).", "Delete it, then run `autograder grade` again."
            ) from error


def all_results(class_folder: ClassFolder) -> list[SubmissionResult]:
    """Read every result of the class at once."""
    return list(iter_results(class_folder))


def sweep(class_folder: ClassFolder) -> None:
    """Remove what a killed run had begun to write: such files were never in their place."""
    for name in ("results", "autograded"):
        for path in (class_folder.root / name).glob("**/.*.part"):
            path.unlink(missing_ok=True)
    for path in class_folder.root.glob(".*.part*"):
        path.unlink(missing_ok=True)
