"""Checks of arrays: kind → type → rank → shape → value, stopping at the first that fails."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from course.checks.failures import Wrong
from course.visible import visible

RELATIVE_TOLERANCE = 1e-4
_LONGEST = 60  # characters of a value in a message

Mistakes = Mapping[str, Any]
"""Id of a misconception, with or without `:` and a remark → the result it gives, an array or a
number; or a function that tells whether a result is of that kind."""


class OnDemand(Mapping[str, Any]):
    """Mistakes that are computed when the first is looked at: for a right result, never."""

    def __init__(self, compute: Callable[[], Mistakes]) -> None:
        """Take what computes them; what it reads must not change until then."""
        self._compute = compute

    def __bool__(self) -> bool:
        """True: to look whether there are any would compute them."""
        return True

    @cached_property
    def _computed(self) -> Mistakes:
        return self._compute()

    def __getitem__(self, name: str) -> Any:
        return self._computed[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._computed)

    def __len__(self) -> int:
        return len(self._computed)


_KINDS = {
    "NoneType": "None",
    "str": "text",
    "dict": "a dictionary",
    "bool": "a truth value",
    "int": "a single integer",
    "float": "a single number",
    "generator": "a generator",
    "ellipsis": "`...`",
}


def kind_of(value: Any) -> str:
    """Say in a few words what kind of thing a value is."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and type {value.dtype}"
    if callable(value):
        return "a function"
    name = type(value).__name__
    article = "an" if name[0].lower() in "aeiou" else "a"
    return _KINDS.get(name, f"{article} {name}")


def quoted(value: Any) -> str:
    """Write a value in at most 60 characters, without a terminal's control sequences."""
    text = repr(_printed(value))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 2]} …"


def _printed(value: Any) -> Any:
    """Clean the beginning of a text, and of texts in lists and tuples."""
    if isinstance(value, str):
        return visible(value[:_LONGEST])
    if isinstance(value, (list, tuple)):
        return type(value)([_printed(one) for one in value[:_LONGEST]])
    return value


def as_array(value: Any) -> np.ndarray:
    """Read a value as NumPy does; lists, tuples and TensorFlow's tensors are arrays too."""
    if value is None or isinstance(value, (dict, set)) or callable(value):
        raise Wrong(f"an array was expected, but it is {kind_of(value)}.")
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        cause = "several-results" if _is_several(value) else "ragged-rows"
        raise Wrong("the result can't be read as one array.", cause) from None
    if array.dtype.kind in "US":
        raise Wrong("an array of numbers was expected.", "text-for-numbers")
    if array.dtype.kind not in "biuf":
        # A list is right if it holds numbers.
        odd = next(_no_numbers(value), value)
        it_is = f"it is {kind_of(value)}" if odd is value else f"{kind_of(odd)} is in it"
        raise Wrong(f"an array of numbers was expected, but {it_is}.")
    return array


def shape_of(value: Any) -> tuple[int, ...]:
    """Return a value's shape as NumPy reads it; () for rows that are not all of the same length."""
    try:
        return np.shape(value)
    except ValueError:
        return ()


def _no_numbers(value: Any) -> Iterator[Any]:
    """Yield what is no number in lists and tuples."""
    for part in value if isinstance(value, (list, tuple)) else ():
        if isinstance(part, (list, tuple)):
            yield from _no_numbers(part)
        elif not isinstance(part, (int, float, np.number, np.ndarray)):
            yield part


def _is_several(value: Any) -> bool:
    """Tell whether a result is a tuple with an array in it, as `return a, b` makes it.

    A list with an array in it is one too if anything else in it is not of that rank.
    """
    items = value if isinstance(value, (tuple, list)) else ()
    ranks = {item.ndim if isinstance(item, np.ndarray) else -1 for item in items}
    return bool(ranks - {-1}) and (isinstance(value, tuple) or len(ranks) > 1)


def checked(
    value: Any,
    shape: tuple[int, ...],
    *,
    floating: bool,
    wrong_shapes: dict[tuple[int, ...], str],
    mistakes: Mistakes,
) -> np.ndarray:
    """Return the result as an array once its kind, type, rank and shape are as expected.

    `wrong_shapes` maps a shape that a misconception gives to its id; `mistakes` maps ids to whole
    results. Raises Wrong.
    """
    array = as_array(value)
    if _is_several(value) and array.shape != shape:
        raise Wrong(f"{kind_of(value)} of length {len(value)} was returned.", "several-results")
    if floating and array.dtype.kind != "f":
        raise Wrong(
            f"floating-point numbers were expected, but the result has type {array.dtype}.",
            _cause_of_integers(array, mistakes),
        )
    if floating and array.dtype.itemsize < 4:
        raise Wrong(f"the result has type {array.dtype}.", "too-few-bits")
    if array.shape == shape:
        return array
    cause = _cause_of_shape(array, shape, wrong_shapes, mistakes)
    if array.ndim != len(shape):
        axes = "1 axis" if array.ndim == 1 else f"{array.ndim} axes"
        raise Wrong(
            f"the result has {axes}, shape {array.shape}, but {len(shape)} axes were "
            f"expected, shape {shape}.",
            cause,
        )
    raise Wrong(f"the result has shape {array.shape}, but {shape} was expected.", cause)


def _cause_of_integers(array: np.ndarray, mistakes: Mistakes) -> str:
    """Tell whole numbers that were never scaled from those that lost their fractions."""
    for name, wrong in mistakes.items():
        if not callable(wrong) and is_close(array.ravel(), np.ravel(wrong)):
            return name.partition(":")[0]
    return "scaled-to-integers"


def _cause_of_shape(
    array: np.ndarray,
    shape: tuple[int, ...],
    wrong_shapes: dict[tuple[int, ...], str],
    mistakes: Mistakes,
) -> str:
    """Name what led to a wrong shape: a mistake known by its values, by its shape, or neither."""
    for name, wrong in mistakes.items():
        if not callable(wrong) and is_close(array, wrong):
            return name.partition(":")[0]
    if array.shape in wrong_shapes:
        return wrong_shapes[array.shape]
    if array.shape[1:] == shape[1:] and array.shape[0] >= 1000 > shape[0]:
        return "hard-coded-count"
    if array.shape[1:3] == (28, 28) != shape[1:3]:
        return "hard-coded-count" if array.shape[0] >= 1000 > shape[0] else "hard-coded-size"
    return ""


def is_close(got: Any, expected: Any, tolerance: float = RELATIVE_TOLERANCE) -> bool:
    """Compare with a relative tolerance (1e-4), measured against the largest value.

    Sums of float32 products near zero have no relative accuracy of their own, hence the scale.
    """
    got, expected = np.asarray(got, dtype=float), np.asarray(expected, dtype=float)
    finite = np.abs(expected[np.isfinite(expected)])
    scale = float(finite.max()) if finite.size else 0.0
    floor = max(tolerance * scale, 1e-9)
    return got.shape == expected.shape and np.allclose(got, expected, rtol=0.0, atol=floor)


def square(value: Any, side_of: Callable[[int, int], int]) -> Any:
    """Cut an array, or repeat its edge, so that the last two axes are equal: `min` or `max`."""
    if not isinstance(value, np.ndarray) or value.ndim < 2:
        return value
    side = side_of(*value.shape[-2:])
    cut = value[..., :side, :side]
    missing = [(0, 0)] * (value.ndim - 2) + [(0, side - extent) for extent in cut.shape[-2:]]
    return np.pad(cut, missing, mode="edge")


def same(first: Any, second: Any) -> bool:
    """Tell whether two results of a learner's function are equal; NaN equals NaN."""
    try:
        return is_close(first, second) or np.array_equal(first, second, equal_nan=True)
    except (TypeError, ValueError):
        return bool(repr(first) == repr(second))


def compare(
    got: Any,
    expected: Any,
    mistakes: Mistakes,
    lent: Sequence[tuple[np.ndarray, np.ndarray]] = (),
    tolerance: float = RELATIVE_TOLERANCE,
) -> None:
    """Raise Wrong for the first value that differs; where it fits a known mistake, name that.

    `lent` pairs each array of the question with the copy that the learner's function got: it may
    have written into that one.
    """
    got, expected = np.asarray(got), np.asarray(expected)
    got = got.astype(int) if got.dtype.kind == "b" else got
    if is_close(got, expected, tolerance):
        return
    difference = _first_difference(got, expected, tolerance)
    for name, wrong in mistakes.items():
        if _fits(got, expected, wrong, tolerance):
            raise Wrong(difference, name.partition(":")[0])
    changed = any(not np.array_equal(kept, copy, equal_nan=True) for kept, copy in lent)
    raise Wrong(difference, "input-changed" if changed else "")


def _fits(got: np.ndarray, expected: np.ndarray, wrong: Any, tolerance: float) -> bool:
    """Tell whether a mistake explains the result, and would be told from the right one."""
    if callable(wrong):
        return bool(wrong(got))
    return is_close(got, wrong, tolerance) and not is_close(expected, wrong, tolerance)


def _first_difference(got: np.ndarray, expected: np.ndarray, tolerance: float) -> str:
    """Quote the first place at which the values differ."""
    if got.ndim == 0:
        return f"{expected} was expected, but the result is {got}."
    differs = ~np.isclose(got, expected, rtol=tolerance, atol=0.0)
    place = tuple(int(index) for index in np.argwhere(differs)[0])
    where = ", ".join(map(str, place))
    return (
        f"the value at [{where}] is {got[place]:.6g}, but {expected[place]:.6g} was expected "
        f"({int(differs.sum())} of {got.size} values differ)."
    )


def untouched(after: Any, before: Any) -> None:
    """Raise Wrong if the input array was changed in place."""
    after, before = np.asarray(after), np.asarray(before)
    if after.shape != before.shape or after.dtype != before.dtype or (after != before).any():
        raise Wrong("", "input-changed")
