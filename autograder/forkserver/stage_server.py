"""The fork server's program: import modules in stages, then fork programs into sandboxes.

`python -I stage_server.py SPEC` runs outside any sandbox and never runs student code. A fork runs
student code, but first joins the namespaces that bubblewrap made for that one submission, then
drops every privilege, then installs the system call filter.

SPEC is JSON: `path` (folders to import from) and `stages`. Each stage is a process of its own that
imports `modules` after those of the stages before it, also from `folder` if that is not null, and
takes requests at `socket`; so modules that import quickly need not wait for slow ones. `workers` is
null, or the `socket` of one more process with the same modules, and the `module` whose `serve`
takes its requests: the grader's own workers are forked from it. All of these processes are forked
from each other before any of them has served a request.

A request is a JSON object: `argv` (a Python script and its arguments, as seen in the sandbox),
`env`, `uid`, `rlimits`, `input`, `cwd`, `flags` (the namespaces to join), `groups` (the number of
control groups), `passed` (the numbers of further descriptors in the sandbox), `filter` (the system
call filter in hexadecimal, or null). Descriptors come with it: the sandbox's first process, one
that keeps the sandbox running, one per control group, standard input, output and error, and those
to pass.
"""

# Importing pathlib would only make the start slower.
# ruff: noqa: PTH100, PTH110, PTH115, PTH118, PTH120, PTH123
from __future__ import annotations

import ctypes
import fcntl
import importlib
import json
import os
import select
import signal
import socket
import sys
import types
from functools import partial

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [_HERE, os.path.join(os.path.dirname(_HERE), "sandbox", "agents")]
import enter  # noqa: E402
import server  # noqa: E402

del sys.path[:2]

TYPE_CHECKING = False  # so that typing is not imported when this runs
if TYPE_CHECKING:
    from typing import Any

HIGH = 200  # descriptors are above this number until each gets its final one
NAMESPACES = ("ipc", "mnt", "net", "pid", "uts")
MARK = "/run/convpool/enter.py"  # exists in every sandbox, and nowhere else
PR_SET_DUMPABLE, PR_SET_SECCOMP, FILTER = 4, 22, 2


def main(spec: dict[str, Any]) -> None:
    """Open all sockets first, so that requests wait; then import stage by stage."""
    sys.path.extend(spec["path"])
    for name in ("enter", "server"):  # a student may have files of these names
        del sys.modules[name]
    stages = spec["stages"]
    listeners = {
        address: server.listen(address) for stage in stages for address in _addresses(stage)
    }
    run_stages(stages, listeners, [sys.stdin.fileno()])


def run_stages(
    stages: list[dict[str, Any]], listeners: dict[str, socket.socket], owners: list[int]
) -> None:
    """Import the first stage, fork the later ones, and serve; the last one reports readiness."""
    stage, *later = stages
    server.import_all(stage["modules"], stage["folder"], tried=stage["tried"])
    if stage["workers"] is not None:
        listener = listeners.pop(stage["workers"]["socket"])
        run = partial(serve_workers, stage["workers"]["module"], listener)
        owners = server.start_another(owners, run, listeners.values())
        listener.close()
    if later:
        rest = {address: listeners.pop(address) for one in later for address in _addresses(one)}
        run = partial(run_stages, later, rest)
        owners = server.start_another(owners, run, listeners.values())
        for listener in rest.values():
            listener.close()
    server.close_output("" if later else "ready")
    server.serve(listeners[stage["socket"]], owners, join)


def _addresses(stage: dict[str, Any]) -> list[str]:
    """List the sockets of a stage."""
    return [stage["socket"], *([stage["workers"]["socket"]] if stage["workers"] else [])]


def serve_workers(module: str, listener: socket.socket, owners: list[int]) -> None:
    """Let `module` serve requests for the grader's own workers, which run no student code."""
    server.close_output()
    importlib.import_module(module).serve(listener, owners)


def join(request: dict[str, Any], descriptors: list[int], connection: socket.socket) -> None:
    """Join the sandbox, run the program in a child, and send its exit status.

    Only the child is a process of the sandbox. This process waits outside its process namespace and
    holds the descriptor that keeps the sandbox running, so that the sandbox ends with the program.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    first, keep_open, *rest = descriptors
    groups, files = rest[: request["groups"]], rest[request["groups"] :]
    for group in groups:
        os.write(group, b"0")
    outside = _namespaces()
    if libc.setns(first, request["flags"]) != 0:
        raise OSError(ctypes.get_errno(), "the sandbox could not be joined")
    server.close([first, *groups])
    os.umask(0o022)
    child = os.fork()
    if child == 0:
        os.close(connection.detach())
        os.close(keep_open)
        run_in_sandbox(request, files, outside, libc)
        raise SystemExit
    server.close_all_but({keep_open, connection.fileno()})
    _end_with_the_grader(child, connection)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    connection.send(str(status).encode())


def _end_with_the_grader(child: int, connection: socket.socket) -> None:
    """Wait until the child ends; kill it if the grader, at the connection's other end, is gone.

    The first process of the sandbox outlives a grader that is killed: it is another user's.
    """
    watched = os.pidfd_open(child)
    poller = select.poll()
    poller.register(watched, select.POLLIN)
    poller.register(connection, select.POLLIN)
    if watched not in dict(poller.poll()):
        os.kill(child, signal.SIGKILL)
    os.close(watched)


def run_in_sandbox(
    request: dict[str, Any], files: list[int], outside: dict[str, str], libc: ctypes.CDLL
) -> None:
    """Drop everything that the fork server had, confine this process, and run the program."""
    os.setsid()
    _renumber(files, request["passed"])
    inside = _namespaces()
    shared = [kind for kind in NAMESPACES if inside[kind] == outside[kind]]
    if shared or not os.path.exists(MARK):
        raise PermissionError(f"the fork is not in its sandbox: {shared}")
    os.environ.clear()
    os.environ.update(request["env"])
    enter.confine(libc, request["uid"], request["rlimits"])
    enter.prepare_working_folder(request["input"], request["cwd"])
    # After a change of user a process cannot read its own /proc files until it runs a new program.
    libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    if request["filter"] is not None:
        install_filter(libc, bytes.fromhex(request["filter"]))
    run(request["argv"])


def _namespaces() -> dict[str, str]:
    return {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in NAMESPACES}


def _renumber(files: list[int], passed: list[int]) -> None:
    """Give each descriptor its number in the sandbox, and close every other one."""
    waiting = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, HIGH) for descriptor in files]
    numbers = [0, 1, 2, *passed]
    for source, number in zip(waiting, numbers, strict=True):
        os.dup2(source, number)
    server.close_all_but(set(numbers))


def install_filter(libc: ctypes.CDLL, filter_: bytes) -> None:
    """Install the system call filter for this process and all that it will start."""

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))

    program = Program(len(filter_) // 8, filter_)
    if libc.prctl(PR_SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the system call filter could not be installed")


def run(argv: list[str]) -> None:
    """Run a script as Python does: as `__main__`, with its own arguments."""
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
