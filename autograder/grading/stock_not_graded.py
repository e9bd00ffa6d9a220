"""What was handed in to a stock course and not graded, with the reason and the next step."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from autograder.build.coursedir import StockCourse
from autograder.folders import is_ignored
from autograder.grading.not_graded import NotGraded
from autograder.grading.plan import Submission
from autograder.grading.results import SubmissionResult
from course.notebook.tampering import one_line

_ASK = "Ask the student for the notebook again."
_MOST_NAMED = 5


def stock_not_graded(
    course: StockCourse,
    wanted: Sequence[str],
    results: Iterable[SubmissionResult],
    unreadable: Mapping[Submission, str],
) -> Iterator[NotGraded]:
    """List rejected and unreadable notebooks, and what no assignment has.

    `results` are those of single notebooks. `unreadable` has the reasons by student and notebook.
    """
    for result in results:
        if result.rejected:
            path = course.submission(result.student, result.assignment.partition("/")[0])
            yield _row(course, path, result.student, f"0 points: {result.rejected}", _ASK)
    for (student, unit), reason in unreadable.items():
        path = course.submission(student, unit.partition("/")[0])
        yield _row(course, path, student, f"{reason} It has no mark.", "Make it readable.")
    for name in wanted:
        notebooks = course.notebooks(name)
        for student in course.students(name):
            folder = course.submission(student, name)
            for path in sorted(folder.glob("*.ipynb")) if folder.is_dir() else []:
                if path.stem not in notebooks and not is_ignored(path.name):
                    reason = "The assignment has no notebook of this name."
                    yield _row(course, path, student, reason, "Rename it if it counts.")
    for student, path in course.of_no_assignment():
        if not is_ignored(path.name):
            known = ", ".join(course.assignments()[:_MOST_NAMED])
            reason = "It is no folder of an assignment's name."
            yield _row(course, path, student, reason, f"Rename it if it counts, such as: {known}.")
    root = course.class_folder.submitted
    for path in sorted(root.iterdir()) if root.is_dir() else []:
        if path.is_file() and not is_ignored(path.name):
            reason = "It lies in no student's folder."
            yield _row(
                course, path, "", reason, "Take it in with `nbgrader zip_collect`, or move it."
            )


def without_result(
    course: StockCourse, wanted: Sequence[str], graded: Iterable[Submission]
) -> Iterator[NotGraded]:
    """List notebooks that were handed in and have no result."""
    known = set(graded)
    for name in wanted:
        for student in course.students(name):
            for notebook in course.notebooks(name):
                path = course.submission(student, name) / f"{notebook}.ipynb"
                if (student, f"{name}/{notebook}") not in known and path.exists():
                    command = f"Run `autograder grade {name}`."
                    yield _row(course, path, student, "It has no result yet.", command)


def _row(course: StockCourse, path: Path, student: str, reason: str, next_step: str) -> NotGraded:
    """Return one row."""
    root = course.class_folder.submitted
    shown = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
    return NotGraded(one_line(student, 100), "", one_line(shown, 200), reason, next_step)
