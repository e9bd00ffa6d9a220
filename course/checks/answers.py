"""Checks of plain answers: numbers, and the letters of a quiz."""

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from course.checks.arrays import kind_of
from course.checks.failures import NotAttempted

if TYPE_CHECKING:
    from course.checks.exercise import Exercise


def attempted(check: "Exercise", value: Any) -> Any:
    """Return the value unless it is still the None (or `...`) that was given."""
    if value is None or value is ...:
        raise NotAttempted(f"`{check.name}`: not answered yet. Write your answer for None.")
    return value


def number(check: "Exercise", value: Any) -> Any:
    """Return one real number; a 0-d array or tensor counts, a truth value does not."""
    value = attempted(check, value)
    is_truth = isinstance(value, (bool, np.bool_))
    if not is_truth and not isinstance(value, (str, bytes)) and np.ndim(value) == 0:
        scalar = np.asarray(value)
        if scalar.dtype.kind in "iuf":
            return scalar.item()
    if isinstance(value, (str, bytes)):
        check.fail("one number was expected, but it is text.", "text-for-numbers")
    return check.fail(f"one number was expected, but it is {kind_of(value)}.")


def integer(check: "Exercise", value: Any) -> int:
    """Return a whole number of an integer type, Python's or NumPy's."""
    result = number(check, value)
    try:
        return operator.index(result)
    except TypeError:
        return _not_an_integer(check, result)


def _not_an_integer(check: "Exercise", value: float) -> int:
    """Say why a float is not taken."""
    check.fail(
        f"an integer was expected, but the result is {value!r}, a floating-point number.",
        "count-with-fraction",
    )
    raise AssertionError("fail always raises")


def counts(
    check: "Exercise",
    function: Callable[..., Any],
    cases: dict[tuple[int, ...], int],
    mistakes: Callable[..., dict[str, float]],
) -> None:
    """Compare what a function counts; a misconception is named if it explains every case."""
    results = check.call_each(function, list(cases))
    got = {case: integer(check, result) for case, result in zip(cases, results, strict=True)}
    wrong = [case for case in cases if got[case] != cases[case]]
    if not wrong:
        return
    known = {case: mistakes(*case) for case in cases}
    causes = [
        name for name in known[wrong[0]] if all(known[case][name] == got[case] for case in cases)
    ]
    call = f"{check.name}({', '.join(map(str, wrong[0]))})"
    check.fail(
        f"{call} is {got[wrong[0]]}, but {cases[wrong[0]]} was expected.",
        causes[0].partition(":")[0] if causes else "",
    )


def choice(check: "Exercise", value: Any, letters: str) -> str:
    """Return one of the letters on offer, as a small letter."""
    value = attempted(check, value)
    wanted = " or ".join(f'"{letter}"' for letter in letters)
    if not isinstance(value, str):
        check.fail(f"write one letter in quotes ({wanted}); it is {kind_of(value)}.")
    letter = value.strip().lower()
    if len(letter) != 1 or letter not in letters:
        check.fail(f"the answer is one of {wanted}, but it says {value[:20]!r}.")
    return letter


def choices(check: "Exercise", value: Any, letters: str) -> str:
    """Return the letters that were ticked, sorted; text, lists, tuples and sets will do."""
    value = attempted(check, value)
    if not isinstance(value, (str, list, tuple, set, frozenset)):
        check.fail(f'write the letters in quotes, like "ac"; it is {kind_of(value)}.')
    parts = [str(part).strip().lower() for part in value]
    ticked = {letter for part in parts for letter in part if letter not in " ,;"}
    unknown = sorted(ticked - set(letters))
    if unknown:
        check.fail(f"{unknown[0]!r} is not one of the options {', '.join(letters)}.")
    check.that(ticked, "no option is ticked; at least one is right.")
    return "".join(sorted(ticked))
