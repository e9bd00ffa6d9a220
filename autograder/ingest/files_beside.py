"""Reads the files that a student handed in beside a notebook, as data and within bounds."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from autograder.ingest.reading import EXCHANGE_FILES, Unreadable
from course.notebook.regrade_request import REGRADE

MOST_FILES = 500
MOST_BYTES = 50 << 20
"""Of all files of one submission together; what is beyond is left out."""

_STUDENTS_DOING = {errno.ENOENT, errno.ELOOP, errno.ENOTDIR, errno.ENXIO}


def files_handed_in(folder: Path) -> dict[str, bytes]:
    """Return the regular files below a submission's folder, by relative path, without notebooks.

    Links are not followed. Hidden files, what nbgrader's exchange adds, and a regrade request are
    left out.
    """
    found: dict[str, bytes] = {}
    room = MOST_BYTES
    for path in _regular_files(folder):
        content = _content(path, room)
        if content is not None and len(found) < MOST_FILES:
            room -= len(content)
            found[str(path.relative_to(folder))] = content
    return found


def digest_of(files: dict[str, bytes]) -> str:
    """Digest names and contents, SHA-256 in hexadecimal digits; "" for no files."""
    if not files:
        return ""
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        name_and_size = f"{name}\0{len(content)}\0"
        digest.update(name_and_size.encode("utf-8", "surrogateescape") + content)
    return digest.hexdigest()


def _regular_files(folder: Path) -> Iterator[Path]:
    """Yield regular files by name; the folders on the way are no links."""
    for root, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name != "__pycache__"
        )
        for name in sorted(names):
            is_beside = name not in EXCHANGE_FILES and name.casefold() != REGRADE
            if is_beside and not name.startswith(".") and name[-6:] != ".ipynb":
                yield Path(root) / name


def _content(path: Path, room: int) -> bytes | None:
    """Read one file; None for what is no regular file, or too large for the room left."""
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(path, flags)
    except OSError as error:
        if error.errno in _STUDENTS_DOING:
            return None
        raise Unreadable(f"{path.name} can't be opened ({error.strerror}).") from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > room:
            return None
        content = file.read(room + 1)
    return content if len(content) <= room else None
