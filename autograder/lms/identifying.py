"""What a student's file is: its assignment, the work in it, and Gradescope's list of people.

This is run on what strangers wrote, in the process that `reader_process` limits.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import yaml
from nbformat import NotebookNode

from course.notebook.cell_marks import mark_of
from course.notebook.matching import Place
from course.notebook.parsing import parse_notebook
from course.notebook.rebuild import rebuild_from
from course.notebook.recognizing import assignment_of
from course.notebook.rejecting import Rejected

_COPY_SUFFIX = re.compile(r"(?:\(\d{1,3}\)|copy|final|[-_ \d])*$", re.IGNORECASE)
_NOTEBOOK_ENDING = re.compile(r"(\.ipynb(\.txt|\.json)?|\.json)$", re.IGNORECASE)

METADATA_BYTES = 20_000_000
"""Largest list of people that is read."""

_MAX_PEOPLE = 50  # of a group
_MAX_TEXT = 300  # characters of a name or an address


@dataclass(frozen=True)
class Exercise:
    """One assignment, as notebooks are recognized by it and compared with it."""

    source: NotebookNode
    outline: list[Place]


@dataclass(frozen=True)
class Identified:
    """What a notebook is."""

    assignment: str
    work: int | None
    """Gaps that are not as released; None if it can't be read as a notebook."""


def identify(
    content: bytes, own: tuple[str, ...], exercises: Mapping[str, Exercise], assignment: str = ""
) -> Identified:
    """Return what a notebook is, by its cells, else by the student's path `own`.

    With an `assignment`, it is taken as that one. Raises `Rejected` if it belongs to none.
    """
    sources = {name: one.source for name, one in exercises.items()}
    named = [assignment] if assignment else [name for name in sources if _path_names(own, name)]
    certain = bool(assignment) or (len(named) == 1 and is_named_as_notebook(own))
    try:
        notebook = parse_notebook(content)
    except Rejected as rejected:
        if certain:
            return Identified(named[0], None)  # grading gives the student the reason
        raise Rejected(f"Its assignment can't be recognized: {rejected.reason}") from rejected
    found = assignment or assignment_of(notebook, sources, named)
    if not found and not certain:
        raise Rejected("It holds no exercise of any assignment.")
    chosen = found or named[0]
    return Identified(chosen, _work(notebook, exercises[chosen]))


def is_named_as_notebook(parts: tuple[str, ...]) -> bool:
    """Whether a file's name ends in .ipynb; other files count only if their cells are known."""
    return bool(parts) and parts[-1].lower().endswith(".ipynb")


def work_in(content: bytes, exercise: Exercise) -> int | None:
    """Return how many gaps of a notebook are not as released; None if it can't be read."""
    try:
        return _work(parse_notebook(content), exercise)
    except Rejected:
        return None


def _work(notebook: NotebookNode, exercise: Exercise) -> int:
    """Count the gaps that are not as released."""
    gaps = {mark_of(cell).exercise for cell in exercise.source.cells if mark_of(cell).is_gap}
    return len(gaps - {*rebuild_from(exercise.outline, exercise.source, notebook).untouched_gaps})


def _path_names(own: tuple[str, ...], assignment: str) -> bool:
    """Whether a part of a path is the assignment's name, apart from what marks a copy."""
    for part in own:
        stem = _NOTEBOOK_ENDING.sub("", part)
        if _COPY_SUFFIX.sub("", stem).casefold() == assignment.casefold():
            return True
    return False


def read_people(content: bytes) -> dict[str, dict[str, Any]] | None:
    """Return who handed in what, from Gradescope's metadata; None if that is not what it holds.

    By submission: `people`, each with name, email and sid, and `time` (ISO 8601 in UTC, or "").
    """
    try:
        data = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except Exception:  # YAML's own errors, and those of the dates and numbers in it
        return None
    if not isinstance(data, dict):
        return None
    return {key: _submission(about) for key, about in data.items() if isinstance(key, str)}


def _submission(about: Any) -> dict[str, Any]:
    """Read one submission's lines."""
    about = about if isinstance(about, dict) else {}
    people = about.get(":submitters")
    people = people[:_MAX_PEOPLE] if isinstance(people, list) else []
    fields = ("name", "email", "sid")
    return {
        "people": [
            {field: _plain(person.get(f":{field}")) for field in fields}
            for person in people
            if isinstance(person, dict)
        ],
        "time": _utc(about.get(":created_at")),
    }


def _plain(value: Any) -> str:
    """Return a text or a number in one line; "" for everything else, and for what is too long."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return " ".join(text.split()) if len(text) <= _MAX_TEXT else ""


def _utc(value: Any) -> str:
    """Return a time in UTC; one without a zone is in UTC, as Gradescope writes it."""
    if isinstance(value, str) and len(value) <= _MAX_TEXT:
        try:
            value = datetime.fromisoformat(value.replace(" UTC", "+00:00").replace(" Z", "+00:00"))
        except ValueError:
            return ""
    if not isinstance(value, datetime):
        return ""
    try:
        time = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        return ""
    return time.isoformat()
