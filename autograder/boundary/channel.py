"""Strings from the student's side, made fit to be shown."""

import contextlib
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from autograder.boundary.agent.convpool_agent.decoding import decode
from autograder.boundary.agent.convpool_agent.encoding import encode
from autograder.boundary.agent.convpool_agent.keras_values import reduce
from autograder.boundary.agent.convpool_agent.npy import MalformedData
from autograder.boundary.agent.convpool_agent.records import MAX_BYTES

CONTROL = re.compile(
    r"\x1b\[[0-9;]*m|[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)


def printable(value: object, longest: int) -> str:
    """Shorten a string and drop its control, color and direction characters; "" for no string."""
    return CONTROL.sub("", value)[:longest] if type(value) is str else ""


# One request to the student's kernel and one reply, through two folders or two files.


Execute = Callable[[str, float], None]


class BadReply(Exception):
    """The student's process gave no reply, or one that no honest process gives."""

    check_message = "its process gave no result that can be read"


class Channel(Protocol):
    """A way to ask the student's process."""

    def request(self, kind: str, fields: dict[str, object], timeout: float) -> dict[str, Any]:
        """Send `describe`, `call` or `call_each` with its fields; the reply's, or `BadReply`."""
        ...


class FileChannel:
    """The channel through two places, each known by two paths: here, and in the sandbox."""

    def __init__(
        self,
        requests: Path,
        replies: Path,
        execute: Execute,
        inside: tuple[str, str] | None = None,
    ) -> None:
        """Take both places, existing and empty; each is a folder, or one file for all there is.

        One file for replies is what a sandbox can be given without a folder of the host to fill or
        to put links and pipes into; one for requests saves making and removing it for each.

        `execute(code, timeout)` runs code in the student's kernel and raises when it is late or
        dead: what it raises passes through. `inside` gives the paths (requests, replies) in the
        sandbox, where they differ.
        """
        self.requests, self.execute = requests, execute
        self.inside = inside or (str(requests), str(replies))
        self.number = 0
        # Opened once: what is put in its place later is not followed.
        self._one_file = replies.is_file()
        kind = os.O_RDWR if self._one_file else os.O_RDONLY | os.O_DIRECTORY
        self._replies = os.open(replies, kind | os.O_NOFOLLOW | os.O_CLOEXEC)

    def close(self) -> None:
        """Let go of the replies' folder."""
        os.close(self._replies)

    def request(self, kind: str, fields: dict[str, object], timeout: float) -> dict[str, Any]:
        """Send one request in seconds at most `timeout`, and give the checked reply's fields."""
        self.number += 1
        head = {"number": self.number, "nonce": secrets.token_hex(16), "kind": kind}
        if self._one_file:
            os.ftruncate(self._replies, 0)
        call = f"serve({self.number}, {self.inside[0]!r}, {self.inside[1]!r})"
        with self._laid_out(encode({**head, **fields}, reduce=reduce)):
            self.execute(f"__import__('convpool_agent').{call}", timeout)
            return self._reply(head)

    @contextlib.contextmanager
    def _laid_out(self, request: bytes) -> Iterator[None]:
        """Let a request be there while the block runs."""
        own = not self.requests.is_file()
        path = self.requests / f"request-{self.number}" if own else self.requests
        try:
            path.write_bytes(request)
            if own:
                path.chmod(0o644)
            yield
        finally:
            if own:
                path.unlink()
            else:
                os.truncate(path, 0)

    def _reply(self, head: dict[str, Any]) -> dict[str, Any]:
        """Read and check the reply to this very request: a stale or foretold one has no nonce."""
        try:
            fields = decode(self._bytes(f"reply-{self.number}"))
        except MalformedData as error:
            raise BadReply(f"a malformed reply: {error}") from error
        for key in ("number", "nonce"):
            given = fields.pop(key, None)
            if type(given) is not type(head[key]) or given != head[key]:
                raise BadReply(f"a reply with another {key}")
        if type(fields.get("kind")) is not str:
            raise BadReply("a reply of an unknown kind")
        return fields

    def _bytes(self, name: str) -> bytes:
        """Read a regular file of bounded size, once, and take it away."""
        if self._one_file:
            os.lseek(self._replies, 0, os.SEEK_SET)
            return _read_once(self._replies)
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            file = os.open(name, flags, dir_fd=self._replies)
        except OSError as error:
            raise BadReply(f"no reply: {error.strerror}") from error
        try:
            data = _read_once(file)
        finally:
            os.close(file)
        # The student's side may have been quicker; what was read counts.
        with contextlib.suppress(OSError):
            os.unlink(name, dir_fd=self._replies)
        return data


def _read_once(file: int) -> bytes:
    status = os.fstat(file)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
        raise BadReply("a reply that is not a file of its own")
    if status.st_size > MAX_BYTES:
        raise BadReply(f"a reply larger than {MAX_BYTES >> 20} MiB")
    data = os.read(file, MAX_BYTES + 1)
    if len(data) != status.st_size:
        raise BadReply("a reply that changed while it was read")
    return data
