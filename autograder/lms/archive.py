"""The files of an archive or a folder, nested zips included, read as data and never unpacked.

Nothing is written under a name that an archive brings, so no name in it can lead anywhere. What
can't be read is a `Refused` with its reason: never an exception, and never dropped.
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

from autograder.ingest.parsing import one_line
from autograder.ingest.reading import MAX_BYTES

READ = (".ipynb", ".zip", ".yml")
"""Endings of what is read; anything else is named and left alone."""

_CLUTTER = ("__MACOSX", ".ipynb_checkpoints", ".DS_Store", "Thumbs.db")
_DRIVE = re.compile(r"[A-Za-z]:")
_END_OF_DIRECTORY = b"PK\x05\x06"
_LONGEST = 500
_UTF8 = 0x800
_ENCRYPTED = 0x1


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
    """Zips inside zips."""


@dataclass(frozen=True)
class Entry:
    """One file, by its path below what was handed over; a zip's own name is a part of it."""

    parts: tuple[str, ...]
    content: bytes

    @property
    def where(self) -> str:
        """The path for people."""
        return one_line("/".join(self.parts), 200)


@dataclass(frozen=True)
class Refused:
    """Something that was found and not read, and why."""

    where: str
    reason: str
    parts: tuple[str, ...] = ()
    other: bool = False
    """Whether it is merely another kind of file than a notebook."""


@dataclass
class _Budget:
    """What may still be read of one archive."""

    left: int


Found = Entry | Refused


def walk(path: Path, bounds: Bounds | None = None) -> Iterator[Found]:
    """Give every file of a zip or of a folder, zips inside it opened."""
    bounds = bounds or Bounds()
    budget = _Budget(bounds.total)
    if path.is_dir():
        yield from _walk_folder(path, bounds, budget)
    elif path.suffix.lower() == ".zip":
        with path.open("rb") as file:
            yield from _walk_zip(file, (), bounds, budget, 1)
    else:
        yield from _file(path, (path.name,), bounds, budget)


def _walk_folder(folder: Path, bounds: Bounds, budget: _Budget) -> Iterator[Found]:
    """Give the files below a folder; links are not followed."""
    count = 0
    for root, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in _CLUTTER)
        links = [name for name in folders if (Path(root) / name).is_symlink()]
        for name in sorted([*files, *links]):
            count += 1
            path = Path(root) / name
            parts = path.relative_to(folder).parts
            if count > bounds.entries:
                yield Refused(str(folder), f"It holds more than {bounds.entries:,} files.")
                return
            if name not in _CLUTTER:
                yield from _file(path, parts, bounds, budget)


def _file(path: Path, parts: tuple[str, ...], bounds: Bounds, budget: _Budget) -> Iterator[Found]:
    """Give one file of a folder."""
    where = one_line("/".join(parts), 200)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            yield Refused(where, "It is a link or another special file.", parts)
        elif path.suffix.lower() == ".zip":
            with path.open("rb") as file:
                yield from _walk_zip(file, parts, bounds, budget, 1)
        elif path.suffix.lower() not in READ:
            yield Refused(where, "It is no notebook.", parts, other=True)
        else:
            with path.open("rb") as file:
                yield _read(file, parts, bounds.member, budget)
    except OSError as error:
        yield Refused(where, f"It can't be read ({error.strerror}).", parts)


def _walk_zip(
    file: IO[bytes], prefix: tuple[str, ...], bounds: Bounds, budget: _Budget, depth: int
) -> Iterator[Found]:
    """Give the files of a zip."""
    where = one_line("/".join(prefix), 200) or "the archive"
    problem = _directory_problem(file, bounds)
    if problem:
        yield Refused(where, problem, prefix)
        return
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield Refused(where, f"It is no zip that can be read ({error}).", prefix)
        return
    with archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) > bounds.entries:
            yield Refused(where, f"It holds more than {bounds.entries:,} files.", prefix)
            return
        times = Counter(_name(member) for member in members)
        told: set[str] = set()
        for member in members:
            name = _name(member)
            if times[name] > 1:
                if name not in told:
                    told.add(name)
                    reason = f"{times[name]} entries of the archive have this name."
                    yield Refused(one_line(name, 200), reason, (*prefix, name))
                continue
            yield from _member(archive, member, prefix, bounds, budget, depth)


def _directory_problem(file: IO[bytes], bounds: Bounds) -> str:
    """Say why a zip's list of entries is not read: Python would read it whole, however long."""
    file.seek(0, os.SEEK_END)
    size = file.tell()
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(_END_OF_DIRECTORY)
    file.seek(0)
    if at < 0 or len(tail) < at + 20:
        return "It is no zip, or it was cut off."
    (length,) = struct.unpack_from("<L", tail, at + 12)
    # 0xFFFFFFFF stands for a zip64, whose list can have any length.
    return f"It lists more than {bounds.entries:,} files." if length > bounds.entries * 400 else ""


def _name(member: zipfile.ZipInfo) -> str:
    """A member's name, in UTF-8 also where the archive forgot to say so."""
    name = member.orig_filename
    if not member.flag_bits & _UTF8:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _member(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    prefix: tuple[str, ...],
    bounds: Bounds,
    budget: _Budget,
    depth: int,
) -> Iterator[Found]:
    """Give one member, or the files of the zip that it is."""
    name = _name(member)
    parts = (*prefix, *name.split("/"))
    where = one_line("/".join(parts), 200)
    if any(part in _CLUTTER or part.startswith("._") for part in parts):
        return
    problem = _member_problem(member, name, bounds)
    if problem:
        yield Refused(where, problem, parts)
        return
    nested = name.lower().endswith(".zip")
    if nested and depth >= bounds.depth:
        yield Refused(where, f"Zips are opened {bounds.depth} deep, not deeper.", parts)
        return
    if not name.lower().endswith(READ):
        yield Refused(where, "It is no notebook.", parts, other=True)
        return
    try:
        with archive.open(member) as file:
            found = _read(file, parts, bounds.nested if nested else bounds.member, budget)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError) as error:
        found = Refused(where, f"It is damaged ({error}).", parts)
    except (NotImplementedError, RuntimeError, struct.error, ValueError) as error:
        found = Refused(where, f"It can't be read ({error}).", parts)
    if nested and isinstance(found, Entry):
        yield from _walk_zip(io.BytesIO(found.content), parts, bounds, budget, depth + 1)
    else:
        yield found


def _member_problem(member: zipfile.ZipInfo, name: str, bounds: Bounds) -> str:
    """Say why a member is not read, by what the archive says of it."""
    checks: list[tuple[bool, str]] = [
        (bool(member.flag_bits & _ENCRYPTED), "It is encrypted."),
        (stat.S_ISLNK(member.external_attr >> 16), "It is a link."),
        (name.startswith("/") or bool(_DRIVE.match(name)), "Its path is absolute."),
        (bool({"..", "."} & set(name.split("/"))), "Its path leads out of the archive."),
        (not _usable(name), "Its name can't be used."),
        (_swells(member, bounds), f"It would grow more than {bounds.ratio} times: a zip bomb?"),
    ]
    return next((reason for bad, reason in checks if bad), "")


def _usable(name: str) -> bool:
    """Whether a path can be shown and read: no control signs, no empty parts, of sane length."""
    return name.isprintable() and len(name) <= _LONGEST and "" not in name.split("/")


def _swells(member: zipfile.ZipInfo, bounds: Bounds) -> bool:
    """Whether a member says that it is far larger than what is stored of it."""
    large = member.file_size > 1_000_000
    return large and member.file_size > bounds.ratio * max(1, member.compress_size)


def _read(file: IO[bytes], parts: tuple[str, ...], limit: int, budget: _Budget) -> Found:
    """Read a file to its end, unless it is longer than allowed, whatever its archive says."""
    where = one_line("/".join(parts), 200)
    allowed = min(limit, budget.left)
    content = file.read(allowed + 1)
    if len(content) > allowed:
        if allowed < limit:
            return Refused(where, "The archive as a whole is too large.", parts)
        return Refused(where, f"It is larger than {limit / 1e6:g} MB.", parts)
    budget.left -= len(content)
    return Entry(parts, content)
