"""A sandbox whose Python programs do not start: they are forked from a warm process.

bubblewrap lays the walls as it always does, around a program that only waits. Then a fork of the
warm process (`agents/warm.py`) joins the namespaces of that program and drops what it may do, as
`agents/enter.py` does. So the walls, and their proof, are the same as without a warm process; what
differs is that Python, NumPy, TensorFlow and IPython are in memory already.
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

from autograder.forkserver.client import PATIENCE, WarmGone, ask
from autograder.sandbox import seccomp, view
from autograder.sandbox.bubblewrap import KEPT, choose_user
from autograder.sandbox.limits import GIB, Limits
from autograder.sandbox.process import (
    STARTED_SECONDS,
    BoundedReader,
    Descriptors,
    SandboxedProcess,
    readable_within,
)
from autograder.sandbox.proof import SMALL, Proof, prove
from autograder.sandbox.sandbox import BubblewrapSandbox, Job, Sandbox
from course.errors import GradingError

# What `setns` joins, from linux/sched.h; an ordinary user's sandbox has a user namespace, too.
NEW_CGROUP, NEW_UTS, NEW_IPC, NEW_USER = 0x02000000, 0x04000000, 0x08000000, 0x10000000
NEW_MOUNTS, NEW_PROCESSES, NEW_NETWORK = 0x00020000, 0x20000000, 0x40000000
JOINED = NEW_CGROUP | NEW_UTS | NEW_IPC | NEW_MOUNTS | NEW_PROCESSES | NEW_NETWORK
DIED = 1


class Forks(BubblewrapSandbox):
    """bubblewrap's walls with a fork of a warm process behind them; raises WarmGone without one."""

    def __init__(self, walls: BubblewrapSandbox, address: Path) -> None:
        """Lay the walls as `walls` does, and ask the warm process at `address` for forks."""
        super().__init__(walls.bwrap, walls.cgroups, walls.rewrite)
        self.address, self.patience = address, PATIENCE

    def start(self, job: Job, folder: Path, inherited: Descriptors) -> SandboxedProcess:
        """Lay the walls around a program that waits, and send a fork in."""
        script = next(n for n, word in enumerate(job.argv) if word.endswith(".py"))
        user = choose_user()
        with _pipe() as (waits, keeper):
            cat, given = tool("cat"), Descriptors(waits, subprocess.PIPE)
            waiting = replace(job, argv=[cat])
            walls = self.start_as(user, waiting, folder, given, without_rights(cat, user))
            try:
                _wait_for(walls, keeper)
                request = _request(job, job.argv[script:], user, inherited)
                return self._join(walls, request, keeper, inherited)
            except BaseException:
                walls.close()
                raise

    def _join(
        self,
        walls: SandboxedProcess,
        request: dict[str, Any],
        keeper: int,
        inherited: Descriptors,
    ) -> SandboxedProcess:
        """Send a fork into `walls`; what it inherits goes with the request."""
        assert walls.first is not None
        with contextlib.ExitStack() as given, contextlib.ExitStack() as kept:
            null = given.enter_context(Path(os.devnull).open("r+b", buffering=0))
            named = {subprocess.DEVNULL: null.fileno()}
            errors, errors_end = _reader(kept, given)
            output = None
            if inherited.stdout == subprocess.PIPE:
                output, named[subprocess.PIPE] = _reader(kept, given)
            groups = [given.enter_context(file.open("wb", buffering=0)) for file in _members(walls)]
            standard = [inherited.stdin, inherited.stdout]
            files = [
                walls.first,
                keeper,
                *(group.fileno() for group in groups),
                *(named.get(descriptor, descriptor) for descriptor in standard),
                errors_end,
                *inherited.passed,
            ]
            line, _ = ask(self.address, request | {"groups": len(groups)}, files, self.patience)
            kept.pop_all()
            return JoinedProcess(walls, line, output, errors)

    def prove(self, forbidden: tuple[Path, ...] = ()) -> Proof:
        """Try every way out of a fork; its limits must leave room for what it has already."""
        usual = Limits()
        room = replace(SMALL, address_space_bytes=usual.address_space_bytes, memory_bytes=GIB)
        return prove(self, forbidden, room)


class WarmSandbox(Sandbox):
    """Forks of a warm process; where there is none, the same walls around a new process."""

    def __init__(self, walls: BubblewrapSandbox, address: Path) -> None:
        """Lay the walls as `walls` does, and ask the warm process at `address` for forks."""
        self.walls, self.forks = walls, Forks(walls, address)

    @property
    def name(self) -> str:
        """Return what every result is stamped with: the walls are what holds a program."""
        return self.walls.name

    def describe(self) -> str:
        """Say in a few sentences what holds a program here."""
        return f"{self.walls.describe()} Kernels are forked from a warm process."

    def start(self, job: Job, folder: Path, inherited: Descriptors) -> SandboxedProcess:
        """Start `job` behind all walls: warm, or from the beginning where no fork is to be had."""
        if job.argv[0] == sys.executable:
            warm, cold = folder / "warm", folder / "cold"
            for inner in (warm, cold):
                inner.mkdir(mode=0o755)
            with contextlib.suppress(WarmGone):
                return self.forks.start(job, warm, inherited)
            return self.walls.start(job, cold, inherited)
        return self.walls.start(job, folder, inherited)

    def prove(self, forbidden: tuple[Path, ...] = ()) -> Proof:
        """Try every way out of both, a new process and a fork; raise WarmGone without a fork."""
        new, fork = self.walls.prove(forbidden), self.forks.prove(forbidden)
        return Proof(self.name, new.attempts + fork.attempts, new.seconds + fork.seconds)


class JoinedProcess(SandboxedProcess):
    """A fork in a sandbox, known by the line to who waits for it outside."""

    def __init__(
        self,
        walls: SandboxedProcess,
        line: socket.socket,
        stdout: IO[bytes] | None,
        errors: IO[bytes],
    ) -> None:
        """Take over all of `walls`, the line, and the reading ends of output and errors."""
        super().__init__(walls.popen, walls.first, walls.group)
        self._line = line
        self._status: int | None = None
        self.stdout, self.errors = stdout, BoundedReader(errors)

    def poll(self) -> int | None:
        """Return the exit status, or None while the program runs."""
        return self.wait(0)

    def wait(self, seconds: float) -> int | None:
        """Return the exit status, or None if the program still runs after `seconds`."""
        if self._status is None and readable_within(self._line.fileno(), seconds):
            self._status = int(self._line.recv(16) or str(DIED))
        return self._status

    def close(self) -> None:
        """Kill what is left and give back the line, too."""
        super().close()
        self._line.close()


def _request(job: Job, argv: list[str], user: int | None, inherited: Descriptors) -> dict[str, Any]:
    """Say what a fork is to become, as `agents/warm.py` reads it."""
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


def _members(walls: SandboxedProcess) -> list[Path]:
    return walls.group.members() if walls.group is not None else []


def _reader(kept: contextlib.ExitStack, given: contextlib.ExitStack) -> tuple[IO[bytes], int]:
    """Open a pipe: our end is `kept`, the other one is closed once it is `given`."""
    ours, theirs = os.pipe()
    given.callback(os.close, theirs)
    return kept.enter_context(os.fdopen(ours, "rb")), theirs


@contextlib.contextmanager
def _pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    try:
        yield ends
    finally:
        for end in ends:
            os.close(end)


def _wait_for(walls: SandboxedProcess, keeper: int) -> None:
    """Return once the program behind the walls repeats a line: then all of them stand."""
    os.write(keeper, b"\n")
    assert walls.stdout is not None
    with walls.stdout as said:
        if not readable_within(said.fileno(), STARTED_SECONDS) or said.read(1) != b"\n":
            walls.kill()
            raise GradingError(
                "The sandbox could not be laid: "
                + (walls.last_words() or "it said nothing.")[-2000:]
            )


def without_rights(program: str, user: int | None) -> list[str] | None:
    """Return a quicker way than `enter.py` to start what only waits, or None if there is none.

    The sandbox of an ordinary user has dropped every right before it starts a program; root's has
    left those with which a program becomes another user.
    """
    if user is None:
        return [program]
    try:
        setpriv = tool("setpriv")
    except GradingError:
        return None
    becomes = [f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs"]
    kept = ",".join(f"-{name.removeprefix('CAP_').lower()}" for name in KEPT)
    return [setpriv, *becomes, f"--inh-caps={kept}", program]


def tool(name: str) -> str:
    """Return the path of a program that is there in every sandbox."""
    found = shutil.which(name, path=os.pathsep.join(("/bin", "/usr/bin")))
    if found is None:
        raise GradingError(f"There is no `{name}` in /bin or /usr/bin.", "Install it.")
    return found
