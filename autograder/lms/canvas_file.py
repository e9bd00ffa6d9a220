"""The marks of a class as Canvas's gradebook imports them, with Canvas's own export as a template.

Canvas finds an assignment by the number in its heading, `reshape (4711)`, which the gradebook that
it exports has. No mark is left out silently: `CanvasFile.notes` names every one that is not in the
file, and every row that has none.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from autograder.gradebook.marks import ClassMarks, SubmissionMark, exact, final_text, points_text
from autograder.gradebook.roster import is_nobody
from autograder.lms.canvas_template import Matches, Row, Template, match, read_template
from autograder.lms.identities import CANVAS_COLUMNS, canvas_identity, shared
from course.errors import GradingError
from course.files import csv_text, safe_cell

POINTS = "    Points Possible"

Own = Mapping[str, SubmissionMark]
"""The marks of one student, by assignment."""


@dataclass
class CanvasFile:
    """The marks of a class as Canvas's gradebook imports them.

    A missing mark is left as it is in the template, else empty, which changes nothing in Canvas.
    """

    marks: ClassMarks
    template: Template | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    """An assignment's title in Canvas, where that is not its name."""
    missing_zero: bool = False
    """Whether who handed in nothing gets 0, where Canvas has no mark of theirs."""

    @cached_property
    def columns(self) -> dict[str, str]:
        """The heading of each assignment; without those that have neither a column nor a mark."""
        found = {name: self._column(name) for name in self.marks.max_scores}
        kept = {name: column for name, column in found.items() if column is not None}
        for column, count in Counter(kept.values()).items():
            if count > 1:
                names = ", ".join(name for name, one in kept.items() if one == column)
                raise GradingError(
                    f"{names} have the same column {column!r}.",
                    "Name their titles with --column, or export them one by one.",
                )
        return kept

    def _column(self, name: str) -> str | None:
        title = self.titles.get(name, name)
        if self.template is None:
            return title
        column = self.template.column(title)
        if column is None and (name in self.titles or name in self.marks.handed_in):
            raise GradingError(
                f"{self.template.path} has no column called {title!r}.",
                f'Name its title there: --column {name}="Title in Canvas".',
            )
        return column

    @cached_property
    def _zeros(self) -> set[str]:
        return self.marks.handed_in if self.missing_zero else set()

    @cached_property
    def matches(self) -> Matches:
        """Which person each row of the template belongs to."""
        assert self.template is not None
        return match(self.template, [person for person, _ in self.marks.rows()])

    @property
    def text(self) -> str:
        """The file's text."""
        identity = self.template.identity if self.template else list(CANVAS_COLUMNS)
        empty = [""] * (len(identity) - 1)
        return csv_text(
            [
                [*identity, *map(safe_cell, self.columns.values())],
                [POINTS, *empty, *self._possible().values()],
                *([*map(safe_cell, whose), *marks] for whose, marks in self._lines(identity)),
            ]
        )

    def _possible(self) -> dict[str, str]:
        """Write each column's points possible: Canvas's own, where its file has them."""
        own = self.template.possible if self.template else {}
        return {
            column: own.get(column, "").strip() or points_text(self.marks.max_scores[name])
            for name, column in self.columns.items()
        }

    def _lines(self, identity: list[str]) -> Iterator[tuple[list[str], list[str]]]:
        """Give everyone's cells in the columns `identity` and their marks, in Canvas's order."""
        people = {person.student: (person, own) for person, own in self.marks.rows()}
        if self.template is None:
            for person, own in people.values():
                yield canvas_identity(person), self._cells(own, {})
            return
        for place, row in enumerate(self.template.rows):
            student = self.matches.students.get(place)
            theirs = None if student is None else people[student][1]
            yield [row.get(column, "") for column in identity], self._cells(theirs, row)

    def _cells(self, own: Own | None, row: Row) -> list[str]:
        """Write the marks of one row; of nobody's row (`own` is None) Canvas's own."""
        cells = []
        for name, column in self.columns.items():
            theirs = row.get(column, "").strip()
            if own is not None and name in own:
                cells.append(final_text(own[name], missing_zero=False))
            elif own is not None and name in self._zeros and theirs in _NO_MARK:
                cells.append("0")
            else:
                cells.append(theirs if _NUMBER.fullmatch(theirs) else safe_cell(theirs.strip("-")))
        return cells

    def lost(self) -> dict[str, str]:
        """Say of each student whose marks, or whose zeros, are not in the file why."""
        return self._without_row(zeros=self.missing_zero)

    def _without_row(self, zeros: bool) -> dict[str, str]:
        """Say why students have no row: those with marks, with `zeros` all others as well."""
        if self.template is None:
            return {}
        wanted = {student for student, _ in self.marks.submissions}
        if zeros:
            wanted |= {name for name, one in self.marks.people.items() if not is_nobody(one)}
        unplaced = self.matches.unplaced.items()
        return {student: reason for student, reason in unplaced if student in wanted}

    def _missing(self) -> Iterator[str]:
        """Name those of each column who handed in nothing."""
        for name, column in self.columns.items():
            placed = [student for _, student in sorted(self.matches.students.items())]
            absent = [one for one in placed if (one, name) not in self.marks.submissions]
            if absent:
                zeros = "; 0 where Canvas has no mark" if name in self._zeros else ""
                yield f"{column}: not handed in by {', '.join(absent)}{zeros}."

    def differing_points(self) -> dict[str, tuple[str, str]]:
        """Name the columns whose points possible in Canvas are not the assignment's own."""
        wanted = {column: self.marks.max_scores[name] for name, column in self.columns.items()}
        return {
            column: (value, points_text(wanted[column]))
            for column, value in self._possible().items()
            if _canvas_number(value) != wanted[column]
        }

    def excused(self) -> Iterator[str]:
        """Name those whom Canvas excuses from what they have a mark for here."""
        if self.template is None:
            return
        for place, student in self.matches.students.items():
            for name, column in self.columns.items():
                excused = self.template.rows[place].get(column, "").strip().casefold() == "ex"
                if excused and (student, name) in self.marks.submissions:
                    yield f"{student}, {name}"

    def notes(self) -> Iterator[str]:
        """Yield what is not in the file, and what Canvas would understand otherwise."""
        for student, reason in self.lost().items():
            own = {
                key[1]: mark for key, mark in self.marks.submissions.items() if key[0] == student
            }
            marks = ", ".join(f"{name} {points_text(mark.final)}" for name, mark in own.items())
            yield f"Not in the file: {student} ({marks or 'nothing handed in'}): {reason}."
        if self.template is not None:
            if self.matches.strangers:
                names = "; ".join(self.matches.strangers)
                yield f"Rows of nobody in this class, which stay as they are: {names}."
            if self.matches.unclear:
                names = "; ".join(self.matches.unclear)
                yield f"Rows that are not clear, which stay as they are: {names}."
            if absent := self._without_row(zeros=True).keys() - self.lost().keys():
                yield f"Without a row and without a mark: {', '.join(sorted(absent))}."
            yield from self._missing()
            for name in self.marks.max_scores:
                if name not in self.columns:
                    yield f"{name}: nobody handed it in; {self.template.path} has no such column."
        else:
            people = [person for person, _ in self.marks.rows()]
            yield from shared(people, canvas_identity, CANVAS_COLUMNS, CANVAS_COLUMNS[1:4])
        for one in self.excused():
            yield f"{one}: excused in Canvas; the mark replaces that."
        for column, (theirs, ours) in self.differing_points().items():
            yield f"{column}: {theirs or 'nothing'} points in Canvas, {ours} here."


_NUMBER = re.compile(r"-?[0-9.,]+%?")
_NO_MARK = ("", "-", "N/A")
"""What Canvas writes where there is no mark."""


def _canvas_number(text: str) -> Decimal | None:
    """Read a number as Canvas does: its last comma or point begins the decimals."""
    parts = text.replace(",", ".").split(".")
    if not all(one.isascii() and one.isdigit() for one in parts):
        return None
    whole, decimals = ("".join(parts[:-1]), parts[-1]) if len(parts) > 1 else (parts[0], "0")
    return exact(float(f"{whole}.{decimals}"))


def canvas_file(
    marks: ClassMarks,
    template: Path | None = None,
    titles: Mapping[str, str] | None = None,
    missing_zero: bool = False,
) -> CanvasFile:
    """Prepare the file that Canvas's gradebook imports, and what is to be said of it."""
    read = read_template(template) if template else None
    return CanvasFile(marks, read, titles or {}, missing_zero)
