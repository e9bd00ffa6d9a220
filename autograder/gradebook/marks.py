"""Points as decimals: what is stored as a binary number is rounded the way people do."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from rich.markup import escape
from rich.table import Table

from autograder.folders import ASSIGNMENTS, ClassFolder
from autograder.gradebook.writer import open_gradebook

_CENT = Decimal("0.01")


def exact(score: float) -> Decimal:
    """A mark without the noise of a binary number: 1.15 + 2.3 is 3.45, not 3.4499…"""
    return Decimal(repr(round(float(score), 9)))


def hundredths(score: Decimal) -> Decimal:
    """Round half up to the hundredth of a point."""
    return score.quantize(_CENT, ROUND_HALF_UP)


def final_points(score: Decimal, penalty: float) -> Decimal:
    """What counts once lateness is paid for: to the hundredth, and never below nothing."""
    return max(Decimal(0), hundredths(score - exact(penalty)))


def points_text(score: Decimal) -> str:
    """Write points with a decimal point and no more digits than needed: 7.5, 10, 0.33."""
    text = f"{hundredths(score):f}".rstrip("0").rstrip(".")
    return text if text not in ("", "-0") else "0"


# The gradebook as plain rows, and as a table for the terminal.


@dataclass(frozen=True)
class Mark:
    """What one student has in one assignment."""

    student: str
    assignment: str
    score: float
    """What was earned, before any late penalty."""
    max_score: float
    penalty: float = 0.0
    """What lateness costs."""

    @property
    def final(self) -> float:
        """What counts, to the hundredth of a point."""
        return float(final_points(exact(self.score), self.penalty))


def read_marks(class_folder: ClassFolder) -> list[Mark]:
    """Read every graded submission from nbgrader's gradebook, by student and assignment."""
    with open_gradebook(class_folder) as gradebook:
        marks = [
            Mark(
                submission.student.id,
                assignment.name,
                submission.score,
                submission.max_score,
                float(submission.late_submission_penalty or 0.0),
            )
            for assignment in gradebook.assignments
            for submission in gradebook.assignment_submissions(assignment.name)
        ]
    return sorted(marks, key=lambda mark: (mark.student, mark.assignment))


def marks_table(marks: Sequence[Mark]) -> Table:
    """Lay the marks out, a row per student and a column per assignment."""
    off = " Late penalties are taken off." if any(mark.penalty for mark in marks) else ""
    table = Table(title="Gradebook", caption=f"A dash: nothing was handed in.{off}")
    present = {mark.assignment for mark in marks}
    columns = [name for name in ASSIGNMENTS if name in present] + sorted(present - set(ASSIGNMENTS))
    points = {mark.assignment: mark.max_score for mark in marks}
    table.add_column("student")
    for name in columns:
        table.add_column(f"{name}\nof {points[name]:g}", justify="right")
    table.add_column("total", justify="right")
    for student in sorted({mark.student for mark in marks}):
        table.add_row(*_row(student, marks, columns))
    return table


def _row(student: str, marks: Sequence[Mark], columns: Sequence[str]) -> list[str]:
    """One student's marks as text."""
    own = {mark.assignment: mark.final for mark in marks if mark.student == student}
    cells = [f"{own[name]:g}" if name in own else "–" for name in columns]
    return [escape(student), *cells, f"{sum(own.values()):g}"]
