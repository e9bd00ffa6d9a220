"""`grades.csv`: one row per student and exercise of every assignment handed in."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from autograder.folders import ClassFolder
from autograder.gradebook.marks import status_now
from autograder.gradebook.reader import read_marks
from course.files import csv_text, safe_cell, write_atomically


@dataclass(frozen=True)
class GradesRow:
    """One row of the file; its columns are these fields."""

    student: str
    assignment: str
    exercise: str
    score: float
    max_score: float
    status: str
    flags: str
    """The kinds of the submission's flags, joined by semicolons."""
    sandbox: str


COLUMNS = tuple(one.name for one in fields(GradesRow))


def write_grades(class_folder: ClassFolder, graded: Iterable[GradesRow]) -> None:
    """Write the file whole, by student and assignment; the gradebook's marks count.

    `graded` has the grader's own score, which stays where the gradebook has none.
    """
    submissions = read_marks(class_folder).submissions
    rows = []
    for row in sorted(graded, key=lambda one: (one.student, one.assignment)):
        submission = submissions.get((row.student, row.assignment))
        mark = submission.exercise(row.exercise) if submission else None
        status = status_now(row.status, mark)
        rows.append(replace(row, score=float(mark.score), status=status) if mark else row)
    text = csv_text([COLUMNS, *(_cells(row) for row in rows)])
    write_atomically(class_folder.root / "grades.csv", lambda file: file.write(text.encode()))


def _cells(row: GradesRow) -> tuple[str, ...]:
    """Write one row's values as text."""
    numbers = {"score": f"{row.score:g}", "max_score": f"{row.max_score:g}"}
    return tuple({**vars(row), "student": safe_cell(row.student), **numbers}.values())
