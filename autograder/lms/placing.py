"""The order of attempts, and the place of a collected notebook in `submitted/`."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.folders import ClassFolder
from autograder.gradebook.ledger import Ledger, Taken
from autograder.gradebook.roster import Person
from autograder.ingest.reading import SECRET, TIMESTAMP
from autograder.lms.forms import Sender
from autograder.lms.members import Parts
from autograder.lms.reader import Reader, ReadFile, Unanswered
from course.files import write_atomically
from course.notebook.regrade_request import MOST_BYTES, REGRADE

_NEVER = datetime.min.replace(tzinfo=UTC)
_NOT_OURS = "It holds a file that `autograder collect` did not write; --force replaces it."


@dataclass(frozen=True)
class Candidate:
    """A notebook that may be a student's submission."""

    person: Person
    file: ReadFile
    sender: Sender
    own: Parts
    """The student's part of the path."""
    archive: Path
    prefix: Parts
    """Where the upload lies in the archive."""
    note: str = ""

    @property
    def assignment(self) -> str:
        """The assignment that the notebook belongs to."""
        return self.file.assignment


def attempt_order(candidate: Candidate) -> tuple[datetime, int, bool, int, tuple[str, ...]]:
    """Return the key that sorts attempts: the system's time and count, then names to break ties.

    Times inside the archive are not used: a student can set them.
    """
    own = candidate.own
    exact = bool(own) and own[-1] == f"{candidate.assignment}.ipynb"
    time = candidate.sender.time or _NEVER
    return time, candidate.sender.order, exact, -len(own), own


def place(
    class_folder: ClassFolder,
    taken: Taken,
    candidate: Candidate,
    reader: Reader,
    ledger: Ledger,
    force: bool,
) -> tuple[str, str]:
    """Write the notebook and nbgrader's `timestamp.txt`, and note it in the ledger.

    Returns the status and a note for the instructor. Collecting the same file again changes
    nothing, even after a later attempt was collected. A file that holds no work of the student
    replaces none that does.
    """
    key = (taken.student, taken.assignment)
    path = class_folder.submitted / taken.student / taken.assignment / f"{taken.assignment}.ipynb"
    before = ledger.get(key)
    on_disk = _digest(path)
    known = (taken.digest, before.digest if before else "")
    if on_disk and on_disk not in known and not force:
        return "refused", f"{path.parent}: {_NOT_OURS}"
    if before and on_disk:
        if before.digest == taken.digest:
            taken.earlier = before.earlier
            return _same_file(class_folder, taken, before, ledger)
        new, old = candidate.file.work, reader.work(path, taken.assignment)
        if old and not new:
            return "set aside", f"{without_work(new)} What was collected before counts."
        is_better = bool(new) and not old
        if not is_better and not _is_later(taken, before):
            before.earlier = sorted({*before.earlier, taken.digest})
            return "older", "A later attempt was collected before."
        taken.earlier = sorted({*before.earlier, before.digest})
    try:
        content = reader.content(candidate.archive, candidate.prefix, candidate.file)
    except Unanswered as problem:
        return "refused", f"{candidate.file.where}: {problem}"
    write_atomically(path, lambda file: file.write(content))
    # Of a notebook from nbgrader's exchange, which this one replaces.
    (path.parent / SECRET).unlink(missing_ok=True)
    _stamp(path.parent, taken)
    ledger[key] = taken
    status = "updated" if before and on_disk else "new"
    return status, _time_note(taken)


_NO_ASSIGNMENT = "Nothing says which assignment it is about: it must lie beside the notebook."
_NO_NOTEBOOK = "No notebook of {} was collected, so nothing can be graded again."


def place_request(
    class_folder: ClassFolder, candidate: Candidate, reader: Reader
) -> tuple[str, str]:
    """Write a regrade request beside the notebook that it is about; return status and note.

    The last one counts. Nothing is written where there is no notebook: a folder of its own would be
    a submission without one.
    """
    where, name = candidate.file.where, candidate.assignment
    folder = class_folder.submission(candidate.person.student, name)
    if not name:
        return "refused", f"{where}: {_NO_ASSIGNMENT}"
    if folder.is_symlink() or not (folder / f"{name}.ipynb").is_file():
        return "refused", f"{where}: {_NO_NOTEBOOK.format(name)}"
    try:
        content = reader.content(candidate.archive, candidate.prefix, candidate.file)
    except Unanswered as problem:
        return "refused", f"{where}: {problem}"
    write_atomically(folder / REGRADE, lambda file: file.write(content[: MOST_BYTES + 1]))
    return "request", f"{where}: see autograder regrade-requests."


def without_work(work: int | None) -> str:
    """Say why a file holds no work of the student; "" if it holds some (see `ReadFile.work`)."""
    if work is None:
        return "It can't be read as a notebook."
    return "" if work else "It is blank: no gap is filled."


def _same_file(
    class_folder: ClassFolder, taken: Taken, before: Taken, ledger: Ledger
) -> tuple[str, str]:
    """Keep the first note on the same file, with the time of `taken` if that is more exact."""
    if taken.time in ("", taken.collected):
        taken.time = before.time  # late as of when it was first collected
    if (taken.time, taken.late) != (before.time, before.late):
        before.time, before.late = taken.time, taken.late
        _stamp(class_folder.submitted / taken.student / taken.assignment, before)
        ledger[taken.student, taken.assignment] = before
        return "updated", f"The same notebook; its time is new. {_time_note(before)}".strip()
    return "unchanged", ""


def _is_later(taken: Taken, before: Taken) -> bool:
    """Whether a newly found attempt replaces the one collected before."""
    if taken.digest in before.earlier:
        return False
    if taken.system == before.system and taken.order and before.order:
        return taken.order > before.order
    return not (taken.time and before.time) or taken.time >= before.time


def _time_note(taken: Taken) -> str:
    """Return what the instructor should know of a submission's time, "" if nothing."""
    if taken.late and taken.time == taken.collected:
        return "Late, by an unknown time: it counts as handed in now (see --received)."
    return "" if taken.time or taken.late is False else "The time of the submission is unknown."


def _digest(path: Path) -> str:
    """Return the digest of a regular file, "" if there is none, and a placeholder for others."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        return "not a regular file"
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _stamp(folder: Path, taken: Taken) -> None:
    """Write nbgrader's `timestamp.txt`; remove it if no time is known: then nobody is late."""
    path = folder / TIMESTAMP
    if taken.handed_in is None:
        path.unlink(missing_ok=True)
        return
    text = taken.handed_in.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC\n")
    write_atomically(path, lambda file: file.write(text.encode()))
