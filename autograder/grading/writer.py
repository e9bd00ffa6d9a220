"""The one hand that writes into the gradebook during a run; it waits where another holds it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from time import monotonic
from typing import Any, TypeVar

from nbformat import NotebookNode

from autograder.course_folder import ClassFolder
from autograder.grading.marks import enter, is_entered, make_gradebook, take_hold, unavailable
from autograder.grading.register import is_registered, register
from autograder.grading.results import SubmissionResult
from course.errors import GradingError

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
