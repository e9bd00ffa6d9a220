"""Checks of arrays: kind → type → rank → shape → value, stopping at the first that fails."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from course.checks.exercise import Exercise

RELATIVE_TOLERANCE = 1e-4

_KINDS = {
    "NoneType": "None",
    "str": "text",
    "dict": "a dictionary",
    "function": "a function",
    "builtin_function_or_method": "a function",
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
    name = type(value).__name__
    article = "an" if name[0].lower() in "aeiou" else "a"
    return _KINDS.get(name, f"{article} {name}")


def as_array(check: "Exercise", value: Any) -> np.ndarray:
    """Read a value as NumPy does; lists, tuples and TensorFlow's tensors are arrays too."""
    if value is None or isinstance(value, (str, bytes, dict, set)) or callable(value):
        check.fail(f"an array was expected, but it is {kind_of(value)}.")
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        check.fail("the result can't be read as an array: are its rows of the same length?")
    if array.dtype.kind not in "biuf":
        check.fail(f"an array of numbers was expected, but it is {kind_of(value)}.")
    return array


def checked(
    check: "Exercise",
    value: Any,
    shape: tuple[int, ...],
    *,
    floating: bool,
    wrong_shapes: dict[tuple[int, ...], str],
) -> np.ndarray:
    """Return the result as an array once its kind, type, rank and shape are as expected."""
    array = as_array(check, value)
    if floating and array.dtype.kind != "f":
        check.fail(
            f"floating-point numbers were expected, but the result has type {array.dtype}. "
            "Is it converted to integers on the way, or never divided?"
        )
    if floating and array.dtype.itemsize < 4:
        check.fail(
            f"the result has type {array.dtype}, which is too coarse for 256 shades. Use 32 or 64 "
            "bits, as NumPy does by itself."
        )
    hint = wrong_shapes.get(array.shape, "")
    if not hint and array.ndim == len(shape) and sorted(array.shape) == sorted(shape):
        hint = "The axes are there, but in another order."
    if array.ndim != len(shape):
        check.fail(
            f"the result has {array.ndim} axes, shape {array.shape}, but {len(shape)} axes were "
            f"expected, shape {shape}. {hint}".rstrip()
        )
    if array.shape != shape:
        check.fail(f"the result has shape {array.shape}, but {shape} was expected. {hint}".rstrip())
    return array


def is_close(got: Any, expected: Any) -> bool:
    """Compare with a relative tolerance of 1e-4, measured against the largest value.

    Sums of float32 products near zero have no relative accuracy of their own, hence the scale.
    """
    got, expected = np.asarray(got, dtype=float), np.asarray(expected, dtype=float)
    finite = np.abs(expected[np.isfinite(expected)])
    scale = float(finite.max()) if finite.size else 0.0
    floor = max(RELATIVE_TOLERANCE * scale, 1e-9)
    return got.shape == expected.shape and np.allclose(got, expected, rtol=0.0, atol=floor)


def compare(check: "Exercise", got: Any, expected: Any, mistakes: dict[str, Any]) -> None:
    """Fail on the first value that differs; where it fits a known mistake, name that."""
    got, expected = np.asarray(got), np.asarray(expected)
    if is_close(got, expected):
        return
    for message, wrong in mistakes.items():
        if is_close(got, wrong) and not is_close(expected, wrong):
            check.fail(message)
    check.fail(_first_difference(got, expected))


def _first_difference(got: np.ndarray, expected: np.ndarray) -> str:
    """Quote the first place at which the values part."""
    if got.ndim == 0:
        return f"{expected} was expected, but the result is {got}."
    differs = ~np.isclose(got, expected, rtol=RELATIVE_TOLERANCE, atol=0.0)
    place = tuple(int(index) for index in np.argwhere(differs)[0])
    where = ", ".join(map(str, place))
    return (
        f"the value at [{where}] is {got[place]:.6g}, but {expected[place]:.6g} was expected "
        f"({int(differs.sum())} of {got.size} values differ)."
    )


def untouched(check: "Exercise", after: Any, before: Any) -> None:
    """Fail if the input array was changed in place."""
    after, before = np.asarray(after), np.asarray(before)
    if after.shape != before.shape or after.dtype != before.dtype or (after != before).any():
        check.fail(
            "the function changed the array it was given. Work on a new array: "
            "`images = images / 255` makes one, `images /= 255` writes into the old."
        )
