"""Writes the marks of a stock course's notebooks: the same rows as nbgrader's `autograde`.

A run names a notebook `ps1/problem1`. Its marks are by `grade_id`, which only one notebook's cells
share.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nbformat import NotebookNode

from autograder.folders import ClassFolder
from autograder.gradebook.database import database_errors, open_gradebook
from autograder.gradebook.writer import GradebookWriter, RowsToWrite, rows_of, transaction
from course.notebook.cell_marks import mark_of
from course.notebook.verdict import Verdict

NO_RESPONSE = "No response."
"""nbgrader's comment on an answer that is as it was released."""


@dataclass(frozen=True)
class NotebookMarks:
    """What the gradebook takes of one graded notebook."""

    unit: str
    """The notebook's name in a run: `ps1/problem1`."""
    student: str
    verdicts: Sequence[Verdict]
    unanswered: Sequence[str]
    """The answers that are as they were released, by `grade_id`."""
    timestamp: datetime | None = None
    """When it was handed in, if that is known."""


class StockGradebook(GradebookWriter):
    """Writes results of a stock course's notebooks; the assignments are registered already."""

    def _require_registered(self, assignment: str) -> None:
        """Do nothing: the run has registered the assignments it can grade."""

    def enter_notebooks(self, marked: Sequence[NotebookMarks]) -> None:
        """Enter the marks of notebooks; raise GradingError if the gradebook stays locked."""
        self._retry(lambda: enter_notebooks(self._open(), marked))

    def ensure_notebooks(self, marked: Sequence[NotebookMarks]) -> None:
        """Enter marks unless they are entered: what a person settled since stays."""
        if missing := self._retry(
            lambda: [marks for marks in marked if not has_notebook(self._open(), marks)]
        ):
            self.enter_notebooks(missing)


def enter_notebooks(gradebook: Any, marked: Iterable[NotebookMarks]) -> None:
    """Enter automatic marks in one transaction; what a person entered is left.

    As in nbgrader's SaveAutoGrades: a cell for a person has no automatic mark and waits for one,
    and a cell with a manual mark needs to be looked at again.
    """
    with transaction(gradebook):
        rows = RowsToWrite(gradebook)
        for marks in marked:
            _enter_notebook(gradebook, rows, marks)


def _enter_notebook(gradebook: Any, rows: RowsToWrite, marks: NotebookMarks) -> None:
    """Enter the marks of one notebook within a transaction."""
    assignment, _, notebook = marks.unit.partition("/")
    grades, comments = rows.of(marks.student, assignment, notebook)
    if marks.timestamp is not None:
        gradebook.find_submission(assignment, marks.student).timestamp = marks.timestamp
    for verdict in marks.verdicts:
        grade = grades[verdict.exercise]
        grade.auto_score = _auto_score(verdict)
        waits = grade.auto_score is None
        grade.needs_manual_grade = waits or grade.manual_score is not None
    for name, comment in comments.items():
        comment.auto_comment = NO_RESPONSE if name in marks.unanswered else None


def apply_late_penalties(
    class_folder: ClassFolder, config: Any, graded: Iterable[tuple[str, str]]
) -> None:
    """Enter the late penalties of a course's own policy, as nbgrader's `autograde` does.

    `config` is the course's configuration, `graded` has students and notebooks (`ps1/problem1`).
    Only assignments with a due date can have late submissions.
    """
    from nbformat.v4 import new_notebook
    from nbgrader.preprocessors import AssignLatePenalties

    with open_gradebook(class_folder) as gradebook:
        due = {one.name for one in gradebook.assignments if one.duedate is not None}
    policy = AssignLatePenalties(config=config)
    for student, unit in graded:
        assignment, _, notebook = unit.partition("/")
        if assignment in due:
            names = {"student": student, "assignment": assignment, "notebook": notebook}
            with database_errors(class_folder):
                policy.preprocess(
                    new_notebook(), {"nbgrader": {**names, "db_url": class_folder.db_url}}
                )


def has_notebook(gradebook: Any, marks: NotebookMarks) -> bool:
    """Whether the gradebook has exactly these automatic marks."""
    assignment, _, notebook = marks.unit.partition("/")
    grades, _ = rows_of(gradebook, marks.student, assignment, notebook)
    return bool(grades or not marks.verdicts) and all(
        verdict.exercise in grades and grades[verdict.exercise].auto_score == _auto_score(verdict)
        for verdict in marks.verdicts
    )


def _auto_score(verdict: Verdict) -> float | None:
    """Return the automatic mark; None for what a person marks."""
    return None if verdict.status == "manual" else float(verdict.score)


def knows_notebooks(gradebook: Any, assignment: str, notebooks: Mapping[str, NotebookNode]) -> bool:
    """Whether the gradebook has the cells of these sources as nbgrader would enter them.

    The text of an answer is left out: the gradebook has the release's.
    """
    from nbgrader.api import MissingEntry

    try:
        found = gradebook.find_assignment(assignment).notebooks
    except MissingEntry:
        return False
    if {notebook.name for notebook in found} != set(notebooks):
        return False
    return all(_knows(notebook, notebooks[notebook.name]) for notebook in found)


def _knows(notebook: Any, source: NotebookNode) -> bool:
    """Whether an entered notebook has a source's cells."""
    marks = [(cell, mark_of(cell)) for cell in source.cells]
    answers = {mark.grade_id for _, mark in marks if mark.is_gap}
    fixed = {mark.grade_id: cell.source for cell, mark in marks if mark.is_test or mark.is_locked}
    texts = {cell.name: cell.source for cell in notebook.source_cells if cell.name not in answers}
    return (
        {cell.name: cell.max_score for cell in notebook.grade_cells}
        == {mark.grade_id: mark.points for _, mark in marks if mark.grade}
        and {cell.name: cell.max_score for cell in notebook.task_cells}
        == {mark.grade_id: mark.points for _, mark in marks if mark.task}
        and {cell.name for cell in notebook.solution_cells} == answers
        and texts == fixed
    )
