"""The fork servers of a run, each used only after its forks are proven to be confined.

A pool has one stage or two. The first imports what most submissions need, and is ready soon; the
second adds modules that take longer to import. Each stage forks students' kernels and, from a
process of its own, the grader's workers. A worker is trusted: it runs no student's code.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from autograder.forkserver.client import NoForkServer, Stage, fork_server, request_fork
from autograder.sandbox.process import readable_within


@dataclass(frozen=True)
class ForkSockets:
    """A stage's sockets for kernels and for workers; only the grader's user can connect."""

    kernels: Path
    workers: Path


class ForkServerPool:
    """The stages of a run's fork server, whose proofs run in the background."""

    def __init__(
        self,
        first: ForkSockets,
        last: ForkSockets,
        prove: Callable[[ForkSockets], None],
        executor: Executor,
    ) -> None:
        """Prove both stages, which may be the same.

        `prove` raises GradingError for forks that are not confined, and `NoForkServer` when no
        fork server answers.
        """
        self._first = executor.submit(_proven, first, prove)
        self._last = self._first if last == first else executor.submit(_proven, last, prove)

    def first(self) -> ForkSockets | None:
        """Wait for the first stage; return None if every process must be started anew.

        Raises GradingError if its forks are not confined.
        """
        return self._first.result()

    def last(self) -> ForkSockets | None:
        """Wait for the last stage, which has all modules; otherwise as `first`."""
        return self._last.result()

    def is_complete(self) -> bool:
        """Return, without waiting, whether the last stage is ready."""
        return self._last.done()


def _proven(sockets: ForkSockets, prove: Callable[[ForkSockets], None]) -> ForkSockets | None:
    try:
        prove(sockets)
    except NoForkServer:
        return None
    return sockets


@contextlib.contextmanager
def open_pool(
    folder: Path,
    kernel_modules: Sequence[Sequence[str]],
    worker_module: str,
    prove: Callable[[ForkSockets], None],
    *,
    module_folder: Path,
    env: Mapping[str, str],
    tried: bool = False,
) -> Iterator[ForkServerPool]:
    """Run a fork server as long as the block; requests wait until it has imported its modules.

    `folder` is private and has a short path. `kernel_modules` are the modules of each stage, those
    of the first also from `module_folder`. `worker_module` names the module whose
    `serve(listener, owners)` forks the workers. `env` adds to the fork server's environment. If
    the process of one stage ends, all are replaced. With `tried`, the modules of later stages
    are left out where they cannot be imported.
    """
    sockets = [
        ForkSockets(folder / f"{number}-kernels", folder / f"{number}-workers")
        for number, _ in enumerate(kernel_modules, start=1)
    ]
    stages = [
        Stage(
            place.kernels,
            modules,
            place.workers,
            worker_module,
            module_folder if place == sockets[0] else None,
            tried and place != sockets[0],
        )
        for place, modules in zip(sockets, kernel_modules, strict=True)
    ]
    with fork_server(stages, env), ThreadPoolExecutor(2, "proof") as executor:
        yield ForkServerPool(sockets[0], sockets[-1], prove, executor)


def run_worker(workers: Path, order: Path, env: Mapping[str, str], seconds: float) -> str | None:
    """Let a fork carry out `order` and return its output, or None if it had to be stopped.

    `env` adds to this process's environment. Raises `NoForkServer` when no fork server answers.
    """
    output = order.with_name("output")
    with output.open("xb") as file:
        request = {"order": str(order), "env": {**os.environ, **env}}
        connection, process_id = request_fork(workers, request, [file.fileno()])
    with connection:
        if readable_within(connection.fileno(), seconds):
            return output.read_text(errors="replace")
        with contextlib.suppress(ProcessLookupError):
            os.kill(process_id, signal.SIGKILL)
    return None
