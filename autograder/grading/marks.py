"""Results go into nbgrader's gradebook through its own API; manual marks and comments stay."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from autograder.course_folder import ClassFolder
from autograder.grading.results import SubmissionResult
from autograder.nbgrader_setup import without_its_warnings
from course.errors import GradingError


@contextmanager
def open_gradebook(class_folder: ClassFolder) -> Iterator[Any]:
    """Open the class's gradebook."""
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import OperationalError

    with without_its_warnings():
        try:
            with Gradebook(class_folder.db_url) as gradebook:
                yield gradebook
        except OperationalError as error:
            raise GradingError(
                f"{class_folder.gradebook} can't be used ({error.orig}).",
                "Close what else uses it, free the disk, or make it writable; then grade again.",
            ) from error


def enter(gradebook: Any, result: SubmissionResult) -> None:
    """Enter automatic marks and comments; what a person entered is left as it is.

    As in nbgrader's SaveAutoGrades, a manual mark asks to be looked at again.
    """
    student, assignment = result.student, result.assignment
    gradebook.update_or_create_student(student)
    gradebook.update_or_create_submission(assignment, student)
    for gap in result.gaps:
        place = (assignment, assignment, student)  # notebook, assignment, student
        grade = gradebook.find_grade(f"test_{gap.exercise}", *place)
        grade.auto_score = float(gap.score)
        grade.needs_manual_grade = grade.manual_score is not None
        comment = gradebook.find_comment(gap.exercise, *place)
        comment.auto_comment = plain_comment(gap.message) or None
    gradebook.db.commit()


def plain_comment(message: str) -> str:
    """Take the HTML and the links out of a message.

    nbgrader's feedback renders comments as Markdown, and a message may quote a student's error.
    """
    return message.replace("<", "‹").replace(">", "›").replace("](", "] (")


def final_scores(gradebook: Any, assignment: str, student: str) -> dict[str, float]:
    """Read the marks that count, by gap: the manual one where there is one."""
    submission = gradebook.find_submission(assignment, student)
    return {
        grade.name.removeprefix("test_"): float(grade.score)
        for notebook in submission.notebooks
        for grade in notebook.grades
    }
