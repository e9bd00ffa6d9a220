"""Reads the marks of a class from nbgrader's gradebook, in five queries however large it is."""

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from autograder.folders import ClassFolder, in_course_order, is_there
from autograder.gradebook.database import open_gradebook
from autograder.gradebook.marks import ClassMarks, ExerciseMark, SubmissionMark, Submissions, exact
from autograder.gradebook.people_lists import read_roster
from autograder.gradebook.roster import People, Person
from course.notebook.cell_marks import exercise_names

_DIGITS = re.compile(r"(\d+)")


def read_class(
    class_folder: ClassFolder,
    assignments: Collection[str] = (),
    students: Collection[str] = (),
) -> ClassMarks:
    """Read the named assignments and students (all, if none is named) of a class.

    Without a gradebook only the roster's people are known.
    """
    people = read_roster(class_folder).people
    if not is_there(class_folder.gradebook):
        known = {one.student: one for one in people}
        return ClassMarks(people=known, names={key: one.name for key, one in known.items()})
    with open_gradebook(class_folder) as gradebook:
        return read_gradebook(gradebook, people, assignments, students)


def read_marks(class_folder: ClassFolder) -> ClassMarks:
    """Read the marks alone, without the roster: a damaged roster does not stop grading."""
    if not is_there(class_folder.gradebook):
        return ClassMarks()
    with open_gradebook(class_folder) as gradebook:
        return read_gradebook(gradebook, People())


def read_gradebook(
    gradebook: Any,
    roster: People,
    assignments: Collection[str] = (),
    students: Collection[str] = (),
) -> ClassMarks:
    """Read an open gradebook; see `read_class`."""
    from nbgrader.api import Assignment

    query = gradebook.db.query(Assignment.name, Assignment.max_score, Assignment.duedate)
    if assignments:
        query = query.filter(Assignment.name.in_(assignments))
    rows = {row[0]: row for row in query}
    found = [rows[name] for name in in_course_order(rows)]
    people, names = _people(gradebook.db, roster, students)
    submissions, notebooks = _submissions(gradebook.db, [name for name, _, _ in found], students)
    return ClassMarks(
        max_scores={name: exact(points) for name, points, _ in found},
        due={name: due for name, _, due in found},
        people=people,
        names=names,
        submissions=submissions,
        notebooks=notebooks,
    )


def _people(
    session: Any, roster: People, students: Collection[str]
) -> tuple[dict[str, Person], dict[str, str]]:
    """Return everyone in the roster or the gradebook, and their full names, by student."""
    from nbgrader.api import Student

    people = {person.student: person for person in roster}
    names = {person.student: person.name for person in roster}
    columns = (Student.id, Student.first_name, Student.last_name)
    for student, first, last, email, lms_id in session.query(
        *columns, Student.email, Student.lms_user_id
    ):
        name = " ".join(filter(None, (first, last)))
        names[student] = name or names.get(student, "")
        person = Person(student, name, email or "", canvas_id=lms_id or "")
        people.setdefault(student, person)
    chosen = [one for one in sorted(people) if not students or one in students]
    return {one: people[one] for one in chosen}, {one: names[one] for one in chosen}


@dataclass
class _Notebook:
    """One submitted notebook; an assignment may have several."""

    student: str
    assignment: str
    handed_in: datetime | None
    extension: timedelta | None
    due: datetime | None
    penalty: float | None
    name: str = ""
    exercises: list[ExerciseMark] = field(default_factory=list)

    def mark(self, *, several: bool) -> SubmissionMark:
        """Return the mark of this notebook alone; of `several`, exercises have its name."""
        late = 0.0
        if self.handed_in and self.due:
            due = self.due + (self.extension or timedelta())
            late = max(0.0, (self.handed_in - due).total_seconds())
        named = self.exercises
        if several:
            named = [replace(one, exercise=f"{self.name}/{one.exercise}") for one in named]
        exercises = tuple(sorted(named, key=lambda one: _by_number(one.exercise)))
        return SubmissionMark(
            self.student, self.assignment, exercises, exact(self.penalty), self.handed_in, late
        )


def _submissions(
    session: Any, assignments: Collection[str], students: Collection[str]
) -> tuple[Submissions, Submissions]:
    """Read every submission, by student and assignment, and the notebooks where it has several."""
    from nbgrader.api import Assignment, Notebook, SubmittedAssignment, SubmittedNotebook

    query = (
        session.query(
            SubmittedNotebook.id,
            SubmittedAssignment.student_id,
            Assignment.name,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
            Assignment.duedate,
            SubmittedNotebook.late_submission_penalty,
            Notebook.name,
        )
        .select_from(SubmittedNotebook)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .filter(Assignment.name.in_(assignments))
    )
    if students:
        query = query.filter(SubmittedAssignment.student_id.in_(students))
    notebooks = {row[0]: _Notebook(*row[1:]) for row in query.order_by(Notebook.name)}
    _add_exercises(session, notebooks, query.with_entities(SubmittedNotebook.id))
    names: dict[str, set[str]] = defaultdict(set)
    for notebook in notebooks.values():
        names[notebook.assignment].add(notebook.name)
    found: Submissions = {}
    single: Submissions = {}
    order = in_course_order({one.assignment for one in notebooks.values()})
    for notebook in sorted(
        notebooks.values(), key=lambda one: (one.student, order.index(one.assignment))
    ):
        several = len(names[notebook.assignment]) > 1
        mark = notebook.mark(several=several)
        key = (notebook.student, notebook.assignment)
        found[key] = _together(found[key], mark) if key in found else mark
        if several:
            name = f"{notebook.assignment}/{notebook.name}"
            single[notebook.student, name] = notebook.mark(several=False)
    return found, single


def _together(first: SubmissionMark, second: SubmissionMark) -> SubmissionMark:
    """Add the mark of a submission's next notebook."""
    return replace(
        first,
        exercises=first.exercises + second.exercises,
        penalty=first.penalty + second.penalty,
    )


def _add_exercises(session: Any, notebooks: dict[str, _Notebook], ids: Any) -> None:
    """Put the marks and comments of every graded cell into their notebooks.

    `ids` is a query for the notebooks' ids.
    """
    from nbgrader.api import BaseCell, Comment, Grade

    of_cell = (Comment.notebook_id, BaseCell.name, Comment.auto_comment, Comment.manual_comment)
    comments = {
        (notebook, cell): texts
        for notebook, cell, *texts in session.query(*of_cell)
        .join(BaseCell, Comment.cell_id == BaseCell.id)
        .filter(Comment.notebook_id.in_(ids))
    }
    points = (Grade.max_score, Grade.auto_score, Grade.manual_score, Grade.extra_credit)
    grades = (
        session.query(Grade.notebook_id, BaseCell.name, Grade.needs_manual_grade, *points)
        .join(BaseCell, Grade.cell_id == BaseCell.id)
        .filter(Grade.notebook_id.in_(ids))
    )
    rows = list(grades)
    cells: dict[str, list[str]] = defaultdict(list)
    for notebook, cell, *_ in rows:
        cells[notebook].append(cell)
    names = {notebook: exercise_names(graded) for notebook, graded in cells.items()}
    for notebook, cell, needs_manual_grade, most, auto, manual, extra in rows:
        exercise = names[notebook][cell]
        mark = ExerciseMark(
            exercise,
            exact(most),
            None if auto is None else exact(auto),
            None if manual is None else exact(manual),
            exact(extra),
            bool(needs_manual_grade),
            # An ordinary cell has its comment itself; a test has it at its answer.
            *(comments.get((notebook, cell)) or comments.get((notebook, exercise), ())),
        )
        notebooks[notebook].exercises.append(mark)


def _by_number(name: str) -> list[tuple[int, str]]:
    """Sort key: q2 before q10. nbgrader does not keep the order of the notebook."""
    return [(int(part or 0), "") if part.isdigit() else (0, part) for part in _DIGITS.split(name)]
