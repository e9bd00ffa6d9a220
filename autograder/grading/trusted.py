"""The trusted side of one submission: the source's locked cells and tests, nothing else.

Tests run here as they stand in the source notebook. The student's name in a test is a stand-in
for what is on the other side of the boundary; no code of a student's is ever run here.
"""

import contextlib
import io
from typing import Any

from autograder.boundary.agent.convpool_agent.records import CannotCross
from autograder.boundary.channel import BadReply, Channel
from autograder.boundary.standin import UNDEFINED, fetch
from autograder.grading.results import GapResult, Status
from autograder.grading.student import Stopped
from course.cells.running import run_as_cell
from course.checks import failures
from course.errors import GradingError

CALL_SECONDS = 60.0

_STATUS: dict[type[BaseException], Status] = {
    failures.NotAttempted: "not_attempted",
    failures.NotDefined: "error",
    failures.CodeRaised: "error",
    failures.Interrupted: "timeout",
}


_STOPPED: dict[str, Status] = {"timeout": "timeout", "memory": "memory"}


class TrustedTests:
    """Runs locked cells and tests in one namespace that students never see."""

    def __init__(self, channel: Channel, call_seconds: float = CALL_SECONDS) -> None:
        """Ask for the student's names through `channel`."""
        self._channel, self._seconds = channel, call_seconds
        self._names: dict[str, Any] = {"__name__": "__main__"}

    def run_locked(self, source: str) -> None:
        """Run a locked cell; its names are there for the tests."""
        try:
            with _captured():
                exec(compile(source, "<locked cell>", "exec"), self._names)
        except Exception as error:
            raise GradingError(f"A locked cell of the source failed: {error!r}.") from error

    def run_test(self, gap: str, expected: str, cell: dict[str, Any]) -> tuple[GapResult, str]:
        """Run the test of `gap` (`expected` says what it should be); give the mark and the output.

        Raises GradingError if the test itself is broken: that is never the student's fault.
        """
        points = float(cell["metadata"]["nbgrader"]["points"])
        names = dict(self._names)
        try:
            value = fetch(self._channel, gap, self._seconds, expected)
        except (CannotCross, BadReply, Stopped) as error:
            failure = failures.from_exception(gap, error)
            return _failed(gap, points, failure), ""
        if value is not UNDEFINED:
            names[gap] = value
        with _captured() as printed:
            try:
                share = run_as_cell(cell["source"], names, "<test>")
            except failures.CheckFailed as failure:
                return _failed(gap, points, failure), printed.getvalue()
            except Exception as error:
                raise GradingError(f"The test of {gap!r} is broken: {error!r}.") from error
        result = _passed(gap, points, share)
        if result.status == "partial":
            # Only the test's own words were printed here, by code that is no student's.
            result.message = printed.getvalue().strip() or result.message
            result.misconception = getattr(names.get("check"), "misconception", "")
        return result, printed.getvalue()


@contextlib.contextmanager
def _captured() -> Any:
    """Keep what is printed off the terminal."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        yield printed


def _passed(gap: str, points: float, share: Any) -> GapResult:
    """Read part marks as nbgrader does, but only from a plain number within the points."""
    if share is None:
        return GapResult(gap, points, points, "correct")
    if type(share) not in (int, float) or not 0 <= share <= points:
        raise GradingError(f"The test of {gap!r} gives {share!r}, which is no mark.")
    if share == points:
        return GapResult(gap, points, points, "correct")
    return GapResult(gap, float(share), points, "partial", f"{share:g} of {points:g} points.")


def _failed(gap: str, points: float, failure: failures.CheckFailed) -> GapResult:
    """Turn a failed check into no points and its message."""
    status: Status = _STATUS.get(type(failure), "incorrect")
    if failure.stopped:
        status = _STOPPED.get(failure.stopped, "error")
    return GapResult(gap, 0.0, points, status, str(failure), failure.misconception)
