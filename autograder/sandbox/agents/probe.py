"""Try every way out of the sandbox, and report the results.

This file runs inside the sandbox, before any student's code does. It reads a JSON order from
standard input and writes one JSON object: for every attempt null when it was denied, otherwise what
was possible. The grader judges the answer, and looks for traces on the host too.
"""

# Importing pathlib would only make the start slower.
# ruff: noqa: PTH108, PTH112, PTH115, PTH118, PTH123, PTH208
from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

EVIDENCE = 60  # characters of what was read are reported
UNSHARE_USER = 0x10000000
AF_VSOCK = 40
PTRACE_ATTACH, PTRACE_DETACH = 16, 17
WAIT_ALL = 0x40000000  # __WALL: also for a process that is traced and no child
PRIVATE = ("/proc", "/dev", "/dev/shm", "/dev/pts", "/tmp", "/home/student")
IDLER = "/bin/cat"
TRAPPED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

Attempt = Callable[[], "str | None"]  # returns what was possible; None or OSError: denied


def attempts(order: dict[str, Any]) -> dict[str, Attempt]:
    """Return the attempts by name."""
    port, abstract = ("127.0.0.1", order["port"]), "\0" + order["abstract"]
    listed: dict[str, Attempt] = {
        "network: a port of the host": partial(connect, socket.AF_INET, port),
        "network: an abstract socket of the host": partial(connect, socket.AF_UNIX, abstract),
        "network: a route out": partial(
            connect, socket.AF_INET, ("192.0.2.1", 53), socket.SOCK_DGRAM
        ),
        "network: a name": partial(resolve, "example.com"),
        "network: another interface": other_interfaces,
        "processes: the grader": partial(see_process, order["pid"], order["started"]),
        "processes: the grader's environment": foreign_variables,
        "processes: the grader's namespaces": partial(share, order["namespaces"]),
        "write: another mount": other_writable_mounts,
        "privileges: become root": become_root,
        "privileges: capabilities": keep_privileges,
        "privileges: mount": partial(call, "mount", b"none", b"/tmp", b"tmpfs", 0, None),
        "privileges: trace": partial(trace, os.getppid()),
        "privileges: make a device": make_device,
        "limits: processes": partial(exceed_processes, order["processes"]),
        "limits: memory": partial(exceed_memory, order["memory"]),
        "limits: file": partial(exceed_file, order["file"]),
    }
    if order["filter"]:
        listed["privileges: unfiltered system calls"] = lack_filter
        listed["privileges: a user namespace"] = partial(call, "unshare", UNSHARE_USER)
        listed["files: a lease"] = partial(lease, __file__)
        listed["files: a lock that others see"] = partial(lock, __file__)
        listed["files: an attribute"] = partial(set_attribute, order["private"][0])
        listed["files: notifications"] = partial(call, "inotify_init1", 0)
        listed["network: the virtual machine's host"] = partial(open_socket, AF_VSOCK)
    for folder in order["private"]:
        listed[f"limits: fill {folder}"] = partial(fill, folder, order["scratch"], order["file"])
    for path in order["read"]:
        listed[f"read: {path}"] = partial(read, path)
    for path in order["write"]:
        listed[f"write: {path}"] = partial(write, path)
    return listed


def outcome(attempt: Attempt) -> str | None:
    """Return what was possible, or None when the system refused the attempt."""
    try:
        return attempt()
    except OSError:
        return None


def connect(family: int, address: Any, kind: int = socket.SOCK_STREAM) -> str:
    """Open a connection."""
    with socket.socket(family, kind) as client:
        client.settimeout(2)
        client.connect(address)
        return f"connected to {address}"


def open_socket(family: int) -> str:
    """Open a socket of a family that no network namespace covers."""
    with socket.socket(family, socket.SOCK_STREAM):
        return f"opened a socket of family {family}"


def resolve(name: str) -> str:
    """Look a host's name up."""
    return f"{name} is {socket.getaddrinfo(name, 80)[0][4][0]}"


def other_interfaces() -> str | None:
    """Look for network interfaces beside the loopback."""
    return ", ".join(name for _, name in socket.if_nameindex() if name != "lo") or None


def read(path: str) -> str:
    """Read a file."""
    with open(path, "rb") as file:
        return f"read {file.read(EVIDENCE)!r}"


def see_process(pid: int, started: str) -> str | None:
    """Look for the grader among the processes; it is known by the time it started."""
    with open(f"/proc/{pid}/stat") as file:
        same = file.read().rpartition(")")[2].split()[19] == started
    return f"process {pid} of the host is visible" if same else None


def foreign_variables() -> str | None:
    """Look for foreign variables in the environments of other processes."""
    expected, found = {*os.environ, "PATH", "PWD", "OLDPWD", "SHLVL", "_"}, set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ") as file:
                found |= {entry.partition("=")[0] for entry in file.read().split("\0") if entry}
        except OSError:
            continue  # an environment that cannot be read is denied
    return ", ".join(sorted(found - expected)) or None


def share(namespaces: dict[str, str]) -> str | None:
    """Look for namespaces shared with the grader, such as that of its shared memory."""
    same = [
        kind for kind, name in namespaces.items() if os.readlink(f"/proc/self/ns/{kind}") == name
    ]
    return f"shared with the host: {', '.join(same)}" if same else None


def write(folder: str) -> str | None:
    """Make a file in a folder, or find that only permissions, not the mount, prevent it."""
    path = os.path.join(folder, f"convpool-{os.getpid()}")
    try:
        with open(path, "w") as file:
            file.write("written by the probe")
    except OSError:
        flags = os.statvfs(folder).f_flag  # an absent folder raises, and is denied
        return None if flags & os.ST_RDONLY else f"{folder} is on a writable mount"
    return f"wrote {path}"


def other_writable_mounts() -> str | None:
    """Look for writable mounts beside the private ones; devices are single files."""
    found = []
    with open("/proc/self/mountinfo") as file:
        for line in file:
            point, options = line.split()[4:6]
            device = point.startswith("/dev/") and not os.path.isdir(point)
            if "rw" in options.split(",") and not device and point not in PRIVATE:
                found.append(point)
    return ", ".join(found) or None


def become_root() -> str:
    """Become root by the system call."""
    os.setuid(0)
    return "setuid(0) succeeded"


def own_status() -> dict[str, str]:
    """Return the kernel's status of this process."""
    with open("/proc/self/status") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def keep_privileges() -> str | None:
    """Look for capabilities that are left or could be regained."""
    status = own_status()
    left = [f"{k}={v}" for k, v in status.items() if k.startswith("Cap") and int(v, 16)]
    if status["NoNewPrivs"] != "1":
        left.append("new privileges are allowed")
    return ", ".join(left) or None


def lack_filter() -> str | None:
    """Check whether system calls are filtered."""
    return None if own_status().get("Seccomp") == "2" else "no system call filter"


def lease(path: str) -> str:
    """Take a lease on a file, which would delay everybody who opens it for writing."""
    with open(path) as file:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    return f"a lease on {path}"


def lock(path: str) -> str | None:
    """Lock a file twice, as two submissions would that tell each other something by it."""
    with open(path) as one, open(path) as other:
        fcntl.flock(one, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return f"a lock on {path} is seen"
    return None


def set_attribute(folder: str) -> str:
    """Give a file an extended attribute."""
    path = f"{folder}/attribute"
    with open(path, "w"):
        pass
    try:
        os.setxattr(path, "user.convpool", b"1")
    finally:
        os.unlink(path)
    return "an extended attribute"


def call(name: str, *arguments: Any) -> str:
    """Make a system call through the C library."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.restype = ctypes.c_long
    if getattr(libc, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)
    return f"{name} succeeded"


def trace(pid: int) -> str:
    """Take control of another process, and release it again, because it is needed."""
    call("ptrace", PTRACE_ATTACH, pid, None, None)
    os.waitpid(pid, WAIT_ALL)
    call("ptrace", PTRACE_DETACH, pid, None, None)
    return f"traced process {pid}"


def make_device() -> str:
    """Make a block device, through which a disk could be read."""
    os.mknod("/tmp/device", 0o600 | 0o060000, os.makedev(8, 0))
    return "mknod succeeded"


def exceed_processes(limit: int) -> str | None:
    """Start a few more processes than allowed; all of them end with this call.

    They run another program, because copying this process takes longer the more memory it has.
    """
    children: list[int] = []
    release = os.pipe()
    try:
        for _ in range(limit + 8):
            reads = [(os.POSIX_SPAWN_DUP2, release[0], 0)]  # and ends when this side is closed
            children.append(os.posix_spawn(IDLER, [IDLER], {}, file_actions=reads))
        return f"started {len(children)} processes"
    except BlockingIOError:
        return None
    except OSError as error:  # it was not the limit that stopped this
        return f"{IDLER} could not be started: {error.strerror}"
    finally:
        for descriptor in release:
            os.close(descriptor)
        for pid in children:
            os.waitpid(pid, 0)


def exceed_memory(limit: int) -> str | None:
    """Reserve more memory than allowed."""
    try:
        bytearray(limit)
    except MemoryError:
        return None
    return f"reserved {limit} bytes"


def exceed_file(limit: int) -> str:
    """Write a file that is longer than allowed."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with open("/tmp/long", "wb", buffering=0) as file:
            file.seek(limit)
            file.write(b"x")
    finally:
        os.unlink("/tmp/long")
    return f"wrote a file of {limit + 1} bytes"


def fill(folder: str, size: int, piece: int) -> str | None:
    """Store more than `size` bytes in a private folder, in files that are each small enough."""
    names: list[str] = []
    try:
        for number in range(size // piece + 1):
            names.append(os.path.join(folder, f"piece-{number}"))
            with open(names[-1], "wb", buffering=0) as file:
                if file.write(b"x" * piece) < piece:
                    return None
    finally:
        for name in names:
            os.unlink(name)
    return f"stored more than {size} bytes"


def linger(alive: int, release: int, stay: bool) -> None:
    """Start a daemon that holds `alive` open and ends only when `release` closes.

    The daemon's parent stays until it is killed, or ends by itself.
    """
    ready = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in TRAPPED:
                signal.signal(number, signal.SIG_IGN)
            os.write(alive, b"d")
            os.write(ready[1], b"d")
            os.read(release, 1)
        os._exit(0)
    os.read(ready[0], 1)
    if stay:
        time.sleep(60)


if __name__ == "__main__":
    order = json.load(sys.stdin)
    if "linger" in order:
        linger(*order["linger"])
    else:
        answer = {name: outcome(attempt) for name, attempt in attempts(order).items()}
        print(json.dumps({"token": order["token"], "answer": answer}))
