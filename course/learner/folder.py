"""Finds the learner's notebooks, and reads one as data."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from course.errors import CourseError
from course.files import read_state, state_folder, write_state
from course.notebook.cell_marks import mark_of
from course.notebook.nodes import NotebookNode
from course.notebook.parsing import MAX_BYTES, ParsedNotebook, read_cells
from course.notebook.rejecting import Rejected
from course.notebook.release_folder import OPEN_EXERCISE, all_gaps, assignments

DEFAULT = Path("convpool")
_COPIED = ("index.md", "lesson.ipynb")
"""What `course lab` copies, and nbgrader's exchange does not bring."""
FETCH = "Fetch it in JupyterLab's Assignment List."
_REMEMBERED = "folder.json"
_BACKUP = "Its last checkpoint is in .ipynb_checkpoints beside it; `course reset` gives a new one."


@dataclass(frozen=True)
class Work:
    """A learner's notebook of one exercise."""

    assignment: str
    path: Path

    @property
    def expected_name(self) -> str:
        """The only file name that is collected."""
        return f"{self.assignment}.ipynb"

    @property
    def is_open(self) -> bool:
        """Whether it is the open exercise, which has no points."""
        return self.assignment == OPEN_EXERCISE and OPEN_EXERCISE not in assignments()


def read_notebook(path: Path) -> NotebookNode:
    """Return the notebook of `read_work`."""
    return read_work(path).notebook


def read_work(path: Path) -> ParsedNotebook:
    """Read a notebook as grading does, in nbformat 4, with an id for every cell.

    A cell also has what it printed and its execution count, but no other outputs. Raises
    CourseError, which names the file and the next step, for what grading rejects too.
    """
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise CourseError(
            f"{path} can't be read ({error.strerror}).", "Fix this, then run it again."
        ) from error
    if size > MAX_BYTES:
        raise CourseError(f"{path} is larger than {MAX_BYTES / 1e6:g} MB.", "Clear its outputs.")
    try:
        parsed = read_cells(content, with_runs=True)
    except Rejected as rejected:
        raise CourseError(
            f"{path} is no notebook that can be graded: {rejected.reason}", _BACKUP
        ) from rejected
    for number, cell in enumerate(parsed.notebook.cells):
        cell.setdefault("id", f"cell-{number}")
    return parsed


def remember_folder(folder: Path) -> None:
    """Note where `course lab` put the notebooks, so that other commands find them from anywhere."""
    write_state(state_folder() / _REMEMBERED, {"folder": str(folder.resolve())})


def find_folder() -> Path:
    """Return the learner's folder: the working directory, one near it, or the one opened last."""
    here = Path.cwd()
    remembered = read_state(state_folder() / _REMEMBERED).get("folder")
    tried = [here, here.parent, here / DEFAULT]
    tried += [Path(remembered)] if isinstance(remembered, str) else []
    for has_notebooks in (_has_usual_names, _looks_like_one):
        for folder in tried:
            if has_notebooks(folder):
                return folder
    raise CourseError(
        f"There are no notebooks of the course in {here}.",
        "Run `course lab` first, or change into the folder that it made.",
    )


def _has_usual_names(folder: Path) -> bool:
    return any(work_in(folder, assignment).path.is_file() for assignment in assignments())


def _looks_like_one(folder: Path) -> bool:
    """Tell whether a folder has what `course lab` copies, even if every exercise was renamed."""
    has_folder = any((folder / assignment).is_dir() for assignment in assignments())
    return has_folder and (folder / "index.md").is_file()


def is_fetched(folder: Path, assignment: str) -> bool:
    """Whether an exercise has come into a learner's folder, even if it is no longer there.

    `course lab` copies all at once. Of nbgrader's exchange a learner fetches one after the other,
    each into a folder of its own.
    """
    has_all = any((folder / name).is_file() for name in _COPIED)
    return has_all or os.path.lexists(folder / assignment)


def work_in(folder: Path, assignment: str) -> Work:
    """Return an exercise of a learner's folder; its notebook may be missing."""
    return Work(assignment, folder / assignment / f"{assignment}.ipynb")


def find_work(name: str) -> Work:
    """Find a notebook by the name of an exercise, a file or a folder.

    A file may have any name: its cells tell which exercise it is of.
    """
    path = Path(name)
    if name in (*assignments(), OPEN_EXERCISE) and not path.is_file():
        folder = find_folder()
        work = work_in(folder, name)
        if not is_fetched(folder, name):
            raise CourseError(f"{name} was not fetched yet.", FETCH)
        if not work.path.is_file():
            message = f"{work.path} is missing."
            next_step = "`course status` looks for it under another name."
            raise CourseError(message, f"{next_step} `course reset {name}` gives a new one.")
        return work
    if path.is_dir() and (inside := path / f"{path.resolve().name}.ipynb").is_file():
        path = inside
    if not path.is_file():
        _refuse_ungraded(name)
        raise _unknown(name)
    return Work(_assignment_of(path), path)


def _assignment_of(path: Path) -> str:
    """Return the exercise that a notebook belongs to, by the gaps in it."""
    known = all_gaps()
    texts = {mark_of(cell).grade_id: cell.source for cell in read_notebook(path).cells}
    owners = [known[name].assignment for name in texts if name in known]
    if owners:
        return max(assignments(), key=owners.count)
    if path.stem in assignments():
        return path.stem
    if path.stem == OPEN_EXERCISE or has_open_exercise(texts):
        return OPEN_EXERCISE
    _refuse_ungraded(path.stem)
    raise CourseError(f"{path} has none of the gaps of an exercise.", _exercises())


def has_open_exercise(texts: Mapping[str, str]) -> bool:
    """Tell whether cells, their texts by name, have the open exercise: one gap of a common name."""
    return {"model", "test_model"} <= texts.keys() and OPEN_EXERCISE in texts["test_model"]


def _refuse_ungraded(name: str) -> None:
    """Say of a notebook without exercises what to do instead of checking it."""
    if name in ("lesson", "practice", "further"):
        raise CourseError(f"{name} has no exercises to check.", "Open it with `course lab`.")


def _exercises() -> str:
    return f"Exercises are {', '.join((*assignments(), OPEN_EXERCISE))}."


def _unknown(name: str) -> CourseError:
    close = get_close_matches(Path(name).stem, (*assignments(), OPEN_EXERCISE), n=1)
    meant = f"Did you mean {close[0]}?" if close else _exercises()
    return CourseError(f"There is no notebook and no exercise called {name!r}.", meant)
