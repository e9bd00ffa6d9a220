"""Names of folders and files that cannot lead out of the folder they lie in."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from course.errors import GradingError
from course.notebook.tampering import one_line


class Rejected(Exception):
    """A submission that cannot be graded: one student's result, never the end of the class."""

    def __init__(self, reason: str) -> None:
        """Keep the reason as one line, whatever the student's names and values in it are."""
        self.reason = one_line(reason, limit=600)
        super().__init__(self.reason)


_MAX_BYTES = 255  # the longest name that Linux file systems keep


def require_safe_name(name: str, what: str) -> str:
    """Return `name` if it names one entry of a folder; `what` says in the reason what it is for.

    Raises `Rejected` for an empty name, `.` and `..`, hidden names, separators of any system,
    drive letters, control characters, and names that are too long or cannot be written as UTF-8.
    """
    problem = _problem(name)
    if problem:
        raise Rejected(f"The {what} is called {one_line(repr(name), 60)}, which {problem}.")
    return name


def _problem(name: str) -> str:
    """Say what is wrong with a name, "" if nothing is."""
    if not name.strip():
        return "is no name"
    if name.startswith("."):
        return "begins with a dot"
    if any(sign in name for sign in "/\\:"):
        return "holds a separator of folders"
    if not name.isprintable():
        return "holds characters that cannot be printed"
    # `isprintable` has refused lone surrogates, so this cannot fail.
    if len(name.encode()) > _MAX_BYTES:
        return f"is longer than {_MAX_BYTES} bytes"
    return ""


# Read the notebook that a student handed in: one regular file, by its name and size.


MAX_BYTES = 20_000_000
"""Largest notebook that is read: outputs with many plots fit, floods of text do not."""

MAX_LISTED = 20
_MAX_ENTRIES = 10_000  # entries of a folder that are looked at
_TIMESTAMP = "timestamp.txt"  # nbgrader's own file; a student can write anything into it
_KINDS = {
    stat.S_IFREG: "a file",
    stat.S_IFLNK: "a link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment, as bytes."""

    content: bytes
    digest: str
    """SHA-256 of the content, in hexadecimal digits."""
    ignored: tuple[str, ...] = ()
    """Other entries of the folder (at most 20 are named); none is read, run or copied."""


def read_submission(folder: Path, assignment: str, max_bytes: int = MAX_BYTES) -> Submission:
    """Read `<assignment>/<assignment>.ipynb` in the student's folder `submitted/<student>`.

    The folder `submitted/` is the instructor's; what lies below it is opened component by
    component without following links, so nothing outside can be named by a student. Times of
    files are not read: a student can set them.

    Raises `Rejected` with the reason when there is no such regular file of at most `max_bytes`,
    and `GradingError` when `submitted/` itself can't be opened.
    """
    student = require_safe_name(folder.name, "student's folder")
    require_safe_name(assignment, "assignment")
    name = f"{assignment}.ipynb"
    with (
        _submitted(folder.parent) as submitted,
        _opened(submitted, student, f"the folder {student}", os.O_DIRECTORY) as mine,
        _opened(mine, assignment, f"the folder {assignment}", os.O_DIRECTORY) as handed_in,
    ):
        others = _other_entries(handed_in, name)
        if not _exists(handed_in, name):
            raise Rejected(_missing(name, others))
        with _opened(handed_in, name, name, 0) as descriptor:
            content = _read(descriptor, name, max_bytes)
    return Submission(content, hashlib.sha256(content).hexdigest(), others)


@contextmanager
def _submitted(folder: Path) -> Iterator[int]:
    """Open the instructor's own folder, wherever it lies."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise GradingError(f"{folder} can't be opened ({error.strerror}).") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _opened(parent: int, name: str, what: str, flags: int) -> Iterator[int]:
    """Open one component below `parent` and close it afterwards; refuse links."""
    try:
        _require_kind(os.stat(name, dir_fd=parent, follow_symlinks=False), what, flags)
        # O_NONBLOCK: a pipe put in the file's place in between must not stop the class.
        flags |= os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(name, flags, dir_fd=parent)
    except FileNotFoundError as error:
        raise Rejected(f"Nothing was handed in: {what} is missing.") from error
    except OSError as error:
        raise Rejected(f"{what} can't be opened ({error.strerror}).") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _require_kind(found: os.stat_result, what: str, flags: int) -> None:
    """Refuse everything but a folder where one is wanted, and but a regular file elsewhere."""
    wanted = stat.S_IFDIR if flags & os.O_DIRECTORY else stat.S_IFREG
    kind = stat.S_IFMT(found.st_mode)
    if kind != wanted:
        wish = "folder" if wanted == stat.S_IFDIR else "regular file"
        raise Rejected(f"{what} is {_KINDS.get(kind, 'another kind of file')}, not a {wish}.")


def _exists(folder: int, name: str) -> bool:
    """Whether the folder has an entry of that name, of whatever kind."""
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return False
    return True


def _read(descriptor: int, name: str, max_bytes: int) -> bytes:
    """Read an open regular file whole, after a look at what was really opened."""
    found = os.fstat(descriptor)
    _require_kind(found, name, 0)
    too_large = f"{name} is larger than {max_bytes / 1e6:g} MB; clear its outputs and save it."
    if found.st_size > max_bytes:
        raise Rejected(too_large)
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(max_bytes + 1)
    except OSError as error:
        raise Rejected(f"{name} can't be read ({error.strerror}).") from error
    if len(content) > max_bytes:
        raise Rejected(too_large)
    return content


def _other_entries(folder: int, name: str) -> tuple[str, ...]:
    """Name what else lies in the folder, sorted, the last entry saying how many more there are."""
    found = []
    with os.scandir(folder) as entries:
        for number, entry in enumerate(entries):
            if number >= _MAX_ENTRIES:
                break
            if entry.name not in (name, _TIMESTAMP):
                found.append(one_line(entry.name, 60))
    found.sort()
    more = len(found) - MAX_LISTED
    return tuple(found[:MAX_LISTED]) + ((f"and {more} more",) if more > 0 else ())


def _missing(name: str, others: tuple[str, ...]) -> str:
    """Say that the notebook is missing, and what lies there instead."""
    instead = f"found instead: {', '.join(others)}" if others else "the folder is empty"
    return f"There is no {name}; {instead}."
