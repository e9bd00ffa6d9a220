"""Reads a source notebook that is written by hand, in JupyterLab with Create Assignment."""

import math
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.errors import BuildError
from course.notebook.cell_marks import mark_of, raw_mark
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
    require_points(notebook, str(path))
    name_cells(notebook)
    return notebook


def require_points(notebook: NotebookNode, where: str) -> None:
    """Raise BuildError for a graded cell whose points are no number of 0 or more."""
    for cell in notebook.cells:
        mark = mark_of(cell)
        points = raw_mark(cell).get("points")
        is_right = isinstance(points, int | float) and 0 <= points < math.inf
        if (mark.grade or mark.task) and (not is_right or isinstance(points, bool)):
            raise BuildError(
                f"{where}: the cell {mark.grade_id!r} has {points!r} points.",
                "Points are 0 or more; correct them in Create Assignment.",
            )


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
