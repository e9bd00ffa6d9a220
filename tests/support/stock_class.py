"""A class that hands in to stock nbgrader, and what a test can read of it afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from support.stock_nbgrader import StockNbgrader

from autograder.build.answer_files import Answers, hand_in, parse_answers
from autograder.folders import ClassFolder, CourseFolder


class StockClass:
    """A class folder; each submission that is graded costs a kernel, four seconds or more."""

    def __init__(self, course: CourseFolder, folder: Path) -> None:
        """Start an empty class in `folder`."""
        self.course = course
        self.folder = ClassFolder(folder)
        self._nbgrader = StockNbgrader(course, self.folder)
        self._registered: set[str] = set()

    def grade(self, student: str, assignment: str, answers: Answers | str = "") -> dict[str, float]:
        """Hand in answers (a py:percent script), let nbgrader grade them; return points by gap."""
        if isinstance(answers, str):
            answers = parse_answers(answers)
        hand_in(
            self.course.release(assignment), answers, self.folder.submitted, student, assignment
        )
        self.autograde(assignment, student)
        return self.marks(student, assignment)

    def autograde(self, assignment: str, student: str) -> None:
        """Let nbgrader grade what lies in the folder of submissions."""
        if assignment not in self._registered:
            self._nbgrader.register(assignment)
            self._registered.add(assignment)
        with as_outside_pytest():
            self._nbgrader.autograde(assignment, student)

    def marks(self, student: str, assignment: str) -> dict[str, float]:
        """Return the points by gap, as the gradebook has them."""
        from nbgrader.api import Gradebook

        with Gradebook(self.folder.db_url) as gradebook:
            submission = gradebook.find_submission(assignment, student)
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            return {grade.name.removeprefix("test_"): grade.score for grade in grades}

    def autograded(self, student: str, assignment: str) -> NotebookNode:
        """Return the notebook as nbgrader ran it."""
        path = self.folder.autograded / student / assignment / f"{assignment}.ipynb"
        return nbformat.read(path, as_version=4)

    def output(self, student: str, assignment: str, grade_id: str = "") -> str:
        """Return what one cell showed or raised, or all but the student's own, without colors."""
        cells = self.autograded(student, assignment).cells
        wanted = [c for c in cells if grade_id in ("", c["id"]) and not c["id"].startswith("own-")]
        outputs = [output for cell in wanted for output in cell.get("outputs", [])]
        return strip_ansi("\n".join(_text(output) for output in outputs))


@contextmanager
def as_outside_pytest() -> Iterator[None]:
    """Take away the variable by which ipykernel knows pytest.

    It would leave file descriptor 2 alone then, and nothing about noise there were proven.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST", raising=False)
        yield


def _text(output: NotebookNode) -> str:
    """Return all the text of one output."""
    parts = [output.get("text", ""), output.get("ename", ""), output.get("evalue", "")]
    parts += output.get("traceback", []) + list(map(str, output.get("data", {}).values()))
    return "\n".join(parts)
