"""Run one submission: read it, order a worker to take it in and grade it, and return its result.

The worker is a process of its own. This module imports nothing of it, so that the process of a run
stays light.
"""

import ast
import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.forkserver.client import NoForkServer
from autograder.forkserver.pool import ForkSockets, run_worker
from autograder.grading.conditions import WORKER, Conditions, submission_seed
from autograder.grading.preloading import sockets_for, stock_sockets_for
from autograder.grading.results import Flag, SubmissionResult, load
from autograder.grading.taking_in import Found, found_in, lay_out
from autograder.ingest.reading import Submission, read_submission
from autograder.sandbox import Limits
from autograder.sandbox.owned_folders import owned_folder
from course.checks.failures import below_its_check
from course.errors import GradingError
from course.notebook.answer_modules import MESSAGE
from course.notebook.cell_code import read_code
from course.notebook.cell_marks import mark_of
from course.notebook.nodes import as_nodes
from course.notebook.rejecting import Rejected
from course.notebook.verdict import Status, Verdict

WORKER_ENVIRONMENT = {
    "NBGRADER_EXECUTION": "autograde",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "MPLBACKEND": "agg",
}
OVERRUN: tuple[Status, str] = (
    "timeout",
    "The notebook took too long as a whole and was stopped before this was checked.",
)
ENDED: tuple[Status, str] = (
    "memory",
    "Checking the notebook took too much memory or processor time and was stopped before this was "
    "checked.",
)
SPARE_SECONDS = 300
"""What the tests, and opening and closing kernels, may take beyond the notebook's own time."""


@dataclass(frozen=True)
class Order:
    """What a worker is to grade, sent as JSON."""

    notebook: str
    """Path of the notebook as ingest has rebuilt it. A stock course's is there already; any other
    the worker writes, once it has taken in what `taking_in.lay_out` has written beside it."""
    result: str
    """Path where the worker writes the result."""
    kept: str
    """Path where the worker writes the verdicts so far, after each cell."""
    failed: str
    """Path of an empty file that the worker writes when an exception ends it."""
    student: str
    assignment: str
    digest: str
    seed: str
    """The seed of the tests' inputs, from `submission_seed`."""
    data: str
    """Folder with the small data set."""
    scratch: str
    """Folder whose files every submission finds in its working folder."""
    sandboxed: bool
    limits: dict[str, Any]
    expected: dict[str, str] = field(default_factory=dict)
    """The kind of value of each exercise in the reference solution, for messages."""
    kernels: str = ""
    """Socket of the fork server for kernels; empty if each kernel is started anew."""
    stock: bool = False
    """Whether the notebook is a stock course's, whose tests are whatever nbgrader takes for one."""
    shown: dict[str, str] = field(default_factory=dict)
    """What students see of each test of a stock course, by its `grade_id`."""
    outside: dict[str, list[str]] = field(default_factory=dict)
    """The tests of a stock course that run outside, and the student's names that each takes."""
    here: list[str] = field(default_factory=list)
    """Ids of locked cells of a stock course that run outside, too."""
    imports: list[str] = field(default_factory=list)
    """Imports of a stock course's other cells, for the tests outside."""
    objects: dict[str, list[str]] = field(default_factory=dict)
    """Where a student's objects may stand in the tests outside, by `grade_id`."""
    narrow: list[str] = field(default_factory=list)
    """The tests outside that get plain values and functions only."""
    helpers: dict[str, str] = field(default_factory=dict)
    """Functions and classes of locked cells that use the student's names, for the tests outside."""
    recording: bool = False
    """Whether this is the reference solution, whose objects' places are recorded."""


def grade_submission(
    source: NotebookNode, folder: Path, student: str, assignment: str, conditions: Conditions
) -> SubmissionResult:
    """Grade one notebook of a student's folder; a notebook that can't be read gets 0 points.

    Raises GradingError only for the grader's own faults.
    """
    try:
        submission = read_submission(folder, assignment)
    except Rejected as rejected:
        result = SubmissionResult(student, assignment, "", conditions.sandbox)
        result.rejected = rejected.reason
        result.gaps = _no_points(source, "rejected", rejected.reason)
        return result
    return grade_content(source, submission, student, assignment, conditions)


def grade_content(
    source: NotebookNode,
    submission: Submission,
    student: str,
    assignment: str,
    conditions: Conditions,
) -> SubmissionResult:
    """Grade the bytes of a notebook, as `grade_submission` does."""
    pool, content = conditions.pool, submission.content
    sockets = sockets_for(source, content, pool) if pool else None
    with owned_folder() as folder:
        lay_out(folder, content, source)
        kinds, digest = expected_kinds(source), submission.digest
        order = _order(folder, student, assignment, digest, conditions, sockets, expected=kinds)
        result = _carried_out(order, conditions, sockets)
        found = found_in(folder)
    if result.rejected:
        result.gaps = _no_points(source, "rejected", result.rejected)
    elif found is not None:
        _explain(result, found)
    return result


def _explain(result: SubmissionResult, found: Found) -> None:
    """Say of gaps without points what the text of the notebook tells of them; add the flags."""
    for place, gap in enumerate(result.gaps):
        if gap.score:
            continue
        name = gap.exercise
        if name in found.taken:
            gap.status, gap.misconception = "error", ""
            gap.message = f"`{name}`: {MESSAGE.format(found=found.taken[name])}"
        if name in found.untouched:
            gap.status = "not_attempted"
        if name in found.below:
            result.gaps[place] = below_its_check(name).verdict(name, gap.max_score)
    result.flags = [*found.flags, *result.flags]


def expected_kinds(source: NotebookNode) -> dict[str, str]:
    """Return the kind of value that each exercise holds in the reference solution."""
    return {
        mark_of(cell).exercise: _expected_kind(cell.source)
        for cell in source.cells
        if mark_of(cell).is_gap
    }


def _expected_kind(reference: str) -> str:
    """Return what a gap should hold, such as "a function"; "" if any value may be right."""
    tree = read_code(reference)
    assert tree is not None, "a reference solution is Python"
    last = tree.body[-1]
    if isinstance(last, ast.FunctionDef):
        return "a function"
    if isinstance(last, ast.Assign):
        kinds = {ast.Dict: "a dictionary", ast.Tuple: "a tuple", ast.List: "a list"}
        return kinds.get(type(last.value), "text or a number")
    return ""


def run_stock(
    notebook: NotebookNode,
    student: str,
    assignment: str,
    digest: str,
    conditions: Conditions,
    **more: Any,
) -> SubmissionResult:
    """Order a worker to grade a rebuilt notebook of a stock course; return its result.

    `more` are further fields of the `Order`.
    """
    sockets = stock_sockets_for(notebook, conditions.pool) if conditions.pool else None
    with owned_folder() as folder:
        order = _order(folder, student, assignment, digest, conditions, sockets, stock=True, **more)
        Path(order.notebook).write_text(json.dumps(notebook), encoding="utf-8")
        return _carried_out(order, conditions, sockets)


def _order(
    folder: Path,
    student: str,
    assignment: str,
    digest: str,
    conditions: Conditions,
    sockets: ForkSockets | None,
    **more: Any,
) -> Order:
    """Return an order whose files are in `folder`; `more` are its further fields."""
    return Order(
        notebook=str(folder / "notebook.json"),
        result=str(folder / "result.json"),
        kept=str(folder / "kept.json"),
        failed=str(folder / "failed"),
        student=student,
        assignment=assignment,
        digest=digest,
        seed=conditions.seed or submission_seed(conditions.secret, digest, assignment),
        data=str(conditions.data),
        scratch=str(conditions.scratch),
        sandboxed=conditions.sandboxed,
        limits=conditions.limits,
        kernels=str(sockets.kernels) if sockets and conditions.sandboxed else "",
        **more,
    )


def _carried_out(
    order: Order, conditions: Conditions, sockets: ForkSockets | None
) -> SubmissionResult:
    """Let a worker carry out the order; return its result, or that of a worker that was stopped.

    Raises GradingError where the grader failed.
    """
    path = Path(order.notebook).with_name("order.json")
    path.write_text(json.dumps(asdict(order)), encoding="utf-8")
    printed = _carry_out(path, conditions, sockets)
    if _was_ended(order, printed):
        # The machine may have run out of memory through others: once more, then it is its own.
        Path(order.kept).unlink()
        path.with_name("output").unlink(missing_ok=True)
        printed = _carry_out(path, conditions, sockets)
    if printed is None and Path(order.notebook).is_file():
        return _stopped(order, conditions.sandbox, *OVERRUN)
    if _was_ended(order, printed):
        return _stopped(order, conditions.sandbox, *ENDED)
    if not Path(order.result).is_file():
        said = "reading it took too long." if printed is None else printed[-1500:]
        raise GradingError(
            f"The grader failed on {order.assignment} of {order.student}: {said}",
            "No mark was written for it.",
        )
    return load(Path(order.result))


def _was_ended(order: Order, printed: str | None) -> bool:
    """Tell whether something ended the worker while it graded: no exception, and not the clock."""
    result, kept, failed = (Path(path) for path in (order.result, order.kept, order.failed))
    return printed is not None and kept.is_file() and not result.is_file() and not failed.exists()


def _stopped(order: Order, sandbox: str, status: Status, message: str) -> SubmissionResult:
    """Return the result of a stopped worker: what it has kept, and no points for later gaps."""
    notebook = as_nodes(json.loads(Path(order.notebook).read_text(encoding="utf-8")))
    result = SubmissionResult(order.student, order.assignment, order.digest, sandbox)
    kept = Path(order.kept)
    if kept.is_file():
        result = load(kept)
    graded = {gap.exercise for gap in result.gaps}
    left = _no_points(notebook, status, message, stock=order.stock)
    result.gaps += [gap for gap in left if gap.exercise not in graded]
    result.flags.append(Flag("worker-stopped", "grading was stopped before its end"))
    result.notebook = notebook
    return result


def _carry_out(order: Path, conditions: Conditions, sockets: ForkSockets | None) -> str | None:
    """Let a worker carry out the order: a fork of the fork server, or a new process.

    Returns what the worker printed; None if it was stopped because it took too long.
    """
    limits = Limits(**conditions.limits)
    threads = str(limits.threads)
    environment = {
        **WORKER_ENVIRONMENT,
        "CONVPOOL_SUBSET_DIR": str(conditions.data),
        "TF_NUM_INTRAOP_THREADS": threads,
        "TF_NUM_INTEROP_THREADS": threads,
    }
    seconds = limits.notebook_seconds + limits.hidden_seconds + SPARE_SECONDS
    if sockets is not None:
        with contextlib.suppress(NoForkServer):
            return run_worker(sockets.workers, order, environment, seconds)
    return _run_anew(order, environment, seconds)


def _run_anew(order: Path, environment: dict[str, str], seconds: float) -> str | None:
    """Run a new worker to its end; kill its whole session if it takes longer than `seconds`."""
    process = subprocess.Popen(
        # -P: the folder where a command is run may be a student's, and its files no modules.
        [sys.executable, "-P", "-m", WORKER, str(order)],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        printed, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    return printed.decode(errors="replace")


def _no_points(
    notebook: NotebookNode, status: Status, message: str, *, stock: bool = False
) -> list[Verdict]:
    """Give every test of a notebook 0 points for the same reason.

    Its result is named by the exercise, in a stock course by the `grade_id`.
    """
    tests = [mark for mark in map(mark_of, notebook.cells) if mark.is_test]
    return [
        Verdict(test.grade_id if stock else test.exercise, 0.0, test.points, status, message)
        for test in tests
    ]
