"""The assignment of a collected notebook, the order of attempts, and the place in `submitted/`."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nbformat import NotebookNode

from autograder.folders import ClassFolder
from autograder.gradebook.ledger import Ledger, Taken
from autograder.gradebook.roster import Person
from autograder.ingest.intake import rebuild
from autograder.lms.archive import Entry
from autograder.lms.naming import Sender
from course.files import write_atomically
from course.notebook.cell_marks import mark_of
from course.notebook.parsing import parse_notebook
from course.notebook.recognizing import assignment_of
from course.notebook.rejecting import Rejected

_COPY_SUFFIX = re.compile(r"(?:\(\d{1,3}\)|copy|final|[-_ \d])*$", re.IGNORECASE)
_NOTEBOOK_ENDING = re.compile(r"(\.ipynb(\.txt|\.json)?|\.json)$", re.IGNORECASE)
_NEVER = datetime.min.replace(tzinfo=UTC)
_NOT_OURS = "It holds a file that `autograder collect` did not write; --force replaces it."


@dataclass(frozen=True)
class Candidate:
    """A notebook that may be a student's submission."""

    person: Person
    assignment: str
    entry: Entry
    sender: Sender
    archive: str
    note: str = ""


def attempt_order(candidate: Candidate) -> tuple[datetime, int, bool, int, tuple[str, ...]]:
    """Return the key that sorts attempts: the system's time and count, then names to break ties.

    Times inside the archive are not used: a student can set them.
    """
    own = candidate.sender.own
    exact = bool(own) and own[-1] == f"{candidate.assignment}.ipynb"
    time = candidate.sender.time or _NEVER
    return time, candidate.sender.order, exact, -len(own), own


def identify(entry: Entry, own: tuple[str, ...], sources: dict[str, NotebookNode]) -> str:
    """Return the assignment of a notebook, by its cells, else by its path `own`.

    Raises `Rejected` if it belongs to none of the `sources`.
    """
    named = [name for name in sources if _path_names(own, name)]
    try:
        notebook = parse_notebook(entry.content)
    except Rejected as rejected:
        if len(named) == 1 and is_named_as_notebook(entry):
            return named[0]  # grading gives the student the reason
        raise Rejected(f"Its assignment can't be recognized: {rejected.reason}") from rejected
    found = assignment_of(notebook, sources, named)
    if found or (len(named) == 1 and is_named_as_notebook(entry)):
        return found or named[0]
    raise Rejected("It holds no exercise of any assignment.")


def is_named_as_notebook(entry: Entry) -> bool:
    """Whether a file's name ends in .ipynb; other files count only if their cells are known."""
    return entry.parts[-1].lower().endswith(".ipynb")


def work_in(content: bytes, source: NotebookNode) -> int | None:
    """Return how many gaps of a notebook are not as released; None if it can't be read."""
    try:
        notebook = parse_notebook(content)
    except Rejected:
        return None
    gaps = {mark_of(cell).exercise for cell in source.cells if mark_of(cell).is_gap}
    return len(gaps - {*rebuild(source, notebook).untouched_gaps})


def _path_names(own: tuple[str, ...], assignment: str) -> bool:
    """Whether a part of a path is the assignment's name, apart from what marks a copy."""
    for part in own:
        stem = _NOTEBOOK_ENDING.sub("", part)
        if _COPY_SUFFIX.sub("", stem).casefold() == assignment.casefold():
            return True
    return False


def place(
    class_folder: ClassFolder,
    taken: Taken,
    content: bytes,
    source: NotebookNode,
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
        new, old = work_in(content, source), work_in(path.read_bytes(), source)
        if old and not new:
            return "set aside", f"{without_work(new)} What was collected before counts."
        is_better = bool(new) and not old
        if not is_better and not _is_later(taken, before):
            before.earlier = sorted({*before.earlier, taken.digest})
            return "older", "A later attempt was collected before."
        taken.earlier = sorted({*before.earlier, before.digest})
    write_atomically(path, lambda file: file.write(content))
    _stamp(path.parent, taken)
    ledger[key] = taken
    status = "updated" if before and on_disk else "new"
    return status, _time_note(taken)


def without_work(work: int | None) -> str:
    """Say why a file holds no work of the student; "" if it holds some (see `work_in`)."""
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
    path = folder / "timestamp.txt"
    if taken.handed_in is None:
        path.unlink(missing_ok=True)
        return
    text = taken.handed_in.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC\n")
    write_atomically(path, lambda file: file.write(text.encode()))
