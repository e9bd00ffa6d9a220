"""One notebook of the learner's, read as data."""

import warnings
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.reader import reads

from course.errors import CourseError

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
