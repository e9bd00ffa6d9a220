"""Which assignment a collected notebook is of, and which of several attempts counts."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from nbformat import NotebookNode

from autograder.folders import ClassFolder
from autograder.gradebook.ledger import Ledger, Taken
from autograder.gradebook.people import Person
from autograder.ingest import Rejected, parse_notebook
from autograder.ingest.intake import require_assignment
from autograder.lms.archive import Entry
from autograder.lms.naming import Sender
from course.files import write_atomically

_COPY = re.compile(r"(?:\(\d{1,3}\)|copy|final|[-_ \d])*$", re.IGNORECASE)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Candidate:
    """A notebook that may be a student's submission."""

    person: Person
    assignment: str
    entry: Entry
    sender: Sender
    archive: str
    note: str = ""


def later(candidate: Candidate) -> tuple[datetime, int, bool, int, tuple[str, ...]]:
    """Order attempts by what the system says; only then by names, so that it is always the same.

    No time inside the archive is looked at: those are the files' own, and a student can set them.
    """
    own = candidate.sender.own
    exact = bool(own) and own[-1] == f"{candidate.assignment}.ipynb"
    time = candidate.sender.time or _NEVER
    return time, candidate.sender.order, exact, -len(own), own


def identify(entry: Entry, own: tuple[str, ...], sources: dict[str, NotebookNode]) -> str:
    """Name the assignment of a notebook, by its cells, else by its name.

    Raises Rejected when it is none of them.
    """
    named = [name for name in sources if _called(own, name)]
    try:
        notebook = parse_notebook(entry.content)
    except Rejected as rejected:
        if len(named) == 1:
            return named[0]  # grading tells the student what is wrong with it
        raise Rejected(f"It is of no assignment that can be told: {rejected.reason}") from rejected
    for name in [*named, *(name for name in sources if name not in named)]:
        try:
            require_assignment(name, sources[name], notebook)
        except Rejected:
            continue
        return name
    if len(named) == 1:
        return named[0]
    raise Rejected("It holds no exercise of any assignment.")


def _called(own: tuple[str, ...], assignment: str) -> bool:
    """Whether a path names the assignment, as a folder or as a file with what systems add."""
    for part in own:
        stem = PurePosixPath(part).stem if part.endswith(".ipynb") else part
        if _COPY.sub("", stem).casefold() == assignment.casefold():
            return True
    return False


# Put a collected notebook where nbgrader looks for it, unless something better lies there.


_KEEP = "Something lies there that `autograder collect` did not put there; --force replaces it."


def place(
    class_folder: ClassFolder, taken: Taken, content: bytes, ledger: Ledger, force: bool
) -> tuple[str, str]:
    """Write the notebook and nbgrader's `timestamp.txt`, and note it; say what was done, and why.

    Collecting the same again changes nothing, also after a later attempt was collected.
    """
    key = (taken.student, taken.assignment)
    path = class_folder.submitted / taken.student / taken.assignment / f"{taken.assignment}.ipynb"
    before = ledger.get(key)
    there = _digest(path)
    if there and (before is None or there != before.digest) and there != taken.digest and not force:
        return "refused", f"{path.parent}: {_KEEP}"
    if before and there:
        if before.digest == taken.digest:
            taken.earlier = before.earlier
            return _note(class_folder, taken, before, ledger)
        if not _is_later(taken, before):
            before.earlier = sorted({*before.earlier, taken.digest})
            return "older", "A later attempt was collected before."
        taken.earlier = sorted({*before.earlier, before.digest})
    write_atomically(path, lambda file: file.write(content))
    _stamp(path.parent, taken)
    ledger[key] = taken
    return ("updated" if before and there else "new"), _how(taken)


def _note(
    class_folder: ClassFolder, taken: Taken, before: Taken, ledger: Ledger
) -> tuple[str, str]:
    """Keep the first note of the same file; take over a time that is better known now."""
    if taken.time in ("", taken.collected):
        taken.time = before.time  # late by as much as when it was first collected
    if (taken.time, taken.late) != (before.time, before.late):
        before.time, before.late = taken.time, taken.late
        _stamp(class_folder.submitted / taken.student / taken.assignment, before)
        ledger[taken.student, taken.assignment] = before
        return "updated", f"The same notebook; its time is new. {_how(before)}".strip()
    return "unchanged", ""


def _is_later(taken: Taken, before: Taken) -> bool:
    """Whether a newly found attempt counts instead of the one collected before."""
    if taken.digest in before.earlier:
        return False
    if taken.system == before.system and taken.order and before.order:
        return taken.order > before.order
    return not (taken.time and before.time) or taken.time >= before.time


def _how(taken: Taken) -> str:
    """Say what is known of the time."""
    if taken.late and taken.time == taken.collected:
        return "Late; by how much is not said, so it counts up to now (see --received)."
    return "" if taken.time or taken.late is False else "When it was handed in is not said."


def _digest(path: Path) -> str:
    """The digest of a regular file, "" where there is none, and a mark for anything else."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        return "no regular file"
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _stamp(folder: Path, taken: Taken) -> None:
    """Write nbgrader's `timestamp.txt`; none where no time is known, so that nobody is late."""
    path = folder / "timestamp.txt"
    if taken.handed_in is None:
        path.unlink(missing_ok=True)
        return
    text = taken.handed_in.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC\n")
    write_atomically(path, lambda file: file.write(text.encode()))
