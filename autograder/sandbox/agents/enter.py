"""Drop every privilege, then become the program that the sandbox was started for.

This file runs inside the sandbox before any file of a student's: `python -I -S enter.py SPEC`.
SPEC is JSON: `uid` (or null when a user namespace has already dropped root), `rlimits`, `input`
(a folder to copy from, or null), `cwd`, `argv`. It exits with 125 when a step fails, because a
program that could not be confined must not start.
"""

# Importing pathlib would take longer than all of this file.
# ruff: noqa: PTH103, PTH123
from __future__ import annotations

import ctypes
import json
import os
import resource
import sys

TYPE_CHECKING = False  # so that typing is not imported when this runs
if TYPE_CHECKING:
    from typing import Any

PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 24, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
CAPABILITY_VERSION_3 = 0x20080522
REFUSED = 125


def main(spec: dict[str, Any]) -> None:
    """Confine this process, then become the program."""
    confine(ctypes.CDLL(None, use_errno=True), spec["uid"], spec["rlimits"])
    prepare_working_folder(spec["input"], spec["cwd"])
    os.execv(spec["argv"][0], spec["argv"])


def confine(libc: ctypes.CDLL, uid: int | None, rlimits: dict[str, int]) -> None:
    """Drop every privilege, check that none is left, and set the limits.

    The order matters: each step drops capabilities that the steps before it need.
    """
    prefer_for_the_oom_killer()
    empty_the_bounding_set(libc)  # needs CAP_SETPCAP; without it there is nothing to empty
    if uid is not None:
        become(uid)  # needs CAP_SETUID and CAP_SETGID, and ends all capabilities
    clear_capabilities(libc)
    check_nothing_is_left(uid)
    set_limits(rlimits)


def prefer_for_the_oom_killer() -> None:
    """Let the kernel end this process before the grader when the machine's memory runs out."""
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def empty_the_bounding_set(libc: ctypes.CDLL) -> None:
    """Prevent later programs from regaining a capability."""
    for capability in range(64):
        if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break  # past the last capability that this kernel knows


def become(uid: int) -> None:
    """Become an unprivileged user and group of the host, without supplementary groups."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def clear_capabilities(libc: ctypes.CDLL) -> None:
    """Empty the sets of capabilities that a change of user leaves."""
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()
    if libc.capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs")


def check_nothing_is_left(uid: int | None) -> None:
    """Read back from the kernel that the steps above took effect."""
    with open("/proc/self/status") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    left = [name for name in status if name.startswith("Cap") and int(status[name], 16)]
    if left:
        raise PermissionError(f"capabilities are left in {', '.join(left)}")
    if uid is not None and status["Uid"].split() != [str(uid)] * 4:
        raise PermissionError("the user did not change")
    if status["NoNewPrivs"] != "1":
        raise PermissionError("no_new_privs is not set")


def set_limits(rlimits: dict[str, int]) -> None:
    """Apply each limit, or the stricter one that the grader itself runs under."""
    for name, value in rlimits.items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (limit, limit))


def prepare_working_folder(source: str | None, cwd: str) -> None:
    """Make the program's working folder, with a private copy of its input files."""
    if source is None:
        os.makedirs(cwd, exist_ok=True)
    else:
        import shutil  # takes longer than all of this file, and most programs have no input

        shutil.copytree(source, cwd, symlinks=True, dirs_exist_ok=True)
    os.chdir(cwd)


if __name__ == "__main__":
    try:
        main(json.loads(sys.argv[1]))
    except Exception as error:
        print(f"The sandbox could not be entered: {error}", file=sys.stderr)
        sys.exit(REFUSED)
