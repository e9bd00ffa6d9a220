"""The trusted side of one submission: it runs the source's locked cells and tests, nothing else.

Tests run here as the source notebook has them. Where a test uses the student's name, it gets a
stand-in for the value in the student's process; no student code runs here.
"""

import contextlib
import io
from typing import Any

from autograder.boundary.channel import BadReply, Channel
from autograder.boundary.standin import UNDEFINED, fetch
from autograder.grading.student_process import Stopped
from course.checks import failures
from course.crossing import CannotCross
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

    def run_locked(self, source: str) -> None:
        """Run a locked cell; the tests can use its names. Raises GradingError if it fails."""
        try:
            with _captured():
                exec(compile(source, "<locked cell>", "exec"), self._names)
        except Exception as error:
            raise GradingError(f"A locked cell of the source failed: {error!r}.") from error

    def run_test(self, gap: str, points: float, source: str) -> tuple[Verdict, str]:
        """Run the test of `gap`; return its verdict and what the test printed.

        Raises GradingError if the test itself is broken: that is never the student's fault.
        """
        names = dict(self._names)
        try:
            value = fetch(self._channel, gap, self._seconds, self._expected.get(gap, ""))
        except (CannotCross, BadReply, Stopped) as error:
            failure = failures.from_exception(gap, error)
            return _failed(gap, points, failure), ""
        if value is not UNDEFINED:
            names[gap] = value
        with _captured() as printed:
            try:
                share = run_as_cell(source, names, "<test>")
            except failures.CheckFailed as failure:
                return _failed(gap, points, failure), printed.getvalue()
            except Exception as error:
                raise GradingError(f"The test of {gap!r} is broken: {error!r}.") from error
        result = _passed(gap, points, share)
        if result.status == "partial":
            # What was printed here is the test's own message: no student code runs in this process.
            result.message = printed.getvalue().strip() or result.message
            result.misconception = getattr(names.get("check"), "misconception", "")
        return result, printed.getvalue()


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
    return Verdict(gap, float(share), points, "partial", f"{share:g} of {points:g} points.")


def _failed(gap: str, points: float, failure: failures.CheckFailed) -> Verdict:
    """Turn a failed check into no points and its message."""
    return Verdict(gap, 0.0, points, failure.status, str(failure), failure.misconception)
