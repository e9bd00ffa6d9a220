"""The trusted side of one submission: the source's locked cells and tests, nothing else.

Tests run here as they stand in the source notebook. The student's name in a test is a stand-in
for what is on the other side of the boundary; no code of a student's is ever run here.
"""

import contextlib
import functools
import io
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.boundary.agent.convpool_agent.records import CannotCross
from autograder.boundary.channel import BadReply, Channel
from autograder.boundary.standin import UNDEFINED, fetch
from autograder.forkserver.forked_sandbox import ForkedOrNewSandbox
from autograder.grading.outputs import plain_outputs, printed_output, verdict_output
from autograder.grading.results import Flag, SubmissionResult, save
from autograder.grading.student_process import Stopped, StudentProcess, open_student
from autograder.grading.submission_run import Order
from autograder.sandbox import CellRun, Limits, Sandbox, detect_sandbox
from autograder.sandbox.bubblewrap_sandbox import BubblewrapSandbox
from autograder.sandbox.unprotected import NoSandbox
from course.checks import failures
from course.checks import inputs as seeding
from course.errors import GradingError
from course.notebook.cell_code import run_as_cell
from course.notebook.marks import mark_of
from course.notebook.verdict import Verdict

CALL_SECONDS = 60.0


class TrustedTests:
    """Runs locked cells and tests in one namespace that students never see."""

    def __init__(
        self, channel: Channel, expected: dict[str, str], call_seconds: float = CALL_SECONDS
    ) -> None:
        """Ask for the student's names through `channel`; `expected` says what kinds they are."""
        self._channel, self._expected, self._seconds = channel, expected, call_seconds
        self._names: dict[str, Any] = {"__name__": "__main__"}

    def run_locked(self, source: str) -> None:
        """Run a locked cell; its names are there for the tests."""
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
            # Only the test's own words were printed here, by code that is no student's.
            result.message = printed.getvalue().strip() or result.message
            result.misconception = getattr(names.get("check"), "misconception", "")
        return result, printed.getvalue()


@contextlib.contextmanager
def _captured() -> Any:
    """Keep what is printed off the terminal."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        yield printed


def _passed(gap: str, points: float, share: Any) -> Verdict:
    """Read part marks as nbgrader does, but only from a plain number within the points."""
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


# Grade one submission in a process of its own: `python -m autograder.grading.worker ORDER`.


def grade(order: Order) -> SubmissionResult:
    """Run the notebook cell by cell, each on the side where it belongs."""
    started = time.monotonic()
    seeding.set_secret(bytes.fromhex(order.seed))
    sandbox = open_sandbox(order)
    notebook = json.loads(Path(order.notebook).read_text(encoding="utf-8"))
    result = SubmissionResult(order.student, order.assignment, order.digest, sandbox.name)
    limits = replace(Limits(), **order.limits)
    broken: dict[str, str] = {}  # gaps whose own cell raised an error, and which
    with open_student(sandbox, limits, Path(order.data), Path(order.scratch)) as student:
        tests = TrustedTests(student, order.expected, min(CALL_SECONDS, limits.cell_seconds))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                _step(cell, student, tests, result, broken)
        if student.restarts:
            result.flags.append(Flag("process-ended", f"restarted {student.restarts} time(s)"))
    result.notebook = notebook
    result.seconds = time.monotonic() - started
    return result


def open_sandbox(order: Order) -> Sandbox:
    """Give the sandbox that the order asks for, proven by who gave the order."""
    if not order.sandboxed:
        return NoSandbox()
    walls = this_machines_sandbox()
    return ForkedOrNewSandbox(walls, Path(order.kernels)) if order.kernels else walls


@functools.cache
def this_machines_sandbox() -> BubblewrapSandbox:
    """Find what the machine has, once for a process and its forks."""
    return detect_sandbox()


def _step(
    cell: dict[str, Any],
    student: StudentProcess,
    tests: TrustedTests,
    result: SubmissionResult,
    broken: dict[str, str],
) -> None:
    """Run a test on the trusted side, a locked cell on both, any other on the student's."""
    mark = mark_of(cell)
    if mark.is_test:
        gap = mark.exercise
        verdict, printed = tests.run_test(gap, mark.points, cell["source"])
        if not verdict.score and gap in broken:
            verdict.status, verdict.message = "error", f"`{gap}`: its own cell raised {broken[gap]}"
        result.gaps.append(verdict)
        cell["outputs"] = [*printed_output(printed), *verdict_output(verdict)]
        return
    if mark.is_locked:
        tests.run_locked(cell["source"])
    run = student.run_cell(cell["source"])
    if run.status == "error" and mark.is_gap:
        broken[mark.exercise] = f"{run.error_name}: {run.error_value}"[:300]
    cell["outputs"] = plain_outputs(run)
    _note(run, cell, result)


def _note(run: CellRun, cell: dict[str, Any], result: SubmissionResult) -> None:
    """Flag a cell that had to be stopped."""
    if run.status not in ("ok", "error"):
        result.flags.append(Flag(f"cell-{run.status}", f"cell {cell['id']}"))
    if run.truncated:
        result.flags.append(Flag("output-cut", f"cell {cell['id']}"))


def carry_out(path: Path) -> None:
    """Read the order at `path`, grade, and leave the result in its file."""
    order = Order(**json.loads(path.read_text(encoding="utf-8")))
    save(grade(order), Path(order.result))


if __name__ == "__main__":
    carry_out(Path(sys.argv[1]))
