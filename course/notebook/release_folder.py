"""The folder of the released exercises: which there are, in which order, their gaps and notes.

The folder is the list: an exercise is a folder with a notebook of the same name. The contents page
in it, README.md, gives the order; what the page does not name follows by name.
"""

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from course.errors import CourseError
from course.notebook.cell_marks import mark_of
from course.notebook.nodes import NotebookNode

FOLDER_VARIABLE = "COURSE_EXERCISES"
"""Names another folder of released exercises: those of a private course."""
CONTENTS_PAGE = "README.md"
OPEN_EXERCISE = "improve"
"""The exercise without points, with a leaderboard. It is released beside the lesson."""
NOTES = "course"
"""Key in a gap's metadata of what its author wrote beside it: hints, and the section to read."""

# In an installed package the exercises are inside `course`; in a checkout beside it.
_PACKAGE = Path(__file__).parents[1]
_EXERCISES = (_PACKAGE / "exercises", _PACKAGE.parent / "exercises")
_LINK = re.compile(r"\]\((?:[^()\s]*/)?([\w.-]+)/\1\.ipynb\)")


@dataclass(frozen=True)
class Gap:
    """One gap of an exercise."""

    name: str
    assignment: str
    points: float


@dataclass(frozen=True)
class GapNotes:
    """What the author of an exercise wrote beside a gap."""

    hints: tuple[str, ...] = ()
    """From the idea to almost the line, each one paragraph of Markdown."""
    section: str = ""
    """Id of the lesson's section to read after a mistake, or what to read in words."""


def exercises_folder() -> Path:
    """Return the folder of the released exercises, as named, as installed or as in a checkout."""
    named = os.environ.get(FOLDER_VARIABLE)
    folders = (Path(named).expanduser(),) if named else _EXERCISES
    found = next((folder for folder in folders if folder.is_dir()), None)
    if found is None and named:
        raise CourseError(f"{FOLDER_VARIABLE} names {named}, which is no folder.", "Unset it.")
    if found is None:
        raise CourseError("The exercises are not installed.", "Install convpool-course again.")
    return found.resolve() if named else found


def assignments() -> tuple[str, ...]:
    """List the released exercises, in the order of the course."""
    folder = exercises_folder()
    found = [path.stem for path in folder.glob("*/*.ipynb") if path.stem == path.parent.name]
    return tuple(in_order(found, folder / CONTENTS_PAGE))


def in_order(names: Iterable[str], page: Path) -> list[str]:
    """Sort names of assignments as a page links to their notebooks, the others by name behind."""
    try:
        linked = _LINK.findall(page.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        linked = []
    places = {name: place for place, name in reversed(list(enumerate(linked)))}
    return sorted(names, key=lambda name: (places.get(name, len(linked)), name))


def release_path(assignment: str) -> Path:
    """Return the path of a released notebook."""
    path = exercises_folder() / assignment / f"{assignment}.ipynb"
    if assignment == OPEN_EXERCISE and not path.is_file():
        return _PACKAGE / "lessons" / path.name
    return path


def read_release(assignment: str) -> NotebookNode:
    """Read a released notebook, which nbgrader wrote in nbformat 4 and without outputs."""
    release: NotebookNode = json.loads(
        release_path(assignment).read_bytes(), object_hook=NotebookNode
    )
    for cell in release.cells:
        cell.source = "".join(cell.source)
    return release


def gaps(assignment: str) -> tuple[Gap, ...]:
    """List the gaps of an exercise in their order, with the points of their checks."""
    return _exercise_at(*_state_of(assignment)).gaps


def all_gaps() -> dict[str, Gap]:
    """Map the names of all gaps, in the order of the course, to the gaps."""
    return {gap.name: gap for assignment in assignments() for gap in gaps(assignment)}


def released_notes() -> dict[str, GapNotes]:
    """Map the gaps of all released exercises that carry notes to these."""
    notes: dict[str, GapNotes] = {}
    for assignment in assignments():
        notes = _exercise_at(*_state_of(assignment)).notes | notes
    return notes


class _Exercise(NamedTuple):
    gaps: tuple[Gap, ...]
    notes: dict[str, GapNotes]


def _state_of(assignment: str) -> tuple[Path, int]:
    path = release_path(assignment)
    return path, path.stat().st_mtime_ns


@lru_cache
def _exercise_at(path: Path, _changed: int) -> _Exercise:
    """Read what is kept of a released notebook."""
    cells = json.loads(path.read_bytes()).get("cells", [])
    marks = [mark_of(cell) for cell in cells]
    points = {mark.exercise: mark.points for mark in marks if mark.is_test}
    return _Exercise(
        tuple(
            Gap(mark.exercise, path.stem, points.get(mark.exercise, 0.0))
            for mark in marks
            if mark.is_gap
        ),
        {
            mark.grade_id: note
            for cell, mark in zip(cells, marks, strict=True)
            if (note := notes_of(cell)) is not None
        },
    )


def notes_of(cell: Any) -> GapNotes | None:
    """Return the notes that a gap carries; None for a gap or any other cell without them."""
    note = cell["metadata"].get(NOTES)
    if not mark_of(cell).is_gap or not isinstance(note, dict):
        return None
    hints = note.get("hints")
    texts = tuple(map(str, hints)) if isinstance(hints, list) else ()
    return GapNotes(texts, str(note.get("section") or ""))
