"""Runs a copy of the learner's notebook on a fresh kernel, from top to bottom, as grading does.

The copy runs in an empty folder, on the few images that grading uses. There is no sandbox: the
learner's code runs with the learner's rights on the learner's machine.
"""

import logging
import os
import queue
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync

from course.errors import CourseError
from course.learner.gap_check import MIME, judging_cell
from course.notebook.cell_marks import CellMark, mark_of
from course.notebook.nodes import NotebookNode
from course.notebook.tampering import one_line
from course.notebook.verdict import FAILED, Verdict

if TYPE_CHECKING:
    from nbclient import NotebookClient

# The limits of grading for a cell and for a test. The module of checks has the second one, too; it
# imports NumPy, which takes as long as all else here.
CELL_SECONDS = 120
TEST_SECONDS = 60
OPEN_SECONDS = 600
"""The limit of the leaderboard for the open exercise."""
MOST_RESTARTS = 3

ShowProgress = Callable[[str, int, int], None]
"""Called with what is done now, the number of cells done, and the number of all."""

_ENVIRONMENT = {
    "NBGRADER_EXECUTION": "validate",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "MPLBACKEND": "agg",
}
_BOUND_TRACEBACKS = (
    '__import__("importlib").import_module("course.tracebacks")'
    ".bound_tracebacks(type(get_ipython()), get_ipython())"
)


@dataclass
class FreshRun:
    """The result of running a notebook on a fresh kernel."""

    verdicts: list[Verdict] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    """What the learner's own cells raised, by the cell's id: "NameError: …"."""
    stopped: str = ""
    """Why a kernel ended before the last cell, "" if none did."""


def run_notebook(
    notebook: NotebookNode, show: ShowProgress, cell_seconds: int = CELL_SECONDS
) -> FreshRun:
    """Run a rebuilt notebook; each test is judged at its place, on the learner's kernel.

    A cell of the learner's is stopped after `cell_seconds`.
    """
    run = FreshRun()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    with _Kernels(cell_seconds) as kernels:
        for number, cell in enumerate(cells):
            mark = mark_of(cell)
            doing = f"checking {mark.exercise}" if mark.is_test else cell["id"]
            show(doing, number, len(cells))
            if mark.is_test:
                run.verdicts.append(_judge(kernels, cell, mark, run))
            elif error := kernels.run_cell(cell["id"], cell.source):
                run.errors[cell["id"]] = error
        show("done", len(cells), len(cells))
        run.stopped = kernels.ended
    return run


def _judge(kernels: "_Kernels", cell: NotebookNode, mark: CellMark, run: FreshRun) -> Verdict:
    """Run a test on the kernel; an error of the gap's own cell explains a failure best."""
    gap, points = mark.exercise, mark.points
    error, outputs = kernels.run_test(cell["id"], judging_cell(gap, points, cell.source))
    data = [output.data[MIME] for output in outputs if MIME in output.get("data", {})]
    verdict = Verdict(**data[-1]) if data else Verdict(gap, 0.0, points, "error", error)
    if verdict.score or verdict.status not in (*FAILED, "not_attempted"):
        return verdict
    if gap not in run.errors:
        return verdict
    from course.checks import failures

    kind, _, text = run.errors[gap].partition(": ")
    return failures.own_cell_raised(gap, kind, text).verdict(gap, points)


class _Kernels:
    """Runs cells on a kernel; where it has ended, on a new one, as grading does.

    A new kernel runs again the cells that came to their end before. Without this, `exit()` in one
    cell would cost the points of all later exercises.
    """

    def __init__(self, cell_seconds: int) -> None:
        self._cell_seconds = cell_seconds
        self._open = ExitStack()
        self._client: NotebookClient | None = None
        self._done: list[str] = []
        self._restarts = -1
        self.ended = ""

    def __enter__(self) -> "_Kernels":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def run_cell(self, name: str, source: str) -> str:
        """Run one of the learner's cells; return the error that it raised, "" if none."""
        self._revive()
        error, _ = self._execute(name, source, self._cell_seconds)
        if self._client is None:
            return ""
        self._done.append(source)
        return error

    def run_test(self, name: str, source: str) -> tuple[str, list[Any]]:
        """Run a test; return the error that it raised, and its outputs."""
        self._revive()
        return self._execute(name, source, TEST_SECONDS)

    def _revive(self) -> None:
        """Open a kernel if there is none, and run the earlier cells on it."""
        if self._client is not None or self._restarts >= MOST_RESTARTS:
            return
        self._restarts += 1
        self._client = self._open.enter_context(_kernel())
        self._execute("the first cell", _BOUND_TRACEBACKS, self._cell_seconds)
        cells, self._done = self._done, []
        for source in cells:
            if self._client is not None:
                self._execute("an earlier cell", source, self._cell_seconds)
                self._done.append(source)

    def _execute(self, name: str, source: str, seconds: int) -> tuple[str, list[Any]]:
        """Run source on the kernel; return the error it raised ("" if none) and its outputs."""
        if self._client is None:
            return f"it did not run: {self.ended}", []
        import nbformat
        from nbclient.exceptions import CellTimeoutError, DeadKernelError

        cell = nbformat.v4.new_code_cell(source)
        replies: list[Any] = []
        self._client.timeout = seconds
        self._client.on_cell_executed = lambda **more: replies.append(more["execute_reply"])
        try:
            self._client.execute_cell(cell, 0)
        except CellTimeoutError:
            return self._end(f"`{name}` took longer than {seconds} s and could not be stopped.")
        except DeadKernelError:
            return self._end(f"the kernel ended in `{name}`.")
        if any(_asks_for_an_end(reply) for reply in replies):
            # The kernel ends a moment later; the next cell must not run on it by luck.
            self._end(f"the kernel ended in `{name}`.")
        raised = [output for output in cell.outputs if output.output_type == "error"]
        error = f"{raised[-1].ename}: {raised[-1].evalue}" if raised else _usage_error(cell.outputs)
        return one_line(error.removesuffix(": "), 200), cell.outputs

    def _end(self, why: str) -> tuple[str, list[Any]]:
        """Close the kernel."""
        self.ended, self._client = why, None
        self._open.close()
        return why, []


def _usage_error(outputs: list[Any]) -> str:
    """Return what IPython printed of a wrong magic command, for which it shows no error; or ""."""
    printed = [output.text for output in outputs if output.get("name") == "stderr"]
    return next((text.strip() for text in printed if text.startswith("UsageError: ")), "")


def _asks_for_an_end(reply: Any) -> bool:
    """Tell whether a cell called `exit()` or `quit()`."""
    payload = reply["content"].get("payload", []) if isinstance(reply, dict) else []
    return any(isinstance(part, dict) and part.get("source") == "ask_exit" for part in payload)


class _PromptClient(AsyncKernelClient):
    """A kernel's client that is ready when the kernel has answered on both channels.

    Jupyter's own then waits until nothing came for 0.2 s. nbclient tells by a message's parent
    which cell it belongs to, and needs no silence.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait for the kernel's first answers; raise RuntimeError if it has ended or is late."""
        ends = time.monotonic() + (timeout or 60)
        while time.monotonic() < ends and await self.is_alive():
            self.kernel_info()
            with suppress(queue.Empty):
                await self.get_shell_msg(timeout=1)
                await self.get_iopub_msg(timeout=1)
                return
        raise RuntimeError("The kernel does not answer.")


@contextmanager
def _kernel() -> "Iterator[NotebookClient]":
    """Start a kernel of this Python, whatever kernels are installed, and yield its client."""
    with tempfile.TemporaryDirectory(prefix="convpool-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        (place / "work").mkdir()
        kernel = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
            connection_file=str(place / "kernel.json"),
            client_factory=_PromptClient,
        )
        run_sync(kernel.start_kernel)(
            # A history would be a database in the folder, which nobody reads.
            extra_arguments=["--HistoryManager.enabled=False"],
            env={**os.environ, **_ENVIRONMENT, "IPYTHONDIR": str(place / "ipython")},
            cwd=str(place / "work"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with _client_of(kernel) as client:
            yield client


@contextmanager
def _client_of(kernel: AsyncKernelManager) -> "Iterator[NotebookClient]":
    """Connect a client with a kernel that was started, and end both after the block."""
    # While the kernel starts, this process imports what it needs next.
    from nbclient import NotebookClient
    from nbformat import NotebookNode

    client = NotebookClient(
        NotebookNode(cells=[None]),
        km=kernel,
        # nbclient logs a timeout as an error, but the report already names it.
        log=logging.Logger("convpool", level=logging.CRITICAL),
        allow_errors=True,
        # A cell that takes too long is interrupted; the next one runs on the same kernel.
        interrupt_on_timeout=True,
        error_on_timeout={"ename": "Timeout", "evalue": "", "traceback": []},
        raise_on_iopub_timeout=True,
        iopub_timeout=10,
        shutdown_kernel="immediate",  # as grading ends it
    )
    with client.setup_kernel(cleanup_kc=True):
        if client.kc is None:
            raise CourseError("The kernel did not start.", "`course doctor` looks for why.")
        yield client
