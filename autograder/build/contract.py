"""What every source notebook must hold before it is released or used for grading."""

import ast
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.errors import BuildError, GradingError
from course.notebook.cell_marks import exercise_of, id_of_test, mark_of

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
