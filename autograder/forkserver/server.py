"""The loop of a fork server: it has imported modules, and forks a copy of itself per request.

A request is one packet through a socket in the file system: a JSON object and open files. Only
requests of the server's own user are served. The server ends itself as soon as its threads or open
files are not those that it started with; its client then starts another one. This file uses only
the standard library, because it is in the memory of students' forks.
"""

# Importing pathlib would only make the start slower.
# ruff: noqa: PTH208
from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import struct
import sys
import traceback

TYPE_CHECKING = False  # so that typing is not imported when this runs
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Work = Callable[[dict[str, Any], list[int], socket.socket], None]

MAX_PACKET_BYTES = 128 * 1024
MAX_FILES = 64
REQUEST_SECONDS = 10.0
DISTURBED = 3
FAILED = 125
CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group


def listen(address: str) -> socket.socket:
    """Open the socket at `address`; requests wait in it until they are served."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(address)
    listener.listen(64)
    return listener


def import_all(modules: list[str], folder: str | None = None, *, tried: bool = False) -> None:
    """Import `modules` and exclude them from garbage collection, in the forks too.

    `folder` is on the path for these imports only. Ends the process if a thread was started. With
    `tried`, modules that fail or start threads are left out: each is first imported in a fork.
    """
    gc.disable()  # collecting while importing would take a sixth of the time
    if folder is not None:
        sys.path.append(folder)
    for name in _importable(modules) if tried else modules:
        __import__(name)
    if folder is not None:
        sys.path.remove(folder)
    if _state()[0] != 1:
        print("A module started threads, which a fork would not have.", file=sys.stderr, flush=True)
        os._exit(DISTURBED)
    _fill_inspect_cache()
    gc.collect()
    gc.freeze()
    gc.enable()


def _importable(modules: list[str]) -> list[str]:
    """Return the modules that a fork can import without an error, a thread, or an end."""
    if _can_import(modules):
        return modules
    return [name for name in modules if _can_import([name])]


def _can_import(modules: list[str]) -> bool:
    process_id = os.fork()
    if not process_id:
        status = FAILED
        try:
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
            for name in modules:
                __import__(name)
            status = 0 if _state()[0] == 1 else DISTURBED
        finally:
            os._exit(status)
    return os.waitpid(process_id, 0)[1] == 0


def _fill_inspect_cache() -> None:
    """Let `inspect` record the file of every module, as it does for the first traceback."""
    import inspect

    inspect.getmodule(compile("", "<no module's>", "exec"))


def start_another(
    owners: list[int],
    run: Callable[[list[int]], None],
    foreign: Iterable[socket.socket],
) -> list[int]:
    """Fork another server process that calls `run(its owners)` and does not serve `foreign`.

    Both processes get one more descriptor for `serve` to watch, which closes when the other process
    ends. The first of `owners` is watched by all processes. Returns this process's owners.
    """
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        for listener in foreign:
            os.close(listener.detach())
        close([*owners[1:], ours.detach()])
        run([owners[0], theirs.detach()])
        os._exit(0)
    theirs.close()
    return [*owners, ours.detach()]


def close_output(message: str = "") -> None:
    """Print `message` for the client, if there is one; then redirect standard output to null."""
    if message:
        print(message, flush=True)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def serve(listener: socket.socket, owners: list[int], work: Work) -> None:
    """Fork for every request until the other end of one of `owners` closes.

    `work(request, descriptors, connection)` runs in the fork, which ends with it. `connection` is
    the one that the request came through; the fork's process id is sent through it first.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended forks need no wait()
    before = _state()
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    for owner in owners:
        poller.register(owner, select.POLLIN)
    while all(ready not in owners for ready, _ in poller.poll()):
        connection, _ = listener.accept()
        try:
            request = _receive(connection)
        except (OSError, ValueError):
            connection.close()
            continue
        if _state(1 + len(request[1])) != before:
            print(
                "The fork server was disturbed: its threads or open files changed.",
                file=sys.stderr,
                flush=True,
            )
            os._exit(DISTURBED)
        if os.fork() == 0:
            _run_fork(listener, connection, request, work)
        connection.close()
        close(request[1])
    os._exit(0)  # an orderly end of TensorFlow takes a second


def _state(more_files: int = 0) -> tuple[int, int]:
    """Count threads, which a fork does not copy, and open files, each of them a way out."""
    # Listing the files opens one more.
    return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd")) - more_files


def _receive(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Read one request of this process's own user."""
    connection.settimeout(REQUEST_SECONDS)
    packed = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    if CREDENTIALS.unpack(packed)[1] != os.getuid():
        raise ValueError("a request of another user")
    data, descriptors, flags, _ = socket.recv_fds(connection, MAX_PACKET_BYTES, MAX_FILES)
    try:
        if flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
            raise ValueError("a request that is too large")
        request = json.loads(data)
    except ValueError:
        close(descriptors)
        raise
    connection.settimeout(None)
    return request, descriptors


def _run_fork(
    listener: socket.socket,
    connection: socket.socket,
    request: tuple[dict[str, Any], list[int]],
    work: Work,
) -> None:
    """Do the work and end this process, whatever the work raises."""
    status = FAILED
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(listener.detach())
        _reseed()
        connection.send(str(os.getpid()).encode())
        work(*request, connection)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os._exit(status)


def _reseed() -> None:
    """Seed the random generators, because all forks would draw the same numbers otherwise."""
    for name in ("random", "numpy.random"):
        if name in sys.modules:
            sys.modules[name].seed()


def close(descriptors: list[int]) -> None:
    """Close each descriptor."""
    for descriptor in descriptors:
        os.close(descriptor)


def close_all_but(kept: set[int]) -> None:
    """Close every descriptor of this process that is not in `kept`."""
    first = 0
    for descriptor in (*sorted(kept), os.sysconf("SC_OPEN_MAX")):
        if first < descriptor:  # an empty range would mean one without an end
            os.closerange(first, descriptor)
        first = descriptor + 1
