"""Labels of hidden checks, read from the source of test cells; nothing else of a test is read.

A label stands in `check.hidden("label", …)`, or in a column of the table that a loop around such a
call goes through.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from course.notebook.marks import mark_of


@dataclass(frozen=True)
class HiddenCheck:
    """A hidden check, by its label."""

    label: str
    outcome: str
    """`passed`, `failed`, or "" where it is not known."""


def hidden_labels(source: NotebookNode) -> dict[str, list[str]]:
    """Return the labels of the hidden checks of every gap, in the order in which they run."""
    tests = ((mark_of(cell), cell["source"]) for cell in source["cells"])
    return {mark.exercise: _labels(test) for mark, test in tests if mark.is_test}


def check_outcomes(labels: list[str], correct: bool, message: str) -> list[HiddenCheck]:
    """Return how each check went: all passed if the gap is correct, else `message` names one."""
    if correct:
        return [HiddenCheck(label, "passed") for label in labels]
    return [HiddenCheck(label, "failed" if f": {label}." in message else "") for label in labels]


def _labels(test: str) -> list[str]:
    """Find the labels of one test cell."""
    tree = ast.parse(test)
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For)]
    labels: list[str] = []
    for node in sorted(ast.walk(tree), key=lambda one: getattr(one, "lineno", 0)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr == "hidden" and node.args:
            labels += _texts(node.args[0], loops)
    return list(dict.fromkeys(labels))


def _texts(argument: ast.expr, loops: list[ast.For]) -> Iterator[str]:
    """Read a label that is written out, or the column of a loop's table that holds it."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, ast.Name):
        for loop in loops:
            yield from _column(loop, argument.id)


def _column(loop: ast.For, name: str) -> Iterator[str]:
    """Read the texts that a loop over a written-out table gives to `name`."""
    targets = loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]
    names = [target.id if isinstance(target, ast.Name) else "" for target in targets]
    rows = loop.iter.elts if isinstance(loop.iter, ast.List | ast.Tuple) else []
    if name not in names:
        return
    place = names.index(name)
    for row in rows:
        cell = row.elts[place] if isinstance(row, ast.Tuple) and place < len(row.elts) else row
        if isinstance(cell, ast.Constant) and isinstance(cell.value, str):
            yield cell.value


# What a page says of each gap: the mark that counts, the message, what to read next.
