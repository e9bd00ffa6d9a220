"""A Dask scheduler and workers on loopback, each in a process of its own."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen, TimeoutExpired

from support.places import TESTS


class Started:
    """A process whose output is read to the line that says it is ready, and on to its end."""

    def __init__(self, module: str, *arguments: str, until: str, env: dict[str, str]) -> None:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
        self.process = Popen(command, stdout=PIPE, stderr=STDOUT, text=True, env=env)
        self.lines: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if until in line:
                break
        else:
            raise RuntimeError("".join(self.lines))
        self._reader = threading.Thread(target=self._drain)
        self._reader.start()

    def _drain(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            self.lines.extend(output)

    def end(self) -> None:
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(60)
        except TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(30)


@contextmanager
def cluster(folder: Path, *worker_options: str, workers: int = 2, **env: str) -> Iterator[str]:
    """Give the address of a scheduler with so many workers of one thread each."""
    known = {**os.environ, "PYTHONPATH": str(TESTS), "DASK_TEMPORARY_DIRECTORY": str(folder)} | env
    quiet = ("--no-dashboard",)
    scheduler = Started(
        "dask_scheduler", "--host", "127.0.0.1", "--port", "0", *quiet, until="at:", env=known
    )
    started = [scheduler]
    try:
        address = next(line for line in scheduler.lines if "at:" in line).split()[-1]
        for _ in range(workers):
            options = ("--nthreads", "1", "--host", "127.0.0.1", *quiet, *worker_options)
            started.append(
                Started("dask_worker", address, *options, until="Registered to", env=known)
            )
        yield address
    finally:
        for one in reversed(started):
            one.end()
