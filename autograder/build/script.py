"""Turns a py:percent script into a source notebook, and refuses one that breaks the contract."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from course.errors import BuildError, GradingError
from course.learner.hints import items_of
from course.notebook.cell_marks import exercise_of, id_of_test, mark_of
from course.notebook.release_folder import NOTES

CANARY = "CANARY-HIDDEN"
"""Begins a comment in every hidden test: no file that a student gets may contain it."""


def read_source_notebook(path: Path) -> NotebookNode:
    """Read a generated source notebook.

    Raises `GradingError`, which names the command that generates it, if it is missing.
    """
    if not path.is_file():
        raise GradingError(f"{path} is missing.", "Run `autograder build`.")
    return nbformat.read(path, as_version=4)


def require_contract(assignment: str, notebook: NotebookNode) -> None:
    """Check that gaps and tests pair, and that no test can leak or give a wrong mark.

    Raises `BuildError` for the first cell that breaks the contract.
    """
    marks = [(cell, mark_of(cell)) for cell in notebook.cells]
    gaps = [mark.grade_id for _, mark in marks if mark.is_gap]
    tests = [mark.grade_id for _, mark in marks if mark.is_test]
    if list(map(id_of_test, gaps)) != tests:
        raise BuildError(f"{assignment}: gaps {gaps} and tests {tests} do not pair in order.")
    for cell, mark in marks:
        if mark.is_test:
            _require_sound_test(assignment, cell)
        if mark.is_gap:
            # nbgrader replaces the whole text of a gap that has no solution region.
            _require_region(assignment, cell, "SOLUTION")


def _require_region(assignment: str, cell: NotebookNode, region: str) -> None:
    """Require at least one region of a kind, and an end for every beginning."""
    begins, ends = (cell.source.count(f"### {word} {region}") for word in ("BEGIN", "END"))
    if not begins:
        raise BuildError(f"{assignment}: {cell['id']} has no ### BEGIN {region} region.")
    if begins != ends:
        raise BuildError(f"{assignment}: {cell['id']} has no ### END {region} for a region.")


def _require_sound_test(assignment: str, cell: NotebookNode) -> None:
    """Require a hidden region with its canary, and no last expression that gives part marks."""
    name = cell["id"]
    _require_region(assignment, cell, "HIDDEN TESTS")
    hidden = re.split("### (?:BEGIN|END) HIDDEN TESTS", cell.source)[1]
    if f"{CANARY}-{assignment}-{exercise_of(name)}" not in hidden:
        raise BuildError(f"{assignment}: {name} lacks its canary in the hidden region.")
    _require_no_stray_value(assignment, name, cell.source)


def _require_no_stray_value(assignment: str, name: str, source: str) -> None:
    """Refuse a last expression: nbgrader reads it as part marks.

    `check.mark(…)` is allowed: it returns a float or None.
    """
    try:
        last = ast.parse(source).body[-1]
    except SyntaxError as error:
        raise BuildError(
            f"{assignment}: {name} does not parse (line {error.lineno}: {error.msg})."
        ) from error
    if isinstance(last, ast.Expr) and not ast.unparse(last).startswith("check.mark("):
        raise BuildError(
            f"{assignment}: {name} ends in an expression, which nbgrader reads as part marks.",
            "End the cell with its `with exercise(…)` block or with `check.mark(points, share)`.",
        )


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
    cells, hints = _without_hints(cells, script)
    for position, cell in enumerate(cells):
        _mark(cell, position, script)
        if cell["id"] in hints and mark_of(cell).is_gap:
            cell.metadata.setdefault(NOTES, {})["hints"] = list(hints.pop(cell["id"]))
    for gap in hints:
        raise BuildError(f"{script}: the hints of {gap!r} belong to no gap.", "Rename one.")
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


def _without_hints(
    cells: list[NotebookNode], script: Path
) -> tuple[list[NotebookNode], dict[str, tuple[str, ...]]]:
    """Take out the text cells marked `hints="gap"`; return the others, and the hints by gap."""
    hints: dict[str, tuple[str, ...]] = {}
    for cell in cells:
        if "hints" not in cell.metadata:
            continue
        gap = cell.metadata["hints"]
        hints[gap] = items_of(cell.source)
        if not hints[gap]:
            raise BuildError(f"{script}: the hints of {gap!r} have no item.", "Write `1. …` first.")
    return [cell for cell in cells if "hints" not in cell.metadata], hints


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
