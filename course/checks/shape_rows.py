"""The checks of the learner's table of the shapes in the lesson's CNN, row by row."""

from numbers import Real
from typing import Any

import numpy as np

from course.checks.arrays import quoted
from course.checks.failures import Unanswered, Wrong
from course.checks.models import LESSON_CNN, Layer
from course.crossing import without_library

GIVEN = "conv_1"
"""The row that is filled already."""


def rows_to_fill(table: Any) -> list[str]:
    """List the rows that a learner fills; raises Wrong for what is not the table."""
    to_fill = [name for name in LESSON_CNN if name != GIVEN]
    empty = table is None or table is ...
    if not empty and (not isinstance(table, dict) or set(table) != set(LESSON_CNN)):
        raise Wrong(f"keep the dictionary and its seven names: {', '.join(LESSON_CNN)}.")
    if empty or all(table[name] is None for name in to_fill):
        raise Unanswered("not filled yet. Write a shape for each None.")
    return to_fill


def check_row(table: dict[str, Any], name: str) -> None:
    """Raise Wrong unless the row is right; a single number stands for a shape of one axis."""
    value, layer = table[name], LESSON_CNN[name]
    shape = as_shape(value)
    if shape is None:
        raise Wrong(*_not_a_shape(name, value))
    if shape == layer.shape:
        return
    if len(shape) == len(layer.shape) + 1 and shape[1:] == layer.shape:
        raise Wrong(f"{name}: {shape}.", "batch-axis-counted")
    if len(shape) != len(layer.shape):
        axes = f"{len(shape)} axes, but {len(layer.shape)} were expected."
        raise Wrong(f"{name}: {quoted(shape)} has {axes}")
    cause = _cause_of_row(shape, layer)
    advice = "" if cause else _ADVICE[layer.kind]
    raise Wrong(f"{name}: {shape} is not what comes out. {advice}".rstrip(), cause)


def _not_a_shape(name: str, value: Any) -> tuple[str, str]:
    """Say what stands in a row instead of a shape, and the misconception behind it."""
    if value is None or value is ...:
        return f"{name}: not filled yet. Write a shape in place of None.", ""
    parts = _parts(value)
    cause = ""
    if any(isinstance(part, str) for part in parts):
        cause = "shape-as-text"
    elif any(_is_number(part) and float(part) % 1 for part in parts):
        cause = "count-with-fraction"
    return f"{name}: a tuple of whole numbers was expected, but it is {quoted(value)}.", cause


def as_shape(value: Any) -> tuple[int | None, ...] | None:
    """Read whole numbers, 13.0 among them, as a shape; None where it is not one.

    Keras's own tables have None for the batch: it may stand first among several numbers.
    """
    listed = _parts(value)
    whole = [_is_number(part) and float(part) % 1 == 0 for part in listed]
    if all(whole[1:]) and (whole[:1] == [True] or (len(listed) > 1 and listed[0] is None)):
        return tuple(None if part is None else int(part) for part in listed)
    return None


def _parts(value: Any) -> list[Any]:
    """List what stands in a row; a single value is a list of one."""
    value = without_library(value)
    if isinstance(value, (list, tuple)):
        return list(value)
    return value.ravel().tolist() if isinstance(value, np.ndarray) and value.ndim < 2 else [value]


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, (bool, np.bool_))


def _cause_of_row(shape: tuple[int | None, ...], layer: Layer) -> str:
    """Name a misconception that gives this shape, or ""."""
    if len(shape) != 3:
        return ""
    wanted, channels = layer.shape[0], layer.shape[2]
    if shape == (channels, wanted, wanted):
        return "channel-axis-in-front"
    if shape[2] != channels or shape[0] != shape[1]:
        return ""
    kernel_cuts = {wanted + 2: "padding-same", wanted - 1: "off-by-one", wanted + 1: "off-by-one"}
    pooled = {wanted + 1: "remainder-kept", 2 * wanted: "nothing-reduced"}
    pooled[2 * wanted + 1] = "nothing-reduced"
    return (kernel_cuts if layer.kind == "Conv2D" else pooled).get(shape[0] or 0, "")


_ADVICE = {
    "Conv2D": "A 3 × 3 kernel without padding cuts one pixel on each side; the last number is the "
    "number of filters.",
    "MaxPooling2D": "Pooling halves height and width and drops the remainder; the channels stay.",
    "Flatten": "Flatten lays all numbers in a row: multiply the three before it.",
    "Dense": "A dense layer gives one number for each of its units.",
}
