"""Writes automatic marks and comments to the gradebook: submissions whole, or not at all.

The rows are written through nbgrader's model classes. The methods of its `Gradebook` commit after
each row, so a run that is killed between two of them would leave half a submission.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from time import monotonic
from typing import Any, Protocol, TypeVar

from nbformat import NotebookNode

from autograder.folders import ClassFolder
from autograder.gradebook.database import is_registered, make_gradebook, register, unavailable
from course.errors import GradingError
from course.notebook.cell_marks import id_of_test
from course.notebook.verdict import Verdict
from course.visible import visible

BUSY_SECONDS = 1.0
"""SQLite's own busy timeout, in seconds."""

PATIENCE_SECONDS = 300.0
"""How long a writer retries while another process holds the lock, in seconds."""

Returned = TypeVar("Returned")

Rows = tuple[dict[str, Any], dict[str, Any]]
"""The grades and the comments of a submission or a notebook, by the names of their cells."""


class Marks(Protocol):
    """What the gradebook takes of a result (`grading.results.SubmissionResult`)."""

    student: str
    assignment: str
    gaps: list[Verdict]


class GradebookWriter(AbstractContextManager["GradebookWriter"]):
    """Writes results during a run. Retries while another process holds the lock."""

    def __init__(
        self,
        class_folder: ClassFolder,
        sources: Mapping[str, NotebookNode],
        progress: Callable[[str], None] = lambda what: None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """Open nothing yet; `progress` is called with what takes time."""
        self._folder, self._sources, self._progress = class_folder, sources, progress
        self._patience = patience_seconds
        self._gradebook: Any = None
        self._registered: set[str] = set()

    def __exit__(self, *error: object) -> None:
        """Close the gradebook."""
        self.close()

    def prepare(self) -> None:
        """Register all assignments if the gradebook is free; else `enter` registers each.

        Raises GradingError where it can't be used for another reason than a program that has it.
        """
        patience, self._patience = self._patience, 0.0
        try:
            for assignment in self._sources:
                self._require_registered(assignment)
        except GradingError as error:
            if "locked" not in str(error.__cause__):
                raise
        self._patience = patience

    def enter(self, results: Sequence[Marks]) -> None:
        """Enter results; raise GradingError if the gradebook stays locked for too long."""
        for result in results:
            self._require_registered(result.assignment)
        self._retry(lambda: enter(self._open(), results))

    def ensure(self, results: Sequence[Marks]) -> None:
        """Enter results unless they are entered already: what a person changed since then stays."""
        for result in results:
            self._require_registered(result.assignment)
        if missing := self._retry(
            lambda: [result for result in results if not is_entered(self._open(), result)]
        ):
            self.enter(missing)

    def _require_registered(self, assignment: str) -> None:
        """Enter the assignment's cells, once in a run."""
        if assignment in self._registered:
            return
        source = self._sources[assignment]
        if not self._retry(lambda: is_registered(self._open(), assignment, source)):
            self._retry(self._require_free)
            self.close()  # nbgrader opens it by itself
            self._progress(f"entering {assignment} in the gradebook")
            register(source, assignment, self._folder)
        self._registered.add(assignment)

    def _require_free(self) -> None:
        """Raise OperationalError where nothing can be written now."""
        take_lock(self._open())
        self._open().db.rollback()

    def _retry(self, step: Callable[[], Returned]) -> Returned:
        """Call a function that uses the gradebook, again while another process has it locked."""
        from sqlalchemy.exc import OperationalError

        deadline = monotonic() + self._patience
        while True:
            try:
                return step()
            except OperationalError as error:
                self.close()
                if "locked" not in str(error.orig) or monotonic() > deadline:
                    raise unavailable(self._folder, error) from error
                self._progress("waiting for the gradebook, which another program has locked")

    def _open(self) -> Any:
        """Return the open gradebook."""
        from nbgrader.api import Gradebook

        if self._gradebook is None:
            make_gradebook(self._folder)
            url = f"{self._folder.db_url}?timeout={BUSY_SECONDS}"
            self._gradebook = Gradebook(url, self._folder.course_id)
        return self._gradebook

    def close(self) -> None:
        """Close the gradebook; the next entry opens it again."""
        gradebook, self._gradebook = self._gradebook, None
        if gradebook is not None:
            gradebook.close()


def enter(gradebook: Any, results: Iterable[Marks]) -> None:
    """Enter automatic marks and comments in one transaction; what a person entered is left.

    As in nbgrader's SaveAutoGrades, an exercise with a manual mark needs to be looked at again.
    Many results at a time are quicker: each transaction waits for the disk.
    """
    with transaction(gradebook):
        rows = RowsToWrite(gradebook)
        for result in results:
            grades, comments = rows.of(result.student, result.assignment)
            for verdict in result.gaps:
                grade = grades[id_of_test(verdict.exercise)]
                grade.auto_score = float(verdict.score)
                grade.needs_manual_grade = grade.manual_score is not None
                comments[verdict.exercise].auto_comment = _auto_comment(verdict)


def is_entered(gradebook: Any, result: Marks) -> bool:
    """Whether the gradebook has exactly these automatic marks and comments."""
    grades, comments = rows_of(gradebook, result.student, result.assignment)
    return bool(grades) and all(
        (grade := grades.get(id_of_test(verdict.exercise))) is not None
        and grade.auto_score == float(verdict.score)
        and (comment := comments.get(verdict.exercise)) is not None
        and comment.auto_comment == _auto_comment(verdict)
        for verdict in result.gaps
    )


@contextmanager
def transaction(gradebook: Any) -> Iterator[None]:
    """Commit at the end what is written inside, or nothing of it."""
    try:
        take_lock(gradebook)
        yield
        gradebook.db.commit()
    except BaseException:
        gradebook.db.rollback()
        raise


def take_lock(gradebook: Any) -> None:
    """Begin to write; raise SQLAlchemy's OperationalError where nothing can be written now."""
    from sqlalchemy import text

    gradebook.db.execute(text("UPDATE course SET id = id"))


class RowsToWrite:
    """The rows of submissions within one transaction; those that are missing are made.

    Each assignment's cells are read once, and new rows are not read back.
    """

    def __init__(self, gradebook: Any) -> None:
        """Read nothing yet."""
        self._gradebook = gradebook
        self._assignments: dict[str, Any] = {}
        self._students: set[str] = set()
        self._new: dict[tuple[str, str], dict[str, Rows]] = {}

    def of(self, student: str, assignment: str, notebook: str = "") -> Rows:
        """Fetch the grades and the comments of a submission as `rows_of` does."""
        key = (student, assignment)
        # What this transaction has made need not be in the database yet.
        with self._gradebook.db.no_autoflush:
            if key not in self._new and not self._exists(student, assignment):
                self._new[key] = self._made(student, assignment)
        if key not in self._new:
            return rows_of(self._gradebook, student, assignment, notebook)
        grades: dict[str, Any] = {}
        comments: dict[str, Any] = {}
        for name, rows in self._new[key].items():
            if notebook in ("", name):
                grades |= rows[0]
                comments |= rows[1]
        return grades, comments

    def _assignment(self, name: str) -> Any:
        """Find an assignment; SQLAlchemy would forget its cells if nothing referred to it."""
        if name not in self._assignments:
            self._assignments[name] = self._gradebook.find_assignment(name)
        return self._assignments[name]

    def _exists(self, student: str, assignment: str) -> bool:
        """Whether the database has the submission."""
        from nbgrader import api

        owner = {"assignment_id": self._assignment(assignment).id, "student_id": student}
        found = self._gradebook.db.query(api.SubmittedAssignment).filter_by(**owner)
        return bool(found.count())

    def _made(self, student: str, assignment: str) -> dict[str, Rows]:
        """Add the rows of a student and of a submission without marks; return them by notebook.

        As in nbgrader's `add_submission`: a grade for each graded cell and task, a comment for each
        answer and task.
        """
        from nbgrader import api

        session, found = self._gradebook.db, self._assignment(assignment)
        if student not in self._students and session.get(api.Student, student) is None:
            session.add(api.Student(id=student))
        self._students.add(student)
        submission = api.SubmittedAssignment(
            id=api.new_uuid(), assignment_id=found.id, student_id=student
        )
        session.add(submission)
        made = {}
        for notebook in found.notebooks:
            submitted = api.SubmittedNotebook(
                id=api.new_uuid(), notebook_id=notebook.id, assignment_id=submission.id
            )
            grades, comments = (
                {
                    cell.name: kind(cell_id=cell.id, notebook_id=submitted.id)
                    for cell in [*cells, *notebook.task_cells]
                }
                for kind, cells in (
                    (api.Grade, notebook.grade_cells),
                    (api.Comment, notebook.solution_cells),
                )
            )
            session.add_all([submitted, *grades.values(), *comments.values()])
            made[notebook.name] = grades, comments
        return made


def rows_of(gradebook: Any, student: str, assignment: str, notebook: str = "") -> Rows:
    """Fetch the grades and the comments of a submission, by the names of their cells.

    `notebook` names one of the assignment's notebooks: each has its own names.
    """
    from nbgrader import api

    named = (api.Notebook.name == notebook,) if notebook else ()

    grades, comments = (
        dict(
            gradebook.db.query(api.BaseCell.name, kind)
            .select_from(kind)
            .join(api.BaseCell, api.BaseCell.id == kind.cell_id)
            .join(api.SubmittedNotebook, api.SubmittedNotebook.id == kind.notebook_id)
            .join(
                api.SubmittedAssignment,
                api.SubmittedAssignment.id == api.SubmittedNotebook.assignment_id,
            )
            .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
            .join(api.Notebook, api.Notebook.id == api.SubmittedNotebook.notebook_id)
            .filter(api.Assignment.name == assignment, *named)
            .filter(api.SubmittedAssignment.student_id == student)
            .all()
        )
        for kind in (api.Grade, api.Comment)
    )
    return grades, comments


def _auto_comment(verdict: Verdict) -> str | None:
    """Return the comment on an exercise without HTML and links; None for none.

    nbgrader's feedback renders comments as Markdown, and a message may quote a student's error.
    """
    message = visible(verdict.message)
    return message.replace("<", "‹").replace(">", "›").replace("](", "] (") or None
