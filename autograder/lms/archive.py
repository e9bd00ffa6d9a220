"""The files of an archive or a folder, nested zips included, read as data and never unpacked.

Nothing is written under a name that an archive contains, so no name can lead anywhere. What can't
be read becomes a `Refused` with its reason: no exception is raised and nothing is dropped.
"""

import contextlib
import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from course.notebook.parsing import MAX_BYTES
from course.notebook.tampering import one_line

READ = (".ipynb", ".zip", ".yml", ".json", ".ipynb.txt")
"""Endings of the files that are read: browsers save notebooks as .json and .ipynb.txt too."""

_CLUTTER = (
    "__MACOSX",
    "__pycache__",
    ".ipynb_checkpoints",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    "timestamp.txt",
)
NO_NOTEBOOK = "It is not a notebook (.ipynb)."

_ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
_ZIP = b"PK\x03\x04"
_DRIVE = re.compile(r"[A-Za-z]:")
_END_OF_DIRECTORY = b"PK\x05\x06"
_MAX_PATH = 500  # characters
_UTF8 = 0x800
_ENCRYPTED = 0x1

Parts = tuple[str, ...]
"""A path below what was handed over; the name of a zip is one part of it."""


@dataclass(frozen=True)
class Bounds:
    """How much of an archive is read."""

    entries: int = 20_000
    """Entries of one zip or folder."""
    member: int = MAX_BYTES
    """Bytes of one file."""
    nested: int = 200_000_000
    """Bytes of a zip inside a zip."""
    total: int = 2_000_000_000
    """Bytes of everything in one archive."""
    ratio: int = 200
    """How many times larger than its compressed form a file above a megabyte may be."""
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
        return _shown(self.parts)


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
        return _shown(self.parts)


Found = Entry | Refused


def _shown(parts: Parts) -> str:
    return one_line("/".join(parts), 200) or "the archive"


def walk(path: Path, bounds: Bounds | None = None) -> Iterator[Found]:
    """Yield every file of a zip, of a folder, or of a single file; zips inside are opened."""
    archive = _Walk(bounds or Bounds())
    if path.is_dir():
        yield from archive.folder(path)
    elif path.suffix.lower() == ".zip":
        with path.open("rb") as file:
            yield from archive.zip(file, (), 1)
    else:
        yield from archive.file(path, (path.name,))


class _Walk:
    """Reads one archive and counts what may still be read of it."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.bytes_left = bounds.total

    def folder(self, folder: Path) -> Iterator[Found]:
        """Yield the files below a folder; links are not followed."""
        count = 0
        closed: list[OSError] = []
        for root, folders, files in os.walk(folder, onerror=closed.append, followlinks=False):
            below = Path(root).relative_to(folder).parts
            yield from (_clutter((*below, name)) for name in folders if _is_clutter(name))
            folders[:] = sorted(name for name in folders if not _is_clutter(name))
            links = [name for name in folders if (Path(root) / name).is_symlink()]
            for name in sorted([*files, *links]):
                count += 1
                if count > self.bounds.entries:
                    yield Refused((folder.name,), self._too_many("holds"))
                    return
                if _is_clutter(name):
                    yield _clutter((*below, name))
                else:
                    yield from self.file(Path(root) / name, (*below, name))
        for error in closed:
            parts = Path(error.filename).relative_to(folder).parts
            yield Refused(parts, f"The folder can't be opened ({error.strerror}).")

    def file(self, path: Path, parts: Parts) -> Iterator[Found]:
        """Yield one file of a folder, or the files of the zip that it is."""
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                yield Refused(parts, "It is a link or another special file.")
            elif path.suffix.lower() == ".zip":
                with path.open("rb") as file:
                    yield from self.zip(file, parts, 1)
            elif not path.name.lower().endswith(READ):
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
            yield from self.zip(io.BytesIO(found.content), found.parts, depth + 1)
        else:
            yield found

    def zip(self, file: IO[bytes], prefix: Parts, depth: int) -> Iterator[Found]:
        """Yield the files of a zip whose own path is `prefix`."""
        problem = self._directory_problem(file)
        if problem:
            yield Refused(prefix, problem)
            return
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            yield Refused(prefix, f"It is not a zip file that can be read ({error}).")
            return
        with archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > self.bounds.entries:
                yield Refused(prefix, self._too_many("holds"))
                return
            counts = Counter(map(_name, members))
            for name, count in counts.items():
                if count > 1:
                    reason = f"{count} entries of the archive have this name."
                    yield Refused((*prefix, name), reason)
            for member in members:
                if counts[_name(member)] == 1:
                    yield from self.member(archive, member, prefix, depth)

    def _directory_problem(self, file: IO[bytes]) -> str:
        """Return why a zip's list of entries is not read: `zipfile` would read all of it."""
        file.seek(0, os.SEEK_END)
        size = file.tell()
        file.seek(max(0, size - 65_557))
        tail = file.read()
        at = tail.rfind(_END_OF_DIRECTORY)
        file.seek(0)
        if at < 0 or len(tail) < at + 20:
            return "It is not a zip file, or it was cut off."
        (length,) = struct.unpack_from("<L", tail, at + 12)
        # 0xFFFFFFFF marks a zip64, whose list can have any length.
        return self._too_many("lists") if length > self.bounds.entries * 400 else ""

    def _too_many(self, verb: str) -> str:
        return f"It {verb} more than {self.bounds.entries:,} files."

    def member(
        self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, prefix: Parts, depth: int
    ) -> Iterator[Found]:
        """Yield one member, or the files of the zip that it is."""
        name = _name(member)
        parts = (*prefix, *name.split("/"))
        if any(map(_is_clutter, parts)):
            yield _clutter(parts)
            return
        problem = self._member_problem(member, name)
        nested = name.lower().endswith(".zip")
        if problem:
            yield Refused(parts, problem)
        elif nested and depth >= self.bounds.depth:
            yield Refused(parts, f"Zips are opened {self.bounds.depth} deep, not deeper.")
        elif not name.lower().endswith(READ):
            yield _not_a_notebook(parts)
        else:
            found = self._read_member(archive, member, parts, nested)
            if nested and isinstance(found, Entry):
                yield from self.zip(io.BytesIO(found.content), parts, depth + 1)
            else:
                yield from self.opened(found, depth)

    def _member_problem(self, member: zipfile.ZipInfo, name: str) -> str:
        """Return why a member is not read, from the archive's list of entries; "" if it is."""
        bounds = self.bounds
        large = member.file_size > 1_000_000
        swells = large and member.file_size > bounds.ratio * max(1, member.compress_size)
        checks: list[tuple[bool, str]] = [
            (bool(member.flag_bits & _ENCRYPTED), "It is encrypted."),
            (stat.S_ISLNK(member.external_attr >> 16), "It is a link."),
            (name.startswith("/") or bool(_DRIVE.match(name)), "Its path is absolute."),
            (bool({"..", "."} & set(name.split("/"))), "Its path leads out of the archive."),
            (not _is_usable(name), "Its name can't be used."),
            (swells, f"It would grow more than {bounds.ratio} times: a zip bomb?"),
        ]
        return next((reason for bad, reason in checks if bad), "")

    def _read_member(
        self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, parts: Parts, nested: bool
    ) -> Found:
        """Read one member of a zip."""
        limit = self.bounds.nested if nested else self.bounds.member
        try:
            with archive.open(member) as file:
                return self.read(file, parts, limit)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError) as error:
            return Refused(parts, f"It is damaged ({error}).")
        except (NotImplementedError, RuntimeError, struct.error, ValueError) as error:
            return Refused(parts, f"It can't be read ({error}).")

    def read(self, file: IO[bytes], parts: Parts, limit: int) -> Found:
        """Read a file to its end; refuse one above `limit` bytes, whatever its archive claims."""
        allowed = min(limit, self.bytes_left)
        content = file.read(allowed + 1)
        if len(content) > allowed:
            if allowed < limit:
                return Refused(parts, "The archive as a whole is too large.")
            return Refused(parts, f"It is larger than {limit / 1e6:g} MB.")
        self.bytes_left -= len(content)
        return Entry(parts, content)


def _not_a_notebook(parts: Parts) -> Refused:
    """Refuse a file by its ending."""
    if parts[-1].lower().endswith(_ARCHIVES):
        reason = "It is an archive that is not opened: unpack it, then collect the folder."
        return Refused(parts, reason)
    return Refused(parts, NO_NOTEBOOK)


def _is_clutter(name: str) -> bool:
    """Whether a system made a file or folder of this name, and no student."""
    return name in _CLUTTER or name.startswith("._")


def _clutter(parts: Parts) -> Refused:
    return Refused(parts, "A system made it.", clutter=True)


def _name(member: zipfile.ZipInfo) -> str:
    """Return a member's name, decoded as UTF-8 even if the archive does not declare it."""
    name = member.orig_filename
    if not member.flag_bits & _UTF8:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _is_usable(name: str) -> bool:
    """Whether a path is printable, of limited length and without empty parts."""
    return name.isprintable() and len(name) <= _MAX_PATH and "" not in name.split("/")
