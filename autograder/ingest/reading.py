"""Reads what a student handed in: one regular file, by safe names and a bounded size."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from course.errors import GradingError
from course.notebook.parsing import MAX_BYTES
from course.notebook.regrade_request import MOST_BYTES, REGRADE
from course.notebook.rejecting import Rejected
from course.notebook.tampering import one_line

_MAX_NAME_BYTES = 255  # limit of Linux file systems
_MAX_LISTED = 20  # names of other entries in a reason
_MAX_ENTRIES = 10_000  # entries of a folder that are looked at
# What nbgrader's exchange writes beside a submission; a student can write anything into both.
TIMESTAMP = "timestamp.txt"
SECRET = "submission_secret.txt"
EXCHANGE_FILES = (TIMESTAMP, SECRET)
_MAX_NOTE = 1_000  # bytes of one of them
_MAX_TIMESTAMP = 100  # bytes
_KINDS = {
    stat.S_IFREG: "a file",
    stat.S_IFLNK: "a link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class Unreadable(GradingError):
    """A file or folder that the grader could not open or read: the machine's fault, never a mark.

    A permission that is missing, a failing disk or a lost network drive says nothing about what
    the student handed in.
    """


_STUDENTS_DOING = {errno.ENOENT, errno.ELOOP, errno.ENOTDIR, errno.ENXIO}
"""Errors of a path whose parts are missing, links, or no folders and files."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment, as bytes."""

    content: bytes

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content, in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()


def require_safe_name(name: str, what: str) -> str:
    """Return `name` if it is a safe name of one folder entry; `what` names its purpose in errors.

    Raises `Rejected` for an empty name, `.` and `..`, hidden names, separators of any system,
    drive letters, control characters, and names that are too long or cannot be written as UTF-8.
    """
    problem = _problem(name)
    if problem:
        raise Rejected(f"The {what} is called {one_line(repr(name), 60)}, which {problem}.")
    return name


def _problem(name: str) -> str:
    """Return what is wrong with a name, "" if nothing is."""
    if not name.strip():
        return "is empty"
    if name.startswith("."):
        return "begins with a dot"
    if any(sign in name for sign in "/\\:"):
        return "contains a path separator"
    if not name.isprintable():
        return "contains characters that cannot be printed"
    # `isprintable` has refused lone surrogates, so this cannot fail.
    if len(name.encode()) > _MAX_NAME_BYTES:
        return f"is longer than {_MAX_NAME_BYTES} bytes"
    return ""


def read_submission(folder: Path, assignment: str) -> Submission:
    """Read `<assignment>/<assignment>.ipynb` in the student's folder `submitted/<student>`.

    Below `submitted/`, which is the instructor's, every component is opened without following
    links, so a student can't make the path lead elsewhere. File times are not read: a student can
    set them.

    Raises `Rejected` with the reason if there is no such regular file of at most `MAX_BYTES`, and
    `Unreadable` if the machine can't open or read what is there.
    """
    student = require_safe_name(folder.name, "student's folder")
    require_safe_name(assignment, "assignment")
    name = f"{assignment}.ipynb"
    with (
        _submitted(folder.parent) as submitted,
        _opened(submitted, student, f"the folder {student}", os.O_DIRECTORY) as mine,
        _opened(mine, assignment, f"the folder {assignment}", os.O_DIRECTORY) as handed_in,
    ):
        return _notebook_in(handed_in, name)


def read_notebook(folder: Path, notebook: str) -> Submission:
    """Read `<notebook>.ipynb` in the folder of one submission, wherever a course keeps it.

    The folders above are the instructor's; the folder itself and the file must not be links.
    Raises as `read_submission` does.
    """
    name = f"{require_safe_name(notebook, 'notebook')}.ipynb"
    with (
        _submitted(folder.parent) as parent,
        _opened(parent, folder.name, f"the folder {folder.name}", os.O_DIRECTORY) as handed_in,
    ):
        return _notebook_in(handed_in, name)


def read_timestamp(folder: Path) -> bytes | None:
    """Read nbgrader's `timestamp.txt` in the folder of one submission; None if there is none.

    Raises `Rejected` for anything but a small regular file, and `Unreadable` as the others do.
    """
    content = _beginning(folder, TIMESTAMP, _MAX_TIMESTAMP)
    if content is not None and len(content) > _MAX_TIMESTAMP:
        raise Rejected(f"{TIMESTAMP} is larger than {_MAX_TIMESTAMP} bytes.")
    return content


def read_request(folder: Path) -> bytes | None:
    """Read `regrade.md` in the folder of one submission, a byte more than counts; None for none.

    Its name may have capitals. Raises `Rejected` for anything but a regular file, and `Unreadable`
    as the others do.
    """
    return _beginning(folder, REGRADE, MOST_BYTES)


def _beginning(folder: Path, name: str, most: int) -> bytes | None:
    """Read at most a byte more than `most` of a file in a submission's folder; None for none."""
    with (
        _submitted(folder.parent) as parent,
        _opened(parent, folder.name, f"the folder {folder.name}", os.O_DIRECTORY) as handed_in,
    ):
        found = _spelled(handed_in, name)
        if not found:
            return None
        try:
            with _opened(handed_in, found, found, 0) as descriptor:
                return os.read(descriptor, most + 1)
        except OSError as error:
            raise Unreadable(f"{found} can't be read ({error.strerror}).") from error


def _spelled(folder: int, name: str) -> str:
    """Return how a name is spelled in a folder: as it is, or in other capitals; "" for nowhere."""
    if _exists(folder, name):
        return name
    others = (one for one in _entries(folder) if one.casefold() == name.casefold())
    return min(others, default="")


def read_exchange_files(folder: Path) -> dict[str, bytes]:
    """Return the exchange's notes in the folder of one submission, by name: its time, its secret.

    What is no regular file with a short text is left out.
    """
    found = {}
    for name in EXCHANGE_FILES:
        with (
            suppress(Rejected, Unreadable, OSError, UnicodeError),
            _submitted(folder.parent) as parent,
            _opened(parent, folder.name, f"the folder {folder.name}", os.O_DIRECTORY) as handed_in,
            _opened(handed_in, name, name, 0) as descriptor,
        ):
            content = os.read(descriptor, _MAX_NOTE + 1)
            if content.decode().strip() and len(content) <= _MAX_NOTE:
                found[name] = content
    return found


def _notebook_in(handed_in: int, name: str) -> Submission:
    """Read a file of an open folder."""
    if not _exists(handed_in, name):
        others = _other_entries(handed_in)
        instead = f"found instead: {', '.join(others)}" if others else "the folder is empty"
        raise Rejected(f"There is no {name}; {instead}.")
    with _opened(handed_in, name, name, 0) as descriptor:
        return Submission(_read(descriptor, name))


@contextmanager
def _submitted(folder: Path) -> Iterator[int]:
    """Open the instructor's folder `submitted/`; it may be a link."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise Unreadable(f"{folder} can't be opened ({error.strerror}).") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _opened(parent: int, name: str, what: str, flags: int) -> Iterator[int]:
    """Open one component below `parent` and close it afterwards; refuse links."""
    try:
        _require_kind(os.stat(name, dir_fd=parent, follow_symlinks=False), what, flags)
        # O_NONBLOCK: a pipe that replaced the file meanwhile must not block the class run.
        flags |= os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(name, flags, dir_fd=parent)
    except FileNotFoundError as error:
        raise Rejected(f"Nothing was handed in: {what} is missing.") from error
    except OSError as error:
        reason = f"{what} can't be opened ({error.strerror})."
        raise (Rejected if error.errno in _STUDENTS_DOING else Unreadable)(reason) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _require_kind(found: os.stat_result, what: str, flags: int) -> None:
    """Require a folder if `flags` ask for one, else a regular file."""
    wanted = stat.S_IFDIR if flags & os.O_DIRECTORY else stat.S_IFREG
    kind = stat.S_IFMT(found.st_mode)
    if kind != wanted:
        expected = "folder" if wanted == stat.S_IFDIR else "regular file"
        raise Rejected(f"{what} is {_KINDS.get(kind, 'another kind of file')}, not a {expected}.")


def _exists(folder: int, name: str) -> bool:
    """Whether the folder has an entry of that name, of any kind."""
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Unreadable(f"{name} can't be looked at ({error.strerror}).") from error
    return True


def _read(descriptor: int, name: str) -> bytes:
    """Read an open file after checking its kind and size once more, now that it is open."""
    found = os.fstat(descriptor)
    _require_kind(found, name, 0)
    too_large = f"{name} is larger than {MAX_BYTES / 1e6:g} MB; clear its outputs and save it."
    if found.st_size > MAX_BYTES:
        raise Rejected(too_large)
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unreadable(f"{name} can't be read ({error.strerror}).") from error
    if len(content) > MAX_BYTES:
        raise Rejected(too_large)
    return content


def _other_entries(folder: int) -> list[str]:
    """List the entries of a folder, sorted; the last item counts those beyond `_MAX_LISTED`."""
    found = sorted(one_line(name, 60) for name in _entries(folder) if name not in EXCHANGE_FILES)
    more = len(found) - _MAX_LISTED
    return found[:_MAX_LISTED] + ([f"and {more} more"] if more > 0 else [])


def _entries(folder: int) -> list[str]:
    """Name the entries of an open folder, at most `_MAX_ENTRIES` of them."""
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry, _ in zip(entries, range(_MAX_ENTRIES), strict=False)]
    except OSError as error:
        raise Unreadable(f"The folder can't be listed ({error.strerror}).") from error
