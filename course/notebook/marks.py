"""nbgrader's mark of a cell, and the grader's note beside it, as typed values.

nbgrader writes `metadata.nbgrader` (https://nbgrader.readthedocs.io, "The nbgrader metadata"). The
grader writes `metadata.convpool` when it rebuilds a notebook: whose a cell is. Submitted metadata
may hold anything, so every field is read with care.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Cell = Mapping[str, Any]
"""A notebook's cell: a `NotebookNode`, or a plain dictionary of the same form."""

Origin = Literal["source", "gap", "own", ""]
"""Whose a cell of a rebuilt notebook is: the author's, the learner's answer, or an own cell."""

_TEST = "test_"


@dataclass(frozen=True)
class CellMark:
    """What nbgrader knows of one cell; all fields are empty where it knows nothing."""

    grade_id: str = ""
    grade: bool = False
    solution: bool = False
    locked: bool = False
    points: float = 0.0

    @property
    def is_gap(self) -> bool:
        """Whether a learner writes the answer here."""
        return self.solution

    @property
    def is_test(self) -> bool:
        """Whether the cell is an autograder test."""
        return self.grade and not self.solution

    @property
    def is_locked(self) -> bool:
        """Whether the cell is read-only, and no test."""
        return self.locked and not self.grade and not self.solution

    @property
    def exercise(self) -> str:
        """The gap's name: of a gap its own `grade_id`, of a test what it tests."""
        return exercise_of(self.grade_id)


def mark_of(cell: Cell) -> CellMark:
    """Read the mark of a cell; an empty one where there is none, or where it is malformed."""
    raw = raw_mark(cell)
    return CellMark(
        grade_id=str(raw.get("grade_id") or ""),
        grade=bool(raw.get("grade")),
        solution=bool(raw.get("solution")),
        locked=bool(raw.get("locked")),
        points=_points(raw.get("points")),
    )


def raw_mark(cell: Cell) -> dict[str, Any]:
    """Return nbgrader's own dictionary, {} where there is none or it is no dictionary."""
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    return mark if isinstance(mark, dict) else {}


def _points(value: Any) -> float:
    """Read points; 0 for what is no number, or a number that no mark can be."""
    try:
        return float(value) if isinstance(value, int | float) else 0.0
    except OverflowError:
        return 0.0


def exercise_of(grade_id: str) -> str:
    """Name the exercise of a gap's or a test's `grade_id`."""
    return grade_id.removeprefix(_TEST)


def id_of_test(exercise: str) -> str:
    """Name the test cell of an exercise: its `grade_id`."""
    return f"{_TEST}{exercise}"


def origin_of(cell: Cell) -> Origin:
    """Say whose a cell of a rebuilt notebook is; "" in any other notebook."""
    note = cell["metadata"].get("convpool", {})
    origin: Origin = note.get("origin", "")
    return origin
