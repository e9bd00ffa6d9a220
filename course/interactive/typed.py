"""Reads what people type for a number, a shape, a list or a choice."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

_NUMBER = re.compile(r"[-+−]?(?:\d+(?:\.\d+)?|\.\d+)")
_GROUPED = re.compile(r"\d{1,3}(?:[, '_\u00a0\u202f]\d{3})+(?:\.\d+)?")
# A number with what may stand around it: "about 80 %", "~ 1,600", "10 pixels".
_ONE = re.compile(r"(?:about|roughly|ca\.?|[~≈])?\s*([-+−]?[\d.][\d.,'_ \u00a0\u202f]*)\s*(.*)")
_QUOTES = "\"'`“”‘’"


def read(typed: Any, like: Any = 0, choices: Mapping[str, str] | None = None) -> Any:
    """Return the value of a guess; raise ValueError, with what to write instead, if it has none.

    `like` is an example of what is asked for: a number, a tuple, a list, or a text for free words.
    With `choices` the guess is the letter or the words of one of them. What was not typed but
    written as a value stays as it is.
    """
    if choices:
        return _choice(typed, choices)
    if not isinstance(typed, str) or isinstance(like, str):
        return typed
    text = typed.strip().strip(_QUOTES).strip()
    return _number(text) if isinstance(like, (int, float)) else _numbers(text, like)


def _choice(typed: Any, choices: Mapping[str, str]) -> str:
    """Return the letter of a choice, which may be written as "b", (B) or in the choice's words."""
    if isinstance(typed, str):
        text = typed.strip().strip(_QUOTES + "().:").strip().casefold()
        for letter, words in choices.items():
            if text and text in (letter.casefold(), words.casefold()):
                return letter
            if words and text == f"{letter}: {words}".casefold():
                return letter
    listed = ", ".join(choices)
    shown = typed if isinstance(typed, str) else repr(typed)
    raise ValueError(f"{shown} is not a choice. Write one of {listed}.")


def _number(text: str) -> float:
    """Return a number with or without separators, a unit, or a percent sign."""
    found = _ONE.fullmatch(text)
    if found and not re.search(r"\d", found[2]):
        digits = found[1].strip().replace("−", "-")
        unsigned = digits.lstrip("+-")
        if _GROUPED.fullmatch(unsigned):
            digits = re.sub(r"[^\d.+-]", "", digits)
        elif re.fullmatch(r"\d+,\d{1,2}", unsigned):  # a decimal comma
            digits = digits.replace(",", ".")
        try:
            return float(digits.replace("_", "").replace(" ", ""))
        except ValueError:
            pass
    raise ValueError(f"{text} is not a number. Write one, such as 12 or 0.5.")


def _numbers(text: str, like: Any) -> Any:
    """Return the numbers of a shape or of a list, in as many rows as were written."""
    rows = [
        tuple(_plain(part) for part in _NUMBER.findall(row))
        for row in re.split(r"\]\s*,?|;|\n", text)
        if _NUMBER.search(row)
    ]
    rest = re.sub(r"[\s\[\](),;x×*]|\band\b", "", _NUMBER.sub("", text))
    if not rows or rest:
        raise ValueError(f"{text} can't be read. Write it as {like}.")
    if len(rows) > 1:
        return [list(row) for row in rows]
    return rows[0] if isinstance(like, tuple) else list(rows[0])


def _plain(digits: str) -> float | int:
    number = float(digits.replace("−", "-"))
    return int(number) if number.is_integer() else number


def shaped(guess: Any, actual: Any) -> np.ndarray:
    """Return a guess as an array, laid out in rows as the result is where its size allows that."""
    array, result = np.asarray(guess, dtype=float), np.asarray(actual)
    is_flat = array.ndim == 1 and result.ndim > 1 and array.size == result.size
    return array.reshape(result.shape) if is_flat else array
