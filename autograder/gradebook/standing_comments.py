"""`comments.csv` in the class folder: comments that graders give again and again, by exercise.

They are texts to paste into formgrader's comment of a cell; nothing is entered by itself.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.folders import ClassFolder, is_there
from autograder.gradebook.csv_lines import CsvLine, fitted, read_csv
from autograder.gradebook.reader import read_class
from autograder.gradebook.rule_values import suggestion
from course.errors import GradingError

FILE = "comments.csv"
HEADINGS = ("assignment", "exercise", "comment")


@dataclass(frozen=True)
class StandingComment:
    """A comment, and the exercise that it is for."""

    assignment: str
    exercise: str
    comment: str


def standing_comments(
    class_folder: ClassFolder, assignments: Collection[str]
) -> list[StandingComment]:
    """Read the comments, in the file's order; [] where the class has none.

    Assignments are checked by `assignments`, exercises by those that the gradebook has marks of.
    Raises `GradingError` with the line for what can't be used.
    """
    path = class_folder.root / FILE
    if not is_there(path):
        return []
    exercises: dict[str, set[str]] = {}
    for (_, assignment), mark in read_class(class_folder).submissions.items():
        exercises.setdefault(assignment, set()).update(one.exercise for one in mark.exercises)
    return read_comments(path, assignments, exercises)


def read_comments(
    path: Path, assignments: Collection[str], exercises: Mapping[str, Collection[str]]
) -> list[StandingComment]:
    """Read a file; `exercises` are those of each assignment, as far as they are known."""
    lines = read_csv(path, lambda row: len({*HEADINGS}.intersection(map(_heading, row))))
    if not lines:
        raise GradingError(f"{path} is empty.", f"Begin it with the line {','.join(HEADINGS)}.")
    header = [_heading(one) for one in lines[0].cells]
    if sorted(header) != sorted(HEADINGS):
        raise GradingError(
            f"{path}, line {lines[0].number}: the headings are {', '.join(header)}.",
            f"Write {','.join(HEADINGS)}.",
        )
    found = []
    for line in lines[1:]:
        values = dict(zip(header, map(str.strip, fitted(path, line, len(header))), strict=True))
        comment = StandingComment(**values)
        _require_usable(path, line, comment, assignments, exercises)
        found.append(comment)
    return found


def _heading(cell: str) -> str:
    return cell.strip().casefold()


def _require_usable(
    path: Path,
    line: CsvLine,
    one: StandingComment,
    assignments: Collection[str],
    exercises: Mapping[str, Collection[str]],
) -> None:
    """Raise `GradingError` for an empty cell, and for a name that is not known."""
    where = f"{path}, line {line.number}"
    for name in HEADINGS:
        if not getattr(one, name):
            raise GradingError(f"{where}: the {name} is missing.", "Complete or delete the line.")
    known = exercises.get(one.assignment, ())
    for name, value, names in (
        ("assignment", one.assignment, assignments),
        ("exercise", one.exercise, known),
    ):
        if names and value not in names:
            step = suggestion(value, names) or f"Choose from: {', '.join(sorted(names))}."
            raise GradingError(f"{where}: there is no {name} {value!r}.", step)
