"""One sandboxed process tree, watched and ended as a whole."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import IO

from autograder.sandbox.cgroup import Group
from course.errors import GradingError

STARTED_SECONDS = 10.0
GONE_SECONDS = 10.0
KEPT_BYTES = 64 * 1024
OWN_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


class BoundedReader:
    """Reads a pipe to its end; keeps only the last `keep` bytes, so that no flood is stored."""

    def __init__(self, pipe: IO[bytes], keep: int = KEPT_BYTES) -> None:
        """Start reading `pipe`, and close it at its end."""
        self._pipe, self._keep, self._kept = pipe, keep, b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with self._pipe:
            while chunk := os.read(self._pipe.fileno(), 65536):
                self._kept = (self._kept + chunk)[-self._keep :]

    def finish(self, seconds: float = GONE_SECONDS) -> bytes:
        """Wait at most `seconds` for the end of the pipe and return its last bytes."""
        self._thread.join(seconds)
        return self._kept


@dataclass(frozen=True)
class Descriptors:
    """The open files that a sandboxed process inherits."""

    stdin: int = subprocess.DEVNULL
    stdout: int = subprocess.DEVNULL
    passed: tuple[int, ...] = ()


class SandboxedProcess:
    """A program, every process that it starts, and their control group.

    `popen` is bubblewrap itself; `first` is a descriptor of the first process in the sandbox
    (process 1 of its namespace). Once that process is gone, the kernel has ended every process of
    the namespace. The thread that starts bubblewrap must outlive it, because the kernel ends it
    with that thread.
    """

    def __init__(self, popen: subprocess.Popen[bytes], first: int | None, group: Group | None):
        """Take over `popen`, the descriptor of the first process, and the group."""
        self.popen, self.first, self.group = popen, first, group
        self.stdout: IO[bytes] | None = popen.stdout
        self._killed_for = ""
        self.errors = BoundedReader(popen.stderr) if popen.stderr else None

    def poll(self) -> int | None:
        """Return the exit status, or None while the program runs."""
        return self.popen.poll()

    def wait(self, seconds: float) -> int | None:
        """Return the exit status, or None if the program still runs after `seconds`."""
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """End the whole tree; return once no process of it is left."""
        if self.first is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.first, signal.SIGKILL)
            if not readable_within(self.first, GONE_SECONDS):
                raise GradingError(
                    "A sandboxed process did not end when it was killed.",
                    "Look for a hanging disk or driver (`dmesg`), then grade again.",
                )
        if self.popen.poll() is None and self.first is None:
            self.popen.kill()
        self.popen.wait(GONE_SECONDS)

    def kill_for(self, cause: str) -> None:
        """End the whole tree and record the cause, such as "output" for a flood."""
        self._killed_for = cause
        self.kill()

    def cause(self) -> str:
        """Return why a program ended: the cause given to `kill_for`, "memory" or "died"."""
        return self._killed_for or ("memory" if self.out_of_memory() else "died")

    def out_of_memory(self) -> bool:
        """Return whether the kernel ended a process of this tree for its use of memory."""
        return self.group is not None and self.group.out_of_memory()

    def last_errors(self) -> str:
        """Return the end of what an ended program wrote to standard error."""
        return self.errors.finish().decode(errors="replace").strip() if self.errors else ""

    def close(self) -> None:
        """Kill the processes that are left; close the descriptor and remove the control group."""
        self.kill()
        if self.group is not None:
            self.group.kill()
        if self.first is not None:
            os.close(self.first)
            self.first = None
        if self.stdout:
            self.stdout.close()
        if self.errors:
            self.errors.finish()
        if self.group is not None:
            self.group.remove()
            self.group = None


def readable_within(descriptor: int, seconds: float) -> bool:
    """Wait at most `seconds` until `descriptor` can be read; return whether it can."""
    # select.select fails for descriptors above 1024.
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    return bool(poller.poll(seconds * 1000))


def deadline_left(deadline: float) -> float:
    """Return the seconds until `deadline` on the monotonic clock, never less than 0."""
    return max(0.0, deadline - time.monotonic())
