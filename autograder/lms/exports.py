"""Exports marks: to Canvas, to Moodle, as a row for each question, and as JSON.

Canvas finds a student by `ID` (its own number), else by `SIS User ID` or `SIS Login ID`, and an
assignment by the number in its heading, `reshape (4711)`. The gradebook that Canvas exports has
both; with that file as a template, Canvas imports the marks without asking questions.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.gradebook.marks import (
    ClassMarks,
    ExerciseMark,
    SubmissionMark,
    exact,
    final_text,
    points_text,
)
from autograder.gradebook.roster import Person
from course.errors import GradingError
from course.files import csv_text, plain_cell, safe_cell

COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS = "    Points Possible"
_NUMBER = re.compile(r" \(\d+\)$")

Table = list[dict[str, str]]


def canvas_csv(
    marks: ClassMarks,
    template: Path | None = None,
    titles: Mapping[str, str] | None = None,
    missing_zero: bool = False,
) -> str:
    """Write the file that Canvas's gradebook imports.

    `template` is the gradebook as Canvas exported it; `titles` gives an assignment's title there,
    where it is not its name. A missing mark is left empty, which changes nothing in Canvas.
    """
    names = {name: (titles or {}).get(name, name) for name in marks.max_scores}
    header, rows = _read(template) if template else ([], [])
    columns = {name: _heading(header, title, template) for name, title in names.items()}
    lines = [
        [*COLUMNS, *map(safe_cell, columns.values())],
        [POINTS, "", "", "", "", *_possible(marks, rows, columns)],
    ]
    for identity, own in _students(marks, rows):
        finals = [final_text(own.get(name), missing_zero) for name in columns]
        lines.append([*map(safe_cell, identity), *finals])
    return csv_text(lines)


def _read(template: Path) -> tuple[list[str], Table]:
    """Read the heading and the rows of Canvas's own file."""
    try:
        text = template.read_text(encoding="utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""))
        header = [cell.strip() for cell in next(reader, [])]
        rows = [dict(zip(header, map(plain_cell, row), strict=False)) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GradingError(f"{template} can't be read: {error}.", "Export it again.") from error
    if not {"Student", "ID", "Section"} <= set(header):
        raise GradingError(
            f"{template} is no gradebook of Canvas.",
            "Take the file that Canvas exports: Gradebook, Export, Entire Gradebook.",
        )
    return header, rows


def _heading(header: list[str], title: str, template: Path | None) -> str:
    """Find the column of an assignment by its title, with Canvas's number behind it or not."""
    if template is None:
        return title
    found = [one for one in header if one not in COLUMNS and _is_titled(one, title)]
    if len(found) == 1:
        return found[0]
    problem = "no column" if not found else "several columns"
    raise GradingError(
        f"{template} has {problem} called {title!r}.",
        f'Name its title there: --column {title}="Title in Canvas".',
    )


def _is_titled(column: str, title: str) -> bool:
    """Whether a heading is this title, with a number behind it or not."""
    bare = _NUMBER.sub("", column)
    return column == title or bare.casefold() == title.casefold()


def _possible(marks: ClassMarks, rows: Table, columns: Mapping[str, str]) -> list[str]:
    """Write the points possible: Canvas's own, where its file has them."""
    own = next((row for row in rows if "Points Possible" in row.get("Student", "")), {})
    return [
        own.get(column, "").strip() or points_text(marks.max_scores[name])
        for name, column in columns.items()
    ]


def differing_points(marks: ClassMarks, text: str) -> dict[str, tuple[str, str]]:
    """Name the columns whose points possible in Canvas are not the assignment's own."""
    header, possible = list(csv.reader(io.StringIO(text, newline="")))[:2]
    own = dict(zip(header[len(COLUMNS) :], possible[len(COLUMNS) :], strict=True))
    wanted = dict(zip(own, marks.max_scores.values(), strict=True))
    return {
        column: (value, points_text(wanted[column]))
        for column, value in own.items()
        if not value.replace(".", "", 1).isdigit() or exact(float(value)) != wanted[column]
    }


def _students(
    marks: ClassMarks, rows: Table
) -> Iterator[tuple[list[str], Mapping[str, SubmissionMark]]]:
    """Give everyone's cells in COLUMNS with their marks, in the order of Canvas's file."""
    if not rows:
        for person, own in marks.rows():
            yield _identity(person), own
        return
    by_id = {person.canvas_id: own for person, own in marks.rows() if person.canvas_id}
    for row in rows:
        if row.get("ID", "").strip().isdigit():
            yield [row.get(column, "") for column in COLUMNS], by_id.get(row["ID"].strip(), {})


def _identity(person: Person) -> list[str]:
    """Write a person in COLUMNS."""
    return [
        person.name or person.student,
        person.canvas_id,
        person.sis_id,
        person.login,
        person.section,
    ]


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
