"""A process that has imported what everyone needs, and forks a copy of itself for every request.

The requests come as single packets over a socket of the file system, each with a JSON object and
open files. Nothing but the standard library is used here, because students' forks carry this file
in their memory. The process serves nobody who is another user, and ends itself as soon as it is
not what it was when it started: its keeper then starts another one.
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

PACKET = 128 * 1024
MOST_FILES = 64
SECONDS = 10.0
DISTURBED = 3
FAILED = 125
CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group


def listen(address: str) -> socket.socket:
    """Take requests from now on; they wait until they are served."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(address)
    listener.listen(64)
    return listener


def import_all(modules: list[str], folder: str | None = None) -> None:
    """Import what the forks need, and let no fork look through it for garbage.

    Nor does this process while it imports: that would take a sixth of the time. `folder` is on the
    path for these imports only.
    """
    gc.disable()
    if folder is not None:
        sys.path.append(folder)
    for name in modules:
        __import__(name)
    if folder is not None:
        sys.path.remove(folder)
    if _state()[0] != 1:
        print("Threads were started, which no fork would have.", file=sys.stderr, flush=True)
        os._exit(DISTURBED)
    _find_files_of_modules()
    gc.collect()
    gc.freeze()
    gc.enable()


def _find_files_of_modules() -> None:
    """Let `inspect` note the file of every module, as it does for the first traceback."""
    import inspect

    inspect.getmodule(compile("", "<no module's>", "exec"))


def start_beside(
    owners: list[int],
    be: Callable[[list[int]], None],
    foreign: Iterable[socket.socket],
) -> list[int]:
    """Fork one more warm process: `be` is called in it, and it is not to serve `foreign`.

    Both get a descriptor that closes when the other one ends, for `serve` to watch. `owners` are
    watched already, the first of them by all; `be` gets the new process's, and ours are returned.
    """
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        for listener in foreign:
            os.close(listener.detach())
        close([*owners[1:], ours.detach()])
        be([owners[0], theirs.detach()])
        os._exit(0)
    theirs.close()
    return [*owners, ours.detach()]


def hush(last_words: str = "") -> None:
    """Say that, if anything, to who started the first process, and nothing more to anybody."""
    if last_words:
        print(last_words, flush=True)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def serve(listener: socket.socket, owners: list[int], work: Work) -> None:
    """Fork for every request until one of the descriptors `owners` is closed on its other side.

    `work(request, descriptors, line)` runs in the fork, which ends with it; `line` is the
    connection that the request came through. The first answer on it is the fork's process id.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel takes the ended forks away
    before = _state()
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    for owner in owners:
        poller.register(owner, select.POLLIN)
    while all(ready not in owners for ready, _ in poller.poll()):
        line, _ = listener.accept()
        try:
            request = _receive(line)
        except (OSError, ValueError):
            line.close()
            continue
        if _state(1 + len(request[1])) != before:
            print("The warm process was disturbed.", file=sys.stderr, flush=True)
            os._exit(DISTURBED)
        if os.fork() == 0:
            _work(listener, line, request, work)
        line.close()
        close(request[1])
    os._exit(0)  # taking TensorFlow down in order takes a second


def _state(more_files: int = 0) -> tuple[int, int]:
    """Count threads and open files: a fork copies no thread, and every file is a way out."""
    # The listing itself holds one file open.
    return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd")) - more_files


def _receive(line: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Read one request of this process's own user."""
    line.settimeout(SECONDS)
    packed = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    if CREDENTIALS.unpack(packed)[1] != os.getuid():
        raise ValueError("a request of another user")
    data, descriptors, flags, _ = socket.recv_fds(line, PACKET, MOST_FILES)
    try:
        if flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
            raise ValueError("a request that is too large")
        request = json.loads(data)
    except ValueError:
        close(descriptors)
        raise
    line.settimeout(None)
    return request, descriptors


def _work(
    listener: socket.socket,
    line: socket.socket,
    request: tuple[dict[str, Any], list[int]],
    work: Work,
) -> None:
    """Be the fork; never come back into the loop."""
    status = FAILED
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(listener.detach())
        forget_chance()
        line.send(str(os.getpid()).encode())
        work(*request, line)
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


def forget_chance() -> None:
    """Seed every generator anew: forks would all draw the same numbers."""
    for name in ("random", "numpy.random"):
        if name in sys.modules:
            sys.modules[name].seed()


def close(descriptors: list[int]) -> None:
    """Close each descriptor."""
    for descriptor in descriptors:
        os.close(descriptor)


def close_all_but(kept: set[int]) -> None:
    """Close every descriptor that is not `kept`, whether anything knows of it or not."""
    first = 0
    for descriptor in (*sorted(kept), os.sysconf("SC_OPEN_MAX")):
        if first < descriptor:  # an empty range would be taken for one without an end
            os.closerange(first, descriptor)
        first = descriptor + 1
