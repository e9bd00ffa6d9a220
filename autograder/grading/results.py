"""The results of a class: plain data, a file each on disk, which one run at a time may write.

They are what a killed run has already done: the next run goes on from them.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from autograder.folders import ClassFolder
from autograder.ingest.reading import Unreadable, read_submission
from course.errors import GradingError
from course.files import write_atomically
from course.notebook.rejecting import Rejected
from course.notebook.verdict import Verdict

Key = dict[str, str]
"""What a result depends on beside the submission; see `versions`."""

LOCK = ".grading.lock"


@dataclass
class Flag:
    """Something that looks like an attempt to forge marks; it never changes a mark by itself."""

    kind: str
    evidence: str


@dataclass
class SubmissionResult:
    """What grading one submission came to."""

    student: str
    assignment: str
    digest: str
    """SHA-256 of what was handed in."""
    sandbox: str
    """The sandbox that the student's code ran in, such as "bubblewrap (cgroup v1)", or "none"."""
    gaps: list[Verdict] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    seconds: float = 0.0
    times: dict[str, float] = field(default_factory=dict)
    """Seconds by what was done, such as "total"; no mark depends on them."""
    key: Key = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)
    """In a stock course, the answers that are as they were released, by `grade_id`."""
    inside: dict[str, str] = field(default_factory=dict)
    """In a stock course, the tests that ran in the student's process, where a mark can be forged,
    by `grade_id`, and why they did."""
    objects: dict[str, list[str]] = field(default_factory=dict)
    """Of a reference solution, where its objects stood in the tests outside, by `grade_id`."""
    rejected: str = ""
    """Why the notebook could not be read; empty if it could."""
    notebook: dict[str, Any] = field(default_factory=dict)
    """The notebook as it was graded, with outputs; empty if it could not be read."""

    @property
    def score(self) -> float:
        """Points earned."""
        return sum(gap.score for gap in self.gaps)

    def keep_run(
        self, cell: dict[str, Any], status: str, outputs: list[dict[str, Any]], *, cut: bool
    ) -> None:
        """Keep what a cell showed; flag one that was stopped, or whose output was cut."""
        cell["outputs"] = outputs
        if status not in ("ok", "error"):
            self.flags.append(Flag(f"cell-{status}", f"cell {cell['id']}"))
        if cut:
            self.flags.append(Flag("output-cut", f"cell {cell['id']}"))


def save(result: SubmissionResult, path: Path, *, lasting: bool = False) -> None:
    """Write a result whole or not at all; `lasting` if it is to survive a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(vars(result), default=asdict, ensure_ascii=False, sort_keys=True)
    # A kernel's message can carry half a character (a lone surrogate), which UTF-8 can't.
    content = text.encode("utf-8", "replace")
    write_atomically(path, lambda file: file.write(content), lasting=lasting)


def load(path: Path) -> SubmissionResult:
    """Read a result that `save` wrote."""
    return from_dict(json.loads(path.read_text(encoding="utf-8")))


def from_dict(data: dict[str, Any]) -> SubmissionResult:
    """Make a result from what `dataclasses.asdict` returned for one."""
    gaps = [Verdict(**gap) for gap in data["gaps"]]
    flags = [Flag(**flag) for flag in data["flags"]]
    return SubmissionResult(**{**data, "gaps": gaps, "flags": flags})


def result_path(class_folder: ClassFolder, student: str, assignment: str) -> Path:
    """Return the path of a submission's result."""
    return class_folder.root / "results" / student / f"{assignment}.json"


def put(class_folder: ClassFolder, result: SubmissionResult) -> None:
    """Write a result whole or not at all, and through to the disk."""
    save(result, result_path(class_folder, result.student, result.assignment), lasting=True)


def up_to_date(
    class_folder: ClassFolder, student: str, assignment: str, key: Key
) -> SubmissionResult | None:
    """Return the result on disk if it is current: if grading again would give the same.

    Unreadable submissions are always graded again, which costs nothing.
    """
    try:
        kept = load(result_path(class_folder, student, assignment))
        submission = read_submission(class_folder.submitted / student, assignment)
    except (OSError, ValueError, KeyError, TypeError, Rejected, Unreadable):
        return None  # no result, a damaged one, or a submission that can't be read
    return kept if kept.key == key and kept.digest == submission.digest else None


def iter_results(class_folder: ClassFolder) -> Iterator[SubmissionResult]:
    """Read every result of the class one after the other, also those of earlier runs."""
    for path in sorted((class_folder.root / "results").glob("*/**/*.json")):
        try:
            yield load(path)
        except (ValueError, KeyError, TypeError) as error:
            raise GradingError(
                f"{path} is damaged ({error}).", "Delete it, then run `autograder grade` again."
            ) from error


def sweep(class_folder: ClassFolder) -> None:
    """Remove the temporary files that a killed run left behind."""
    for name in ("results", "autograded"):
        for path in (class_folder.root / name).glob("**/.*.part"):
            path.unlink(missing_ok=True)
    for path in class_folder.root.glob(".*.part*"):
        path.unlink(missing_ok=True)


@contextmanager
def exclusive(class_folder: ClassFolder) -> Iterator[None]:
    """Lock the class folder against other runs; raise GradingError if another run has locked it.

    The kernel releases the lock when the process ends, however it ends. The lock file that a killed
    run leaves behind locks nothing.
    """
    class_folder.root.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(class_folder.root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
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
