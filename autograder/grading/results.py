"""One run at a time in a class folder."""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from autograder.folders import ClassFolder
from autograder.gradebook.grades_csv import GradesRow
from autograder.ingest.reading import Rejected, read_submission
from course.errors import GradingError
from course.files import write_atomically
from course.notebook.verdict import Verdict

Key = dict[str, str]
"""What a result depends on beside the submission; see `versions`."""

NAME = ".grading.lock"


@contextmanager
def exclusive(class_folder: ClassFolder) -> Iterator[None]:
    """Keep every other run out while the block lasts; raise GradingError if one is at work.

    The kernel lets go of the lock when the process ends, however it ends: a file that a killed run
    left behind keeps nobody out.
    """
    class_folder.root.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(class_folder.root / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise GradingError(
                f"Another run (process {holder}) is grading {class_folder.root}.",
                f"Wait for it to end, or stop it with `kill {holder}`; then run this again.",
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


# What grading one submission came to, as plain data that is kept in a file.


@dataclass
class Flag:
    """Something that looks like an attempt on the marks; it never changes one by itself."""

    kind: str
    evidence: str


@dataclass
class SubmissionResult:
    """Everything known of one graded submission."""

    student: str
    assignment: str
    digest: str
    """SHA-256 of what was handed in."""
    sandbox: str
    """What held the student's code, such as "bubblewrap (cgroup v1)", or "none"."""
    gaps: list[Verdict] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    seconds: float = 0.0
    times: dict[str, float] = field(default_factory=dict)
    """Seconds by what was done, such as "total"; never compared, never a mark."""
    key: dict[str, str] = field(default_factory=dict)
    """What decided the marks beside the submission; see `versions.Key`."""
    rejected: str = ""
    """Why the notebook could not be read; empty if it could."""
    notebook: dict[str, Any] = field(default_factory=dict)
    """The notebook as it was graded, with outputs; empty if it could not be read."""

    @property
    def score(self) -> float:
        """Points earned."""
        return sum(gap.score for gap in self.gaps)


def grades_rows(results: Iterable[SubmissionResult]) -> Iterator[GradesRow]:
    """Give the rows of `grades.csv`, with the grader's own scores."""
    for result in results:
        flags = ";".join(sorted({flag.kind for flag in result.flags}))
        for gap in result.gaps:
            yield GradesRow(
                result.student,
                result.assignment,
                gap.exercise,
                gap.score,
                gap.max_score,
                gap.status,
                flags,
                result.sandbox,
            )


def save(result: SubmissionResult, path: Path) -> None:
    """Write a result whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(vars(result), default=asdict, ensure_ascii=False, sort_keys=True)
    # A kernel's message can carry half a character (a lone surrogate), which UTF-8 can't.
    write_atomically(path, lambda file: file.write(text.encode("utf-8", "replace")))


def load(path: Path) -> SubmissionResult:
    """Read a result that `save` wrote."""
    return from_dict(json.loads(path.read_text(encoding="utf-8")))


def from_dict(data: dict[str, Any]) -> SubmissionResult:
    """Make a result of what `dataclasses.asdict` made of one."""
    gaps = [Verdict(**gap) for gap in data["gaps"]]
    flags = [Flag(**flag) for flag in data["flags"]]
    return SubmissionResult(**{**data, "gaps": gaps, "flags": flags})


# The results of a class on disk, one file each: what a run that was killed has already done.


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
