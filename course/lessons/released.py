"""The exercises as this package releases them: their notebooks, gaps and points."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from course.errors import CourseError

if TYPE_CHECKING:
    from nbformat import NotebookNode

ASSIGNMENTS = ("reshape", "convolution", "pooling", "cnn", "quiz")

# In an installed package the exercises are inside `course`; in a checkout beside it.
_PACKAGE = Path(__file__).parents[1]
_EXERCISES = (_PACKAGE / "exercises", _PACKAGE.parent / "exercises")


@dataclass(frozen=True)
class Gap:
    """One gap of an exercise."""

    name: str
    assignment: str
    points: float


def exercises_folder() -> Path:
    """Return the folder of the released exercises, as installed or as in a checkout."""
    found = next((folder for folder in _EXERCISES if folder.is_dir()), None)
    if found is None:
        raise CourseError("The exercises are not installed.", "Install convpool-course again.")
    return found


def release_path(assignment: str) -> Path:
    """Return the path of a released notebook."""
    return exercises_folder() / assignment / f"{assignment}.ipynb"


def read_release(assignment: str) -> "NotebookNode":
    """Read a released notebook."""
    import nbformat

    return nbformat.read(release_path(assignment), as_version=4)


@lru_cache
def gaps(assignment: str) -> tuple[Gap, ...]:
    """List the gaps of an exercise in their order, with the points of their checks."""
    from course.notebook.cell_marks import mark_of

    marks = [mark_of(cell) for cell in read_release(assignment).cells]
    points = {mark.exercise: mark.points for mark in marks if mark.is_test}
    return tuple(
        Gap(mark.exercise, assignment, points[mark.exercise]) for mark in marks if mark.is_gap
    )


def all_gaps() -> dict[str, Gap]:
    """Map the names of all gaps, in the order of the course, to the gaps."""
    return {gap.name: gap for assignment in ASSIGNMENTS for gap in gaps(assignment)}
