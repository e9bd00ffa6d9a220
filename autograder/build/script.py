"""Turns a py:percent script into a source notebook."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.folders import COLAB_CELL_ID
from course.errors import BuildError, GradingError
from course.learner.hints import items_of
from course.notebook.cell_marks import id_of_test, mark_of
from course.notebook.release_folder import NOTES


def read_source_notebook(path: Path) -> NotebookNode:
    """Read a generated source notebook.

    Raises `GradingError`, which names the command that generates it, if it is missing.
    """
    if not path.is_file():
        raise GradingError(f"{path} is missing.", "Run `autograder build`.")
    return nbformat.read(path, as_version=4)


CANARY = "CANARY-HIDDEN"
"""Begins a comment in every hidden test: no file that a student gets may contain it."""

_AUTHORS = {"hints", "note"}
"""Marks of cells that are left out of the notebook: hints go to their gap, notes to nobody."""

_FOLDED = {"cellView": "form", "jupyter": {"source_hidden": True}, "tags": ["hide-input"]}
"""Metadata of a cell whose code is folded, for Colab, JupyterLab and VS Code, and for a website."""

Expand = Callable[[Path], str]
"""Returns the py:percent text of the cells of a question bank, by the bank's path."""

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
    notebook = notebook_of(text, script, expand)
    _name_origin(notebook.cells, script)
    notebook.cells.insert(1, _colab_cell())  # below the opening card
    return notebook


def notebook_of(text: str, script: Path, expand: Expand | None = None) -> NotebookNode:
    """Return the notebook of a script's text alone; errors name `script`."""
    cells = _cells(text)
    if expand is not None:
        cells = _expanded(cells, script.parent, expand)
    hints = _hints(cells, script)
    kept: list[NotebookNode] = []
    for position, cell in enumerate(cells):
        if _AUTHORS & cell.metadata.keys():
            continue
        _mark(cell, position, script)
        if mark_of(cell).is_gap and cell["id"] in hints:
            cell.metadata.setdefault(NOTES, {})["hints"] = list(hints.pop(cell["id"]))
        kept.append(cell)
    for gap in hints:
        raise BuildError(
            f"{script}: the hints of {gap!r} belong to no gap.", "Give the gap's own name."
        )
    cells = kept
    # Checked here, because nbformat would rename the second of two such cells.
    _require_unique_ids(cells, script)
    return nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": dict(_KERNEL),
            "language_info": {"name": "python", "file_extension": ".py"},
        },
    )


def _cells(text: str) -> list[NotebookNode]:
    """Split the text of a script into cells."""
    import jupytext  # takes long, and grading reads built notebooks only

    cells: list[NotebookNode] = jupytext.reads(text, fmt="py:percent").cells
    return cells


def _expanded(cells: list[NotebookNode], folder: Path, expand: Expand) -> list[NotebookNode]:
    """Replace each cell that names a question bank by the bank's cells."""
    result: list[NotebookNode] = []
    for cell in cells:
        bank = cell.metadata.get("questions")
        result.extend(_cells(expand(folder / bank)) if bank else [cell])
    return result


def _hints(cells: list[NotebookNode], script: Path) -> dict[str, tuple[str, ...]]:
    """Read the text cells marked `hints="gap"`: the hints of each gap."""
    hints: dict[str, tuple[str, ...]] = {}
    for cell in cells:
        if "hints" not in cell.metadata:
            continue
        gap = str(cell.metadata["hints"])
        hints[gap] = items_of(cell.source)
        if not hints[gap]:
            raise BuildError(
                f"{script}: the hints of {gap!r} have no numbered item.", "Write them as `1. …`."
            )
    return hints


def _mark(cell: NotebookNode, position: int, script: Path) -> None:
    """Replace the script's notation by nbgrader's metadata and a stable id."""
    note = dict(cell.metadata)
    note.pop("lines_to_next_cell", None)  # jupytext's own note on blank lines
    cell.metadata = NotebookNode()
    grade_id = ""
    if "gap" in note:
        grade_id = note["gap"]
        cell.metadata["nbgrader"] = _nbgrader(grade_id, solution=True)
        if "section" in note:
            cell.metadata[NOTES] = {"section": str(note["section"])}
    elif "test" in note:
        grade_id = id_of_test(note["test"])
        _require_points(note, script)
        cell.metadata["nbgrader"] = _nbgrader(grade_id, locked=True, points=note["points"])
    elif "locked" in note:
        grade_id = note["locked"]
        cell.metadata["nbgrader"] = _nbgrader(grade_id, locked=True)
    elif "reveal" in note:
        cell.metadata.update(_FOLDED)
    elif note:
        raise BuildError(f"{script}: cell {position + 1} carries an unknown mark {sorted(note)}.")
    # jupytext draws random ids at every read; these stay the same from build to build.
    cell["id"] = grade_id or f"cell-{position + 1:02d}"


def _require_points(note: dict[str, Any], script: Path) -> None:
    """Refuse a test whose points are missing or are no number; 0 may be said."""
    where = f"{script}, cell `{id_of_test(note['test'])}`"
    next_step = f'Write `# %% test="{note["test"]}" points=2`, with points=0 for a test without.'
    points = note.get("points")
    if points is None:
        raise BuildError(f"{where}: the test has no points.", next_step)
    is_number = isinstance(points, int | float) and not isinstance(points, bool)
    if not is_number or not math.isfinite(points) or points < 0:
        raise BuildError(f"{where}: {points!r} can't be the points of a test.", next_step)


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
