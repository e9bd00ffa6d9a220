"""Grades one notebook of a stock course in a worker: the cells run in order, as nbgrader runs them.

A worker is trusted and runs no student code.
"""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.grading.inside_tests import OrdinaryTest, inside_verdict
from autograder.grading.outputs import plain_outputs
from autograder.grading.results import Flag, SubmissionResult, save
from autograder.grading.student_process import StudentProcess, open_student
from autograder.grading.submission_run import Order
from autograder.sandbox import CellRun, Limits, Sandbox
from course.notebook.cell_marks import mark_of
from course.notebook.verdict import Verdict


def grade_stock(order: Order, sandbox: Sandbox) -> SubmissionResult:
    """Run a notebook from top to bottom and return the verdicts on its tests."""
    started = time.monotonic()
    notebook = json.loads(Path(order.notebook).read_text(encoding="utf-8"))
    result = SubmissionResult(order.student, order.assignment, order.digest, sandbox.name)
    limits = replace(Limits(), **order.limits)
    with open_student(sandbox, limits, Path(order.data), Path(order.scratch)) as student:
        for cell in notebook["cells"]:
            if cell["cell_type"] != "code":
                continue
            if mark_of(cell).is_test:
                result.gaps.append(_test(cell, student, order, result))
                save(replace(result, notebook={}), Path(order.kept))
            else:
                _run(cell, student, result)
        if student.restarts:
            result.flags.append(Flag("process-ended", f"restarted {student.restarts} time(s)"))
    result.notebook = notebook
    result.seconds = time.monotonic() - started
    return result


def _test(
    cell: dict[str, Any], student: StudentProcess, order: Order, result: SubmissionResult
) -> Verdict:
    """Run a test in the student's process."""
    mark, source = mark_of(cell), cell["source"]
    test = OrdinaryTest(mark.grade_id, mark.points, source, order.shown[mark.grade_id])
    return inside_verdict(test, _run(cell, student, result))


def _run(cell: dict[str, Any], student: StudentProcess, result: SubmissionResult) -> CellRun:
    """Run a cell in the student's process; keep what it shows."""
    run = student.run_cell(cell["source"])
    cell["outputs"] = plain_outputs(run)
    if run.status not in ("ok", "error"):
        result.flags.append(Flag(f"cell-{run.status}", f"cell {cell['id']}"))
    if run.truncated:
        result.flags.append(Flag("output-cut", f"cell {cell['id']}"))
    return run
