"""An open tar, compressed or not, read from memory: nothing is unpacked to disk.

A compressed tar has no list of entries. It is unpacked into memory as a whole, within a bound, so
that each file is found without unpacking what comes before it again.
"""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable
from typing import IO, Any

from autograder.lms.members import Directory, Member, UnusableArchive, described

_OPENERS: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
_CHUNK = 1_000_000
_ALWAYS = 10_000_000  # bytes that any tar may hold, however small it is when compressed


def open_tar(file: IO[bytes], entries: int, total: int, ratio: int) -> Directory:
    """Open a tar of at most `entries` files and `total` bytes, `ratio` times the compressed ones.

    Raises `UnusableArchive` for one that is larger or damaged. The file is closed in any case.
    """
    try:
        with file:
            content = _unpacked(file, total, ratio)
        archive = tarfile.TarFile(fileobj=content, errors="surrogateescape")
        return Directory(_members(archive, entries), archive.close)
    except UnusableArchive:
        raise
    except Exception as error:  # each way of compression raises errors of its own
        raise UnusableArchive(
            f"It is not a tar file that can be read ({described(error)})."
        ) from error


def _unpacked(file: IO[bytes], total: int, ratio: int) -> io.BytesIO:
    """Return the tar without its compression."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    start = file.read(6)
    file.seek(0)
    opener = next((one for magic, one in _OPENERS.items() if start.startswith(magic)), None)
    source: Any = opener(file) if opener else file
    allowed = min(total, max(_ALWAYS, ratio * size))
    found = io.BytesIO()
    while chunk := source.read(_CHUNK):
        if found.tell() + len(chunk) > total:
            raise UnusableArchive(
                f"It holds more than {total / 1e6:g} MB: unpack it, then collect the folder."
            )
        if found.tell() + len(chunk) > allowed:
            raise UnusableArchive(f"It would grow more than {ratio} times: a bomb?")
        found.write(chunk)
    found.seek(0)
    return found


def _members(archive: tarfile.TarFile, entries: int) -> list[Member]:
    """List the files, links and devices; folders have no content of their own."""
    members: list[Member] = []
    for count, one in enumerate(archive):
        if count >= entries:
            raise UnusableArchive(f"It holds more than {entries:,} files.")
        if not one.isdir():
            members.append(_member(archive, one))
    return members


def _member(archive: tarfile.TarFile, one: tarfile.TarInfo) -> Member:
    """Describe one file."""

    def opened() -> IO[bytes]:
        file = archive.extractfile(one)
        assert file is not None  # regular files have content
        return file

    problem = "" if one.isreg() else "It is a link or another special file."
    # `tar -C folder .` writes every name with `./` before it.
    name = one.name.removeprefix("./").replace("\\", "/")
    return Member(name, one.size, one.size, problem, opened)
