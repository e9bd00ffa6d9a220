"""nbgrader's mark of a cell, and the grader's own note, as typed values.

nbgrader writes `metadata.nbgrader` (https://nbgrader.readthedocs.io, "The nbgrader metadata"). The
grader writes `metadata.convpool` when it rebuilds a notebook: who wrote a cell. Submitted metadata
may hold anything, so no field is trusted to have its type.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Cell = Mapping[str, Any]
"""A notebook's cell: a `NotebookNode`, or a plain dictionary of the same form."""

Origin = Literal["source", "gap", "own", ""]
"""Who wrote a cell of a rebuilt notebook: the author, or the learner as an answer or own cell."""

_TEST = "test_"


@dataclass(frozen=True)
class CellMark:
    """nbgrader's mark of one cell; all fields are empty where there is none."""

    grade_id: str = ""
    grade: bool = False
    solution: bool = False
    locked: bool = False
    points: float = 0.0
    task: bool = False

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
        return (self.locked or self.task) and not self.grade and not self.solution

    @property
    def is_manual(self) -> bool:
        """Whether a person marks the cell: an answer with points, or a task."""
        return self.task or (self.grade and self.solution)

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
        task=bool(raw.get("task")),
    )


def raw_mark(cell: Cell) -> dict[str, Any]:
    """Return nbgrader's own dictionary, {} where there is none or it is no dictionary."""
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    return mark if isinstance(mark, dict) else {}


def _points(value: Any) -> float:
    """Read points; 0 for anything but a number that fits a float."""
    try:
        return float(value) if isinstance(value, int | float) else 0.0
    except OverflowError:
        return 0.0


def exercise_of(grade_id: str) -> str:
    """Return the name of the exercise that a gap's or a test's `grade_id` belongs to."""
    return grade_id.removeprefix(_TEST)


def exercise_names(graded: Collection[str]) -> dict[str, str]:
    """Map the `grade_id`s of a notebook's graded cells to their exercises' names.

    A cell keeps its `grade_id` where the shorter name is another graded cell's.
    """
    return {name: name if exercise_of(name) in graded else exercise_of(name) for name in graded}


def id_of_test(exercise: str) -> str:
    """Return the `grade_id` of the test of an exercise."""
    return f"{_TEST}{exercise}"


def origin_of(cell: Cell) -> Origin:
    """Return who wrote a cell of a rebuilt notebook; "" in any other notebook."""
    note = cell["metadata"].get("convpool", {})
    origin: Origin = note.get("origin", "")
    return origin
