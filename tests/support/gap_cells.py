"""Run a gap's real test cell, hidden checks included, in this process: no kernel, no nbgrader."""

import ast
import io
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from typing import Any

import nbformat
import numpy as np
from support.contract import ASSIGNMENT_OF, POINTS
from support.places import COURSE

from course.checks import CheckFailed
from course.notebook.cell_marks import mark_of

TEST_FILE = "<ipython-input-test>"
"""A name as IPython gives a cell: a message quotes the learner's cells, and not the test."""


@dataclass(frozen=True)
class Judgment:
    """What a test cell says of an answer."""

    score: float
    """Points, of those that the cell is worth."""
    said: str
    """What the learner reads."""
    misconception: str = ""
    kind: str = ""
    """Class of the failure; "" if none was raised."""


@cache
def _notebook(assignment: str) -> Any:
    return nbformat.read(COURSE.source(assignment), as_version=4)


@cache
def cells_of(assignment: str) -> dict[str, str]:
    """Return the source of every test cell by its gap."""
    return {
        mark_of(cell).exercise: cell.source
        for cell in _notebook(assignment).cells
        if mark_of(cell).is_test
    }


def imported_names(gap: str) -> dict[str, Any]:
    """Return the modules that the gap's notebook imports, by the names that it gives them."""
    if ASSIGNMENT_OF[gap] != "cnn":
        return {"np": np}
    import tensorflow as tf

    return {"np": np, "tf": tf}


def judge(assignment: str, gap: str, answer: Any, **names: Any) -> Judgment:
    """Run a gap's test on an answer: the object that the gap should define, or a script."""
    namespace: dict[str, Any] = {"np": np, **names}
    if isinstance(answer, str) and assignment != "quiz":
        exec(compile(answer, "<answer>", "exec"), namespace)
    else:
        namespace[gap] = answer
    return judge_in(namespace, assignment, gap)


def judge_in(namespace: dict[str, Any], assignment: str, gap: str) -> Judgment:
    """Run a gap's test where its answer is defined."""
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            last = _run_cell(cells_of(assignment)[gap], namespace)
    except CheckFailed as failure:
        return Judgment(0.0, str(failure), failure.misconception, type(failure).__name__)
    score = POINTS[assignment][gap] if last is None else float(last)
    return Judgment(score, printed.getvalue(), namespace["check"].misconception)


def run_test(assignment: str, gap: str, answer: Any, **names: Any) -> float | str:
    """Return 1.0 for all the points, the points that are a part, or why there are none."""
    verdict = judge(assignment, gap, answer, **names)
    if verdict.kind:
        return verdict.said
    return 1.0 if verdict.score == POINTS[assignment][gap] else verdict.score


def _run_cell(source: str, namespace: dict[str, Any]) -> Any:
    """Run a cell and return its last expression's value, as a notebook does."""
    tree = ast.parse(source)
    last = tree.body[-1]
    if not isinstance(last, ast.Expr):
        exec(compile(tree, TEST_FILE, "exec"), namespace)
        return None
    exec(compile(ast.Module(tree.body[:-1], []), TEST_FILE, "exec"), namespace)
    return eval(compile(ast.Expression(last.value), TEST_FILE, "eval"), namespace)
