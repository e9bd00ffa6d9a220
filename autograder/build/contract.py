"""Read a generated source notebook."""

import ast
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.errors import BuildError, GradingError
from course.notebook.marks import exercise_of, id_of_test, mark_of


def read_source_notebook(path: Path) -> NotebookNode:
    """Read a source notebook; name the command that makes it if it is missing."""
    if not path.is_file():
        raise GradingError(f"{path} is missing.", "Run `autograder build`.")
    return nbformat.read(path, as_version=4)


# What every source notebook must hold before it is released.


CANARY = "CANARY-HIDDEN"


def require_contract(assignment: str, notebook: NotebookNode) -> None:
    """Refuse a source whose gaps and tests don't pair, or whose tests would leak or mislead."""
    marks = [(cell, mark_of(cell)) for cell in notebook.cells]
    gaps = [mark.grade_id for _, mark in marks if mark.is_gap]
    tests = [mark.grade_id for _, mark in marks if mark.is_test]
    if list(map(id_of_test, gaps)) != tests:
        raise BuildError(f"{assignment}: gaps {gaps} and tests {tests} do not pair in order.")
    for cell, mark in marks:
        if mark.is_test:
            _require_sound_test(assignment, cell)
        if mark.is_gap:
            _require_region(assignment, cell)


def _require_region(assignment: str, cell: NotebookNode) -> None:
    """A gap without a solution region would be released with its whole text replaced."""
    _require_pair(assignment, cell, "SOLUTION")


def _require_pair(assignment: str, cell: NotebookNode, region: str) -> None:
    """Refuse a region that is missing, or that is opened and not closed."""
    begins, ends = (cell.source.count(f"### {word} {region}") for word in ("BEGIN", "END"))
    if not begins:
        raise BuildError(f"{assignment}: {cell['id']} has no ### BEGIN {region} region.")
    if begins != ends:
        raise BuildError(f"{assignment}: {cell['id']} has no ### END {region} for a region.")


def _require_sound_test(assignment: str, cell: NotebookNode) -> None:
    """A test hides something, carries its canary, and is one `with exercise(…)` block."""
    name = cell["id"]
    _require_pair(assignment, cell, "HIDDEN TESTS")
    hidden = re.split("### (?:BEGIN|END) HIDDEN TESTS", cell.source)[1]
    if f"{CANARY}-{assignment}-{exercise_of(name)}" not in hidden:
        raise BuildError(f"{assignment}: {name} lacks its canary in the hidden region.")
    _require_no_stray_value(assignment, name, cell.source)


def _require_no_stray_value(assignment: str, name: str, source: str) -> None:
    """nbgrader reads part marks from a last expression, so a stray one is a wrong mark.

    `check.mark(…)` is the one expression allowed: it gives a plain float or nothing.
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
