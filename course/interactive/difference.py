"""Compares two networks layer by layer, side by side."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, Literal

from course.interactive.display import Shown, table

Mark = Literal["same", "changed", "added", "removed"]
_SIGNS: dict[Mark, str] = {"same": "=", "changed": "≠", "added": "+", "removed": "−"}


@dataclass(frozen=True)
class Row:
    """One layer of each network, or "" where a network has none."""

    mark: Mark
    left: str
    right: str


def diff_models(first: Any, second: Any, names: tuple[str, str] = ("first", "second")) -> Shown:
    """Show two Keras models side by side: what is the same, changed, added or removed."""
    rows = difference(first, second)
    count = {mark: sum(row.mark == mark for row in rows) for mark in _SIGNS}
    words = ", ".join(f"{number} {mark}" for mark, number in count.items() if number)
    totals = f"Parameters: {first.count_params():,} and {second.count_params():,}."
    return table(
        f"{names[0]} and {names[1]}: {words}",
        ("", *names),
        [(f"{_SIGNS[row.mark]} {row.mark}", row.left, row.right) for row in rows],
        totals,
    )


def difference(first: Any, second: Any) -> list[Row]:
    """Align the layers of two built models, after their inputs."""
    inputs = (f"one image: {tuple(model.input_shape[1:])}" for model in (first, second))
    rows = [_row(*inputs)]
    left, right = ([_layer(layer) for layer in model.layers] for model in (first, second))
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for _, left_start, left_end, right_start, right_end in matcher.get_opcodes():
        pairs = zip_longest(left[left_start:left_end], right[right_start:right_end], fillvalue="")
        rows += [_row(*pair) for pair in pairs]
    return rows


def _row(left: str, right: str) -> Row:
    if left == right:
        return Row("same", left, right)
    return Row("added" if not left else "removed" if not right else "changed", left, right)


def _layer(layer: Any) -> str:
    """Describe a layer by its type and settings."""
    settings = [_size(layer, name) for name in ("filters", "units", "kernel_size", "pool_size")]
    settings.append(_activation(layer))
    return " ".join([type(layer).__name__, *filter(None, settings)])


def _size(layer: Any, name: str) -> str:
    value = getattr(layer, name, None)
    if isinstance(value, tuple):
        return "×".join(map(str, value))
    return "" if value is None else str(value)


def _activation(layer: Any) -> str:
    """Return the name of an activation, the same for TensorFlow's and Keras's; "" for linear."""
    name = getattr(getattr(layer, "activation", None), "__name__", "")
    return "" if name == "linear" else name.removesuffix("_v2")
