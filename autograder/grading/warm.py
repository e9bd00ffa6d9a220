"""The warm processes of a run: one that students' kernels are forked from, one for the tests.

The second one forks a worker for every submission; as without it, a worker is trusted, runs no
student's code, and ends with its submission. Both come from one import of TensorFlow.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.sandbox.agents import forks
from autograder.sandbox.process import readable_within
from autograder.sandbox.warm import warm_recipe
from autograder.sandbox.warmth import ask, warm_process

WORKER_ENVIRONMENT = {
    "NBGRADER_EXECUTION": "autograde",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "MPLBACKEND": "agg",
}
TRUSTED_MODULES = (
    "course.checks",
    "autograder.boundary.model",
    "autograder.grading.worker",
    "autograder.sandbox.provisioner",
    "autograder.sandbox.warm",
)


@dataclass(frozen=True)
class Warmth:
    """Where forks are to be had: sockets that only the grader's user can reach."""

    kernels: Path
    workers: Path


@contextlib.contextmanager
def warmth(folder: Path, fonts: Path) -> Iterator[Warmth]:
    """Keep both warm processes while the block runs; `folder` is private and short.

    If either ends, both are replaced. They import while the block goes on; who asks too early
    waits. matplotlib lists the machine's fonts in `fonts`, once for all kernels.
    """
    kernels, workers = folder / "kernels", folder / "workers"
    with warm_process(warm_recipe(kernels, fonts, (workers, __name__))):
        yield Warmth(kernels, workers)


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
    worker.carry_out(Path(request["order"]))


def serve(listener: socket.socket, owners: list[int]) -> None:
    """Fork a worker for every order."""
    forks.import_all(list(TRUSTED_MODULES))
    forks.serve(listener, owners, _work)
