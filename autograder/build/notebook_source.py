"""Reads a source notebook that is written by hand, in JupyterLab with Create Assignment."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.errors import BuildError
from course.notebook.cell_marks import mark_of
from course.notebook.parsing import require_python
from course.notebook.rejecting import Rejected


def read_notebook(path: Path) -> NotebookNode:
    """Return a written notebook, each cell with its id; raise BuildError if it can't be used."""
    try:
        notebook = nbformat.read(path, as_version=4)
        require_python(notebook.metadata)
    except Rejected as rejected:
        raise BuildError(f"{path} can't be graded: {rejected.reason}") from rejected
    except Exception as error:  # nbformat raises many kinds
        reason = " ".join(str(error).split())[:300]
        raise BuildError(f"{path} can't be read: {reason}", "Restore it from git.") from error
    name_cells(notebook)
    return notebook


def name_cells(notebook: NotebookNode) -> None:
    """Give every cell an id: its `grade_id`, else its own, else a number."""
    taken = {mark_of(cell).grade_id for cell in notebook.cells}
    for number, cell in enumerate(notebook.cells, start=1):
        wanted = mark_of(cell).grade_id or cell.get("id") or f"cell-{number:02d}"
        if not mark_of(cell).grade_id:
            while wanted in taken:
                wanted = f"{wanted}-free"
            taken.add(wanted)
        cell["id"] = wanted
    notebook.nbformat_minor = 5
