"""What an open archive lists: its files by the folders that they lie in, whatever its format."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO

from course.notebook.tampering import one_line

Parts = tuple[str, ...]
"""A path below what was handed over; the name of an archive is one part of it."""


class UnusableArchive(Exception):
    """An archive that is not read; the message says why."""


@dataclass(frozen=True)
class Member:
    """One file of an archive."""

    name: str
    size: int
    """Bytes that the archive claims."""
    packed: int
    """Bytes in the archive; as many as `size` where it does not say."""
    problem: str
    """Why it is not read, as far as the format tells; "" if nothing speaks against it."""
    open: Callable[[], AbstractContextManager[IO[bytes]]]


class Directory:
    """The files of an open archive."""

    def __init__(
        self, members: list[Member], close: Callable[[], None], unclear: Sequence[bytes] = ()
    ) -> None:
        """`unclear` are the names, as bytes, whose encoding nothing tells."""
        self._members, self.close, self.unclear = members, close, unclear
        self._by_prefix: dict[int, dict[Parts, list[Member]]] = {}

    def below(self, prefix: Parts) -> list[Member]:
        """Return the files whose paths begin with the parts of `prefix`."""
        length = len(prefix)
        if length not in self._by_prefix:
            groups = self._by_prefix[length] = {}
            for member in self._members:
                parts = tuple(member.name.split("/", length)[:length])
                groups.setdefault(parts, []).append(member)
        return self._by_prefix[length].get(prefix, [])

    def names(self, prefix: Parts) -> dict[str, bool]:
        """Name what lies directly below `prefix`, and whether as a folder."""
        found: dict[str, bool] = {}
        for member in self.below(prefix):
            part, *rest = member.name.split("/", len(prefix) + 1)[len(prefix) :] or [""]
            found[part] = found.get(part, False) or bool(rest)
        return found


def described(error: Exception) -> str:
    """Describe an error in one line."""
    if isinstance(error, MemoryError):
        return "it needs too much memory"
    return one_line(str(error), 200) or type(error).__name__
