"""Starts a fork server, replaces it when it ends, and requests forks from it."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox import view
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import OWN_ENVIRONMENT, BoundedReader

STAGE_SERVER = Path(__file__).with_name("stage_server.py")
ONE_THREAD = Limits(threads=1)  # a fork has only the thread that forked
REQUEST_SECONDS = 60.0  # how long a request waits for an import or for a replacement
RETRY_SECONDS = 0.1
END_SECONDS = 5.0
MAX_FAILED_STARTS = 2  # so many fork servers in a row may end before they are ready
PROCESS_ID_BYTES = 20


class NoForkServer(Exception):
    """No fork server answers; start a new process instead."""


@dataclass(frozen=True)
class Stage:
    """One process of a fork server: it imports `modules` after those of the stages before it.

    It takes requests for sandboxed programs at the socket `kernels`. If `workers` is given, one
    more process with the same modules takes requests there, for the grader's own workers: it calls
    `serve(listener, owners)` of the module `worker_module`. `folder` is on the path only while
    `modules` are imported. With `tried`, modules that cannot be imported, or start threads, are
    left out.
    """

    kernels: Path
    modules: Sequence[str]
    workers: Path | None = None
    worker_module: str = ""
    folder: Path | None = None
    tried: bool = False


class ForkServer:
    """Keeps one fork server running: whenever it ends, it is replaced."""

    def __init__(self, stages: Sequence[Stage], env: Mapping[str, str]) -> None:
        """Start it; requests may be sent at once, and wait until it is ready.

        `env` adds to the environment that a sandbox has.
        """
        self._argv = _command(stages)
        self._env = OWN_ENVIRONMENT | view.environment(ONE_THREAD, False, env)
        self._sockets = [
            path for stage in stages for path in (stage.kernels, stage.workers) if path
        ]
        self._closed, self._lock = False, threading.Lock()
        self.replaced = 0
        self.last_errors = ""
        self.popen = self._start()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def _remove_sockets(self) -> None:
        for path in self._sockets:
            path.unlink(missing_ok=True)

    def _start(self) -> subprocess.Popen[bytes]:
        self._remove_sockets()
        return subprocess.Popen(
            self._argv,
            stdin=subprocess.PIPE,  # nothing is written; closing it tells the server to end
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._env,
            cwd="/",
            start_new_session=True,
        )

    def _watch(self) -> None:
        """Start another fork server whenever one ends, unless too many never became ready."""
        failures = 0
        while True:
            popen = self.popen
            assert popen.stdout is not None and popen.stderr is not None
            errors = BoundedReader(popen.stderr)
            ready = BoundedReader(popen.stdout).finish(REQUEST_SECONDS)
            popen.wait()
            assert popen.stdin is not None
            popen.stdin.close()
            self.last_errors = errors.finish(END_SECONDS).decode(errors="replace")
            failures = 0 if ready else failures + 1
            with self._lock:
                if self._closed or failures >= MAX_FAILED_STARTS:
                    self._remove_sockets()
                    return
                self.popen = self._start()
                self.replaced += 1

    def close(self) -> None:
        """End the fork server and every request that waits for it."""
        with self._lock:
            self._closed = True
            popen = self.popen
        assert popen.stdin is not None
        popen.stdin.close()
        try:
            popen.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            popen.kill()
        self._watcher.join(END_SECONDS)


def _command(stages: Sequence[Stage]) -> list[str]:
    """Return the command line that starts a fork server with these stages."""
    spec = {
        "path": [str(view.user_site())] if view.user_site() else [],
        "stages": [
            {
                "socket": str(stage.kernels),
                "modules": list(stage.modules),
                "tried": stage.tried,
                "folder": stage.folder and str(stage.folder),
                "workers": stage.workers
                and {"socket": str(stage.workers), "module": stage.worker_module},
            }
            for stage in stages
        ],
    }
    return [sys.executable, "-I", "-B", "-X", "utf8", str(STAGE_SERVER), json.dumps(spec)]


@contextlib.contextmanager
def fork_server(stages: Sequence[Stage], env: Mapping[str, str]) -> Iterator[ForkServer]:
    """Run a fork server as long as the block."""
    server = ForkServer(stages, env)
    try:
        yield server
    finally:
        server.close()


def request_fork(
    server: Path,
    request: Mapping[str, object],
    files: Sequence[int],
    seconds: float = REQUEST_SECONDS,
) -> tuple[socket.socket, int]:
    """Request a fork at the socket `server`; return the connection to it and its process id.

    The open files `files` go with the request. A server that ends before it answers is asked again
    once it is replaced. Raises `NoForkServer` when nothing answers within `seconds`.
    """
    now = last_seen = time.monotonic()
    deadline = now + seconds
    packet = json.dumps(request).encode()
    while now < deadline and now - last_seen < END_SECONDS:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.settimeout(deadline - now)
        with contextlib.suppress(OSError):
            connection.connect(str(server))
            socket.send_fds(connection, [packet], list(files))
            process_id = connection.recv(PROCESS_ID_BYTES)
            if process_id:
                connection.settimeout(None)
                return connection, int(process_id)
        connection.close()
        time.sleep(RETRY_SECONDS)
        now = time.monotonic()
        last_seen = now if server.exists() else last_seen
    raise NoForkServer(f"no fork server answers at {server.name}")
