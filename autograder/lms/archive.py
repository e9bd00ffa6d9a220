"""The files of an archive or a folder, nested zips included, read as data and never unpacked.

Nothing is written under a name that an archive contains, so no name can lead anywhere. What can't
be read becomes a `Refused` with its reason: no exception is raised and nothing is dropped. What
students wrote is read in a process of its own; see `reader`.
"""

import contextlib
import io
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from autograder.lms.file_names import is_archive, is_clutter, made_root
from autograder.lms.members import Directory, Member, Parts, UnusableArchive, described
from autograder.lms.tar_directory import open_tar
from autograder.lms.zip_directory import open_zip
from course.notebook.parsing import MAX_BYTES
from course.notebook.regrade_request import is_request
from course.notebook.tampering import one_line

READ = (".ipynb", ".yml", ".json", ".ipynb.txt")
"""Endings of the files that are read: browsers save notebooks as .json and .ipynb.txt too.

Regrade requests are read as well; see `is_read`.
"""

NO_NOTEBOOK = "It is not a notebook (.ipynb)."

_CLOSED = (".rar", ".7z", ".gz", ".bz2", ".xz", ".zst")
_ZIP = b"PK\x03\x04"
_DRIVE = re.compile(r"[A-Za-z]:")
_MAX_PATH = 500  # characters


@dataclass(frozen=True)
class Bounds:
    """How much of one upload is read."""

    entries: int = 20_000
    """Entries of one zip or folder."""
    member: int = MAX_BYTES
    """Bytes of one file."""
    nested: int = 200_000_000
    """Bytes of a zip inside a zip."""
    total: int = 400_000_000
    """Bytes of everything in one upload."""
    ratio: int = 200
    """How many times larger than its compressed form a file above a megabyte may be."""
    zips: int = 200
    """Zips of one upload that are opened."""
    depth: int = 3
    """Levels of zips inside zips, the outermost included."""


@dataclass(frozen=True)
class Entry:
    """One file that was read."""

    parts: Parts
    content: bytes

    @property
    def where(self) -> str:
        """The path in one printable line."""
        return shown(self.parts)


@dataclass(frozen=True)
class Refused:
    """Something that was found and not read, and why."""

    parts: Parts
    reason: str
    clutter: bool = False
    """Whether a system made it, such as `Thumbs.db`, and no student."""

    @property
    def where(self) -> str:
        """The path in one printable line."""
        return shown(self.parts)


Found = Entry | Refused


def is_read(name: str) -> bool:
    """Whether a file of this name is read: a notebook, a system's list, or a regrade request."""
    return name.lower().endswith(READ) or is_request(name)


def shown(parts: Parts) -> str:
    """Return a path in one printable line."""
    return one_line("/".join(parts), 200) or "the archive"


def walk(path: Path, bounds: Bounds | None = None) -> Iterator[Found]:
    """Yield every file of a zip, of a folder, or of a single file; zips inside are opened."""
    with Package(path, bounds or Bounds()) as package:
        yield from package.walk(())


class Package:
    """A zip, a folder or a single file that was handed over: its outermost layer, and all below.

    A zip stays open, so that reading it upload by upload reads its list of entries once.
    """

    def __init__(self, path: Path, bounds: Bounds, encoding: str = "") -> None:
        """Read what lies at `path`; names in zips that do not say theirs are in `encoding`."""
        self.path, self.bounds, self.encoding = path, bounds, encoding
        self.is_folder = path.is_dir()
        self.is_archive = not self.is_folder and is_archive(path.name)
        self._directory: Directory | None = None

    def __enter__(self) -> "Package":
        """Return the package."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the archive."""
        if self._directory:
            self._directory.close()

    def names(self, prefix: Parts) -> dict[str, bool]:
        """Name what lies directly below `prefix` in the outermost layer, and whether as a folder.

        Raises `UnusableArchive` for a list that is too long or can't be read.
        """
        if self.is_archive:
            return self._opened().names(prefix)
        if not self.is_folder:
            return {self.path.name: False}
        found: dict[str, bool] = {}
        try:
            with os.scandir(self.path.joinpath(*prefix)) as entries:
                for entry in entries:
                    found[entry.name] = entry.is_dir(follow_symlinks=False)
                    if len(found) > self.bounds.entries:
                        raise UnusableArchive(_too_many(self.bounds.entries))
        except OSError as error:
            raise UnusableArchive(f"The folder can't be opened ({error.strerror}).") from error
        return found

    def walk(self, prefix: Parts) -> Iterator[Found]:
        """Yield every file at or below `prefix`; each call has all of the bounds to itself."""
        upload = _Walk(self.bounds, self.encoding)
        start = self.path.joinpath(*prefix)
        if self.is_archive:
            try:
                yield from upload.members(self._opened(), (), 1, prefix)
            except UnusableArchive as error:
                yield Refused((), str(error))
        elif not self.is_folder:
            yield from upload.file(self.path, (self.path.name,))
        elif start.is_dir() and not start.is_symlink():
            yield from upload.folder(start, prefix)
        else:
            yield from upload.file(start, prefix)

    def _opened(self) -> Directory:
        """Return the open archive; raises `UnusableArchive` if it can't be opened."""
        if self._directory is None:
            try:
                file = self.path.open("rb")
            except OSError as error:
                raise UnusableArchive(f"It can't be read ({error.strerror}).") from error
            self._directory = _open(file, self.path.name, self.bounds, self.encoding)
        return self._directory

    def unclear_names(self) -> Sequence[bytes]:
        """Return the names in the outermost zip whose encoding nothing tells."""
        return self._opened().unclear if self.is_archive else ()

    def text(self, parts: Parts) -> bytes | None:
        """Return a small file whatever its name is, such as a time that a system wrote."""
        try:
            if not self.is_archive:
                path = self.path.joinpath(*parts)
                if not stat.S_ISREG(path.lstat().st_mode):
                    return None
                with path.open("rb") as file:
                    return file.read(_SMALL)
            found = [one for one in self._opened().below(parts) if one.name == "/".join(parts)]
            if len(found) != 1 or found[0].problem:
                return None
            with found[0].open() as file:
                return file.read(_SMALL)
        except Exception:  # as for any member: each way of compression raises errors of its own
            return None


_SMALL = 10_000  # bytes


def _open(file: IO[bytes], name: str, bounds: Bounds, encoding: str) -> Directory:
    """Open an archive by its first bytes, not by its name: students confuse the endings."""
    start = file.read(4)
    file.seek(0)
    if start == _ZIP or name.lower().endswith(".zip"):
        return open_zip(file, bounds.entries, encoding)
    return open_tar(file, bounds.entries, bounds.total, bounds.ratio)


def _too_many(limit: int) -> str:
    return f"It holds more than {limit:,} files."


class _Walk:
    """Reads one upload and counts what may still be read of it."""

    def __init__(self, bounds: Bounds, encoding: str) -> None:
        self.bounds, self.encoding = bounds, encoding
        self.bytes_left = bounds.total
        self.zips_left = bounds.zips

    def folder(self, folder: Path, prefix: Parts) -> Iterator[Found]:
        """Yield the files below a folder whose own path is `prefix`; links are not followed."""
        count = 0
        closed: list[OSError] = []
        for root, folders, files in os.walk(folder, onerror=closed.append, followlinks=False):
            below = (*prefix, *Path(root).relative_to(folder).parts)
            yield from (_clutter((*below, name)) for name in folders if is_clutter(name))
            folders[:] = sorted(name for name in folders if not is_clutter(name))
            links = [name for name in folders if (Path(root) / name).is_symlink()]
            for name in sorted([*files, *links]):
                count += 1
                if count > self.bounds.entries:
                    yield Refused((folder.name,), _too_many(self.bounds.entries))
                    return
                if is_clutter(name):
                    yield _clutter((*below, name))
                else:
                    yield from self.file(Path(root) / name, (*below, name))
        for error in closed:
            parts = (*prefix, *Path(error.filename).relative_to(folder).parts)
            yield Refused(parts, f"The folder can't be opened ({error.strerror}).")

    def file(self, path: Path, parts: Parts) -> Iterator[Found]:
        """Yield one file of a folder, or the files of the zip that it is."""
        try:
            if not _is_usable("/".join(parts)):
                yield Refused(parts, "Its name can't be used.")
            elif not stat.S_ISREG(path.lstat().st_mode):
                yield Refused(parts, "It is a link or another special file.")
            elif is_archive(path.name):
                with path.open("rb") as file:
                    yield from self.archive(file, parts, 1)
            elif not is_read(path.name):
                yield _not_a_notebook(parts)
            else:
                with path.open("rb") as file:
                    found = self.read(file, parts, self.bounds.member)
                yield from self.opened(found, 0)
        except OSError as error:
            yield Refused(parts, f"It can't be read ({error.strerror}).")

    def opened(self, found: Found, depth: int) -> Iterator[Found]:
        """Yield what was read, or its files if it is a zip, whatever its name is."""
        is_zip = isinstance(found, Entry) and found.content.startswith(_ZIP)
        if is_zip and depth >= self.bounds.depth:
            yield Refused(found.parts, f"Zips are opened {self.bounds.depth} deep, not deeper.")
        elif isinstance(found, Entry) and is_zip:
            yield from self.archive(io.BytesIO(found.content), found.parts, depth + 1)
        else:
            yield found

    def archive(self, file: IO[bytes], own: Parts, depth: int) -> Iterator[Found]:
        """Yield the files of an archive whose own path is `own`."""
        try:
            if not self.zips_left:
                raise UnusableArchive(
                    f"More than {self.bounds.zips} zips in one upload are not opened."
                )
            self.zips_left -= 1
            opened = _open(file, own[-1], self.bounds, self.encoding)
        except UnusableArchive as error:
            yield Refused(own, str(error))
            return
        with contextlib.closing(opened):
            yield from self.members(opened, own, depth, ())

    def members(self, opened: Directory, own: Parts, depth: int, prefix: Parts) -> Iterator[Found]:
        """Yield the files of an open archive at or below `prefix`."""
        below = opened.below(prefix)
        if not below:
            yield Refused((*own, *prefix), "It holds no files.")
        counts = Counter(member.name for member in below)
        for name, count in counts.items():
            if count > 1 and not made_root(name):
                reason = f"{count} entries of the archive have this name."
                yield Refused((*own, *name.split("/")), reason)
        made: set[str] = set()
        for member in below:
            root = made_root(member.name)
            if root and root not in made:
                yield _clutter((*own, *root.split("/")))
                made.add(root)
            elif not root and counts[member.name] == 1:
                yield from self.member(member, own, depth)

    def member(self, member: Member, prefix: Parts, depth: int) -> Iterator[Found]:
        """Yield one member, or the files of the archive that it is."""
        name = member.name
        parts = (*prefix, *name.split("/"))
        problem = self._member_problem(member)
        nested = is_archive(name)
        if problem:
            yield Refused(parts, problem)
        elif nested and depth >= self.bounds.depth:
            yield Refused(parts, f"Zips are opened {self.bounds.depth} deep, not deeper.")
        elif not nested and not is_read(parts[-1]):
            yield _not_a_notebook(parts)
        else:
            found = self._read_member(member, parts, nested)
            if nested and isinstance(found, Entry):
                yield from self.archive(io.BytesIO(found.content), parts, depth + 1)
            else:
                yield from self.opened(found, depth)

    def _member_problem(self, member: Member) -> str:
        """Return why a member is not read, from the archive's list of entries; "" if it is."""
        bounds, name = self.bounds, member.name
        large = member.size > 1_000_000
        swells = large and member.size > bounds.ratio * max(1, member.packed)
        checks: list[tuple[bool, str]] = [
            (bool(member.problem), member.problem),
            (name.startswith("/") or bool(_DRIVE.match(name)), "Its path is absolute."),
            (bool({"..", "."} & set(name.split("/"))), "Its path leads out of the archive."),
            (not _is_usable(name), "Its name can't be used."),
            (swells, f"It would grow more than {bounds.ratio} times: a zip bomb?"),
        ]
        return next((reason for bad, reason in checks if bad), "")

    def _read_member(self, member: Member, parts: Parts, nested: bool) -> Found:
        """Read one member of an archive."""
        limit = self.bounds.nested if nested else self.bounds.member
        try:
            with member.open() as file:
                return self.read(file, parts, limit)
        except NotImplementedError as error:
            return Refused(parts, f"It can't be read ({described(error)}).")
        except Exception as error:  # each way of compression raises errors of its own
            return Refused(parts, f"It is damaged ({described(error)}).")

    def read(self, file: IO[bytes], parts: Parts, limit: int) -> Found:
        """Read a file to its end; refuse one above `limit` bytes, whatever its archive claims."""
        allowed = min(limit, self.bytes_left)
        content = file.read(allowed + 1)
        if len(content) > allowed:
            if allowed < limit:
                return Refused(
                    parts, f"The upload as a whole is too large: {_megabytes(self.bounds.total)}."
                )
            return Refused(parts, f"It is larger than {_megabytes(limit)}.")
        self.bytes_left -= len(content)
        return Entry(parts, content)


def _megabytes(count: int) -> str:
    return f"{count / 1e6:g} MB"


def _not_a_notebook(parts: Parts) -> Refused:
    """Refuse a file by its ending."""
    if parts[-1].lower().endswith(_CLOSED):
        reason = "It is an archive that is not opened: unpack it, then collect the folder."
        return Refused(parts, reason)
    return Refused(parts, NO_NOTEBOOK)


def _clutter(parts: Parts) -> Refused:
    return Refused(parts, "A system made it.", clutter=True)


def _is_usable(name: str) -> bool:
    """Whether a path is printable, of limited length and without empty parts."""
    return name.isprintable() and len(name) <= _MAX_PATH and "" not in name.split("/")
