"""Results go into nbgrader's gradebook through its own API; manual marks and comments stay."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar
from unittest.mock import patch

import nbformat
from nbformat import NotebookNode

from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.results import SubmissionResult
from autograder.nbgrader_plugins.configuration import put_scripts_on_path, without_its_warnings
from course.errors import GradingError
from course.notebook.marks import exercise_of, id_of_test, mark_of
from course.notebook.verdict import Verdict


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
            grade = grades[id_of_test(gap.exercise)]
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
        (grade := grades.get(id_of_test(gap.exercise))) is not None
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


def _comment(gap: Verdict) -> str | None:
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
    return {exercise_of(name): float(grade.score) for name, grade in grades.items()}


# Enter an assignment's cells and points in the class's gradebook, without touching a release.


def register(source: NotebookNode, assignment: str, class_folder: ClassFolder) -> None:
    """Let nbgrader save the source's cells; it does that on the way to a release.

    The release goes to a folder that is thrown away, so that grading changes no file of the course.
    """
    # It brings Jupytext with it, which a class that is registered already can do without.
    from autograder.build.release import generate

    put_scripts_on_path()
    with tempfile.TemporaryDirectory(prefix="convpool-register-") as folder:
        staging = CourseFolder(Path(folder).resolve())
        staging.source(assignment).parent.mkdir(parents=True)
        nbformat.write(source, staging.source(assignment))
        generate(staging, assignment, gradebook=class_folder.gradebook)


def is_registered(gradebook: Any, assignment: str, source: NotebookNode) -> bool:
    """Whether the gradebook has the source's cells as `register` would enter them.

    The text of a solution cell is left out: registered is what students get in its place.
    """
    from nbgrader.api import MissingEntry

    try:
        notebook = gradebook.find_notebook(assignment, assignment)
    except MissingEntry:
        return False
    marks = [(cell, mark_of(cell)) for cell in source.cells]
    wanted = {
        "graded": {mark.grade_id: mark.points for _, mark in marks if mark.is_test},
        "gaps": {mark.grade_id for _, mark in marks if mark.is_gap},
        "fixed": {
            mark.grade_id: cell.source for cell, mark in marks if mark.is_test or mark.is_locked
        },
    }
    gaps = {cell.name for cell in notebook.solution_cells}
    return wanted == {
        "graded": {cell.name: cell.max_score for cell in notebook.grade_cells},
        "gaps": gaps,
        "fixed": {
            cell.name: cell.source for cell in notebook.source_cells if cell.name not in gaps
        },
    }


# The one hand that writes into the gradebook during a run; it waits where another holds it.


TRY_SECONDS = 1.0
"""How long SQLite itself waits for a lock before it gives the word back."""

PATIENCE_SECONDS = 300.0

Given = TypeVar("Given")


class GradebookWriter(AbstractContextManager["GradebookWriter"]):
    """Keeps the gradebook open for a run, and enters one result at a time, whole or not at all."""

    def __init__(
        self,
        class_folder: ClassFolder,
        sources: Mapping[str, NotebookNode],
        tell: Callable[[str], None] = lambda what: None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """Open nothing yet; `tell` is told what takes time."""
        self._folder, self._sources, self._tell = class_folder, sources, tell
        self._patience = patience_seconds
        self._stack = ExitStack()
        self._gradebook: Any = None
        self._registered: set[str] = set()

    def __exit__(self, *error: object) -> None:
        """Close the gradebook."""
        self.close()

    def prepare(self) -> None:
        """Enter all assignments now if the gradebook is free, else each with its first result."""
        patience, self._patience = self._patience, 0.0
        with suppress(GradingError):
            for assignment in self._sources:
                self._require_registered(assignment)
        self._patience = patience

    def enter(self, result: SubmissionResult) -> None:
        """Enter a result; raise GradingError if the gradebook can't be had for too long."""
        self._require_registered(result.assignment)
        self._patiently(lambda: enter(self._open(), result))

    def ensure(self, result: SubmissionResult) -> None:
        """Enter a result unless it is there already: what a person did since then stays."""
        self._require_registered(result.assignment)
        if not self._patiently(lambda: is_entered(self._open(), result)):
            self.enter(result)

    def _require_registered(self, assignment: str) -> None:
        """Let the gradebook know the assignment's cells, once in a run."""
        if assignment in self._registered:
            return
        source = self._sources[assignment]
        if not self._patiently(lambda: is_registered(self._open(), assignment, source)):
            self._patiently(self._require_free)
            self.close()  # nbgrader opens it by itself
            self._tell(f"entering {assignment} in the gradebook")
            register(source, assignment, self._folder)
        self._registered.add(assignment)

    def _require_free(self) -> None:
        """Raise OperationalError where nothing can be written now."""
        take_hold(self._open())
        self._open().db.rollback()

    def _patiently(self, step: Callable[[], Given]) -> Given:
        """Take a step in the gradebook; while another program has it locked, try again."""
        from sqlalchemy.exc import OperationalError

        ends = monotonic() + self._patience
        while True:
            try:
                return step()
            except OperationalError as error:
                self.close()
                if "locked" not in str(error.orig) or monotonic() > ends:
                    raise unavailable(self._folder, error) from error
                self._tell("waiting for the gradebook, which another program has locked")

    def _open(self) -> Any:
        """Return the open gradebook."""
        from nbgrader.api import Gradebook

        if self._gradebook is None:
            make_gradebook(self._folder)
            self._gradebook = Gradebook(f"{self._folder.db_url}?timeout={TRY_SECONDS}")
            self._stack.callback(self._gradebook.close)
        return self._gradebook

    def close(self) -> None:
        """Close the gradebook; the next entry opens it again."""
        self._gradebook = None
        self._stack.close()
