"""What the gradebook holds of every submission, read in a few queries for a whole class."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from autograder.course_folder import ClassFolder
from autograder.grading.marks import open_gradebook
from autograder.lms.roster import read_roster


@dataclass(frozen=True)
class GapEntry:
    """The mark that counts for one gap."""

    score: float
    max_score: float
    manual: bool = False
    """Whether a person entered it, or added extra credit."""


@dataclass
class Entry:
    """One submission as the gradebook has it."""

    student: str
    assignment: str
    penalty: float = 0.0
    """Points taken off for being late."""
    handed_in: datetime | None = None
    """In UTC; None where no time is known."""
    gaps: dict[str, GapEntry] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    """What a person wrote, by gap."""

    @property
    def score(self) -> float:
        """Points that count, the penalty taken off; never below 0."""
        return max(0.0, sum(gap.score for gap in self.gaps.values()) - self.penalty)

    @property
    def max_score(self) -> float:
        """Points that could be had."""
        return sum(gap.max_score for gap in self.gaps.values())


Entries = dict[tuple[str, str], Entry]


def read_entries(class_folder: ClassFolder) -> tuple[Entries, dict[str, str]]:
    """Read every submission by (student, assignment), and the known students' full names.

    The roster's people are known too; its names count where the gradebook has none.
    """
    people = {person.student: person.name for person in read_roster(class_folder).people}
    with open_gradebook(class_folder) as gradebook:
        entries, names = _entries(gradebook.db), _names(gradebook.db)
    return entries, {one: names.get(one) or people.get(one, "") for one in {**people, **names}}


def _names(session: Any) -> dict[str, str]:
    """Give every student in the gradebook their name, "" where it has none."""
    from nbgrader.api import Student

    rows = session.query(Student.id, Student.first_name, Student.last_name)
    return {one: " ".join(part for part in (first, last) if part) for one, first, last in rows}


def _entries(session: Any) -> Entries:
    """Join submissions, grades and comments."""
    from nbgrader.api import Assignment, SubmittedAssignment, SubmittedNotebook

    rows = (
        session.query(
            SubmittedNotebook.id,
            SubmittedAssignment.student_id,
            Assignment.name,
            SubmittedAssignment.timestamp,
            SubmittedNotebook.late_submission_penalty,
        )
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
    )
    by_notebook = {
        notebook: Entry(student, assignment, penalty or 0.0, time)
        for notebook, student, assignment, time, penalty in rows
    }
    _add_gaps(session, by_notebook)
    return {(entry.student, entry.assignment): entry for entry in by_notebook.values()}


def _add_gaps(session: Any, by_notebook: dict[str, Entry]) -> None:
    """Put the marks and a person's comments into their submissions."""
    from nbgrader.api import BaseCell, Comment, Grade, GradeCell

    grades = session.query(
        Grade.notebook_id,
        GradeCell.name,
        Grade.score,
        GradeCell.max_score,
        Grade.manual_score,
        Grade.extra_credit,
    ).join(GradeCell, Grade.cell_id == GradeCell.id)
    for notebook, cell, score, most, manual, extra in grades:
        by_hand = manual is not None or bool(extra)
        gap = GapEntry(float(score), float(most), by_hand)
        by_notebook[notebook].gaps[cell.removeprefix("test_")] = gap
    comments: Iterable[tuple[str, str, str | None]] = session.query(
        Comment.notebook_id, BaseCell.name, Comment.manual_comment
    ).join(BaseCell, Comment.cell_id == BaseCell.id)
    for notebook, cell, comment in comments:
        if comment:
            by_notebook[notebook].comments[cell] = comment
