"""Requests to the student's kernel and its replies, through one file for each direction."""

import os
import re
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, Protocol

from autograder.boundary.agent.convpool_agent.decoding import decode
from autograder.boundary.agent.convpool_agent.encoding import encode
from autograder.boundary.agent.convpool_agent.keras_values import reduce
from autograder.boundary.agent.convpool_agent.npy import MalformedData
from course.crossing import MAX_BYTES, CannotCross, name_of_type
from course.visible import visible

Serve = Callable[[int, str, str, float], None]
"""Lets the agent answer one request, or raises an exception. It gets the request's number, the
paths of both files as the agent sees them, and the seconds that it may take."""
_OTHER_BLANK = re.compile(r"[^\S\n ]")


class BadReply(Exception):
    """The student's process gave no reply, or one that no honest process gives."""

    check_message = "its process gave no result that can be read"


class Channel(Protocol):
    """A way to send requests to the student's process."""

    def request(self, kind: str, fields: dict[str, object], timeout: float) -> dict[str, Any]:
        """Send a request of one of the kinds that the agent serves; return its reply.

        They are `describe`, `call`, `call_each`, `act`, `resume` and `define`.

        `timeout` is in seconds. A request with `wide` true, and its reply, may have values of the
        wider set. Raises `BadReply`.
        """
        ...


class FileChannel:
    """A channel through two files that the host and the sandbox share."""

    def __init__(
        self,
        requests: Path,
        replies: Path,
        serve: Serve,
        inside: tuple[str, str] | None = None,
    ) -> None:
        """Use two existing, empty files; each holds one message at a time.

        With single files the student's process gets no folder of the host that it could fill or
        put links and pipes into.

        `serve` raises an exception when the student's kernel is late or dead; `request` passes
        that exception on. `inside` gives the paths of both files in the sandbox, where they differ.
        """
        self.serve = serve
        self.inside = inside or (str(requests), str(replies))
        self.number = 0
        # Opened once: a file put in their place later is not followed, a change of their modes has
        # no effect, and nobody can take a lease on a file that is open for writing.
        flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
        self._requests, self._replies = os.open(requests, flags), os.open(replies, flags)

    def close(self) -> None:
        """Close both files."""
        os.close(self._requests)
        os.close(self._replies)

    def request(self, kind: str, fields: dict[str, object], timeout: float) -> dict[str, Any]:
        """Send one request and return the fields of its checked reply."""
        self.number += 1
        head = {"number": self.number, "nonce": secrets.token_hex(16), "kind": kind}
        wide = fields.get("wide") is True
        message = encode({**head, **fields}, reduce=reduce, wide=no_handle if wide else None)
        os.ftruncate(self._replies, 0)
        try:
            self._write_request(message)
            self.serve(self.number, *self.inside, timeout)
            return self._reply_to(head, wide)
        finally:
            os.ftruncate(self._requests, 0)

    def _write_request(self, message: bytes) -> None:
        """Write the whole message, which one call may not do."""
        written = 0
        while written < len(message):
            written += os.pwrite(self._requests, message[written:], written)

    def _reply_to(self, head: dict[str, Any], wide: bool) -> dict[str, Any]:
        """Read and check the reply; a stale or prepared one does not have the request's nonce."""
        try:
            fields = decode(self._read_reply(), wide)
        except MalformedData as error:
            raise BadReply(f"a malformed reply: {error}") from error
        for key in ("number", "nonce"):
            value = fields.pop(key, None)
            if type(value) is not type(head[key]) or value != head[key]:
                raise BadReply(f"a reply with another {key}")
        if type(fields.get("kind")) is not str:
            raise BadReply("a reply of an unknown kind")
        return fields

    def _read_reply(self) -> bytes:
        """Read the replies' file once, if it is a regular file of bounded size."""
        status = os.fstat(self._replies)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
            raise BadReply("a reply that is not a file of its own")
        if status.st_size > MAX_BYTES:
            raise BadReply(f"a reply larger than {MAX_BYTES >> 20} MiB")
        os.lseek(self._replies, 0, os.SEEK_SET)
        data = os.read(self._replies, MAX_BYTES + 1)
        if len(data) != status.st_size:
            raise BadReply("a reply that changed while it was read")
        return data


def no_handle(value: object, path: str) -> NoReturn:
    """Refuse an object of the tests that has no plain form."""
    raise CannotCross(path, name_of_type(value))


def printable(value: object, longest: int) -> str:
    """Shorten a string of the student's side and drop control, color and direction characters.

    Anything other than a string gives "".
    """
    return _OTHER_BLANK.sub("", visible(value))[:longest] if type(value) is str else ""
