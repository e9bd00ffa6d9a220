"""Results go into nbgrader's gradebook through its own API; manual marks and comments stay."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from autograder.course_folder import ClassFolder
from autograder.grading.results import GapResult, SubmissionResult
from autograder.nbgrader_setup import without_its_warnings
from course.errors import GradingError


@contextmanager
def open_gradebook(class_folder: ClassFolder) -> Iterator[Any]:
    """Open the class's gradebook."""
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import OperationalError

    make_gradebook(class_folder)
    with without_its_warnings():
        try:
            with Gradebook(class_folder.db_url) as gradebook:
                yield gradebook
        except OperationalError as error:
            raise unavailable(class_folder, error) from error


def make_gradebook(class_folder: ClassFolder) -> None:
    """Make an empty gradebook beside its place and move it there, unless there is one.

    nbgrader makes tables and version one after the other: killed in between, it would leave a
    gradebook that it takes for a complete one ever after.
    """
    from nbgrader.api import Gradebook

    if class_folder.gradebook.exists():
        return
    class_folder.root.mkdir(parents=True, exist_ok=True)
    partial = class_folder.root / f".{class_folder.gradebook.name}.{os.getpid()}.part"
    partial.unlink(missing_ok=True)
    try:
        # By itself nbgrader starts `alembic` for one word, which takes seconds.
        with patch("nbgrader.api.get_alembic_version", alembic_version):
            Gradebook(f"sqlite:///{partial}").close()
        if not class_folder.gradebook.exists():
            partial.replace(class_folder.gradebook)
    finally:
        partial.unlink(missing_ok=True)


def alembic_version() -> str:
    """Read the version of nbgrader's tables from its own migrations."""
    import nbgrader
    from alembic.script import ScriptDirectory

    migrations = Path(nbgrader.__file__).parent / "alembic"
    return str(ScriptDirectory(str(migrations)).get_current_head())


def unavailable(class_folder: ClassFolder, error: Any) -> GradingError:
    """Say why the gradebook can't be used; `error` is SQLAlchemy's OperationalError."""
    return GradingError(
        f"{class_folder.gradebook} can't be used ({error.orig}).",
        "Close what else uses it, free the disk, or make it writable; then grade again.",
    )


def enter(gradebook: Any, result: SubmissionResult) -> None:
    """Enter automatic marks and comments in one transaction; what a person entered is left.

    As in nbgrader's SaveAutoGrades, a manual mark asks to be looked at again.
    """
    student, assignment = result.student, result.assignment
    with _one_transaction(gradebook):
        take_hold(gradebook)
        gradebook.update_or_create_student(student)
        gradebook.db.flush()
        # Else SQLAlchemy flushes a half-made submission, and warns of it.
        with gradebook.db.no_autoflush:
            gradebook.update_or_create_submission(assignment, student)
        gradebook.db.flush()
        grades, comments = _cells(gradebook, assignment, student)
        for gap in result.gaps:
            grade = grades[f"test_{gap.exercise}"]
            grade.auto_score = float(gap.score)
            grade.needs_manual_grade = grade.manual_score is not None
            comments[gap.exercise].auto_comment = _comment(gap)


def take_hold(gradebook: Any) -> None:
    """Begin to write; raise SQLAlchemy's OperationalError where nothing can be written now.

    Deeper within nbgrader's API the same error would come out as another one, with a traceback.
    """
    from sqlalchemy import text

    gradebook.db.execute(text("UPDATE course SET id = id"))


def is_entered(gradebook: Any, result: SubmissionResult) -> bool:
    """Whether the gradebook has exactly these automatic marks and comments."""
    grades, comments = _cells(gradebook, result.assignment, result.student)
    return bool(grades) and all(
        (grade := grades.get(f"test_{gap.exercise}")) is not None
        and grade.auto_score == float(gap.score)
        and (comment := comments.get(gap.exercise)) is not None
        and comment.auto_comment == _comment(gap)
        for gap in result.gaps
    )


def _cells(gradebook: Any, assignment: str, student: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fetch all grades and all comments of a submission, by the names of their cells."""
    from nbgrader import api

    kinds = (api.Grade, api.Comment)
    grades, comments = (_of_cells(kind, gradebook, assignment, student) for kind in kinds)
    return grades, comments


def _of_cells(kind: Any, gradebook: Any, assignment: str, student: str) -> dict[str, Any]:
    """Fetch all grades, or all comments, in one query."""
    from nbgrader import api

    rows = (
        gradebook.db.query(api.BaseCell.name, kind)
        .select_from(kind)
        .join(api.BaseCell, api.BaseCell.id == kind.cell_id)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.id == kind.notebook_id)
        .join(
            api.SubmittedAssignment,
            api.SubmittedAssignment.id == api.SubmittedNotebook.assignment_id,
        )
        .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
        .filter(api.Assignment.name == assignment)
        .filter(api.SubmittedAssignment.student_id == student)
    )
    return dict(rows.all())


@contextmanager
def _one_transaction(gradebook: Any) -> Iterator[None]:
    """Turn the commits within nbgrader's own API into one, so that a kill leaves all or nothing.

    Nothing is flushed within its API either: it takes an error of the disk for one of the entry.
    """
    session = gradebook.db
    commit = session.commit
    session.commit = lambda: None
    try:
        yield
        commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.commit = commit


def _comment(gap: GapResult) -> str | None:
    """What the gradebook has as a comment on a gap."""
    return plain_comment(gap.message) or None


def plain_comment(message: str) -> str:
    """Take the HTML and the links out of a message.

    nbgrader's feedback renders comments as Markdown, and a message may quote a student's error.
    """
    return message.replace("<", "‹").replace(">", "›").replace("](", "] (")


def final_scores(gradebook: Any, assignment: str, student: str) -> dict[str, float]:
    """Read the marks that count, by gap: the manual one where there is one."""
    from nbgrader import api

    grades = _of_cells(api.Grade, gradebook, assignment, student)
    return {name.removeprefix("test_"): float(grade.score) for name, grade in grades.items()}
