"""Warm processes from their keeper's side: started once, asked for forks, replaced at their end."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.process import BoundedReader

PATIENCE = 60.0  # seconds that a request waits: for an import, or for a replacement
RETRY_SECONDS = 0.1
END_SECONDS = 5.0
MOST_FAILURES = 2  # so many warm processes in a row may end before they were ready
PROCESS_ID_BYTES = 20


class WarmGone(Exception):
    """No warm process answers: start from the beginning instead."""


@dataclass(frozen=True)
class Recipe:
    """How a warm process is started; it makes the sockets `addresses`."""

    argv: Sequence[str]
    env: Mapping[str, str]
    addresses: Sequence[Path]


class WarmProcess:
    """Keeps one warm process running: one that ended, for whatever reason, is replaced."""

    def __init__(self, recipe: Recipe) -> None:
        """Start it; requests may be sent at once, and wait until it is ready."""
        self._recipe, self._closed, self._turn = recipe, False, threading.Lock()
        self.replaced = 0
        self.last_words = ""
        self.popen = self._start()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def _forget_addresses(self) -> None:
        for address in self._recipe.addresses:
            address.unlink(missing_ok=True)

    def _start(self) -> subprocess.Popen[bytes]:
        self._forget_addresses()
        return subprocess.Popen(
            self._recipe.argv,
            stdin=subprocess.PIPE,  # never written to: its end is the order to end
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(self._recipe.env),
            cwd="/",
            start_new_session=True,
        )

    def _keep(self) -> None:
        """Wait for its end, and start the next one unless it never became ready."""
        failures = 0
        while True:
            popen = self.popen
            assert popen.stdout is not None and popen.stderr is not None
            errors = BoundedReader(popen.stderr)
            ready = BoundedReader(popen.stdout).finish(PATIENCE)
            popen.wait()
            assert popen.stdin is not None
            popen.stdin.close()
            self.last_words = errors.finish(END_SECONDS).decode(errors="replace")
            failures = 0 if ready else failures + 1
            with self._turn:
                if self._closed or failures >= MOST_FAILURES:
                    self._forget_addresses()
                    return
                self.popen = self._start()
                self.replaced += 1

    def close(self) -> None:
        """End it, and every fork that still waits in it."""
        with self._turn:
            self._closed = True
            popen = self.popen
        assert popen.stdin is not None
        popen.stdin.close()
        try:
            popen.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            popen.kill()
        self._keeper.join(END_SECONDS)


@contextlib.contextmanager
def warm_process(recipe: Recipe) -> Iterator[WarmProcess]:
    """Give a warm process that lives as long as the block."""
    process = WarmProcess(recipe)
    try:
        yield process
    finally:
        process.close()


def ask(
    address: Path, request: Mapping[str, object], files: Sequence[int], patience: float = PATIENCE
) -> tuple[socket.socket, int]:
    """Ask for a fork; give the line to it and its process id once it runs, or raise `WarmGone`.

    A warm process that ends instead of answering is asked again in its replacement.
    """
    now = last_seen = time.monotonic()
    deadline = now + patience
    packet = json.dumps(request).encode()
    while now < deadline and now - last_seen < END_SECONDS:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        line.settimeout(deadline - now)
        with contextlib.suppress(OSError):
            line.connect(str(address))
            socket.send_fds(line, [packet], list(files))
            process_id = line.recv(PROCESS_ID_BYTES)
            if process_id:
                line.settimeout(None)
                return line, int(process_id)
        line.close()
        time.sleep(RETRY_SECONDS)
        now = time.monotonic()
        last_seen = now if address.exists() else last_seen
    raise WarmGone(f"no warm process answers at {address.name}")
