"""A copy of the learner's notebook on a fresh kernel, from top to bottom, as grading runs it.

The copy runs in an empty folder, on the few images that grading uses. The learner's code runs
with the learner's rights: it is their machine and their code.
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
from course.learner.gap_check import MIME, asking_cell
from course.notebook.marks import mark_of
from course.notebook.tampering import one_line
from course.notebook.verdict import FAILED, Verdict

# What grading allows a cell, and a test.
CELL_SECONDS = 120
TEST_SECONDS = 60

# What is done, how much of it, of how much.
Show = Callable[[str, int, int], None]


@dataclass
class Ran:
    """What became of the notebook on the fresh kernel."""

    verdicts: list[Verdict] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    """What the learner's own cells raised, by the cell's id: "NameError: …"."""
    stopped: str = ""
    """Why the kernel runs nothing any more, "" while it does."""


def run_notebook(notebook: NotebookNode, show: Show) -> Ran:
    """Run a rebuilt notebook; tests are judged where they stand, beside the learner's names."""
    ran = Ran()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    with _kernel() as client:
        for number, cell in enumerate(cells):
            show(_name(cell), number, len(cells))
            _step(client, cell, ran)
        show("done", len(cells), len(cells))
    return ran


def _name(cell: NotebookNode) -> str:
    """Say what a cell is, for the progress bar."""
    mark = mark_of(cell)
    return f"checking {mark.exercise}" if mark.is_test else cell["id"]


def _step(client: NotebookClient, cell: NotebookNode, ran: Ran) -> None:
    """Run one cell, or judge one gap."""
    mark = mark_of(cell)
    if not mark.is_test:
        if ran.stopped:
            return
        error = _execute(client, cell["id"], cell.source, CELL_SECONDS, ran)[0]
        if error:
            ran.errors[cell["id"]] = error
        return
    gap, points = mark.exercise, mark.points
    if ran.stopped:
        ran.verdicts.append(Verdict(gap, 0.0, points, "error", f"it did not run: {ran.stopped}"))
        return
    source = asking_cell(gap, points, cell.source)
    error, outputs = _execute(client, cell["id"], source, TEST_SECONDS, ran)
    ran.verdicts.append(_verdict(gap, points, error, outputs, ran))


def _execute(
    client: NotebookClient, name: str, source: str, seconds: int, ran: Ran
) -> tuple[str, list[Any]]:
    """Run source on the kernel; return the error it raised ("" if none) and its outputs."""
    cell = nbformat.v4.new_code_cell(source)
    client.timeout = seconds
    try:
        client.execute_cell(cell, 0)
    except CellTimeoutError:
        ran.stopped = f"`{name}` took longer than {seconds} s and could not be stopped."
        return "it took too long.", []
    except DeadKernelError:
        ran.stopped = f"the kernel ended in `{name}`."
        return "Python itself ended here.", []
    raised = [output for output in cell.outputs if output.output_type == "error"]
    error = f"{raised[-1].ename}: {raised[-1].evalue}" if raised else ""
    return one_line(error.removesuffix(": "), 200), cell.outputs


def _verdict(gap: str, points: float, error: str, outputs: list[Any], ran: Ran) -> Verdict:
    """Read the verdict that the kernel put out; the gap's own error explains a failure best."""
    data = [output.data[MIME] for output in outputs if MIME in output.get("data", {})]
    verdict = Verdict(**data[-1]) if data else Verdict(gap, 0.0, points, "error", error)
    if gap in ran.errors and verdict.status in FAILED:
        message = f"`{gap}`: its own cell raised {ran.errors[gap]}"
        return Verdict(gap, 0.0, points, "error", message)
    return verdict


@contextmanager
def _kernel() -> Iterator[NotebookClient]:
    """Give a client with a kernel of this very Python, whatever kernels are installed."""
    with tempfile.TemporaryDirectory(prefix="convpool-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        (place / "work").mkdir()
        kernel = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
            connection_file=str(place / "kernel.json"),
        )
        # nbclient logs a timeout as an error; it is the learner's, and told in the report.
        log = logging.Logger("convpool", level=logging.CRITICAL)
        client = NotebookClient(
            NotebookNode(cells=[None]),
            km=kernel,
            log=log,
            allow_errors=True,
            # What takes too long is interrupted, and the next cell runs on the same kernel.
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


_ENVIRONMENT = {
    "NBGRADER_EXECUTION": "validate",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "MPLBACKEND": "agg",
}
