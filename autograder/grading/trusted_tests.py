"""The trusted side of one submission: it runs the source's locked cells and tests, nothing else.

Tests run here as the source notebook has them. Where a test uses the student's name, it gets a
stand-in for the value in the student's process; no student code runs here.
"""

import contextlib
import io
from dataclasses import dataclass, field, replace
from typing import Any

from autograder.boundary.channel import Channel
from autograder.boundary.standin import UNDEFINED, fetch
from autograder.grading.automatic_names import AutomaticNames
from autograder.grading.rehearsal import Rehearsal, in_sight
from autograder.grading.worker_bounds import gap_budget
from course.checks import Exercise, failures
from course.counted import counted
from course.errors import GradingError
from course.notebook.cell_code import run_as_cell
from course.notebook.verdict import Verdict

CALL_SECONDS = 60.0
"""Longest time that one call into the student's process may take."""


class TrustedTests:
    """Runs locked cells and tests in one namespace that students never see."""

    def __init__(
        self, channel: Channel, expected: dict[str, str], call_seconds: float = CALL_SECONDS
    ) -> None:
        """Ask for the student's names through `channel`; messages use the kinds in `expected`."""
        self._channel, self._expected, self._seconds = channel, expected, call_seconds
        self._names: dict[str, Any] = {"__name__": "__main__"}
        self._waiting: dict[str, tuple[_Test, Rehearsal]] = {}

    def run_locked(self, source: str) -> None:
        """Run a locked cell; the tests can use its names. Raises GradingError if it fails."""
        try:
            with _captured():
                exec(compile(source, "<locked cell>", "exec"), self._names)
        except Exception as error:
            raise GradingError(f"A locked cell of the source failed: {error!r}.") from error

    @gap_budget()
    def run_test(self, gap: str, points: float, source: str) -> tuple[Verdict, str]:
        """Run of the test of `gap` what students see; return its verdict and what it printed.

        A test that has more is decided by `run_hidden`, unless it fails here. Raises GradingError
        if the test itself is broken: that is never the student's fault.
        """
        seen, names = in_sight(source), dict(self._names)
        if seen == source:
            return self._run(_Test(gap, points, source, names), self._channel)
        rehearsal = Rehearsal(self._channel)
        test = _Test(gap, points, source, names)
        verdict, printed = self._run(replace(test, source=seen), rehearsal)
        if verdict.status in ("correct", "partial"):
            self._waiting[gap] = test, rehearsal
        return verdict, printed

    @property
    def waiting(self) -> list[str]:
        """The gaps whose hidden tests have not run yet, in the notebook's order."""
        return list(self._waiting)

    @gap_budget()
    def run_hidden(self, gap: str) -> tuple[Verdict, str]:
        """Run the whole test of `gap`, once the notebook's last cell has run.

        No word of the student's comes out of it but those that `run_test` may have told already.
        """
        test, rehearsal = self._waiting.pop(gap)
        rehearsal.repeat()
        test.automatic_names.restore()
        verdict, printed = self._run(test, rehearsal, concealed=True)
        if rehearsal.strayed and verdict.status == "partial":
            verdict.message, printed = f"{verdict.score:g} of {counted(test.points, 'point')}.", ""
        return verdict, printed

    def _run(self, test: "_Test", channel: Channel, concealed: bool = False) -> tuple[Verdict, str]:
        """Run a test; what fails in a concealed one is told without a word of the student's."""
        gap, points, names = test.gap, test.points, dict(test.names)
        try:
            value = fetch(channel, gap, self._seconds, self._expected.get(gap, ""))
        except (GradingError, OSError):
            raise
        # A value that was made to be misread can cause any error while it is read.
        except Exception as error:
            return _failed(gap, points, failures.from_exception(gap, error), concealed), ""
        if value is not UNDEFINED:
            names[gap] = value
        with _captured() as printed:
            try:
                share = run_as_cell(test.source, names, "<test>")
            except failures.CheckFailed as failure:
                return _failed(gap, points, failure, concealed), printed.getvalue()
            except Exception as error:
                if hasattr(error, "check_message"):  # the boundary's errors, about the student
                    found = failures.from_exception(gap, error)
                    return _failed(gap, points, found, concealed), ""
                raise GradingError(f"The test of {gap!r} is broken: {error!r}.") from error
        result = _passed(gap, points, share)
        check = names.get("check")
        if result.status == "partial" and isinstance(check, Exercise):
            # What was printed here is the check's own message: no student code runs here.
            result.message = printed.getvalue().strip() or result.message
            result.misconception = check.misconception
        return result, printed.getvalue()


@dataclass(frozen=True)
class _Test:
    """A test cell, and the names that it can use beside its gap's."""

    gap: str
    points: float
    source: str
    names: dict[str, Any]
    automatic_names: AutomaticNames = field(default_factory=AutomaticNames)
    """As they are when the test is reached."""


@contextlib.contextmanager
def _captured() -> Any:
    """Capture what is printed, so that it does not reach the terminal."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        yield printed


def _passed(gap: str, points: float, share: Any) -> Verdict:
    """Read part marks as nbgrader does, but accept only a plain number from 0 to `points`."""
    if share is None:
        return Verdict(gap, points, points, "correct")
    if type(share) not in (int, float) or not 0 <= share <= points:
        raise GradingError(f"The test of {gap!r} gives {share!r}, which is no mark.")
    if share == points:
        return Verdict(gap, points, points, "correct")
    message = f"{share:g} of {counted(points, 'point')}."
    return Verdict(gap, float(share), points, "partial", message)


def _failed(
    gap: str, points: float, failure: failures.CheckFailed, concealed: bool = False
) -> Verdict:
    """Turn a failed check into no points and its message."""
    # A student's own MemoryError counts as stopped, too, and brings the student's words.
    is_ours = failure.stopped and not isinstance(failure, failures.CodeRaised)
    if concealed and not (failure.quotes_nothing or is_ours):
        failure = failures.hidden_failure(gap, "one that is not described", failure, "")
    return failure.verdict(gap, points)
