"""Checks the lesson's table of shapes and parameters, which the learner fills, cell by cell."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from course.interactive.display import Shown, table

_RIGHT, _WRONG, _OPEN = "✓", "✗", "…"


def shapes_table(filled: Mapping[str, Any]) -> Shown:
    """Check a table of the lesson's network, cell by cell, and return it with marks and hints.

    `filled` has a pair for each layer: the output shape for one image, and the number of its
    parameters; None where the learner has no answer yet. `"total"` has the sum of all parameters.
    """
    from course.checks.models import LESSON_CNN

    rows, right = [("input", "(28, 28, 1)", "0", "")], 0
    for name, layer in LESSON_CNN.items():
        shape, parameters = _pair(filled.get(name))
        shape_mark, shape_hint = check_shape(shape, layer.shape)
        count_mark, count_hint = check_count(name, parameters, layer.parameters)
        right += (shape_mark == _RIGHT) + (count_mark == _RIGHT)
        hints = "\n".join(filter(None, (shape_hint, count_hint)))
        rows.append((name, _cell(shape_mark, shape), _cell(count_mark, parameters), hints))
    total = filled.get("total")
    mark, hint = check_count("total", total, sum(layer.parameters for layer in LESSON_CNN.values()))
    right += mark == _RIGHT
    rows.append(("total", "", _cell(mark, total), hint))
    cells = 2 * len(LESSON_CNN) + 1
    note = f"{right} of {cells} cells are right." + (" All of them!" if right == cells else "")
    header = ("layer", "shape that comes out", "parameters", "where to look")
    return table("From 28 × 28 pixels to 10 classes", header, rows, note)


def check_shape(value: Any, expected: tuple[int, ...]) -> tuple[str, str]:
    """Return the mark of a shape, and a hint if it is wrong."""
    if value is None:
        return _OPEN, ""
    shape = tuple(np.atleast_1d(np.asarray(value, dtype=object)).tolist())
    if shape == expected:
        return _RIGHT, ""
    if len(shape) == len(expected) + 1:
        return _WRONG, "Leave the batch axis out: the shape is that of one image."
    if len(shape) != len(expected):
        axes = "rows, columns, feature maps" if len(expected) == 3 else "one number, as (n,)"
        return _WRONG, f"It has {len(expected)} of them: {axes}."
    if len(expected) == 3 and shape[:2] == expected[:2]:
        return _WRONG, "Rows and columns are right. How many feature maps are there?"
    if len(expected) == 3:
        return _WRONG, "Count the positions: a 3×3 window in a row of n, or whole blocks of 2."
    return _WRONG, "Flatten multiplies what comes in; a dense layer gives a number for each unit."


def check_count(name: str, value: Any, expected: int) -> tuple[str, str]:
    """Return the mark of a number of parameters, and a hint if it is wrong."""
    if value is None:
        return _OPEN, ""
    if value == expected and not isinstance(value, bool):
        return _RIGHT, ""
    if expected == 0:
        return _WRONG, "Nothing is learned here."
    if name == "total":
        return _WRONG, "Add up the column above."
    outputs = {"conv_1": 64, "conv_2": 64, "dense_1": 128, "dense_2": 10}[name]
    if value == expected - outputs:
        return _WRONG, f"The biases are missing: one for each of {outputs}."
    if name == "conv_2" and value == 64 * (3 * 3 + 1):
        return _WRONG, "Each kernel spans all 64 maps that come in."
    if name.startswith("conv"):
        return _WRONG, "For each filter: 3·3·(channels that come in) weights and one bias."
    return _WRONG, "For each unit: one weight for each number that comes in, and one bias."


def _pair(value: Any) -> tuple[Any, Any]:
    """Return the shape and the number of a row; a row that is no pair is taken for a shape."""
    if isinstance(value, (list, tuple)) and len(value) == 2:
        return value[0], value[1]
    return value, None


def _cell(mark: str, value: Any) -> str:
    """Write a mark and its value."""
    if value is None:
        return mark
    return f"{mark} {value:,}" if isinstance(value, int) else f"{mark} {value}"
