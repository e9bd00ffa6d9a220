"""One notebook of the learner's, read as data."""

import warnings
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.reader import reads

from course.errors import CourseError
from course.files import read_state, state_folder, write_state
from course.lessons.released import ASSIGNMENTS

_BACKUP = "Its last checkpoint is in .ipynb_checkpoints beside it; `course reset` gives a new one."


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook in nbformat 4, with an id for every cell.

    Raises CourseError, which names the file and the next step, for what is no notebook.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CourseError(f"{path} is no notebook: it is not text.", _BACKUP) from None
    except OSError as error:
        raise CourseError(f"{path} can't be read ({error.strerror}).", "Mend that.") from error
    if not text.strip():
        raise CourseError(f"{path} is empty.", _BACKUP)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on ids that older editors did not write
            notebook: NotebookNode = nbformat.convert(reads(text), 4)
        _require_cells(notebook)
    except Exception as error:
        # A parser meets anything: no JSON, no object, no cells, a key that is missing.
        raise CourseError(f"{path} is no notebook, or it is damaged.", _BACKUP) from error
    return notebook


def _require_cells(notebook: NotebookNode) -> None:
    """Put in what may be left out; whatever is wrong raises."""
    for number, cell in enumerate(notebook.cells):
        cell.source + ""
        cell.setdefault("id", f"cell-{number}")
        cell.setdefault("metadata", NotebookNode())
        if cell.cell_type == "code":
            cell.setdefault("outputs", [])
            cell.setdefault("execution_count", None)


# Where the learner's notebooks lie, and which of them a name on the command line means.


DEFAULT = Path("convpool")
_REMEMBERED = "folder.json"


@dataclass(frozen=True)
class Work:
    """A learner's notebook of one exercise."""

    assignment: str
    path: Path

    @property
    def expected_name(self) -> str:
        """The only file name that is collected."""
        return f"{self.assignment}.ipynb"


def remember_folder(folder: Path) -> None:
    """Note where `course lab` put the notebooks, so that other commands find them from anywhere."""
    write_state(state_folder() / _REMEMBERED, {"folder": str(folder.resolve())})


def find_folder() -> Path:
    """Return the learner's folder: this one, one it lies in or beside, or the one opened last."""
    here = Path.cwd()
    remembered = read_state(state_folder() / _REMEMBERED).get("folder")
    tried = [here, here.parent, here / DEFAULT]
    tried += [Path(remembered)] if isinstance(remembered, str) else []
    for folder in tried:
        if any(_notebook(folder, assignment).is_file() for assignment in ASSIGNMENTS):
            return folder
    raise CourseError(
        f"There are no notebooks of the course in {here}.",
        "Run `course lab` first, or change into the folder that it made.",
    )


def find_all(folder: Path) -> list[Work]:
    """List the exercises that the folder has, in the order of the course."""
    works = [Work(assignment, _notebook(folder, assignment)) for assignment in ASSIGNMENTS]
    return [work for work in works if work.path.is_file()]


def find_work(name: str) -> Work:
    """Find the notebook meant by the name of an exercise, a file or a folder.

    A file may have any name: whose notebook it is, its cells say.
    """
    given = Path(name)
    if name in ASSIGNMENTS and not given.is_file():
        folder = find_folder()
        path = _notebook(folder, name)
        if not path.is_file():
            raise CourseError(f"{path} is missing.", f"`course reset {name}` puts it there again.")
        return Work(name, path)
    if given.is_dir() and _notebook(given.parent, given.resolve().name).is_file():
        given = given / f"{given.resolve().name}.ipynb"
    if not given.is_file():
        raise _unknown(name)
    return Work(_assignment_of(given), given)


def _notebook(folder: Path, assignment: str) -> Path:
    return folder / assignment / f"{assignment}.ipynb"


def _assignment_of(path: Path) -> str:
    """Tell by its gaps which exercise a notebook belongs to."""
    from course.lessons.released import all_gaps
    from course.notebook.marks import mark_of

    known = all_gaps()
    found = [known.get(mark_of(cell).grade_id) for cell in read_notebook(path).cells]
    assignments = [gap.assignment for gap in found if gap is not None]
    if assignments:
        return max(ASSIGNMENTS, key=assignments.count)
    if path.stem in ASSIGNMENTS:
        return path.stem
    raise CourseError(
        f"{path} has none of the gaps of an exercise.", f"Exercises are {', '.join(ASSIGNMENTS)}."
    )


def _unknown(name: str) -> CourseError:
    close = get_close_matches(Path(name).stem, ASSIGNMENTS, n=1)
    meant = f"Did you mean {close[0]}?" if close else f"Exercises are {', '.join(ASSIGNMENTS)}."
    return CourseError(f"There is no notebook and no exercise called {name!r}.", meant)
