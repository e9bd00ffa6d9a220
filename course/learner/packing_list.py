"""What `course submit` packs: for each exercise the learner's file, wherever it lies and whatever
its name is, or the reason why there is none.

A file belongs to an exercise by the ids in its cells. Nothing is renamed or changed here.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from course.errors import CourseError
from course.learner.folder import Work, has_open_exercise, is_fetched, read_notebook, work_in
from course.learner.lab import BACKUPS, is_as_copied, notebooks
from course.notebook.cell_code import top_level_names
from course.notebook.cell_marks import mark_of
from course.notebook.nodes import NotebookNode
from course.notebook.release_folder import OPEN_EXERCISE, assignments, gaps, read_release

_SECONDS = 2.0  # two files written within this time count as equally new
_DEEPEST = 4
_MOST_FOLDERS = 2000
_LEFT_OUT = {BACKUPS, "node_modules", "__pycache__", "site-packages"}
_EXERCISE = re.compile(r"""\bexercise\(["'](\w+)["']\)""")


@dataclass(frozen=True)
class Found:
    """A notebook that was found by its cells."""

    path: Path
    assignment: str
    """The exercise that its cells belong to; "" for one that this package does not have."""
    code: tuple[str, ...]
    """The text of its code cells."""
    answered: int
    """How many gaps are not as they were released."""
    gaps: int
    saved: float

    @property
    def work(self) -> str:
        """How much of it is done, and when it was saved."""
        when = datetime.fromtimestamp(self.saved).strftime("%Y-%m-%d %H:%M")
        return f"{self.answered} of {self.gaps} gaps answered, saved {when}"


@dataclass(frozen=True)
class Entry:
    """One line of what is handed in."""

    assignment: str
    name: str
    """The name in the archive."""
    path: Path | None
    """The file that is packed as things are; None where nothing is."""
    problem: str = ""
    """Why nothing is packed, or why it may be the wrong file."""
    offers: tuple[Found, ...] = ()
    """Other files that have this exercise's cells, the likeliest first."""
    is_known: bool = True
    """Whether this package has the exercise, and can check it."""
    is_fetched: bool = True
    """Whether it has come into the learner's folder; if not, nothing is amiss."""

    @property
    def is_graded_here(self) -> bool:
        """Whether it has checks and points that this package knows."""
        return self.is_known and self.assignment in assignments()

    def with_file(self, path: Path) -> "Entry":
        """Take a file; nothing is asked any more."""
        return replace(self, path=path, problem="", offers=(), is_fetched=True)


def packing_list(folder: Path) -> list[Entry]:
    """List every exercise of the course in its order, then those that the folder has besides."""
    found = [_told_apart(each, folder) for each in find_notebooks(folder)]
    entries = [_entry(folder, assignment, found) for assignment in assignments()]
    return [*entries, *_open_exercise(folder, found), *_added(folder, found)]


def works_of(entries: list[Entry]) -> list[Work]:
    """Return the notebooks of entries that can be checked."""
    return [
        Work(entry.assignment, entry.path)
        for entry in entries
        if entry.path is not None and entry.is_graded_here
    ]


def _told_apart(found: Found, folder: Path) -> Found:
    """Take a second quiz for what it is: the questions of every quiz are called q1, q2 …"""
    name = found.path.stem
    is_another = (
        found.assignment == "quiz"
        and name != "quiz"
        and found.path.parent.name == name
        and work_in(folder, "quiz").path.is_file()
    )
    return replace(found, assignment="") if is_another else found


def _entry(folder: Path, assignment: str, found: list[Found]) -> Entry:
    """Decide about one exercise: its usual file, unless another has the newer work."""
    work = work_in(folder, assignment)
    entry = Entry(assignment, f"{assignment}/{work.expected_name}", work.path)
    own = next((each for each in found if each.path == work.path), None)
    others = _different([e for e in found if e.assignment == assignment and e is not own], own)
    shown = work.path.relative_to(folder)
    if not others and not is_fetched(folder, assignment):
        return replace(entry, path=None, is_fetched=False)
    if not os.path.lexists(work.path):
        problem = f"{shown} is missing"
    elif own is not None and own.assignment not in ("", assignment):
        problem = f"{shown} has the cells of {own.assignment}"
    else:
        try:
            read_notebook(work.path)
        except CourseError as error:
            problem = error.message.replace(str(work.path), str(shown)).rstrip(".")
        else:
            newer = tuple(other for other in others if own and _has_more(other, own))
            if not newer:
                return entry
            return replace(entry, problem=_doubt(newer[0], shown, folder), offers=newer)
    if others:
        problem += f", but {os.path.relpath(others[0].path, folder)} has its cells"
    return replace(entry, path=None, problem=problem, offers=tuple(others))


def _different(others: list[Found], own: Found | None) -> list[Found]:
    """Sort copies, worked on and newest first; leave out those that say the same as another."""
    others = sorted(others, key=lambda each: (each.answered > 0, each.saved), reverse=True)
    newest = {each.code: each for each in reversed(others)}
    return [
        each for each in others if newest[each.code] is each and (not own or each.code != own.code)
    ]


def _has_more(other: Found, own: Found) -> bool:
    """Tell whether the learner may mean another file than the one with the usual name."""
    newer = other.saved > own.saved + _SECONDS
    return other.answered > own.answered or (newer and other.answered > 0)


def _doubt(other: Found, shown: Path, folder: Path) -> str:
    """Say which file may be meant instead."""
    name = os.path.relpath(other.path, folder)
    return f"{name} has {other.answered} of {other.gaps} gaps answered and differs from {shown}"


def _open_exercise(folder: Path, found: list[Found]) -> Iterator[Entry]:
    """Yield the open exercise if it was worked on."""
    name = f"{OPEN_EXERCISE}/{OPEN_EXERCISE}.ipynb"
    path, origin = folder / name, notebooks().get(name)
    if origin is None:
        return
    entry = Entry(OPEN_EXERCISE, name, path)
    if path.is_file() and not is_as_copied(path, origin):
        try:
            read_notebook(path)
        except CourseError as error:
            reason = error.message.replace(str(path), name).rstrip(".")
            yield replace(entry, path=None, problem=reason)
        else:
            yield entry
        return
    worked = [e for e in found if e.assignment == OPEN_EXERCISE and e.answered and e.path != path]
    if worked := _different(worked, None):
        problem = f"{os.path.relpath(worked[0].path, folder)} has its cells"
        yield replace(entry, path=None, problem=problem, offers=tuple(worked))


def _added(folder: Path, found: list[Found]) -> Iterator[Entry]:
    """Yield the notebooks of assignments that this package does not have."""
    usual = {folder / name for name in notebooks()}
    places: dict[str, Path] = {}
    for each in found:
        if each.assignment or each.path in usual or each.path.suffix != ".ipynb":
            continue
        inside = each.path.relative_to(folder)
        assignment = each.path.stem if len(inside.parts) == 1 else inside.parts[-2]
        name = f"{assignment}/{each.path.name}"
        entry = Entry(assignment, name, each.path, is_known=False)
        if other := places.get(name):
            problem = f"{inside} would have the name of {other}: rename one of them"
            entry = replace(entry, path=None, problem=problem)
        places.setdefault(name, inside)
        yield entry


def find_notebooks(folder: Path) -> Iterator[Found]:
    """Yield the notebooks with nbgrader's cells in a folder and below it, by their paths."""
    for number, (place, folders, names) in enumerate(os.walk(folder)):
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = sorted(
            name
            for name in folders
            if depth < _DEEPEST and not name.startswith(".") and name not in _LEFT_OUT
        )
        if number > _MOST_FOLDERS:
            return
        for name in sorted(names):
            lower = name.lower()
            if not name.startswith(".") and (".ipynb" in lower or lower.endswith(".json")):
                found = identify(Path(place) / name)
                if found is not None:
                    yield found


def identify(path: Path) -> Found | None:
    """Read a notebook's cells as data; None if it is none, or none with nbgrader's cells."""
    try:
        state = path.stat()
        cells = read_notebook(path).cells
    except (OSError, CourseError):
        return None
    has_marks = any(mark_of(cell).grade_id for cell in cells)
    texts = {name: cell.source for cell in cells for name in _names_of(cell, has_marks)}
    assignment = _assignment_with(texts)
    if not assignment and not has_marks:
        return None
    released = _released(assignment) if assignment else {}
    answered = sum(_is_answer(texts.get(gap), text) for gap, text in released.items())
    code = tuple(cell.source for cell in cells if cell.get("cell_type") == "code")
    return Found(path, assignment, code, answered, len(released), state.st_mtime)


def _names_of(cell: NotebookNode, has_marks: bool) -> set[str]:
    """Name what ties a cell to a gap: nbgrader's mark, else its id, else its text.

    Some editors drop the marks, others the ids.
    """
    mark = mark_of(cell)
    names = {mark.grade_id or str(cell.get("id", ""))}
    if cell.get("cell_type") == "code" and not has_marks:
        names |= {f"test_{gap}" for gap in _EXERCISE.findall(cell.source)}
        names |= top_level_names(cell.source)
    return names - {""}


def _assignment_with(texts: dict[str, str]) -> str:
    """Return the exercise that at least half of the gaps or of the checks are of."""
    shares = {assignment: _share(assignment, texts) for assignment in assignments()}
    best = max(shares, key=lambda assignment: shares[assignment], default="")
    if best and shares[best] >= 0.5:
        return best
    return OPEN_EXERCISE if has_open_exercise(texts) else ""


def _share(assignment: str, texts: dict[str, str]) -> float:
    """Return the share of an exercise's gaps, or of its checks, that a notebook has."""
    names = [gap.name for gap in gaps(assignment)]
    found = (sum(f"{kind}{name}" in texts for name in names) for kind in ("", "test_"))
    return max(found) / len(names) if names else 0.0


def _is_answer(text: str | None, released: str) -> bool:
    return text is not None and text.strip() != released.strip()


@lru_cache
def _released(assignment: str) -> dict[str, str]:
    """Map the gaps of an exercise to their released text."""
    cells = read_release(assignment).cells
    return {cell["id"]: cell.source for cell in cells if mark_of(cell).is_gap}
