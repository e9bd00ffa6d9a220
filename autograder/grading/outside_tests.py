"""Runs ordinary tests outside the student's process, with stand-ins for the names they take.

What students see of a test runs where it stands; its hidden part when the last cell has run, as in
`rehearsal`. An exception is a wrong answer.
"""

import contextlib
import io
from collections.abc import Sequence
from typing import Any

from autograder.boundary.channel import Channel
from autograder.boundary.standin import UNDEFINED, fetch
from autograder.grading.inside_tests import OrdinaryTest, failed, part_mark
from autograder.grading.rehearsal import Rehearsal
from autograder.grading.worker_bounds import gap_budget
from course.checks.failures import CheckFailed
from course.crossing import CannotCross
from course.notebook.cell_code import run_as_cell, top_level_names
from course.notebook.verdict import Status, Verdict
from course.visible import visible


class Refused(Exception):
    """A value of the student's that cannot be sent to the tests."""

    check_message = "a value that it gives cannot be sent to the tests"


class WatchedChannel(Rehearsal):
    """A rehearsal that remembers what went wrong in the boundary, not in the student's code.

    A test that expects an exception, any exception, must not take that for one.
    """

    trouble: Exception | None = None

    def repeat(self) -> None:
        """Begin the second turn, with no trouble yet."""
        self.trouble = None
        super().repeat()

    def request(self, kind: str, fields: dict[str, object], timeout: float) -> dict[str, Any]:
        """Send a request as `Rehearsal` does."""
        try:
            reply = super().request(kind, fields, timeout)
        except Exception as error:
            self.trouble = self.trouble or error
            raise
        if reply.get("kind") not in ("undefined", "function", "value", "raised", "result"):
            self.trouble = self.trouble or Refused()
        return reply


_STATUS: dict[str, Status] = {"timeout": "timeout", "memory": "memory"}


class OutsideTests:
    """Runs locked cells and tests in one namespace that students never see."""

    def __init__(self, channel: Channel, call_seconds: float, imports: Sequence[str]) -> None:
        """Run the source's `imports`; ask for the student's names through `channel`."""
        self._channel, self._seconds = channel, call_seconds
        self._names: dict[str, Any] = {"__name__": "__main__"}
        self._waiting: list[tuple[OrdinaryTest, Sequence[str], WatchedChannel, dict[str, Any]]] = []
        for statement in imports:
            self.run_here(statement)

    def run_here(self, source: str) -> None:
        """Run a cell of the source's; where that fails, tests that need it fail outside."""
        with contextlib.suppress(Exception), _silent():
            exec(compile(source, "<locked cell>", "exec"), self._names)

    @gap_budget()
    def run(self, test: OrdinaryTest, takes: Sequence[str]) -> Verdict:
        """Run of a test what students see; `run_hidden` decides one that has more."""
        before = dict(self._names)
        rehearsal = WatchedChannel(self._channel)
        names = dict(before)
        verdict = self._run(test, test.shown, takes, names, rehearsal)
        for name in top_level_names(test.shown) & set(names):
            self._names[name] = names[name]
        if test.shown != test.source and verdict.status in ("correct", "partial"):
            self._waiting.append((test, takes, rehearsal, before))
        return verdict

    @gap_budget()
    def run_hidden(self) -> Verdict:
        """Run the next waiting test whole, once the notebook's last cell has run."""
        test, takes, rehearsal, names = self._waiting.pop(0)
        rehearsal.repeat()
        return self._run(test, test.source, takes, names, rehearsal)

    @property
    def waiting(self) -> int:
        """How many tests `run_hidden` has still to decide."""
        return len(self._waiting)

    def is_waiting(self, grade_id: str) -> bool:
        """Whether a test's verdict is not final."""
        return any(test.grade_id == grade_id for test, *_ in self._waiting)

    def _run(
        self,
        test: OrdinaryTest,
        source: str,
        takes: Sequence[str],
        names: dict[str, Any],
        channel: WatchedChannel,
    ) -> Verdict:
        """Run a test's code; whatever it raises is the student's result."""
        try:
            for name in takes:
                value = fetch(channel, name, self._seconds)
                if value is not UNDEFINED:
                    names[name] = value
            with _silent():
                value = run_as_cell(source, names, "<test>")
        except CheckFailed as failure:
            if source != test.shown and not failure.quotes_nothing:
                return failed(test, "CheckFailed", str(failure))
            return failure.verdict(test.grade_id, test.points)
        except Exception as error:
            return _wrong(test, channel.trouble or error, concealed=source != test.shown)
        if channel.trouble:
            return _wrong(test, channel.trouble, concealed=source != test.shown)
        # As in nbgrader: what is shown of a last value that is no number gives full marks.
        number = type(value) in (int, float)
        return part_mark(test, value) if number else test.verdict(test.points, "correct")


def _wrong(test: OrdinaryTest, error: Exception, concealed: bool) -> Verdict:
    """Return no points for an exception; in a concealed run without a word of the student's."""
    if concealed and isinstance(error, CannotCross):  # it names what the student has named
        error = Refused()
    about_the_student = getattr(error, "check_message", "")
    if about_the_student:  # the boundary's errors
        status = _STATUS.get(str(getattr(error, "status", "")), "error")
        message = visible(str(about_the_student))[:300]
        return test.verdict(0.0, status, f"{message[:1].upper()}{message[1:]}.")
    name = str(getattr(error, "student_type", type(error).__name__))
    return failed(test, name, _text(error))


def _text(error: Exception) -> str:
    """Return an exception's text; making it can fail, too."""
    try:
        return str(error)
    except Exception:
        return ""


@contextlib.contextmanager
def _silent() -> Any:
    """Keep what is printed from the terminal."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
