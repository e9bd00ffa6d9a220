"""Moodle's grade import, a CSV row per question, and everything as JSON."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from autograder.gradebook.marks import (
    ClassMarks,
    ExerciseMark,
    SubmissionMark,
    final_text,
    points_text,
)
from course.files import csv_text, safe_cell

MOODLE_COLUMNS = ("ID number", "Email address", "Username", "Full name")
QUESTION_COLUMNS = (
    "student",
    "name",
    "assignment",
    "question",
    "score",
    "max_score",
    "auto_score",
    "manual_score",
    "extra_credit",
    "needs_manual_grade",
    "comment",
)


def moodle_csv(marks: ClassMarks, missing_zero: bool = False) -> str:
    """Write the file that Moodle's gradebook imports (Grades, Import, CSV file).

    Map from `Email address`, `ID number` or `Username`, and each assignment to its grade item.
    """
    rows = [[*MOODLE_COLUMNS, *map(safe_cell, marks.max_scores)]]
    for person, own in marks.rows():
        known = (person.id_number or person.sis_id, person.email, person.login, person.name)
        finals = [final_text(own.get(name), missing_zero) for name in marks.max_scores]
        rows.append([*map(safe_cell, known), *finals])
    return csv_text(rows)


def questions_csv(marks: ClassMarks) -> str:
    """Write one row for each question of each submission; late penalties are rows of their own."""
    return csv_text([QUESTION_COLUMNS, *_question_rows(marks)])


def _question_rows(marks: ClassMarks) -> Iterator[list[str]]:
    """Write the rows, in QUESTION_COLUMNS."""
    for person, own in marks.rows():
        for assignment, submission in own.items():
            first = [safe_cell(person.student), safe_cell(person.name), assignment]
            for one in submission.exercises:
                yield [*first, *_question_cells(one)]
            if submission.penalty:
                cells = ["(late)", points_text(-submission.penalty)]
                yield [*first, *cells, *[""] * (len(QUESTION_COLUMNS) - 5)]


def _question_cells(mark: ExerciseMark) -> list[str]:
    """Write one question's cells, from `question` on."""
    points = (mark.score, mark.max_score, mark.auto_score, mark.manual_score, mark.extra_credit)
    return [
        mark.exercise,
        *("" if one is None else points_text(one) for one in points),
        "yes" if mark.needs_manual_grade else "no",
        safe_cell(mark.comment),
    ]


def class_json(marks: ClassMarks) -> str:
    """Write everything, for programs: numbers are numbers, times are ISO 8601 in UTC."""
    data = {
        "assignments": [
            {"name": name, "max_score": points, "due": _time(marks.due[name])}
            for name, points in marks.max_scores.items()
        ],
        "students": [
            {
                "student": person.student,
                "name": person.name,
                "email": person.email,
                "submissions": {name: _submission(one) for name, one in own.items()},
            }
            for person, own in marks.rows()
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=1, default=float) + "\n"


def _submission(mark: SubmissionMark) -> dict[str, Any]:
    """Return one submission as plain data."""
    return {
        "score": mark.score,
        "late_penalty": mark.penalty,
        "final": mark.final,
        "handed_in": _time(mark.handed_in),
        "seconds_late": mark.seconds_late,
        "questions": {
            one.exercise: {
                "score": one.score,
                "max_score": one.max_score,
                "auto_score": one.auto_score,
                "manual_score": one.manual_score,
                "extra_credit": one.extra_credit,
                "needs_manual_grade": one.needs_manual_grade,
                "comment": one.comment,
            }
            for one in mark.exercises
        },
    }


def _time(moment: datetime | None) -> str | None:
    """Write one of nbgrader's times, which are in UTC without a time zone."""
    return f"{moment.isoformat()}Z" if moment else None
