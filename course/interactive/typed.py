"""Reads what people type for a number, a shape, a list or a choice."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

_SPACES = " \u00a0\u202f"
# "3-3" is not 3 and -3, so a sign stands after no digit.
_NUMBER = re.compile(r"(?<![\d.])[-+−–]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
_GROUPED = re.compile(rf"[1-9]\d{{0,2}}(?:[,'_{_SPACES}]\d{{3}})+(?:\.\d+)?")
# A number with what may stand around it: "about 80 %", "~ 1,600", "10 pixels".
_ONE = re.compile(
    r"(?:(?:about|around|roughly|approximately|approx|circa|ca)\b\.?\s*|[~≈=×]\s*)*"
    rf"([-+−–]?[\d.](?:[\d.,'_{_SPACES}]|e[-+]?(?=\d))*)(.*)",
    re.IGNORECASE | re.DOTALL,
)
_MULTIPLES = {"k": 1e3, "thousand": 1e3, "million": 1e6}
_THOUSANDS = re.compile(rf"(?<![\d.])[1-9]\d{{0,2}}([,'_{_SPACES}])\d{{3}}(?:\1\d{{3}})*(?!\d)")
_BETWEEN = re.compile(r"[x×✕·*;,]|\bby\b|\band\b", re.IGNORECASE)
_QUOTES = "\"'`“”‘’"
_AROUND = _QUOTES + "()[].:?!" + _SPACES
_EMPTY = "An empty answer"


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
    """Return the letter of a choice, written as "b", (B), [B], option B, or with its words."""
    if isinstance(typed, str):
        text = re.sub(r"^(option|choice|answer)\s+", "", _bare(typed))
        for letter, words in choices.items():
            either = {letter.casefold(), _bare(words)} - {""}
            both = rf"{re.escape(letter)}\s*[).:–-]\s*{re.escape(_bare(words))}"
            if text in either or (words and re.fullmatch(both, text, re.IGNORECASE)):
                return letter
    listed = ", ".join(choices)
    shown = typed.strip() or _EMPTY if isinstance(typed, str) else repr(typed)
    raise ValueError(f"{shown} is not a choice. Write one of {listed}.")


def _bare(text: str) -> str:
    """Return a text in small letters, without quotes and brackets around it."""
    return " ".join(text.casefold().split()).strip(_AROUND)


def _number(text: str) -> float:
    """Return a number with or without separators, a unit, or a percent sign."""
    found = _ONE.fullmatch(text.strip("()[] "))
    if found and not re.search(r"\d", found[2]):
        digits = _ascii(found[1].strip(f"{_SPACES},'"))
        unsigned = digits.lstrip("+-")
        if _GROUPED.fullmatch(unsigned):
            digits = re.sub(r"[^\d.+-]", "", digits)
        elif re.fullmatch(r"\d+,\d{1,2}|0,\d+", unsigned):  # a decimal comma
            digits = digits.replace(",", ".")
        if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", digits, re.IGNORECASE):
            unit = found[2].strip()
            return float(digits) * (1e6 if unit == "M" else _MULTIPLES.get(unit.casefold(), 1))
    raise ValueError(f"{text or _EMPTY} is not a number. Write one, such as 12 or 0.5.")


def _numbers(text: str, like: Any) -> Any:
    """Return the numbers of a shape or of a list, in as many rows as were written."""
    is_shape = isinstance(like, tuple)
    plain = _without_thousands(text) if is_shape else text
    rows = [
        tuple(_plain(part) for part in _NUMBER.findall(row))
        for row in ([plain] if is_shape else re.split(r"\]\s*,?|;|\n", plain))
        if _NUMBER.search(row)
    ]
    rest = re.sub(r"[\s\[\]().]", "", _BETWEEN.sub("", _NUMBER.sub("", plain)))
    if not rows or rest:
        raise ValueError(f"{text or _EMPTY} can't be read. Write it as {like}.")
    if len(rows) > 1:
        return [list(row) for row in rows]
    return rows[0] if is_shape else list(rows[0])


def _without_thousands(shape: str) -> str:
    """Write 60,000 × 28 as 60000 × 28, where the comma can't stand between two numbers.

    It can't before 000, and where other signs, or a comma and a space, stand between the numbers.
    """

    def joined(found: re.Match[str]) -> str:
        before, after = shape[: found.start()], shape[found.end() :]
        others = _BETWEEN.findall(re.sub(r",(?=\S)", " ", f"{before} {after.lstrip(',')}"))
        has_others = bool(others) or after.startswith(", ")
        if found[1] in ", " and not (has_others or re.search(r"\D0", found[0])):
            return found[0]
        return re.sub(r"\D", "", found[0])

    return _THOUSANDS.sub(joined, shape)


def _plain(digits: str) -> float | int:
    number = float(_ascii(digits))
    return int(number) if number.is_integer() else number


def _ascii(digits: str) -> str:
    """Write a minus sign or a dash as Python does."""
    return digits.replace("−", "-").replace("–", "-")


def shaped(guess: Any, actual: Any) -> np.ndarray:
    """Return a guess as an array, laid out in rows as the result is where its size allows that."""
    array, result = np.asarray(guess, dtype=float), np.asarray(actual)
    is_flat = array.ndim == 1 and result.ndim > 1 and array.size == result.size
    return array.reshape(result.shape) if is_flat else array
