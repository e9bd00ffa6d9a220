"""Grade one submission in a process of its own: `python -m autograder.grading.worker ORDER`.

A worker is trusted and runs no student code. It ends with its submission. Where a run has fork
servers, `forked_workers` makes each worker a fork that is ready at once.
"""

import functools
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from course.notebook.unused_formats import leave_out_formats

leave_out_formats()  # before anything imports nbformat

from autograder.forkserver.forked_sandbox import ForkedOrNewSandbox
from autograder.grading.conditions import covered_packages
from autograder.grading.outputs import plain_outputs, printed_output, verdict_output
from autograder.grading.results import Flag, SubmissionResult, save
from autograder.grading.stock_worker import grade_stock
from autograder.grading.student_process import Stopped, StudentProcess, open_student
from autograder.grading.submission_run import Order
from autograder.grading.taking_in import take_in_there
from autograder.grading.trusted_tests import CALL_SECONDS, TrustedTests
from autograder.grading.worker_bounds import bound_this_process
from autograder.sandbox import CellRun, Limits, Sandbox, detect_sandbox
from autograder.sandbox.bubblewrap_sandbox import BubblewrapSandbox
from autograder.sandbox.unprotected import NoSandbox
from course.checks import failures, inputs
from course.checks.failures import CheckFailed
from course.notebook.cell_marks import mark_of
from course.notebook.verdict import Verdict

ENDED = (
    "its own cell ended Python, so nothing in it counts. Remove what ends it, such as `exit()` or "
    "`quit()`."
)


def grade(order: Order, sandbox: Sandbox) -> SubmissionResult:
    """Run the notebook cell by cell, each on the trusted side, on the student's, or on both.

    Hidden tests run when all outputs are taken: see `rehearsal`.
    """
    started = time.monotonic()
    inputs.set_secret(bytes.fromhex(order.seed))
    notebook = json.loads(Path(order.notebook).read_text(encoding="utf-8"))
    result = SubmissionResult(order.student, order.assignment, order.digest, sandbox.name)
    limits = replace(Limits(), **order.limits)
    broken: dict[str, CheckFailed] = {}  # by gap: what became of its own cell
    with open_student(sandbox, limits, Path(order.data), Path(order.scratch)) as student:
        tests = TrustedTests(student, order.expected, min(CALL_SECONDS, limits.cell_seconds))
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        for cell in cells:
            _step(cell, student, tests, result, broken)
            if mark_of(cell).is_test:
                _keep(result, tests, order)
        _run_hidden(cells, student, tests, result, broken, order)
        if student.restarts:
            result.flags.append(Flag("process-ended", f"restarted {student.restarts} time(s)"))
    result.notebook = notebook
    result.seconds = time.monotonic() - started
    return result


def _keep(result: SubmissionResult, tests: TrustedTests, order: Order) -> None:
    """Write the verdicts so far, which count if this worker is stopped before its end.

    A verdict on what students see counts for nothing while the hidden tests wait.
    """
    final = [gap for gap in result.gaps if gap.exercise not in tests.waiting]
    save(replace(result, notebook={}, gaps=final), Path(order.kept))


def open_sandbox(order: Order) -> Sandbox:
    """Return the sandbox that the order names. The run has proven it before."""
    if not order.sandboxed:
        return NoSandbox()
    walls = this_machines_sandbox()
    return ForkedOrNewSandbox(walls, Path(order.kernels)) if order.kernels else walls


@functools.cache
def this_machines_sandbox() -> BubblewrapSandbox:
    """Detect the machine's sandbox once for a process and its forks."""
    return detect_sandbox(covered_packages())


def _step(
    cell: dict[str, Any],
    student: StudentProcess,
    tests: TrustedTests,
    result: SubmissionResult,
    broken: dict[str, CheckFailed],
) -> None:
    """Run a test on the trusted side, a locked cell on both, any other on the student's."""
    mark = mark_of(cell)
    if mark.is_test:
        gap = mark.exercise
        verdict, printed = tests.run_test(gap, mark.points, cell["source"])
        result.gaps.append(_shown(cell, verdict, printed, broken))
        return
    if mark.is_locked:
        tests.run_locked(cell["source"])
    run = student.run_cell(cell["source"])
    if run.status != "ok" and mark.is_gap:
        broken[mark.exercise] = _what_became_of(mark.exercise, run)
    result.keep_run(cell, run.status, plain_outputs(run), cut=run.truncated)


def _run_hidden(
    cells: list[dict[str, Any]],
    student: StudentProcess,
    tests: TrustedTests,
    result: SubmissionResult,
    broken: dict[str, CheckFailed],
    order: Order,
) -> None:
    """Decide the gaps whose tests have more than students see."""
    if tests.waiting:
        student.begin_hidden()
    for gap in tests.waiting:
        verdict, printed = tests.run_hidden(gap)
        [cell] = [cell for cell in cells if mark_of(cell).is_test and mark_of(cell).exercise == gap]
        [place] = [i for i, earlier in enumerate(result.gaps) if earlier.exercise == gap]
        result.gaps[place] = _shown(cell, verdict, printed, broken)
        _keep(result, tests, order)


def _shown(
    cell: dict[str, Any], verdict: Verdict, printed: str, broken: dict[str, CheckFailed]
) -> Verdict:
    """Write a verdict below its test; where the gap's own cell failed, say that instead."""
    if not verdict.score and verdict.exercise in broken:
        verdict = broken[verdict.exercise].verdict(verdict.exercise, verdict.max_score)
    cell["outputs"] = [*printed_output(printed), *verdict_output(verdict)]
    return verdict


def _what_became_of(gap: str, run: CellRun) -> CheckFailed:
    """Return the failure of a gap whose own cell did not come to its end."""
    if run.status == "error":
        return failures.own_cell_raised(gap, run.error_name, run.error_value)
    if run.status == "died":
        return failures.CodeRaised(f"`{gap}`: {ENDED}")
    stopped = Stopped(run.status)
    failure = failures.CodeRaised(f"`{gap}`: its own cell did not finish: {stopped.check_message}.")
    failure.stopped = stopped.status
    return failure


def _result_of(order: Order) -> SubmissionResult:
    """Take in what was handed in, and grade; a stock course's notebook is rebuilt already."""
    sandbox = open_sandbox(order)
    if order.stock:
        return grade_stock(order, sandbox)
    path = Path(order.notebook)
    reason = take_in_there(path.parent, order.assignment, path).rejected
    if reason:
        who = order.student, order.assignment
        return SubmissionResult(*who, order.digest, sandbox.name, rejected=reason)
    return grade(order, sandbox)


def carry_out(path: Path) -> None:
    """Read the order at `path`, grade, and write the result where the order says.

    An exception is the grader's failure, and leaves a file that says so: without it, a worker that
    has kept verdicts and gave no result was stopped.
    """
    order = Order(**json.loads(path.read_text(encoding="utf-8")))
    bound_this_process()
    try:
        save(_result_of(order), Path(order.result))
    except BaseException:
        Path(order.failed).touch()
        raise


if __name__ == "__main__":
    carry_out(Path(sys.argv[1]))
