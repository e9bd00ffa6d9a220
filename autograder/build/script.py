"""Turns a py:percent script into a notebook with nbgrader's marks.

The script's notation: `# %% gap="name"`, `# %% test="name" points=N`, `# %% locked="name"`, and
`# %% questions="bank.md"`, which is replaced by the cells of a question bank.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from course.errors import BuildError
from course.notebook.cell_marks import id_of_test

Expand = Callable[[Path], str]
"""Returns the py:percent text of the cells of a question bank, by the bank's path."""

COLAB_CELL_ID = "colab"

# Colab has TensorFlow and all else that a learner needs; newer versions of Jupyter's own packages
# would break it, hence --no-deps. Only Colab has the module `google.colab`.
COLAB_SOURCE = """\
#@title On Google Colab, this installs the course. Anywhere else it does nothing.
try:
    import google.colab
except ImportError:
    pass
else:
    from pathlib import Path

    wheels = sorted(str(path) for path in Path.cwd().glob("*course*.whl"))
    if wheels:
        %pip install --quiet --no-deps jupyterquiz {wheels[-1]}
    else:
        print("Upload the course's .whl file with the folder button on the left; run this again.")
"""

_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def read_script(script: Path, expand: Expand | None = None) -> NotebookNode:
    """Return the notebook of a script; its cell ids are the marks' names or count the cells.

    Raises `BuildError` for a script that can't be read, an unknown mark, or two cells of one id.
    """
    try:
        text = script.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BuildError(f"{script} can't be read ({error}).", "Restore it from git.") from error
    cells = _cells(text)
    if expand is not None:
        cells = _expanded(cells, script.parent, expand)
    for position, cell in enumerate(cells):
        _mark(cell, position, script)
    # Checked here, because nbformat would rename the second of two such cells.
    _require_unique_ids(cells, script)
    _name_origin(cells, script)
    cells.insert(1, _colab_cell())  # below the opening card
    return nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": dict(_KERNEL),
            "language_info": {"name": "python", "file_extension": ".py"},
        },
    )


def _cells(text: str) -> list[NotebookNode]:
    """Split the text of a script into cells."""
    cells: list[NotebookNode] = jupytext.reads(text, fmt="py:percent").cells
    return cells


def _expanded(cells: list[NotebookNode], folder: Path, expand: Expand) -> list[NotebookNode]:
    """Replace each cell that names a question bank by the bank's cells."""
    result: list[NotebookNode] = []
    for cell in cells:
        bank = cell.metadata.get("questions")
        result.extend(_cells(expand(folder / bank)) if bank else [cell])
    return result


def _mark(cell: NotebookNode, position: int, script: Path) -> None:
    """Replace the script's notation by nbgrader's metadata and a stable id."""
    note = dict(cell.metadata)
    note.pop("lines_to_next_cell", None)  # jupytext's own note on blank lines
    cell.metadata = NotebookNode()
    grade_id = ""
    if "gap" in note:
        grade_id = note["gap"]
        cell.metadata["nbgrader"] = _nbgrader(grade_id, solution=True)
    elif "test" in note:
        grade_id = id_of_test(note["test"])
        if not isinstance(note.get("points"), (int, float)):
            raise BuildError(f"{script}: the test of {note['test']!r} has no points=N.")
        cell.metadata["nbgrader"] = _nbgrader(grade_id, locked=True, points=note["points"])
    elif "locked" in note:
        grade_id = note["locked"]
        cell.metadata["nbgrader"] = _nbgrader(grade_id, locked=True)
    elif note:
        raise BuildError(f"{script}: cell {position + 1} carries an unknown mark {sorted(note)}.")
    # jupytext draws random ids at every read; these stay the same from build to build.
    cell["id"] = grade_id or f"cell-{position + 1:02d}"


def _nbgrader(
    grade_id: str, *, solution: bool = False, locked: bool = False, points: float | None = None
) -> dict[str, Any]:
    """Return nbgrader's cell metadata, schema version 3."""
    metadata: dict[str, Any] = {
        "grade": points is not None,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        metadata["points"] = points
    return metadata


def _require_unique_ids(cells: list[NotebookNode], script: Path) -> None:
    """Refuse two cells of one id: nbgrader would grade only one of them."""
    seen: set[str] = set()
    for cell in cells:
        if cell["id"] in seen:
            raise BuildError(f"{script}: two cells are called {cell['id']!r}.", "Rename one.")
        seen.add(cell["id"])


def _name_origin(cells: list[NotebookNode], script: Path) -> None:
    """Begin the first cell with a comment that names the file to edit instead."""
    if cells and cells[0].cell_type == "markdown":
        origin = f"{script.parent.name}/{script.name}"
        cells[0].source = f"<!-- Generated from {origin}: edit that. -->\n{cells[0].source}"


def _colab_cell() -> NotebookNode:
    """Return the folded cell that installs the course on Google Colab."""
    metadata = {"cellView": "form", "jupyter": {"source_hidden": True}, "tags": ["colab"]}
    return nbformat.v4.new_code_cell(COLAB_SOURCE.rstrip(), id=COLAB_CELL_ID, metadata=metadata)
