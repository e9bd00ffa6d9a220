"""Forwards a kernel's traffic to the grader, and ends the kernel when it sends too much.

The grader's messaging library bounds single frames and complete messages. A message that never
ends would still fill the grader's memory, so the bytes are counted before anything reads them. At
most one piece is held in memory per connection and direction.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PIECE = 64 * 1024


@dataclass
class _End:
    """One end of a connection, with the bytes that are still to be written to it."""

    sock: socket.socket
    from_kernel: bool
    pending: bytes = b""
    other: _End | None = None


class Relay:
    """A thread between the sockets that the grader connects to and those of one kernel."""

    def __init__(
        self,
        listeners: list[tuple[socket.socket, Path]],
        budget: int,
        on_flood: Callable[[], None],
    ) -> None:
        """Connect each client of a listener to the kernel's socket at the path beside it.

        After `budget` bytes from the kernel, all connections are closed and `on_flood` is called.
        """
        self._targets = dict(listeners)
        self._left, self._on_flood = budget, on_flood
        self._selector = selectors.DefaultSelector()
        self._stop_read, self._stop_write = os.pipe()
        self._ends: list[_End] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the thread and close every connection."""
        os.write(self._stop_write, b"x")
        self._thread.join()
        os.close(self._stop_write)
        os.close(self._stop_read)

    def _run(self) -> None:
        self._selector.register(self._stop_read, selectors.EVENT_READ)
        for listener in self._targets:
            listener.setblocking(False)
            self._selector.register(listener, selectors.EVENT_READ)
        while self._left >= 0:
            ready = self._selector.select()
            if any(key.fileobj == self._stop_read for key, _ in ready):
                break
            for key, events in ready:
                if key.fileobj in self._targets:
                    self._accept(key.fileobj)
                elif key.data in self._ends:  # not closed by an earlier event of this round
                    self._carry(key.data, events)
        for end in list(self._ends):
            self._drop(end)
        self._selector.close()
        if self._left < 0:
            self._on_flood()

    def _accept(self, listener: socket.socket) -> None:
        """Connect a client to the kernel; close its connection if the kernel does not answer."""
        try:
            client = listener.accept()[0]
        except OSError:
            return  # the client has gone, or there are no free descriptors; it will connect again
        kernel = socket.socket(socket.AF_UNIX)
        for sock in (client, kernel):
            sock.setblocking(False)
        try:
            kernel.connect(str(self._targets[listener]))
        except OSError:
            client.close()
            kernel.close()
            return
        near, far = _End(client, from_kernel=False), _End(kernel, from_kernel=True)
        near.other, far.other = far, near
        for end in (near, far):
            self._ends.append(end)
            self._selector.register(end.sock, selectors.EVENT_READ, end)

    def _carry(self, end: _End, events: int) -> None:
        """Move one piece in each direction that is ready; at the end of either, close both."""
        other = end.other
        assert other is not None
        try:
            if events & selectors.EVENT_WRITE:
                end.pending = end.pending[end.sock.send(end.pending) :]
            if events & selectors.EVENT_READ and not other.pending:
                other.pending = end.sock.recv(PIECE)
                if not other.pending:
                    raise ConnectionResetError
                self._left -= len(other.pending) if end.from_kernel else 0
        except BlockingIOError:
            pass  # the selector reports when it is ready
        except OSError:
            self._drop(end)
            return
        self._watch(end)
        self._watch(other)

    def _watch(self, end: _End) -> None:
        """Watch `end`: for writing if bytes are pending, for reading if the other end has room."""
        assert end.other is not None
        events = selectors.EVENT_WRITE if end.pending else 0
        events |= 0 if end.other.pending else selectors.EVENT_READ
        with contextlib.suppress(KeyError):
            self._selector.unregister(end.sock)
        if events:
            self._selector.register(end.sock, events, end)

    def _drop(self, end: _End) -> None:
        """Close a connection at both ends."""
        for each in (end, end.other):
            if each is not None and each in self._ends:
                self._ends.remove(each)
                with contextlib.suppress(KeyError):
                    self._selector.unregister(each.sock)
                each.sock.close()
