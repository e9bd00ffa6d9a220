"""Sandboxes whose Python programs are forked from a fork server instead of started.

bubblewrap builds the walls as usual, around a program that only waits. Then a fork of the fork
server (`stage_server.py`) joins the namespaces of that program and drops its privileges as
`enter.py` does. So the walls, and their proof, are those of a new process; the difference is that
Python, NumPy, TensorFlow and IPython are in memory already.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from autograder.forkserver.client import REQUEST_SECONDS, NoForkServer, request_fork
from autograder.sandbox import seccomp, view
from autograder.sandbox.bubblewrap import KEPT, choose_user
from autograder.sandbox.bubblewrap_sandbox import BubblewrapSandbox
from autograder.sandbox.limits import GIB, Limits
from autograder.sandbox.process import (
    GONE_SECONDS,
    STARTED_SECONDS,
    BoundedReader,
    Descriptors,
    SandboxedProcess,
    readable_within,
)
from autograder.sandbox.proof import SMALL, Proof, prove
from autograder.sandbox.sandbox import Job, Sandbox
from course.errors import GradingError

# The namespaces that `setns` joins, from linux/sched.h; an ordinary user's sandbox also has a
# user namespace.
NEW_CGROUP, NEW_UTS, NEW_IPC, NEW_USER = 0x02000000, 0x04000000, 0x08000000, 0x10000000
NEW_MOUNTS, NEW_PROCESSES, NEW_NETWORK = 0x00020000, 0x20000000, 0x40000000
JOINED = NEW_CGROUP | NEW_UTS | NEW_IPC | NEW_MOUNTS | NEW_PROCESSES | NEW_NETWORK
DIED = 1
PROOF_LIMITS = replace(
    SMALL, address_space_bytes=Limits().address_space_bytes, memory_bytes=GIB
)  # room for the memory that a fork has from the start


class ForkedSandbox(BubblewrapSandbox):
    """bubblewrap's walls around forks; raises `NoForkServer` when no fork server answers."""

    def __init__(self, walls: BubblewrapSandbox, server: Path) -> None:
        """Build the walls as `walls` does; request forks at the socket `server`."""
        super().__init__(walls.bwrap, walls.cgroups, walls.rewrite, walls.covered)
        self.server, self.request_seconds = server, REQUEST_SECONDS

    def start(self, job: Job, folder: Path, inherited: Descriptors) -> SandboxedProcess:
        """Build the walls around a program that waits, and let a fork join it."""
        script = next(n for n, word in enumerate(job.argv) if word.endswith(".py"))
        user = choose_user()
        # The waiting program ends, and the sandbox with it, once no process has `keep_open`.
        with _pipe() as (waits_for, keep_open):
            argv, descriptors = waiting_program(), Descriptors(waits_for, subprocess.PIPE)
            waiting, program = replace(job, argv=argv), without_rights(argv, user)
            walls = self.start_as(user, waiting, folder, descriptors, program, first=True)
            try:
                _wait_until_built(walls, keep_open)
                request = _request(job, job.argv[script:], user, inherited)
                return self._join(walls, request, keep_open, inherited)
            except BaseException:
                walls.close()
                raise

    def _join(
        self,
        walls: SandboxedProcess,
        request: dict[str, Any],
        keep_open: int,
        inherited: Descriptors,
    ) -> SandboxedProcess:
        """Let a fork join `walls`; its open files go with the request."""
        assert walls.first is not None
        with contextlib.ExitStack() as sent, contextlib.ExitStack() as kept:
            null = sent.enter_context(Path(os.devnull).open("r+b", buffering=0))
            standard = {subprocess.DEVNULL: null.fileno()}
            errors, errors_end = _pipe_reader(kept, sent)
            output = None
            if inherited.stdout == subprocess.PIPE:
                output, standard[subprocess.PIPE] = _pipe_reader(kept, sent)
            members = walls.group.members() if walls.group is not None else []
            groups = [sent.enter_context(file.open("wb", buffering=0)) for file in members]
            files = [
                walls.first,
                keep_open,
                *(group.fileno() for group in groups),
                *(standard.get(number, number) for number in (inherited.stdin, inherited.stdout)),
                errors_end,
                *inherited.passed,
            ]
            complete = request | {"groups": len(groups)}
            connection, _ = request_fork(self.server, complete, files, self.request_seconds)
            kept.pop_all()
            return JoinedProcess(walls, connection, output, errors)


class ForkedOrNewSandbox(Sandbox):
    """Forks of a fork server; without one, new processes behind the same walls."""

    def __init__(self, walls: BubblewrapSandbox, server: Path) -> None:
        """Build the walls as `walls` does; request forks at the socket `server`."""
        self.walls, self.forked = walls, ForkedSandbox(walls, server)

    @property
    def name(self) -> str:
        """Return the name of the walls, because they are what confines a program."""
        return self.walls.name

    def start(self, job: Job, folder: Path, inherited: Descriptors) -> SandboxedProcess:
        """Start `job` behind all walls; a Python program as a fork, if a fork server answers."""
        if job.argv[0] == sys.executable:
            forked, new = folder / "forked", folder / "new"
            for inner in (forked, new):
                inner.mkdir(mode=0o755)
            with contextlib.suppress(NoForkServer):
                return self.forked.start(job, forked, inherited)
            return self.walls.start(job, new, inherited)
        return self.walls.start(job, folder, inherited)


class JoinedProcess(SandboxedProcess):
    """A fork in a sandbox; its parent outside sends its exit status through a connection."""

    def __init__(
        self,
        walls: SandboxedProcess,
        connection: socket.socket,
        stdout: IO[bytes] | None,
        errors: IO[bytes],
    ) -> None:
        """Take over `walls`, the connection, and the reading ends of output and errors."""
        super().__init__(walls.popen, walls.first, walls.group)
        self._connection = connection
        self._status: int | None = None
        self.stdout, self.errors = stdout, BoundedReader(errors)

    def poll(self) -> int | None:
        """Return the exit status, or None while the program runs."""
        return self.wait(0)

    def wait(self, seconds: float) -> int | None:
        """Return the exit status, or None if the program still runs after `seconds`."""
        if self._status is None and readable_within(self._connection.fileno(), seconds):
            self._status = int(self._connection.recv(16) or str(DIED))
        return self._status

    def kill(self) -> None:
        """End the whole tree; return once its end can be seen, too."""
        super().kill()
        self.wait(GONE_SECONDS)  # the parent outside reports the end a moment later

    def close(self) -> None:
        """Kill the processes that are left, and close the connection too."""
        super().close()
        self._connection.close()


def prove_forks(walls: BubblewrapSandbox, server: Path, forbidden: tuple[Path, ...] = ()) -> Proof:
    """Try every way out of a fork; raise `NoForkServer` when no fork server answers."""
    return prove(ForkedSandbox(walls, server), forbidden, PROOF_LIMITS)


def _request(job: Job, argv: list[str], user: int | None, inherited: Descriptors) -> dict[str, Any]:
    """Return the request for a fork that runs `job`, in the form that `stage_server.py` reads."""
    filter_ = seccomp.program()
    return {
        "argv": argv,
        "env": view.environment(job.limits, job.data is not None, job.env),
        "uid": user,
        "rlimits": job.limits.rlimits(),
        "input": view.INPUT if job.input else None,
        "cwd": view.WORK,
        "flags": JOINED | (NEW_USER if user is None else 0),
        "passed": list(inherited.passed),
        "filter": None if filter_ is None else filter_.hex(),
    }


def _pipe_reader(kept: contextlib.ExitStack, sent: contextlib.ExitStack) -> tuple[IO[bytes], int]:
    """Make a pipe; `kept` closes its reading end and `sent` its writing end."""
    reading, writing = os.pipe()
    sent.callback(os.close, writing)
    return kept.enter_context(os.fdopen(reading, "rb")), writing


@contextlib.contextmanager
def _pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    try:
        yield ends
    finally:
        for end in ends:
            os.close(end)


def _wait_until_built(walls: SandboxedProcess, keep_open: int) -> None:
    """Wait until the program behind the walls repeats a line, because then all walls are built."""
    os.write(keep_open, b"\n")
    assert walls.stdout is not None
    with walls.stdout as output:
        if not readable_within(output.fileno(), STARTED_SECONDS) or output.read(1) != b"\n":
            walls.kill()
            raise GradingError(
                "The sandbox could not be built: "
                + (walls.last_errors() or "it wrote no message.")[-2000:]
            )


def waiting_program() -> list[str]:
    """Return the command that waits as the first process of a sandbox.

    It ignores the ends of the processes that it inherits, so that none of them is left as a zombie.
    """
    return [system_program("sh"), "-c", f"trap '' CHLD; exec {system_program('cat')}"]


def without_rights(program: list[str], user: int | None) -> list[str] | None:
    """Return a command that starts the waiting program faster than `enter.py`, or None.

    An ordinary user's sandbox has dropped every right before it starts a program; root's still has
    the rights to become another user, which `setpriv` drops.
    """
    if user is None:
        return program
    try:
        setpriv = system_program("setpriv")
    except GradingError:
        return None
    options = [f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs"]
    dropped = ",".join(f"-{name.removeprefix('CAP_').lower()}" for name in KEPT)
    return [setpriv, *options, f"--inh-caps={dropped}", *program]


def system_program(name: str) -> str:
    """Return the path of a program in /bin or /usr/bin, which every sandbox contains."""
    found = shutil.which(name, path=os.pathsep.join(("/bin", "/usr/bin")))
    if found is None:
        raise GradingError(f"There is no `{name}` in /bin or /usr/bin.", "Install it.")
    return found
