"""Renders the class report, with pseudonyms where it names nobody.

Without JavaScript, only the sorting of tables is missing.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from autograder.gradebook.marks import waiting_line
from autograder.grading.earlier_release import earlier_release_lines
from autograder.pages.page_kinds import document
from autograder.pages.report import report_tables
from autograder.pages.report.graded_class import GradedClass
from autograder.pages.report.item_statistics import ItemMark
from autograder.pages.similarity.similar_pairs import Comparison

MOST_PAIRS = 50
"""The most pairs of similar submissions in a report."""

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


def report_html(
    graded: GradedClass,
    made: datetime,
    compared: Comparison | None = None,
    pseudonyms: Pseudonyms | None = None,
) -> str:
    """Return the report of a class, made at `made`.

    Without a comparison, the section on similar submissions is left out. With `pseudonyms`, no name
    or id of a student is in the report.
    """
    shown_names = {name: pseudonyms.name(name) if pseudonyms else name for name in graded.names}
    return document("report").render(
        name=graded.name,
        made=f"{made:%d %B %Y, %H:%M}",
        anonymous=pseudonyms is not None,
        shown_names=shown_names,
        full_names=dict.fromkeys(graded.names, "") if pseudonyms else graded.names,
        without_names=pseudonyms.text if pseudonyms else str,
        pairs=compared.pairs[:MOST_PAIRS] if compared else None,
        more_pairs=_not_shown(compared) if compared else 0,
        not_compared=compared.left_out if compared else [],
        **_sections(graded, graded.marks(), shown_names),
    )


def _not_shown(compared: Comparison) -> int:
    """Count the similar pairs that are not in the report."""
    return max(0, len(compared.pairs) - MOST_PAIRS) + compared.more


def _sections(
    graded: GradedClass, marks: list[ItemMark], shown_names: dict[str, str]
) -> dict[str, Any]:
    """Compute the rows of every section."""
    items = report_tables.items(graded, marks)
    handed_in = {result.assignment for result in graded.results}

    def by_shown_name(row: dict[str, Any]) -> str:
        # Sorted by real names, the rows would tell something about the names left out.
        return shown_names.get(row["student"], "")

    missing = [row for row in report_tables.missing(graded) if row["there"]]
    for row in missing:
        row["absent"].sort(key=shown_names.__getitem__)
    return {
        "count": len(graded.names),
        "submissions": len(graded.results),
        "handed_in": len({result.student for result in graded.results}),
        "assignments": [name for name in graded.assignments if name in handed_in],
        "distributions": report_tables.distributions(graded),
        "items": items,
        "waiting": waiting_line(graded.waiting()),
        "inside": report_tables.inside(graded),
        "has_lesson": graded.has_lesson,
        "remarks": [item for item in items if item["note"]],
        "misconceptions": report_tables.misconceptions(graded),
        "questions": report_tables.quiz(graded, marks),
        "times": report_tables.times(graded),
        "missing": missing,
        "not_graded": sorted(report_tables.left_over(graded), key=by_shown_name),
        "flags": sorted(report_tables.flags(graded), key=by_shown_name),
        "earlier_releases": earlier_release_lines(graded.results),
        "students": sorted(report_tables.students(graded), key=by_shown_name),
    }
