"""Grades one notebook of a stock course in a worker: the cells run in order, as nbgrader runs them.

A worker is trusted and runs no student code.
"""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.grading.inside_tests import OrdinaryTest, inside_verdict
from autograder.grading.ordinary_code import definitions, names_read
from autograder.grading.outputs import plain_outputs, verdict_output
from autograder.grading.outside_tests import OutsideTests
from autograder.grading.results import Flag, SubmissionResult, save
from autograder.grading.student_process import StudentProcess, open_student
from autograder.grading.submission_run import Order
from autograder.grading.trusted_tests import CALL_SECONDS
from autograder.sandbox import CellRun, Limits, Sandbox
from course.checks import inputs
from course.notebook.cell_code import top_level_names
from course.notebook.cell_marks import mark_of
from course.notebook.verdict import Verdict

ANY_NAME = frozenset(["dir", "eval", "exec", "get_ipython", "globals", "locals", "vars"])
"""Functions whose callers may read any name."""


def grade_stock(order: Order, sandbox: Sandbox) -> SubmissionResult:
    """Run a notebook from top to bottom and return the verdicts on its tests.

    The hidden parts of tests outside run when all cells have run.
    """
    started = time.monotonic()
    inputs.set_secret(bytes.fromhex(order.seed))
    notebook = json.loads(Path(order.notebook).read_text(encoding="utf-8"))
    result = SubmissionResult(order.student, order.assignment, order.digest, sandbox.name)
    limits = replace(Limits(), **order.limits)
    with open_student(sandbox, limits, Path(order.data), Path(order.scratch)) as student:
        seconds = min(CALL_SECONDS, limits.cell_seconds)
        tests = OutsideTests(
            student,
            seconds,
            order.imports,
            objects=order.objects,
            helpers=order.helpers,
            narrow=order.narrow,
            recording=order.recording,
        )
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        for place, cell in enumerate(cells):
            later = _read_later(cells[place + 1 :], order)
            _step(cell, student, tests, order, result, later)
        _run_hidden(cells, student, tests, order, result)
        if student.restarts:
            result.flags.append(Flag("process-ended", f"restarted {student.restarts} time(s)"))
        if order.recording:
            result.objects = {name: sorted(places) for name, places in tests.seen.items()}
    result.notebook = notebook
    result.seconds = time.monotonic() - started
    return result


def _step(
    cell: dict[str, Any],
    student: StudentProcess,
    tests: OutsideTests,
    order: Order,
    result: SubmissionResult,
    later: set[str],
) -> None:
    """Run a test where it is to run, any other cell in the student's process.

    The names `later` are read in later cells of the student's process.
    """
    mark = mark_of(cell)
    if not mark.is_test:
        if cell["id"] in order.here:
            tests.run_here(cell["source"])
        _run(cell, student, result)
        return
    test = OrdinaryTest(mark.grade_id, mark.points, cell["source"], order.shown[mark.grade_id])
    if test.grade_id in order.outside:
        takes = order.outside[test.grade_id]
        needed = definitions(test.shown, takes)
        if needed:
            student.run_cell(needed)
        found = top_level_names(test.shown) - top_level_names(needed)
        verdict = tests.run(test, takes, found if later & ANY_NAME else found & later)
        cell["outputs"] = verdict_output(verdict)
    else:
        verdict = inside_verdict(test, _run(cell, student, result))
    result.gaps.append(verdict)
    _keep(result, tests, order)


def _read_later(cells: list[dict[str, Any]], order: Order) -> set[str]:
    """Return the names that those of the cells read that run in the student's process."""
    theirs = (cell for cell in cells if mark_of(cell).grade_id not in order.outside)
    return set().union(*(names_read(cell["source"]) for cell in theirs))


def _run_hidden(
    cells: list[dict[str, Any]],
    student: StudentProcess,
    tests: OutsideTests,
    order: Order,
    result: SubmissionResult,
) -> None:
    """Decide the tests outside that have more than students see."""
    if tests.waiting:
        student.begin_hidden()
    by_name = {mark_of(cell).grade_id: cell for cell in cells}
    while tests.waiting:
        verdict = tests.run_hidden()
        by_name[verdict.exercise]["outputs"] = verdict_output(verdict)
        [place] = [n for n, gap in enumerate(result.gaps) if gap.exercise == verdict.exercise]
        result.gaps[place] = verdict
        _keep(result, tests, order)


def _keep(result: SubmissionResult, tests: OutsideTests, order: Order) -> None:
    """Write the final verdicts so far, which count if this worker is stopped before its end."""
    final: list[Verdict] = [gap for gap in result.gaps if not tests.is_waiting(gap.exercise)]
    save(replace(result, notebook={}, gaps=final), Path(order.kept))


def _run(cell: dict[str, Any], student: StudentProcess, result: SubmissionResult) -> CellRun:
    """Run a cell in the student's process; keep what it shows."""
    run = student.run_cell(cell["source"])
    result.keep_run(cell, run.status, plain_outputs(run), cut=run.truncated)
    return run
