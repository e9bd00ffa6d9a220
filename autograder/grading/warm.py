"""The warm processes of a run: one that students' kernels are forked from, one for the tests.

`python -m autograder.grading.warm SPEC` is the second one. It forks a worker for every submission;
as without it, a worker is trusted, runs no student's code, and ends with its submission.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.sandbox.agents import forks
from autograder.sandbox.process import readable_within
from autograder.sandbox.warm import warm_recipe
from autograder.sandbox.warmth import Recipe, ask, warm_process

WORKER_ENVIRONMENT = {
    "NBGRADER_EXECUTION": "autograde",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "MPLBACKEND": "agg",
}
TRUSTED_MODULES = (
    "tensorflow",
    "keras",
    "scipy.signal",
    "course.data",
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

    They import while the block goes on; who asks too early waits. matplotlib lists the machine's
    fonts in `fonts`, once for all kernels.
    """
    kernels = warm_recipe(folder / "kernels", fonts)
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # no fork has others
    workers = Recipe(
        [sys.executable, "-m", __name__, str(folder / "workers")],
        {**os.environ, **WORKER_ENVIRONMENT, **one_thread},
        folder / "workers",
    )
    with warm_process(kernels), warm_process(workers):
        yield Warmth(kernels.address, workers.address)


def run_worker(workers: Path, order: Path, env: Mapping[str, str], seconds: float) -> str | None:
    """Let a fork carry out `order`; return what it said, or None if it had to be stopped.

    Raises WarmGone if no fork is to be had.
    """
    said = order.with_name("said")
    with said.open("xb") as output:
        request = {"order": str(order), "env": dict(env)}
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
    os.environ.update(request["env"])
    worker.carry_out(Path(request["order"]))


if __name__ == "__main__":
    forks.be_warm(sys.argv[1], list(TRUSTED_MODULES), _work)
