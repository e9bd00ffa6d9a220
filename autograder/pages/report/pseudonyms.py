"""Pseudonyms of students for a report without names."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable


class Pseudonyms:
    """A class's pseudonyms: the same in every report, computed from the class's secret."""

    def __init__(self, secret: bytes, names: dict[str, str]) -> None:
        """Compute a pseudonym for every student; `names` has their full names by id."""
        self._by_student = _pseudonyms(secret, names)
        words = {
            word: self._by_student[student]
            for student, full in names.items()
            for word in (student, full)
            if len(word) > 1
        }
        longest = sorted(words, key=len, reverse=True)
        pattern = "|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in longest)
        self._words = {word.lower(): alias for word, alias in words.items()}
        self._pattern = re.compile(pattern, re.IGNORECASE) if pattern else None

    def name(self, student: str) -> str:
        """Return a student's pseudonym."""
        return self._by_student[student]

    def text(self, text: str) -> str:
        """Replace the class's names and ids in a text by their pseudonyms."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: self._words[found.group().lower()], text)


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
