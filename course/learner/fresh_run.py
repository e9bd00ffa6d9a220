"""Runs a copy of the learner's notebook on a fresh kernel, from top to bottom, as grading does.

The copy runs in an empty folder, on the few images that grading uses. There is no sandbox: the
learner's code runs with the learner's rights on the learner's machine.
"""

import logging
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from course.errors import CourseError
from course.learner.gap_check import MIME, judging_cell
from course.notebook.cell_marks import CellMark, mark_of
from course.notebook.tampering import one_line
from course.notebook.verdict import FAILED, Verdict

# The limits of grading for a cell and for a test.
CELL_SECONDS = 120
TEST_SECONDS = 60

ShowProgress = Callable[[str, int, int], None]
"""Called with what is done now, the number of cells done, and the number of all."""

_ENVIRONMENT = {
    "NBGRADER_EXECUTION": "validate",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "MPLBACKEND": "agg",
}


@dataclass
class FreshRun:
    """The result of running a notebook on a fresh kernel."""

    verdicts: list[Verdict] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    """What the learner's own cells raised, by the cell's id: "NameError: …"."""
    stopped: str = ""
    """Why the kernel can run nothing more; "" while it can."""


def run_notebook(notebook: NotebookNode, show: ShowProgress) -> FreshRun:
    """Run a rebuilt notebook; each test is judged at its place, on the learner's kernel."""
    run = FreshRun()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    with _kernel() as client:
        for number, cell in enumerate(cells):
            mark = mark_of(cell)
            doing = f"checking {mark.exercise}" if mark.is_test else cell["id"]
            show(doing, number, len(cells))
            if mark.is_test:
                run.verdicts.append(_judge(client, cell, mark, run))
            elif not run.stopped:
                error, _ = _execute(client, cell["id"], cell.source, CELL_SECONDS, run)
                if error:
                    run.errors[cell["id"]] = error
        show("done", len(cells), len(cells))
    return run


def _judge(client: NotebookClient, cell: NotebookNode, mark: CellMark, run: FreshRun) -> Verdict:
    """Run a test on the kernel; an error of the gap's own cell explains a failure best."""
    gap, points = mark.exercise, mark.points
    if run.stopped:
        return Verdict(gap, 0.0, points, "error", f"it did not run: {run.stopped}")
    source = judging_cell(gap, points, cell.source)
    error, outputs = _execute(client, cell["id"], source, TEST_SECONDS, run)
    data = [output.data[MIME] for output in outputs if MIME in output.get("data", {})]
    verdict = Verdict(**data[-1]) if data else Verdict(gap, 0.0, points, "error", error)
    if gap in run.errors and verdict.status in FAILED:
        message = f"`{gap}`: its own cell raised {run.errors[gap]}"
        return Verdict(gap, 0.0, points, "error", message)
    return verdict


def _execute(
    client: NotebookClient, name: str, source: str, seconds: int, run: FreshRun
) -> tuple[str, list[Any]]:
    """Run source on the kernel; return the error it raised ("" if none) and its outputs."""
    cell = nbformat.v4.new_code_cell(source)
    client.timeout = seconds
    try:
        client.execute_cell(cell, 0)
    except CellTimeoutError:
        run.stopped = f"`{name}` took longer than {seconds} s and could not be stopped."
        return "it took too long.", []
    except DeadKernelError:
        run.stopped = f"the kernel ended in `{name}`."
        return "Python itself ended here.", []
    raised = [output for output in cell.outputs if output.output_type == "error"]
    error = f"{raised[-1].ename}: {raised[-1].evalue}" if raised else ""
    return one_line(error.removesuffix(": "), 200), cell.outputs


@contextmanager
def _kernel() -> Iterator[NotebookClient]:
    """Start a kernel of this Python, whatever kernels are installed, and yield its client."""
    with tempfile.TemporaryDirectory(prefix="convpool-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        (place / "work").mkdir()
        kernel = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
            connection_file=str(place / "kernel.json"),
        )
        # nbclient logs a timeout as an error, but the report already names it.
        log = logging.Logger("convpool", level=logging.CRITICAL)
        client = NotebookClient(
            NotebookNode(cells=[None]),
            km=kernel,
            log=log,
            allow_errors=True,
            # A cell that takes too long is interrupted; the next one runs on the same kernel.
            interrupt_on_timeout=True,
            error_on_timeout={"ename": "Timeout", "evalue": "", "traceback": []},
            raise_on_iopub_timeout=True,
            iopub_timeout=10,
        )
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        environment = {**os.environ, **_ENVIRONMENT, "IPYTHONDIR": str(place / "ipython")}
        with client.setup_kernel(
            cleanup_kc=True, env=environment, cwd=str(place / "work"), **silent
        ):
            if client.kc is None:
                raise CourseError("The kernel did not start.", "`course doctor` looks for why.")
            yield client
