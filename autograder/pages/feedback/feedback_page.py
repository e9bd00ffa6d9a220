"""Writes feedback pages: the page of one student on one assignment, and the pages of a class."""

from pathlib import Path

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.marks import SubmissionMark
from autograder.gradebook.reader import read_class
from autograder.grading.autograded import UNSAFE
from autograder.grading.results import SubmissionResult, load, result_path
from autograder.pages.feedback.assignment import FeedbackAssignment, read_assignment
from autograder.pages.feedback.gap_feedback import gap_feedback
from autograder.pages.feedback.student_cells import student_cells
from autograder.pages.page_kinds import document
from course.errors import GradingError
from course.files import write_atomically


class ClassPages:
    """The feedback pages of a class; what they have in common is read once."""

    def __init__(self, course: CourseFolder, class_folder: ClassFolder) -> None:
        """Read the gradebook's marks and the students' names."""
        self._course, self._class_folder = course, class_folder
        self._marks = read_class(class_folder)
        self._assignments: dict[str, FeedbackAssignment] = {}

    def path(self, student: str, assignment: str) -> Path:
        """Return where a page is written, which is where nbgrader writes its own."""
        return self._class_folder.feedback / student / assignment / f"{assignment}.html"

    def write(self, student: str, assignment: str) -> Path:
        """Write the page of one submission whole; return its path."""
        content = self.html(student, assignment).encode()
        path = self.path(student, assignment)
        write_atomically(path, lambda file: file.write(content))
        return path

    def html(self, student: str, assignment: str) -> str:
        """Return the page of one submission. Raises GradingError if the grader has no result."""
        if not is_graded(self._class_folder, student, assignment):
            raise GradingError(
                f"{assignment} of {student} was not graded by `autograder`: it has no page.",
                f"Run `autograder grade {assignment}`, then write the pages again.",
            )
        if assignment not in self._assignments:
            known = read_assignment(self._course, self._class_folder, assignment)
            self._assignments[assignment] = known
        page = feedback_html(
            load(result_path(self._class_folder, student, assignment)),
            self._marks.submissions.get((student, assignment)),
            self._assignments[assignment],
            self._marks.names.get(student, ""),
        )
        # A lone half of a surrogate pair in a student's text can't be encoded.
        return page.encode("utf-8", "replace").decode()


def is_graded(class_folder: ClassFolder, student: str, assignment: str) -> bool:
    """Return whether the grader kept a result of a submission."""
    return result_path(class_folder, student, assignment).is_file()


def feedback_html(
    result: SubmissionResult,
    entry: SubmissionMark | None,
    assignment: FeedbackAssignment,
    full_name: str = "",
) -> str:
    """Return the page of one submission; marks that a person entered in the gradebook count."""
    cells = student_cells(result.notebook, assignment.released)
    gaps = gap_feedback(result, entry, assignment, cells)
    names = {gap.name for gap in gaps}
    points = sum(gap.score for gap in gaps)
    score = float(entry.final) if entry and entry.exercises else points
    return document("feedback").render(
        assignment=result.assignment,
        student=full_name or result.student,
        gaps=gaps,
        others=[cell for cell in cells if cell.name not in names],
        score=score,
        points=points,
        possible=sum(gap.max_score for gap in gaps),
        penalty=float(entry.penalty) if entry else 0.0,
        rejected=result.rejected,
        sandbox=result.sandbox,
        unsafe=result.sandbox == UNSAFE,
    )
