"""A filter, enforced by the kernel, of system calls that no notebook needs.

Namespaces hide files, processes and networks, but not the kernel itself. This filter refuses the
calls that most escapes used (new user namespaces, mounts, tracing, BPF, io_uring, keyrings) and the
socket families that network namespaces do not cover, such as AF_VSOCK.

Files that every sandbox shows, such as Python's own, are read-only, but all sandboxes share what
the kernel keeps about them. So leases (which delay whoever opens the file), notifications, hints
and extended attributes are refused. Locks are answered with success and do nothing: a program that
locks a file of its own, as SQLite and HDF5 do, runs on, and no other submission sees the lock. The
question whether a file is locked is let through, because the kernel writes its answer ("no") into
memory, which a filter cannot: without it SQLite would not roll back what was interrupted.
Source: linux/seccomp.h, linux/bpf_common.h and the kernel's system call tables.
"""

from __future__ import annotations

import errno
import platform
import struct
from dataclasses import dataclass

LOAD_WORD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT, SECOND_ARGUMENT = (
    0,
    4,
    16,
    24,
)  # offsets in struct seccomp_data, little endian
ALLOW, REFUSE, KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
NEW_NAMESPACE = 0x7E020080  # CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET,TIME}
X32_CALLS = 0x40000000  # x86_64 knows every call a second time, under these numbers
NO_ERROR = 0  # the call is answered with success and not made
DESCRIPTOR_COMMANDS = {
    "F_DUPFD": 0,
    "F_GETFD": 1,
    "F_SETFD": 2,
    "F_GETFL": 3,
    "F_SETFL": 4,
    "F_DUPFD_CLOEXEC": 1030,
    "F_SETPIPE_SZ": 1031,
    "F_GETPIPE_SZ": 1032,
    "F_ADD_SEALS": 1033,
    "F_GET_SEALS": 1034,
    "F_GETLK": 5,
    "F_OFD_GETLK": 36,
}  # commands of fcntl that concern one process's open file; leases, signals and hints are not here
LOCK_COMMANDS = {
    "F_SETLK": 6,
    "F_SETLKW": 7,
    "F_OFD_SETLK": 37,
    "F_OFD_SETLKW": 38,
}
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}


@dataclass(frozen=True)
class Calls:
    """One architecture's identity and the numbers of the calls that the filter knows."""

    audit: int
    clone: int
    clone3: int
    unshare: int
    socket: int
    fcntl: int
    flock: int
    refused: dict[str, int]
    unsupported: dict[str, int]


_SINCE_5_1 = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "pidfd_getfd": 438,
    "mount_setattr": 442,
    "cachestat": 451,
}  # the same number on every architecture
_NUMBERS = {  # on x86_64 and on aarch64
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "setns": (308, 268),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "syslog": (103, 116),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "mincore": (27, 232),
    "fanotify_init": (300, 262),
    "inotify_init1": (294, 26),
}
_ATTRIBUTES = {  # what Python's shutil and the C library expect of a file system without them
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
}


def _table(numbers: dict[str, tuple[int, int]], column: int) -> dict[str, int]:
    return {name: both[column] for name, both in numbers.items()}


ARCHITECTURES = {
    "x86_64": Calls(
        audit=0xC000003E,
        clone=56,
        clone3=435,
        unshare=272,
        socket=41,
        fcntl=72,
        flock=73,
        refused=_table(_NUMBERS, 0) | _SINCE_5_1 | {"inotify_init": 253},
        unsupported=_table(_ATTRIBUTES, 0),
    ),
    "aarch64": Calls(
        audit=0xC00000B7,
        clone=220,
        clone3=435,
        unshare=97,
        socket=198,
        fcntl=25,
        flock=32,
        refused=_table(_NUMBERS, 1) | _SINCE_5_1,
        unsupported=_table(_ATTRIBUTES, 1),
    ),
}


def program(machine: str | None = None) -> bytes | None:
    """Return the filter as `bwrap --seccomp` reads it, or None for an unknown architecture."""
    calls = ARCHITECTURES.get(machine or platform.machine())
    if calls is None:
        return None
    return b"".join(
        [
            _instruction(LOAD_WORD, ARCHITECTURE),
            _instruction(JUMP_EQUAL, calls.audit, if_true=1),
            _instruction(RETURN, KILL_PROCESS),
            _instruction(LOAD_WORD, NUMBER),
            _answer(JUMP_AT_LEAST, X32_CALLS, errno.ENOSYS),
            # A filter cannot read clone3's flags behind their pointer. ENOSYS makes the C
            # library use clone, whose flags it can read.
            _answer(JUMP_EQUAL, calls.clone3, errno.ENOSYS),
            *(_answer(JUMP_EQUAL, number, errno.EPERM) for number in calls.refused.values()),
            *(_answer(JUMP_EQUAL, n, errno.EOPNOTSUPP) for n in calls.unsupported.values()),
            _answer(JUMP_EQUAL, calls.flock, NO_ERROR),
            *(_unless_namespace(number) for number in (calls.clone, calls.unshare)),
            _only_own_descriptor(calls.fcntl),
            _unless_other_family(calls.socket),
            _instruction(RETURN, ALLOW),
        ]
    )


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _answer(jump: int, value: int, error: int) -> bytes:
    """Refuse the call with `error` when its number compares true with `value`."""
    return _instruction(jump, value, if_false=1) + _instruction(RETURN, REFUSE | error)


def _unless_namespace(number: int) -> bytes:
    """Allow call `number` only if its flags ask for no new namespace."""
    return (
        _instruction(JUMP_EQUAL, number, if_false=4)
        + _instruction(LOAD_WORD, FIRST_ARGUMENT)
        + _instruction(JUMP_ANY_BIT, NEW_NAMESPACE, if_false=1)
        + _instruction(RETURN, REFUSE | errno.EPERM)
        + _instruction(RETURN, ALLOW)
    )


def _unless_other_family(number: int) -> bytes:
    """Allow a socket only of the families that a network namespace covers."""
    count = len(FAMILIES)
    tests = b"".join(
        _instruction(JUMP_EQUAL, family, if_true=count - index)
        for index, family in enumerate(FAMILIES.values())
    )
    return (
        _instruction(JUMP_EQUAL, number, if_false=count + 2)
        + _instruction(LOAD_WORD, FIRST_ARGUMENT)
        + tests
        + _instruction(RETURN, REFUSE | errno.EAFNOSUPPORT)
    )


def _only_own_descriptor(number: int) -> bytes:
    """Allow fcntl's commands on descriptors, answer those on locks, and refuse all others."""
    allowed, locks = list(DESCRIPTOR_COMMANDS.values()), list(LOCK_COMMANDS.values())
    returns = [
        _instruction(RETURN, REFUSE | errno.EINVAL),
        _instruction(RETURN, REFUSE | NO_ERROR),
        _instruction(RETURN, ALLOW),
    ]
    tests = []
    for place, command in enumerate([*allowed, *locks]):
        left = len(allowed) + len(locks) - place - 1
        target = left + (2 if command in allowed else 1)
        tests.append(_instruction(JUMP_EQUAL, command, if_true=target))
    body = b"".join([_instruction(LOAD_WORD, SECOND_ARGUMENT), *tests, *returns])
    return _instruction(JUMP_EQUAL, number, if_false=len(body) // 8) + body
