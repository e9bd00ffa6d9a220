"""Which assignment a collected notebook is of, and which of several attempts counts."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from nbformat import NotebookNode

from autograder.ingest import Rejected, parse_notebook
from autograder.ingest.belonging import require_assignment
from autograder.lms.archive import Entry
from autograder.lms.naming import Sender
from autograder.lms.people import Person

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
