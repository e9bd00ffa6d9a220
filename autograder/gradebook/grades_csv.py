"""`grades.csv`: one row per student and gap of every assignment handed in."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from autograder.folders import ClassFolder
from autograder.gradebook.writer import final_scores, open_gradebook
from autograder.grading.results import SubmissionResult
from course.files import write_atomically

COLUMNS = (
    "student",
    "assignment",
    "exercise",
    "score",
    "max_score",
    "status",
    "flags",
    "sandbox",
)
# A spreadsheet takes a cell that starts with one of these for a formula; some take the wide forms.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_grades(class_folder: ClassFolder, results: Iterable[SubmissionResult]) -> None:
    """Write the file whole, with the gradebook's marks, manual ones included."""
    with open_gradebook(class_folder) as gradebook:
        rows = {(one.student, one.assignment): _rows(gradebook, one) for one in results}
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for submission in sorted(rows):
        writer.writerows(rows[submission])
    path = class_folder.root / "grades.csv"
    write_atomically(path, lambda file: file.write(text.getvalue().encode()))


def _rows(gradebook: Any, result: SubmissionResult) -> list[dict[str, object]]:
    """One submission's rows."""
    scores = final_scores(gradebook, result.assignment, result.student)
    flags = ";".join(sorted({flag.kind for flag in result.flags}))
    return [
        {
            "student": safe_cell(result.student),
            "assignment": result.assignment,
            "exercise": gap.exercise,
            "score": f"{scores.get(gap.exercise, gap.score):g}",
            "max_score": f"{gap.max_score:g}",
            "status": gap.status,
            "flags": flags,
            "sandbox": result.sandbox,
        }
        for gap in result.gaps
    ]


def safe_cell(text: str) -> str:
    """Keep a spreadsheet from running a name such as `=cmd()` as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def plain_cell(text: str) -> str:
    """Take back what `safe_cell` put in front."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
