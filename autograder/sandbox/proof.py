"""The sandbox's proof: every way out is tried from inside, and each must be denied.

A sandbox that is not tried can fail silently: a kernel without user namespaces, a profile that
allows too much, a changed option. So before anything is graded, `agents/probe.py` runs where a
student's code would run. An attempt that it does not report counts as not denied.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import struct
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import autograder
from autograder.sandbox import seccomp, view
from autograder.sandbox.host import concerns_host, read_host, remedy
from autograder.sandbox.limits import MIB, Limits
from autograder.sandbox.owned_folders import owned_folder
from autograder.sandbox.process import Descriptors
from autograder.sandbox.sandbox import Completed, Job, Sandbox
from course.errors import GradingError

PROBE = f"{view.INSIDE}/probe.py"
ARGV = [sys.executable, "-I", "-S", PROBE]
SECONDS = 30.0
GONE_SECONDS = 5.0
CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group
SCM_CREDENTIALS = 2
SEPARATE = ("ipc", "mnt", "net", "pid", "uts")
ROOT = "privileges: be root of the host"
SMALL = Limits(
    address_space_bytes=256 * MIB,
    memory_bytes=256 * MIB,
    processes=24,
    file_bytes=1 * MIB,
    scratch_bytes=4 * MIB,
)  # small bounds are exceeded quickly; they are applied as the large ones are
SYSTEM = ("/", "/etc", "/usr", "/var/tmp", "/run", "/dev", "/sys", view.INSIDE, view.DATA)


@dataclass(frozen=True)
class Attempt:
    """One way out that a sandboxed program tried, such as "network: a port of the host"."""

    name: str
    denied: bool
    evidence: str = ""  # what was possible, if the attempt was not denied


@dataclass(frozen=True)
class Proof:
    """All attempts on one sandbox, in the order in which they were made."""

    sandbox: str
    attempts: tuple[Attempt, ...]

    @property
    def holds(self) -> bool:
        """Return whether there were attempts and all of them were denied."""
        return bool(self.attempts) and all(attempt.denied for attempt in self.attempts)


def require_proof(proof: Proof) -> None:
    """Raise GradingError naming the first attempt that was not denied, if there is one."""
    if proof.holds:
        return
    names = [a for a in proof.attempts if not a.denied] or [Attempt("nothing was tried", False)]
    raise GradingError(
        f"The sandbox ({proof.sandbox}) is not proven, so nothing was graded. "
        f"Not denied: {names[0].name} ({names[0].evidence or 'no evidence'}).",
        _next_step(names[0]),
    )


def prove(sandbox: Sandbox, forbidden: tuple[Path, ...] = (), limits: Limits = SMALL) -> Proof:
    """Try every way out of `sandbox`; `forbidden` are further files that must not be readable."""
    if not sandbox.has_walls:
        return Proof(sandbox.name, (Attempt("everything", False, "there is no sandbox"),))
    attempts = [
        *_probe(sandbox, forbidden, limits),
        *_outlive(sandbox, limits, "outlive: its kill", stay=True),
        *_outlive(sandbox, limits, "outlive: its own end", stay=False),
    ]
    return Proof(sandbox.name, tuple(attempts))


def _probe(sandbox: Sandbox, forbidden: tuple[Path, ...], limits: Limits) -> list[Attempt]:
    """Run the probe against bait on the host, and judge its answer and the traces it left."""
    with contextlib.ExitStack() as opened:
        port, abstract = opened.enter_context(_listeners())
        bait = opened.enter_context(_bait())
        order = _order(bait, (*_covered(sandbox), *forbidden), limits) | {
            "port": port.getsockname()[1],
            "abstract": abstract.getsockname()[1:].decode(),
        }
        job = Job(ARGV, limits, data=bait / "data", extra={PROBE: view.AGENTS / "probe.py"})
        done = sandbox.run(job, SECONDS, json.dumps(order).encode())
        attempts = _judge(done, order)
        attempts.append(_trace("network: seen from the host", _called(port) or _called(abstract)))
        written = ", ".join(path.name for path in (bait / "outside").iterdir())
        attempts.append(_trace("write: seen from the host", written))
        return attempts


def _order(bait: Path, forbidden: tuple[Path, ...], limits: Limits) -> dict[str, Any]:
    """Return what the probe is to try."""
    return {
        "token": secrets.token_hex(16),
        "pid": os.getpid(),
        "started": Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19],
        "namespaces": {kind: str(Path(f"/proc/self/ns/{kind}").readlink()) for kind in SEPARATE},
        "processes": limits.processes,
        "memory": limits.address_space_bytes,
        "file": limits.file_bytes,
        "scratch": limits.scratch_bytes,
        "private": ["/tmp", "/dev/shm", view.HOME],
        "filter": seccomp.program() is not None,
        "read": [str(path) for path in (*_secrets(), bait / "gradebook.db", *forbidden)],
        "write": [*SYSTEM, *map(str, (*_installed(), bait / "outside"))],
    }


def _secrets() -> list[Path]:
    """Return files that a student must not read: the host's, the grader's and the solutions'."""
    found = [Path("/etc/shadow"), Path(autograder.__file__)]
    for root in view.checkout():
        for folder in (root, root / "solutions", root / "tests", root / "autograder"):
            found += sorted(path for path in folder.glob("*") if path.is_file())[:3]
    return list(dict.fromkeys(found))


def _covered(sandbox: Sandbox) -> list[Path]:
    """Return the files of the packages that the sandbox covers, at each path that shows them."""
    return [
        shown / file.relative_to(package.resolve())
        for package in sandbox.covered
        for shown in view.appearances(package)
        for file in sorted(package.resolve().rglob("*"))
        if file.is_file() and file.relative_to(package.resolve()) != Path("__init__.py")
    ]


def _installed() -> list[Path]:
    return [*view.python_trees(), view.course_folder()]


def _judge(done: Completed, order: dict[str, Any]) -> list[Attempt]:
    """Turn the probe's answer into attempts; whatever is missing or garbled was not denied."""
    why = f"exit status {done.status}, {done.errors[-500:] or 'no message'}"
    try:
        reply = json.loads(done.output)
        answer = reply["answer"] if reply["token"] == order["token"] else None
    except (ValueError, KeyError, TypeError):
        answer = None
    if done.status != 0 or not isinstance(answer, dict):
        return [Attempt("probe: an answer", False, why)]
    missing = [name for name in _expected(order) if name not in answer]
    return [
        *(Attempt(name, False, "the probe did not try it") for name in missing),
        *(Attempt(name, found is None, str(found or "")) for name, found in answer.items()),
    ]


def _expected(order: dict[str, Any]) -> list[str]:
    """Return the names of the attempts without which there is no proof."""
    return [
        "network: a port of the host",
        "network: an abstract socket of the host",
        "network: another interface",
        "processes: the grader",
        "processes: the grader's namespaces",
        "write: another mount",
        "privileges: become root",
        "privileges: capabilities",
        "privileges: mount",
        "privileges: trace",
        "limits: processes",
        "limits: memory",
        "limits: file",
        *(f"limits: fill {folder}" for folder in order["private"]),
        *(f"read: {path}" for path in order["read"]),
        *(f"write: {path}" for path in order["write"]),
    ]


def _outlive(sandbox: Sandbox, limits: Limits, name: str, stay: bool) -> list[Attempt]:
    """Start a daemon that ignores signals, end its parent, and check whether the daemon is gone.

    The daemon sends a byte through a socket; the host's kernel adds the daemon's user.
    """
    with contextlib.ExitStack() as opened:
        alive, alive_inside = map(opened.enter_context, socket.socketpair())
        release_inside, release = os.pipe()
        folder = opened.enter_context(owned_folder())
        order = {"linger": [alive_inside.fileno(), release_inside, stay]}
        stdin = opened.enter_context(_file_of(json.dumps(order)))
        alive.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        job = Job(ARGV, limits, extra={PROBE: view.AGENTS / "probe.py"})
        passed = (alive_inside.fileno(), release_inside)
        process = sandbox.start(job, folder, Descriptors(stdin.fileno(), passed=passed))
        opened.enter_context(contextlib.closing(process))
        opened.callback(os.close, release)  # the first to be undone: it ends a survivor
        alive_inside.close()
        os.close(release_inside)
        byte, user = _receive(alive, SECONDS)
        if byte != b"d":
            process.kill()
            return [Attempt(name, False, f"the daemon did not start: {process.last_errors()}")]
        if stay:
            process.kill()
        ended = _receive(alive, GONE_SECONDS)[0] == b""
        harmless = user != 0
        root = Attempt(ROOT, harmless, "" if harmless else "the host's user is root")
        return [root, Attempt(name, ended, "" if ended else "a daemon still runs")]


def _receive(alive: socket.socket, seconds: float) -> tuple[bytes | None, int]:
    """Return the next byte with its sender's user; b"" at the end, None if nothing comes."""
    alive.settimeout(seconds)
    try:
        data, extra, _, _ = alive.recvmsg(1, socket.CMSG_SPACE(CREDENTIALS.size))
    except TimeoutError:
        return None, 0
    users = [CREDENTIALS.unpack(value)[1] for _, kind, value in extra if kind == SCM_CREDENTIALS]
    return data, users[0] if users else 0


@contextlib.contextmanager
def _file_of(text: str) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        file.seek(0)
        yield file


@contextlib.contextmanager
def _listeners() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Listen on a port of the host and on an abstract socket, for the probe to reach."""
    with socket.socket() as port, socket.socket(socket.AF_UNIX) as abstract:
        port.bind(("127.0.0.1", 0))
        abstract.bind(f"\0convpool-{secrets.token_hex(8)}")
        for listener in (port, abstract):
            listener.listen()
            listener.setblocking(False)
        yield port, abstract


@contextlib.contextmanager
def _bait() -> Iterator[Path]:
    """Make files that everybody may read and write: only the walls protect them."""
    with owned_folder() as root:
        root.chmod(0o777)
        for name in ("outside", "data"):
            (root / name).mkdir()
            (root / name).chmod(0o777)
        (root / "gradebook.db").write_text("a gradebook")
        (root / "gradebook.db").chmod(0o666)
        yield root


def _called(listener: socket.socket) -> str:
    """Return the evidence that somebody connected to `listener`, or ""."""
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return ""
    return "a connection arrived"


def _trace(name: str, found: str) -> Attempt:
    return Attempt(name, not found, found)


def _next_step(attempt: Attempt) -> str:
    """Return the next step after an attempt that was not denied."""
    if concerns_host(attempt.evidence):
        return remedy(read_host())
    if attempt.name.startswith("probe") and "ermission denied" in attempt.evidence:
        return (
            "The sandbox's user cannot read this Python environment: run "
            f"`chmod -R a+rX {sys.prefix}`, then prove it again."
        )
    return (
        "Compare `bwrap --version` (0.7 or newer) and the kernel with docs/operator.md, section "
        '"What the sandbox needs". Look for a setuid bwrap or a container\'s profile that allows '
        "more than it should."
    )
