"""Run a gap's real test cell, hidden checks included, in this process: no kernel, no nbgrader."""

import ast
import io
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import numpy as np

from autograder.course_folder import CourseFolder
from course.checks import CheckFailed

COURSE = CourseFolder(Path(__file__).parents[1])


@cache
def cells_of(assignment: str) -> dict[str, str]:
    """Return the source of every test cell by its gap."""
    cells = nbformat.read(COURSE.source(assignment), as_version=4).cells
    return {
        cell["id"].removeprefix("test_"): cell.source
        for cell in cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }


def run_test(assignment: str, gap: str, answer: Any, **names: Any) -> float | str:
    """Return the share of the points that an answer gets: 1.0, a part, or why it gets none.

    `answer` is the object that the gap should define, or a script that defines it.
    """
    namespace: dict[str, Any] = {"np": np, **names}
    if isinstance(answer, str) and assignment != "quiz":
        exec(compile(answer, "<answer>", "exec"), namespace)
    else:
        namespace[gap] = answer
    try:
        with redirect_stdout(io.StringIO()):
            last = _run_cell(cells_of(assignment)[gap], namespace)
    except CheckFailed as failure:
        return str(failure)
    return 1.0 if last is None else float(last)


def _run_cell(source: str, namespace: dict[str, Any]) -> Any:
    """Run a cell and return its last expression's value, as a notebook does."""
    tree = ast.parse(source)
    last = tree.body[-1]
    if not isinstance(last, ast.Expr):
        exec(compile(tree, "<test>", "exec"), namespace)
        return None
    exec(compile(ast.Module(tree.body[:-1], []), "<test>", "exec"), namespace)
    return eval(compile(ast.Expression(last.value), "<test>", "eval"), namespace)
