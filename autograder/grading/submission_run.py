"""What a worker is told. It stands apart: who gives an order need not import the worker."""

import ast
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.folders import submission_seed
from autograder.forkserver.client import NoForkServer
from autograder.forkserver.pool import ForkServerPool, ForkSockets, run_worker
from autograder.grading.preloading import sockets_for
from autograder.grading.results import Flag, SubmissionResult, load
from autograder.ingest.intake import Intake, take_in
from autograder.sandbox import Limits
from course.errors import GradingError
from course.notebook.cell_code import read_code
from course.notebook.marks import mark_of
from course.notebook.verdict import Status, Verdict

WORKER_ENVIRONMENT = {
    "NBGRADER_EXECUTION": "autograde",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "MPLBACKEND": "agg",
}
FONTS = ".matplotlib"
"""Where matplotlib finds its list of the machine's fonts, in the working folder."""


@dataclass(frozen=True)
class Order:
    """What the worker is told, as JSON: paths, secrets and limits."""

    notebook: str
    """The notebook as ingest has rebuilt it."""
    result: str
    """Where the result goes."""
    student: str
    assignment: str
    digest: str
    expected: dict[str, str]
    """What kind of value each exercise holds in the reference solution, for messages."""
    seed: str
    """HMAC of the class's secret and the digest, in hexadecimal."""
    data: str
    """Folder with the small data set."""
    scratch: str
    """Folder whose files every submission finds in its working folder."""
    sandboxed: bool
    limits: dict[str, Any]
    kernels: str = ""
    """Socket of the fork server for kernels; empty if each kernel is started anew."""


# Run one submission: ingest it, let a worker grade it, and give its result.


# Beyond the sandbox's own limit, for the tests and for opening and closing kernels.
SPARE_SECONDS = 300


@dataclass(frozen=True)
class Conditions:
    """What is the same for every submission of a run."""

    secret: bytes
    data: Path
    """Folder with the small data set that notebooks load."""
    scratch: Path
    """What every submission finds in its working folder."""
    sandboxed: bool
    sandbox: str
    """Name of the sandbox, for results that never got to run."""
    limits: dict[str, Any]
    notebook_seconds: float
    pool: ForkServerPool | None = None
    """Fork servers; None starts every process anew."""
    seed: str = ""
    """The seed of the one submission to grade, where the secret itself is not known."""


def grade_submission(
    source: NotebookNode, folder: Path, student: str, assignment: str, conditions: Conditions
) -> SubmissionResult:
    """Grade one notebook of a student's folder; one that can't be read is a result too.

    Raises GradingError only for the grader's own faults.
    """
    intake = take_in(folder, assignment, source)
    flags = [Flag(flag.kind, flag.evidence) for flag in intake.flags]
    if intake.rebuilt is None:
        result = _rejected(source, student, assignment, conditions.sandbox, intake)
        result.flags = flags
        return result
    notebook = intake.rebuilt.notebook
    result = _run_worker(
        notebook, student, assignment, intake.digest, expected_kinds(source), conditions
    )
    result.flags = [*flags, *result.flags]
    for gap in result.gaps:
        if gap.exercise in intake.rebuilt.untouched_gaps and not gap.score:
            gap.status = "not_attempted"
    return result


def expected_kinds(source: NotebookNode) -> dict[str, str]:
    """Say of each exercise what kind of value it holds in the reference solution."""
    return {
        mark_of(cell).exercise: _expected_kind(cell.source)
        for cell in source.cells
        if mark_of(cell).is_gap
    }


def _expected_kind(reference: str) -> str:
    """Say what kind of value a gap should hold, read from its reference solution."""
    tree = read_code(reference)
    assert tree is not None, "a reference solution is Python"
    last = tree.body[-1]
    if isinstance(last, ast.FunctionDef):
        return "a function"
    if isinstance(last, ast.Assign):
        kinds = {ast.Dict: "a dictionary", ast.Tuple: "a tuple", ast.List: "a list"}
        return kinds.get(type(last.value), "text or a number")
    return ""


def _run_worker(
    notebook: NotebookNode,
    student: str,
    assignment: str,
    digest: str,
    expected: dict[str, str],
    conditions: Conditions,
) -> SubmissionResult:
    """Start the worker, wait for it, and read what it left."""
    sockets = sockets_for(notebook, conditions.pool) if conditions.pool else None
    with tempfile.TemporaryDirectory(prefix="convpool-") as name:
        folder = Path(name)
        (folder / "notebook.json").write_text(json.dumps(notebook), encoding="utf-8")
        order = Order(
            notebook=str(folder / "notebook.json"),
            result=str(folder / "result.json"),
            student=student,
            assignment=assignment,
            digest=digest,
            expected=expected,
            seed=conditions.seed or submission_seed(conditions.secret, digest, assignment),
            data=str(conditions.data),
            scratch=str(conditions.scratch),
            sandboxed=conditions.sandboxed,
            limits=conditions.limits,
            kernels=str(sockets.kernels) if sockets and conditions.sandboxed else "",
        )
        (folder / "order.json").write_text(json.dumps(asdict(order)), encoding="utf-8")
        said = _carry_out(folder / "order.json", conditions, sockets)
        if said is None:
            return _overrun(notebook, order, conditions.sandbox)
        if not Path(order.result).is_file():
            raise GradingError(
                f"The grader failed on {assignment} of {student}: {said[-1500:]}",
                "No mark was written for it.",
            )
        return load(Path(order.result))


def _overrun(notebook: NotebookNode, order: Order, sandbox: str) -> SubmissionResult:
    """Give no points where even the worker had to be stopped; the class goes on."""
    result = SubmissionResult(order.student, order.assignment, order.digest, sandbox)
    message = "The notebook took too long as a whole and was stopped."
    result.gaps = _no_points(notebook, "timeout", message)
    result.flags.append(Flag("worker-stopped", "grading did not come to an end in its time"))
    result.notebook = json.loads(json.dumps(notebook))
    return result


def _carry_out(order: Path, conditions: Conditions, sockets: ForkSockets | None) -> str | None:
    """Let a worker carry out the order: a fork of the fork server, or a new process."""
    threads = str(Limits(**conditions.limits).threads)
    environment = {
        **WORKER_ENVIRONMENT,
        "CONVPOOL_SUBSET_DIR": str(conditions.data),
        "TF_NUM_INTRAOP_THREADS": threads,
        "TF_NUM_INTEROP_THREADS": threads,
    }
    seconds = conditions.notebook_seconds + SPARE_SECONDS
    if sockets is not None:
        with contextlib.suppress(NoForkServer):
            return run_worker(sockets.workers, order, environment, seconds)
    return _wait(order, environment, seconds)


def _wait(order: Path, environment: dict[str, str], seconds: float) -> str | None:
    """Run the worker to its end and return what it said; kill its session, None, if it overruns."""
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder.grading.worker", str(order)],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        said = None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    return None if said is None else said.decode(errors="replace")


def _rejected(
    source: NotebookNode, student: str, assignment: str, sandbox: str, intake: Intake
) -> SubmissionResult:
    """Give no points for what can't be read, and say why."""
    reason = intake.reason
    result = SubmissionResult(student, assignment, intake.digest, sandbox, rejected=reason)
    result.gaps = _no_points(source, "rejected", reason)
    return result


def _no_points(notebook: NotebookNode, status: Status, message: str) -> list[Verdict]:
    """Give every gap of a notebook 0 points for one and the same reason."""
    marks = [mark_of(cell) for cell in notebook.cells]
    return [
        Verdict(mark.exercise, 0.0, mark.points, status, message) for mark in marks if mark.is_test
    ]
