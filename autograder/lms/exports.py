"""Exports marks: to Canvas, to Moodle, as a row for each question, and as JSON.

No mark is left out silently: what has no place in a file, or may not be found, is a line of
`CanvasFile.notes` or `moodle_notes`.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from autograder.gradebook.marks import ZERO, ClassMarks, ExerciseMark, SubmissionMark, final_text
from autograder.lms.canvas_file import canvas_file
from autograder.lms.identities import (
    MOODLE_COLUMNS,
    mapping_columns,
    moodle_identity,
    shared,
)
from course.files import csv_text, safe_cell


def canvas_csv(
    marks: ClassMarks,
    template: Path | None = None,
    titles: Mapping[str, str] | None = None,
    missing_zero: bool = False,
) -> str:
    """Write the file that Canvas's gradebook imports; `template` is the one that it exported."""
    return canvas_file(marks, template, titles, missing_zero).text


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
        known = moodle_identity(person)
        finals = [
            final_text(own.get(name), missing_zero and name in marks.handed_in)
            for name in marks.max_scores
        ]
        rows.append([*map(safe_cell, known), *finals])
    return csv_text(rows)


def moodle_notes(marks: ClassMarks, missing_zero: bool = False) -> Iterator[str]:
    """Say which column finds everybody in Moodle, and whom each does not find where none does.

    With `missing_zero` also say who gets a zero.
    """
    people = [person for person, _ in marks.rows()]
    for name in marks.max_scores if missing_zero else ():
        absent = [one.student for one in people if (one.student, name) not in marks.submissions]
        if name not in marks.handed_in:
            yield f"{name}: nobody handed it in, so nobody gets a 0."
        elif absent:
            yield f"{name}: not handed in by {', '.join(absent)}; 0."
    found = mapping_columns(people)
    if found:
        yield f"Map from {' or '.join(found)}: everyone has one of their own."
        return
    yield "No column finds everyone, so Moodle's import would stop; complete roster.csv."
    for place, column in enumerate(MOODLE_COLUMNS[:3]):
        without = [one.student for one in people if not moodle_identity(one)[place]]
        if len(without) < len(people):
            yield f"Without {column}: {', '.join(without) or 'nobody'}."
    yield from shared(people, moodle_identity, MOODLE_COLUMNS, MOODLE_COLUMNS[:3])


def questions_csv(marks: ClassMarks) -> str:
    """Write one row for each question of each submission; late penalties are rows of their own."""
    return csv_text([QUESTION_COLUMNS, *_question_rows(marks)])


def _question_rows(marks: ClassMarks) -> Iterator[list[str]]:
    """Write the rows, in QUESTION_COLUMNS; their scores add up to the marks."""
    for person, own in marks.rows():
        for assignment, submission in own.items():
            first = [safe_cell(person.student), safe_cell(person.name), assignment]
            for one in submission.exercises:
                yield [*first, *_question_cells(one)]
            # A penalty takes no more than there is.
            late = min(submission.penalty, max(submission.score, ZERO))
            if late:
                yield _without_question(first, "(late)", -late)
            if not submission.exercises:
                yield _without_question(first, "(none)", ZERO)


def _without_question(first: list[str], what: str, points: Decimal) -> list[str]:
    """Write a row that is about no question."""
    return [*first, what, _all_digits(points), *[""] * (len(QUESTION_COLUMNS) - len(first) - 2)]


def _question_cells(mark: ExerciseMark) -> list[str]:
    """Write one question's cells, from `question` on."""
    points = (mark.score, mark.max_score, mark.auto_score, mark.manual_score, mark.extra_credit)
    return [
        mark.exercise,
        *("" if one is None else _all_digits(one) for one in points),
        "yes" if mark.needs_manual_grade else "no",
        safe_cell(mark.comment),
    ]


def _all_digits(points: Decimal) -> str:
    """Write points exactly: rounded ones would not add up to the mark."""
    text = f"{points or ZERO:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


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
