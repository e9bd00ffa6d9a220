"""Pseudonyms for pages that others may see: nobody without the class's secret can compute one."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable

# Where a name can begin, and what can't follow it.
_STARTS = re.compile(r"(?<!\w)\S")
_IN_WORD = re.compile(r"\w")


class Pseudonyms:
    """A class's pseudonyms: the same in every report, computed from the class's secret."""

    def __init__(self, secret: bytes, names: dict[str, str]) -> None:
        """Compute a pseudonym for every student; `names` has their full names by id."""
        self._by_student = _pseudonyms(secret, names)
        words = {
            _folded(word): self._by_student[student]
            for student, full in names.items()
            for word in (student, full)
            if len(word) > 1
        }
        self._words = words
        self._lengths = sorted({len(word) for word in words}, reverse=True)

    def name(self, student: str) -> str:
        """Return a student's pseudonym."""
        return self._by_student[student]

    def text(self, text: str) -> str:
        """Replace the class's names and ids in a text by their pseudonyms."""
        # Not one expression of all names: that would try every name at every character.
        folded = _folded(text)
        parts: list[str] = []
        written = 0
        for place in (found.start() for found in _STARTS.finditer(text)):
            if place < written:
                continue
            length = self._name_at(folded, place)
            if length:
                parts += [text[written:place], self._words[folded[place : place + length]]]
                written = place + length
        return "".join([*parts, text[written:]])

    def _name_at(self, text: str, place: int) -> int:
        """Return the length of the longest name that stands there as a whole word; 0 for none."""
        for length in self._lengths:
            end = place + length
            if text[place:end] in self._words and not _IN_WORD.match(text, end):
                return length
        return 0


def _folded(text: str) -> str:
    """Take out the difference of capitals, character by character: all places stay."""
    return "".join(small if len(small := one.casefold()) == 1 else one for one in text)


def _pseudonyms(secret: bytes, students: Iterable[str]) -> dict[str, str]:
    """Cut all codes to the shortest length, six or more, at which they still differ."""
    codes = {student: _code(secret, student) for student in students}
    for length in range(6, 53):
        short = {student: f"Student {code[:length]}" for student, code in codes.items()}
        if len(set(short.values())) == len(short):
            return short
    raise AssertionError("two students have the same code")


def _code(secret: bytes, student: str) -> str:
    """Derive a student's code from the secret."""
    digest = hmac.new(secret, f"pseudonym:{student}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().rstrip("=")
