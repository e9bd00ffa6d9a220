"""One sandboxed process tree: started, watched and ended as a whole."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from autograder.sandbox.bubblewrap import Launch, arguments, program
from autograder.sandbox.cgroup import Group
from course.errors import GradingError

STARTED_SECONDS = 10.0
GONE_SECONDS = 10.0
KEPT_BYTES = 64 * 1024
OWN_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


class BoundedReader:
    """Reads a pipe to its end and keeps the last `keep` bytes, so that no flood is stored."""

    def __init__(self, pipe: IO[bytes], keep: int = KEPT_BYTES) -> None:
        """Start reading `pipe`, which this object closes at its end."""
        self._pipe, self._keep, self._kept, self.total = pipe, keep, b"", 0
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with self._pipe:
            while chunk := os.read(self._pipe.fileno(), 65536):
                self.total += len(chunk)
                self._kept = (self._kept + chunk)[-self._keep :]

    def finish(self, seconds: float = GONE_SECONDS) -> bytes:
        """Wait for the end of the pipe and return the last bytes that came through it."""
        self._thread.join(seconds)
        return self._kept


@dataclass(frozen=True)
class Descriptors:
    """What a sandboxed process inherits: its standard input and further open files."""

    stdin: int = subprocess.DEVNULL
    stdout: int = subprocess.DEVNULL
    passed: tuple[int, ...] = ()


class SandboxedProcess:
    """A program, everything it starts, and the control group they are counted in.

    `popen` is bubblewrap itself. The first process inside (process 1 of its namespace) is held by
    a descriptor: once that one is gone, the kernel has ended every process of the namespace.
    It must be started from a thread that outlives it, because the kernel ends it with that thread.
    """

    def __init__(self, popen: subprocess.Popen[bytes], first: int | None, group: Group | None):
        """Take over `popen`, the descriptor of the first process inside, and the group."""
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
        """End the whole tree and return once none of it is left."""
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
        """End the whole tree, and remember why: "output" for a flood."""
        self._killed_for = cause
        self.kill()

    def cause(self) -> str:
        """Return why an ended program ended: what it was killed for, "memory" or "died"."""
        return self._killed_for or ("memory" if self.out_of_memory() else "died")

    def out_of_memory(self) -> bool:
        """Tell whether the kernel ended a process of this tree for its use of memory."""
        return self.group is not None and self.group.out_of_memory()

    def last_words(self) -> str:
        """Return the end of what an ended program wrote to standard error."""
        return self.errors.finish().decode(errors="replace").strip() if self.errors else ""

    def close(self) -> None:
        """Kill what is left and give back the descriptor and the control group."""
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


@dataclass(frozen=True)
class Walls:
    """A whole command line: bubblewrap's options, and the program after them."""

    options: list[str]
    program: list[str]


def walls(launch: Launch) -> Walls:
    """Return the command line for `launch`."""
    return Walls(arguments(launch), program(launch))


def spawn(
    bwrap: Path, command: Walls, inherited: Descriptors, filter_: bytes | None, group: Group | None
) -> SandboxedProcess:
    """Start `command` in the sandbox; `filter_` is the system call filter.

    The options go through a descriptor and the environment is emptied, because both would be
    readable inside as the command line and environment of process 1.
    """
    info_read, info_write = os.pipe()
    options = ["--info-fd", str(info_write), *command.options]
    with contextlib.ExitStack() as opened:
        opened.callback(os.close, info_read)
        descriptors = [info_write]
        if filter_ is not None:
            descriptors.append(_in_memory(filter_))
            options += ["--seccomp", str(descriptors[-1])]
        descriptors.append(_in_memory("\0".join(options).encode()))
        argv = [str(bwrap), "--args", str(descriptors[-1]), "--", *command.program]
        try:
            popen = subprocess.Popen(
                group.command(argv) if group else argv,
                stdin=inherited.stdin,
                stdout=inherited.stdout,
                stderr=subprocess.PIPE,
                pass_fds=(*descriptors, *inherited.passed),
                env=OWN_ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        finally:
            _close(descriptors)
        return SandboxedProcess(popen, _hold_first(info_read), group)


def _hold_first(info: int) -> int | None:
    """Return a descriptor of the sandbox's first process, or None if it never started."""
    received = b""
    while not received.rstrip().endswith(b"}"):
        chunk = os.read(info, 4096) if readable_within(info, STARTED_SECONDS) else b""
        if not chunk:
            return None
        received += chunk
    try:
        return os.pidfd_open(json.loads(received)["child-pid"])
    except ProcessLookupError:
        return None  # it has already ended, and its namespace with it


def _in_memory(data: bytes) -> int:
    """Return a descriptor from which `data` can be read."""
    descriptor = os.memfd_create("convpool")
    os.write(descriptor, data)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def readable_within(descriptor: int, seconds: float) -> bool:
    """Wait until `descriptor` has something to read; select.select fails above 1024."""
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    return bool(poller.poll(seconds * 1000))


def _close(descriptors: Iterable[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def deadline_left(deadline: float) -> float:
    """Return the seconds until `deadline` on the monotonic clock, never less than 0."""
    return max(0.0, deadline - time.monotonic())
