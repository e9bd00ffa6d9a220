"""Moodle's grade import, a row per question, and everything as JSON."""

import csv
import io
import json
from typing import Any

from autograder.gradebook.grades_csv import safe_cell
from autograder.gradebook.marks import exact, points_text
from autograder.gradebook.reader import ClassMarks, Submitted

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
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*MOODLE_COLUMNS, *map(safe_cell, marks.max_scores)])
    for person, submitted in marks.rows:
        known = (person.id_number or person.sis_id, person.email, person.login, person.name)
        own = [marks.final(submitted.get(name), missing_zero) for name in marks.max_scores]
        writer.writerow([*map(safe_cell, known), *own])
    return text.getvalue()


def questions_csv(marks: ClassMarks) -> str:
    """Write one row for each question of each submission; late penalties are rows of their own."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, QUESTION_COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    for person, submitted in marks.rows:
        who = {"student": safe_cell(person.student), "name": safe_cell(person.name)}
        for assignment, one in submitted.items():
            for row in _question_rows(one):
                writer.writerow({**who, "assignment": assignment, **row})
    return text.getvalue()


def _question_rows(submitted: Submitted) -> list[dict[str, str]]:
    """Write the questions of one submission, and what lateness costs."""
    rows = [
        {
            "question": one.name,
            "score": points_text(exact(one.score)),
            "max_score": points_text(exact(one.max_score)),
            "auto_score": _maybe(one.auto_score),
            "manual_score": _maybe(one.manual_score),
            "extra_credit": points_text(exact(one.extra_credit)),
            "needs_manual_grade": "yes" if one.needs_manual_grade else "no",
            "comment": safe_cell(one.comment),
        }
        for one in submitted.questions
    ]
    if submitted.penalty:
        rows.append({"question": "(late)", "score": points_text(-exact(submitted.penalty))})
    return rows


def _maybe(score: float | None) -> str:
    """Write a mark that may not be there."""
    return "" if score is None else points_text(exact(score))


def class_json(marks: ClassMarks) -> str:
    """Write everything, for programs: numbers are numbers, times are ISO 8601 in UTC."""
    data = {
        "assignments": [
            {"name": name, "max_score": most, "due": _time(marks.due[name])}
            for name, most in marks.max_scores.items()
        ],
        "students": [
            {
                "student": person.student,
                "name": person.name,
                "email": person.email,
                "submissions": {name: _submission(one) for name, one in submitted.items()},
            }
            for person, submitted in marks.rows
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _submission(submitted: Submitted) -> dict[str, Any]:
    """One submission as plain data."""
    return {
        "score": float(submitted.score),
        "late_penalty": submitted.penalty,
        "final": float(submitted.final),
        "handed_in": _time(submitted.handed_in),
        "seconds_late": submitted.seconds_late,
        "questions": {
            one.name: {
                "score": one.score,
                "max_score": one.max_score,
                "auto_score": one.auto_score,
                "manual_score": one.manual_score,
                "extra_credit": one.extra_credit,
                "needs_manual_grade": one.needs_manual_grade,
                "comment": one.comment,
            }
            for one in submitted.questions
        },
    }


def _time(moment: Any) -> str | None:
    """Write one of nbgrader's times, which are in UTC without saying so."""
    return f"{moment.isoformat()}Z" if moment else None
