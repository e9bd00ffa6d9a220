"""Import what students' notebooks import, once; then fork a kernel into each new sandbox.

`python -I stage_server.py SPEC`, outside any sandbox; no student's code ever runs in this process.
What does is a fork of it that has first joined the namespaces which bubblewrap laid for that one
submission, dropped every privilege and put on the system call filter, in this order.

SPEC is JSON: `path` (folders to import from) and `stages`. Each stage is a process of its own with
`modules` that it imports beside those of the stages before it, also from `folder` if that is not
null, and a `socket` where its requests come: so what imports quickly need not wait for what
imports slowly. `beside` is null, or the
`socket` of one more process with the same modules, and the `module` that serves there; the
grader's own workers are forked from that one. All of them are forked from each other before any of
them has served a request.

A request is a JSON object: `argv` (a Python script and its arguments, inside), `env`, `uid`,
`rlimits`, `input`, `cwd`, `flags` (the namespaces to join), `groups` (how many), `passed` (the
numbers that further descriptors get inside), `filter` (the program in hexadecimal, or null). With
it come descriptors: the sandbox's first process, what keeps the sandbox open, one per control
group, standard input, output and error, then those to be passed.
"""

# Importing pathlib would only make the start slower.
# ruff: noqa: PTH100, PTH110, PTH115, PTH118, PTH120, PTH123
from __future__ import annotations

import ctypes
import fcntl
import importlib
import json
import os
import signal
import socket
import sys
import types
from functools import partial

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [_HERE, os.path.join(os.path.dirname(_HERE), "sandbox", "agents")]
import enter  # noqa: E402
import server as forks  # noqa: E402

del sys.path[:2]

TYPE_CHECKING = False  # so that typing is not imported when this runs
if TYPE_CHECKING:
    from typing import Any

HIGH = 200  # descriptors wait above this number until each gets the one it is known by
NAMESPACES = ("ipc", "mnt", "net", "pid", "uts")
MARK = "/run/convpool/enter.py"  # is there in a sandbox, and nowhere else
PR_SET_DUMPABLE, PR_SET_SECCOMP, FILTER = 4, 22, 2


def main(spec: dict[str, Any]) -> None:
    """Listen first, so that who asks waits; then go through the stages."""
    sys.path.extend(spec["path"])
    for name in ("enter", "server"):  # a student may have files of these names
        del sys.modules[name]
    stages = spec["stages"]
    listeners = {
        address: forks.listen(address) for stage in stages for address in _addresses(stage)
    }
    stand(stages, listeners, [sys.stdin.fileno()])


def stand(
    stages: list[dict[str, Any]], listeners: dict[str, socket.socket], owners: list[int]
) -> None:
    """Import for the first stage, fork the others, and serve; the last one says it is ready."""
    stage, *later = stages
    forks.import_all(stage["modules"], stage["folder"])
    if stage["beside"] is not None:
        own = listeners.pop(stage["beside"]["socket"])
        be = partial(be_the_other, stage["beside"]["module"], own)
        owners = forks.start_beside(owners, be, listeners.values())
        own.close()
    if later:
        rest = {address: listeners.pop(address) for one in later for address in _addresses(one)}
        be = partial(stand, later, rest)
        owners = forks.start_beside(owners, be, listeners.values())
        for listener in rest.values():
            listener.close()
    forks.hush("" if later else "ready")
    forks.serve(listeners[stage["socket"]], owners, join)


def _addresses(stage: dict[str, Any]) -> list[str]:
    """Name the sockets of a stage."""
    return [stage["socket"], *([stage["beside"]["socket"]] if stage["beside"] else [])]


def be_the_other(module: str, listener: socket.socket, owners: list[int]) -> None:
    """Serve what `module` has to offer: for the grader's own processes, never for a student's."""
    forks.hush()
    importlib.import_module(module).serve(listener, owners)


def join(request: dict[str, Any], descriptors: list[int], line: socket.socket) -> None:
    """Enter the sandbox, let a child be the program, and report how it ended.

    Only the child is a process of the sandbox. This one waits outside its process namespace, and
    holds what keeps the sandbox open, so that the sandbox ends with its program.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    first, keeper, *rest = descriptors
    groups, given = rest[: request["groups"]], rest[request["groups"] :]
    for group in groups:
        os.write(group, b"0")
    outside = _namespaces()
    if libc.setns(first, request["flags"]) != 0:
        raise OSError(ctypes.get_errno(), "the sandbox could not be joined")
    forks.close([first, *groups])
    os.umask(0o022)
    child = os.fork()
    if child == 0:
        os.close(line.detach())
        os.close(keeper)
        become(request, given, outside, libc)
        raise SystemExit
    forks.close_all_but({keeper, line.fileno()})
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    line.send(str(status).encode())


def become(
    request: dict[str, Any], given: list[int], outside: dict[str, str], libc: ctypes.CDLL
) -> None:
    """Give up everything of the process that this was, then run the program."""
    os.setsid()
    _take_over(given, request["passed"])
    inside = _namespaces()
    shared = [kind for kind in NAMESPACES if inside[kind] == outside[kind]]
    if shared or not os.path.exists(MARK):
        raise PermissionError(f"the fork is not in its sandbox: {shared}")
    os.environ.clear()
    os.environ.update(request["env"])
    enter.confine(libc, request["uid"], request["rlimits"])
    enter.prepare_working_folder(request["input"], request["cwd"])
    # A change of user hides a process from itself; in a new program that ends by itself.
    libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    if request["filter"] is not None:
        put_on(libc, bytes.fromhex(request["filter"]))
    run(request["argv"])


def _namespaces() -> dict[str, str]:
    return {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in NAMESPACES}


def _take_over(given: list[int], passed: list[int]) -> None:
    """Give each descriptor its number, and close every other one."""
    waiting = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, HIGH) for descriptor in given]
    numbers = [0, 1, 2, *passed]
    for source, number in zip(waiting, numbers, strict=True):
        os.dup2(source, number)
    forks.close_all_but(set(numbers))


def put_on(libc: ctypes.CDLL, filter_: bytes) -> None:
    """Put on the system call filter, for this process and all that it will start."""

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))

    program = Program(len(filter_) // 8, filter_)
    if libc.prctl(PR_SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the system call filter could not be put on")


def run(argv: list[str]) -> None:
    """Run a script as Python would: as `__main__`, with its own arguments."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    script = sys.modules["__main__"] = types.ModuleType("__main__")
    sys.argv[:] = argv
    with open(argv[0], encoding="utf-8") as file:
        code = compile(file.read(), argv[0], "exec")
    script.__dict__["__file__"] = argv[0]
    exec(code, script.__dict__)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
