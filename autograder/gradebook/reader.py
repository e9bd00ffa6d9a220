"""What the gradebook holds of every submission, read in a few queries for a whole class."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from autograder.folders import ASSIGNMENTS, ClassFolder
from autograder.gradebook.marks import exact, final_points, points_text
from autograder.gradebook.people import People, Person
from autograder.gradebook.roster import read_roster
from autograder.gradebook.writer import open_gradebook
from course.notebook.marks import exercise_of


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
        by_notebook[notebook].gaps[exercise_of(cell)] = gap
    comments: Iterable[tuple[str, str, str | None]] = session.query(
        Comment.notebook_id, BaseCell.name, Comment.manual_comment
    ).join(BaseCell, Comment.cell_id == BaseCell.id)
    for notebook, cell, comment in comments:
        if comment:
            by_notebook[notebook].comments[cell] = comment


# What the gradebook says of a class, with its roster: also who handed in nothing has a row.


_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Question:
    """The mark of one gap or quiz question."""

    name: str
    score: float
    """What counts: the manual mark where there is one, extra credit included."""
    max_score: float
    auto_score: float | None
    manual_score: float | None
    extra_credit: float
    needs_manual_grade: bool
    comment: str


@dataclass(frozen=True)
class Submitted:
    """The marks of one submission."""

    questions: tuple[Question, ...]
    penalty: float
    """Points that lateness costs."""
    handed_in: datetime | None
    """In UTC, as nbgrader keeps it; None if nobody knows."""
    seconds_late: float

    @property
    def score(self) -> Decimal:
        """What was earned."""
        return sum((exact(one.score) for one in self.questions), Decimal(0))

    @property
    def final(self) -> Decimal:
        """What counts, to the hundredth of a point."""
        return final_points(self.score, self.penalty)


@dataclass
class ClassMarks:
    """A class: its assignments, and a row for every student."""

    max_scores: dict[str, float] = field(default_factory=dict)
    due: dict[str, datetime | None] = field(default_factory=dict)
    rows: list[tuple[Person, dict[str, Submitted]]] = field(default_factory=list)

    def final(self, submitted: Submitted | None, missing_zero: bool) -> str:
        """Write a mark; what was not handed in is empty, or a zero if that is asked for."""
        if submitted is None:
            return "0" if missing_zero else ""
        return points_text(submitted.final)


def read_class(
    gradebook: Any,
    people: People,
    assignments: Iterable[str] = (),
    students: Iterable[str] = (),
) -> ClassMarks:
    """Read the named assignments and students (all, if none is named) from an open gradebook."""
    wanted, only = {str(name) for name in assignments}, {str(name) for name in students}
    found = [one for one in gradebook.assignments if not wanted or one.name in wanted]
    found.sort(key=lambda one: _place(one.name))
    marks = ClassMarks(
        {one.name: float(one.max_score) for one in found}, {one.name: one.duedate for one in found}
    )
    rows: dict[str, dict[str, Submitted]] = {person.student: {} for person in people}
    rows |= {student.id: {} for student in gradebook.students if student.id not in rows}
    for assignment in found:
        for submission in gradebook.assignment_submissions(assignment.name):
            rows.setdefault(submission.student.id, {})[assignment.name] = _submitted(submission)
    for student in sorted(rows):
        if not only or student in only:
            person = people.get(student) or _person(gradebook, student)
            marks.rows.append((person, rows[student]))
    return marks


def _place(name: str) -> tuple[int, str]:
    """The course's own order first."""
    return (ASSIGNMENTS.index(name) if name in ASSIGNMENTS else len(ASSIGNMENTS), name)


def _counted(name: str) -> list[tuple[int, str]]:
    """Sort by name, q2 before q10; nbgrader does not keep the notebook's order."""
    return [(int(part or 0), "") if part.isdigit() else (0, part) for part in _DIGITS.split(name)]


def _person(gradebook: Any, student: str) -> Person:
    """Take what nbgrader knows of a student who is not in the roster."""
    known = gradebook.find_student(student)
    name = " ".join(filter(None, (known.first_name, known.last_name)))
    return Person(student, name, known.email or "", canvas_id=known.lms_user_id or "")


def _submitted(submission: Any) -> Submitted:
    """Read one submission."""
    questions = []
    for notebook in submission.notebooks:
        comments = {one.name: one.comment or "" for one in notebook.comments}
        for grade in sorted(notebook.grades, key=lambda one: _counted(one.name)):
            questions.append(_question(grade, comments))
    return Submitted(
        tuple(questions),
        float(submission.late_submission_penalty or 0.0),
        submission.timestamp,
        float(submission.total_seconds_late),
    )


def _question(grade: Any, comments: dict[str, str]) -> Question:
    """Read one mark."""
    name = exercise_of(grade.name)
    return Question(
        name,
        float(grade.score or 0.0),
        float(grade.max_score),
        grade.auto_score,
        grade.manual_score,
        float(grade.extra_credit or 0.0),
        bool(grade.needs_manual_grade),
        comments.get(name, ""),
    )
