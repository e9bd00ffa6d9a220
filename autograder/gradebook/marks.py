"""A mark: the points of one exercise, of one submission and of a class, as decimal numbers.

nbgrader stores points as binary numbers, in which 1.15 + 2.3 is 3.4499…; here they are decimals.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from autograder.gradebook.roster import Person
from course.counted import counted

ZERO = Decimal(0)
_HUNDREDTH = Decimal("0.01")


def exact(points: float | None) -> Decimal:
    """Return a stored number as the decimal that was meant: 3.4499… is 3.45; None counts as 0."""
    return Decimal(repr(round(float(points or 0.0), 9)))


def hundredths(points: Decimal) -> Decimal:
    """Round half up to the hundredth of a point."""
    return points.quantize(_HUNDREDTH, ROUND_HALF_UP)


def points_text(points: Decimal) -> str:
    """Write points with a decimal point and no more digits than needed: 7.5, 10, 0.33."""
    text = f"{hundredths(points):f}".rstrip("0").rstrip(".")
    return text if text not in ("", "-0") else "0"


@dataclass(frozen=True)
class ExerciseMark:
    """The mark of one exercise or quiz question of one submission."""

    exercise: str
    max_score: Decimal
    auto_score: Decimal | None = None
    """The grader's points; None before grading."""
    manual_score: Decimal | None = None
    """A person's points, which count instead of the grader's; None where nobody entered any."""
    extra_credit: Decimal = ZERO
    needs_manual_grade: bool = False
    auto_comment: str | None = None
    manual_comment: str | None = None

    @property
    def score(self) -> Decimal:
        """The points that count, computed as nbgrader computes `Grade.score`."""
        points = self.auto_score if self.manual_score is None else self.manual_score
        return ZERO if points is None else points + self.extra_credit

    @property
    def by_hand(self) -> bool:
        """Whether a person entered the points, or added extra credit."""
        return self.manual_score is not None or bool(self.extra_credit)

    @property
    def comment(self) -> str:
        """The comment that counts: a person's before the grader's; "" for none."""
        text = self.auto_comment if self.manual_comment is None else self.manual_comment
        return text or ""


@dataclass(frozen=True)
class SubmissionMark:
    """The mark of one student in one assignment."""

    student: str
    assignment: str
    exercises: tuple[ExerciseMark, ...] = ()
    """In the order of their names, q2 before q10."""
    penalty: Decimal = ZERO
    """Points taken off for being late."""
    handed_in: datetime | None = None
    """In UTC; without a time zone, as nbgrader stores it. None where the time is not known."""
    seconds_late: float = 0.0

    @property
    def score(self) -> Decimal:
        """The points earned, before any late penalty."""
        return sum((one.score for one in self.exercises), ZERO)

    @property
    def max_score(self) -> Decimal:
        """The points that could be earned."""
        return sum((one.max_score for one in self.exercises), ZERO)

    @property
    def final(self) -> Decimal:
        """The points that count: the penalty taken off, to the hundredth, never below 0."""
        return max(ZERO, hundredths(self.score - self.penalty))

    def exercise(self, name: str) -> ExerciseMark | None:
        """Find the mark of an exercise."""
        return next((one for one in self.exercises if one.exercise == name), None)


def status_now(status: str, mark: ExerciseMark | None) -> str:
    """Return the grader's status, or that of a mark which has come since: `manual` waits for it."""
    if status != "manual" or mark is None or mark.manual_score is None:
        return status
    if mark.score >= mark.max_score:
        return "correct"
    return "partial" if mark.score > 0 else "incorrect"


def waiting_line(waiting: Sequence[ExerciseMark]) -> str:
    """Say how many cells wait for a person's mark, and how to enter it; "" if none does."""
    if not waiting:
        return ""
    cells = counted(len(waiting), "cell waits", "cells wait")
    marked = sum(one.manual_score is not None for one in waiting)
    again = f" ({marked} marked before, to be looked at again)" if marked else ""
    return (
        f"{cells} for a person's mark{again}. Run `autograder formgrader` to enter marks under "
        "Manual Grading; then write pages and exports again."
    )


def final_text(mark: SubmissionMark | None, missing_zero: bool) -> str:
    """Write the points that count; "" or "0" for what was not handed in."""
    if mark is None:
        return "0" if missing_zero else ""
    return points_text(mark.final)


Submissions = dict[tuple[str, str], SubmissionMark]
"""Marks by student and assignment."""


@dataclass(frozen=True)
class ClassMarks:
    """The marks of a class; who handed in nothing is known too."""

    max_scores: dict[str, Decimal] = field(default_factory=dict)
    """Points of each assignment, in the course's order."""
    due: dict[str, datetime | None] = field(default_factory=dict)
    """Due dates by assignment, in UTC without a time zone."""
    people: dict[str, Person] = field(default_factory=dict)
    """Everyone in the roster or the gradebook, by student; the roster's entry comes first."""
    names: dict[str, str] = field(default_factory=dict)
    """Full names by student: the gradebook's, else the roster's, else ""."""
    submissions: Submissions = field(default_factory=dict)
    notebooks: Submissions = field(default_factory=dict)
    """Marks by student and notebook (`ps1/problem1`) of assignments that have several."""

    @property
    def handed_in(self) -> set[str]:
        """The assignments that somebody handed in; in others nobody has earned a zero yet."""
        return {assignment for _, assignment in self.submissions}

    def of_notebook(self, student: str, notebook: str) -> SubmissionMark | None:
        """Return the mark of one notebook (`ps1/problem1`), its exercises by their own names."""
        assignment = notebook.partition("/")[0]
        whole = self.submissions.get((student, assignment))
        return self.notebooks.get((student, notebook), whole)

    @property
    def waiting(self) -> list[ExerciseMark]:
        """The marks that formgrader lists for a person: none entered, or to be looked at again."""
        return [
            mark
            for submission in self.submissions.values()
            for mark in submission.exercises
            if mark.needs_manual_grade
        ]

    def rows(self) -> Iterator[tuple[Person, dict[str, SubmissionMark]]]:
        """Give each person with their marks by assignment; nobody with a mark is left out."""
        by_student: dict[str, dict[str, SubmissionMark]] = {}
        for (student, assignment), mark in self.submissions.items():
            by_student.setdefault(student, {})[assignment] = mark
        for student, person in self.people.items():
            yield person, by_student.pop(student, {})
        for student, own in by_student.items():
            yield Person(student), own
