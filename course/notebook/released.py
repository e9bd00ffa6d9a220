"""The gaps and points of the exercises in the folder of releases."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from course.notebook.cell_marks import mark_of
from course.notebook.release_folder import assignments, release_path


@dataclass(frozen=True)
class Gap:
    """One gap of an exercise."""

    name: str
    assignment: str
    points: float


def gaps(assignment: str) -> tuple[Gap, ...]:
    """List the gaps of an exercise in their order, with the points of their checks."""
    path = release_path(assignment)
    return _gaps_in(path, path.stat().st_mtime_ns)


@lru_cache
def _gaps_in(path: Path, _changed: int) -> tuple[Gap, ...]:
    # nbformat takes much longer to import than this takes to run.
    marks = [mark_of(cell) for cell in json.loads(path.read_bytes())["cells"]]
    points = {mark.exercise: mark.points for mark in marks if mark.is_test}
    return tuple(
        Gap(mark.exercise, path.stem, points.get(mark.exercise, 0.0))
        for mark in marks
        if mark.is_gap
    )


def all_gaps() -> dict[str, Gap]:
    """Map the names of all gaps, in the order of the course, to the gaps."""
    return {gap.name: gap for assignment in assignments() for gap in gaps(assignment)}
