"""Grade one submission in a process of its own: `python -m autograder.grading.worker ORDER`.

The process is trusted: it drives the student's kernel, and runs the tests. It never runs a
student's code, and reads nothing of a student's but plain data.
"""

import functools
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.grading.order import Order
from autograder.grading.outputs import plain_outputs, printed_output, verdict_output
from autograder.grading.results import Flag, SubmissionResult, save
from autograder.grading.student import StudentProcess, open_student
from autograder.grading.trusted import CALL_SECONDS, TrustedTests
from autograder.sandbox import CellRun, Limits, Sandbox
from autograder.sandbox.none import NoSandbox
from autograder.sandbox.sandbox import BubblewrapSandbox
from autograder.sandbox.warm import WarmSandbox
from course.checks import seeding


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
        tests = TrustedTests(student, min(CALL_SECONDS, limits.cell_seconds))
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
    return WarmSandbox(walls, Path(order.kernels)) if order.kernels else walls


@functools.cache
def this_machines_sandbox() -> BubblewrapSandbox:
    """Find what the machine has, once for a process and its forks."""
    return Sandbox.detect()


def _step(
    cell: dict[str, Any],
    student: StudentProcess,
    tests: TrustedTests,
    result: SubmissionResult,
    broken: dict[str, str],
) -> None:
    """Run a test on the trusted side, a locked cell on both, any other on the student's."""
    mark = cell["metadata"].get("nbgrader", {})
    if mark.get("grade"):
        gap = mark["grade_id"].removeprefix("test_")
        verdict, printed = tests.run_test(
            gap, cell["metadata"]["convpool"].get("expected", ""), cell
        )
        if not verdict.score and gap in broken:
            verdict.status, verdict.message = "error", f"`{gap}`: its own cell raised {broken[gap]}"
        result.gaps.append(verdict)
        cell["outputs"] = [*printed_output(printed), *verdict_output(verdict)]
        return
    if mark.get("locked"):
        tests.run_locked(cell["source"])
    run = student.run_cell(cell["source"])
    if run.status == "error" and mark.get("solution"):
        broken[mark["grade_id"]] = f"{run.error_name}: {run.error_value}"[:300]
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
