"""Checks of plain answers, numbers and the letters of a quiz, and their shares of the mark.

The quiz in the notebook, in the terminal and on the web page uses the same rule; the page has it in
JavaScript, and a test compares the two.
"""

import math
import operator
import re
from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np

from course.checks.arrays import kind_of, quoted
from course.checks.failures import Unanswered, Wrong

Case = tuple[int, ...]


def attempted(value: Any) -> Any:
    """Return the value unless it is still the None (or `...`) that was given."""
    if value is None or value is ...:
        raise Unanswered("not answered yet. Write your answer in place of None.")
    return value


def number(value: Any) -> Any:
    """Return one real number; a 0-d array or tensor counts, a truth value does not."""
    value = attempted(value)
    if isinstance(value, (str, bytes)):
        raise Wrong("one number was expected, but it is text.", "text-for-numbers")
    # NumPy raises an error of its own for rows of different lengths.
    if not isinstance(value, (bool, np.bool_, list, tuple)) and np.ndim(value) == 0:
        scalar = np.asarray(value)
        if scalar.dtype.kind in "iuf":
            return scalar.item()
    if isinstance(value, (list, np.ndarray)) and _holds_one(value):
        raise Wrong(f"one number was expected, but it is {kind_of(value)}.", "number-in-a-list")
    if isinstance(value, tuple):
        raise Wrong(f"one number was expected, but it is {kind_of(value)}.", "several-results")
    raise Wrong(f"one number was expected, but it is {kind_of(value)}.")


def _holds_one(value: Any) -> bool:
    """Tell whether a list, or lists within a list, or an array hold one number."""
    while isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    if isinstance(value, np.ndarray):
        return value.size == 1
    return isinstance(value, (int, float, np.number))


def integer(value: Any) -> int:
    """Return a whole number of an integer type, Python's or NumPy's."""
    result = number(value)
    try:
        return operator.index(result)
    except TypeError:
        raise Wrong(
            f"an integer was expected, but the result is {result!r}, a floating-point number.",
            "count-with-fraction",
        ) from None


def compare_counts(
    name: str,
    results: Mapping[Case, Any],
    expected: Mapping[Case, int],
    mistakes: Mapping[Case, Mapping[str, float]],
    *,
    kept: bool = False,
) -> None:
    """Compare what the function `name` counted; name a misconception that explains every case.

    All three map the arguments of a call: to its result, to the right one, and to those of usual
    mistakes by the misconceptions' ids. `kept`: equal calls gave different results.
    """
    counted = {case: integer(result) for case, result in results.items()}
    wrong = next((case for case in expected if counted[case] != expected[case]), None)
    if wrong is None:
        return
    causes = [
        cause
        for cause in mistakes[wrong]
        if all(mistakes[case][cause] == counted[case] for case in expected)
    ]
    call = f"{name}({', '.join(map(str, wrong))})"
    cause = causes[0].partition(":")[0] if causes else ""
    raise Wrong(
        f"{call} is {counted[wrong]}, but {expected[wrong]} was expected.",
        "kept-between-calls" if kept else cause,
    )


def choice(value: Any, letters: str) -> str:
    """Return one of the letters on offer, as a small letter."""
    value = attempted(value)
    wanted = " or ".join(f'"{letter}"' for letter in letters)
    if not isinstance(value, str):
        raise Wrong(f"write one letter in quotes ({wanted}); it is {kind_of(value)}.")
    letter = value.strip().lower()
    if len(letter) != 1 or letter not in letters:
        raise Wrong(f"the answer is one of {wanted}, but it says {quoted(value[:20])}.")
    return letter


def choices(value: Any, letters: str) -> str:
    """Return the letters that were ticked, sorted; text, lists, tuples and sets will do."""
    value = attempted(value)
    if not isinstance(value, (str, list, tuple, set, frozenset)):
        raise Wrong(f'write the letters in quotes, like "ac"; it is {kind_of(value)}.')
    other = next((part for part in value if not isinstance(part, str)), None)
    if other is not None:
        raise Wrong(f'write the letters in quotes, like "ac"; one of them is {kind_of(other)}.')
    ticked = {letter for part in value for letter in part.strip().lower() if letter not in " ,;"}
    if not ticked <= set(letters):
        said = value if isinstance(value, str) else " ".join(value)
        raise Wrong(
            f'write letters alone, like "ac"; the options are {", ".join(letters)}, but it says '
            f"{quoted(said[:20])}."
        )
    if not ticked:
        raise Wrong("no option is ticked; at least one is right.")
    return "".join(sorted(ticked))


def score_choice(answer: object, key: str) -> float:
    """Return 1.0 for the one right letter, else 0.0."""
    return float(chosen_letters(answer) == [key])


def score_several(answer: object, key: str, letters: str) -> float:
    """Return right ones chosen / right ones − wrong ones chosen / wrong ones, at least 0.0.

    Choosing nothing or everything earns 0.0, so that ticking at random does not pay.
    """
    chosen = set(chosen_letters(answer))
    if not chosen <= set(letters):
        return 0.0
    right, wrong = set(key), set(letters) - set(key)
    share = len(chosen & right) / len(right) - len(chosen & wrong) / len(wrong)
    return max(0.0, share)


def score_number(answer: object, key: float) -> float:
    """Return 1.0 for the right number, else 0.0; 26, 26.0 and NumPy's 26 are the same."""
    number = as_number(answer)
    return float(number is not None and math.isclose(number, key, rel_tol=1e-9, abs_tol=1e-9))


def mark(points: float, share: float) -> float | None:
    """Return the marks as nbgrader reads them from a cell's last expression.

    None, which shows nothing, stands for full marks; a plain float, rounded to six digits, for a
    part of them.
    """
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"a share of the mark lies between 0 and 1, not at {share!r}")
    return None if share == 1.0 else round(float(points) * float(share), 6)


def chosen_letters(answer: object) -> list[str]:
    """Return the letters of an answer, sorted and each once: "ca", "c, a" and {"a", "c"} agree.

    Anything else than letters gives an empty list.
    """
    parts = [answer] if isinstance(answer, str) else answer
    if not isinstance(parts, (list, tuple, set, frozenset)):
        return []
    if not all(isinstance(part, str) for part in parts):
        return []
    letters = re.sub(r"[\s,;]", "", "".join(parts)).lower()
    return sorted(set(letters)) if letters.isalpha() else []


def as_number(answer: object) -> float | None:
    """Return an answer as a float; None for what is not one finite number (booleans are not)."""
    if isinstance(answer, bool) or not isinstance(answer, Real):
        return None
    try:
        number = float(answer)
    except (OverflowError, ValueError):
        return None
    return number if math.isfinite(number) else None
