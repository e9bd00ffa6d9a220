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
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from autograder.ingest.reading import EXCHANGE_FILES
from autograder.lms.zip_directory import (
    OpenZip,
    Parts,
    UnusableZip,
    described,
    has_false_name,
    member_name,
)
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
    *EXCHANGE_FILES,
)
NO_NOTEBOOK = "It is not a notebook (.ipynb)."

_ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
_ZIP = b"PK\x03\x04"
_DRIVE = re.compile(r"[A-Za-z]:")
_MAX_PATH = 500  # characters
_ENCRYPTED = 0x1


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

    def __init__(self, path: Path, bounds: Bounds) -> None:
        self.path, self.bounds = path, bounds
        self.is_folder = path.is_dir()
        self.is_zip = not self.is_folder and path.suffix.lower() == ".zip"
        self._zip: OpenZip | None = None

    def __enter__(self) -> "Package":
        """Return the package."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the zip."""
        if self._zip:
            self._zip.close()

    def names(self, prefix: Parts) -> dict[str, bool]:
        """Name what lies directly below `prefix` in the outermost layer, and whether as a folder.

        Raises `UnusableZip` for a list that is too long or can't be read.
        """
        if self.is_zip:
            return self._opened().names(prefix)
        if not self.is_folder:
            return {self.path.name: False}
        found: dict[str, bool] = {}
        try:
            with os.scandir(self.path.joinpath(*prefix)) as entries:
                for entry in entries:
                    found[entry.name] = entry.is_dir(follow_symlinks=False)
                    if len(found) > self.bounds.entries:
                        raise UnusableZip(_too_many(self.bounds.entries))
        except OSError as error:
            raise UnusableZip(f"The folder can't be opened ({error.strerror}).") from error
        return found

    def walk(self, prefix: Parts) -> Iterator[Found]:
        """Yield every file at or below `prefix`; each call has all of the bounds to itself."""
        upload = _Walk(self.bounds)
        start = self.path.joinpath(*prefix)
        if self.is_zip:
            try:
                yield from upload.members(self._opened(), (), 1, prefix)
            except UnusableZip as error:
                yield Refused((), str(error))
        elif not self.is_folder:
            yield from upload.file(self.path, (self.path.name,))
        elif start.is_dir() and not start.is_symlink():
            yield from upload.folder(start, prefix)
        else:
            yield from upload.file(start, prefix)

    def _opened(self) -> "OpenZip":
        """Return the open zip; raises `UnusableZip` if it can't be opened."""
        if self._zip is None:
            try:
                file = self.path.open("rb")
            except OSError as error:
                raise UnusableZip(f"It can't be read ({error.strerror}).") from error
            self._zip = OpenZip(file, self.bounds.entries)
        return self._zip


def _too_many(limit: int) -> str:
    return f"It holds more than {limit:,} files."


class _Walk:
    """Reads one upload and counts what may still be read of it."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
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

    def zip(self, file: IO[bytes], own: Parts, depth: int) -> Iterator[Found]:
        """Yield the files of a zip whose own path is `own`."""
        try:
            if not self.zips_left:
                raise UnusableZip(
                    f"More than {self.bounds.zips} zips in one upload are not opened."
                )
            self.zips_left -= 1
            opened = OpenZip(file, self.bounds.entries)
        except UnusableZip as error:
            yield Refused(own, str(error))
            return
        with contextlib.closing(opened):
            yield from self.members(opened, own, depth, ())

    def members(self, opened: OpenZip, own: Parts, depth: int, prefix: Parts) -> Iterator[Found]:
        """Yield the files of an open zip at or below `prefix`."""
        below = opened.below(prefix)
        if not below:
            yield Refused((*own, *prefix), "It holds no files.")
        counts = Counter(name for name, _ in below)
        for name, count in counts.items():
            if count > 1:
                reason = f"{count} entries of the archive have this name."
                yield Refused((*own, *name.split("/")), reason)
        for name, member in below:
            if member.header_offset in opened.overlaps:
                reason = "It shares bytes with another entry: a zip bomb?"
                yield Refused((*own, *name.split("/")), reason)
            elif counts[name] == 1:
                yield from self.member(opened.archive, member, own, depth)

    def member(
        self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, prefix: Parts, depth: int
    ) -> Iterator[Found]:
        """Yield one member, or the files of the zip that it is."""
        name = member_name(member)
        parts = (*prefix, *name.split("/"))
        if any(map(is_clutter, name.split("/"))):
            yield _clutter(parts)
            return
        problem = self._member_problem(member, name)
        if has_false_name(archive, member):
            problem = "Its name is not UTF-8, as the archive says it is."
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
    if parts[-1].lower().endswith(_ARCHIVES):
        reason = "It is an archive that is not opened: unpack it, then collect the folder."
        return Refused(parts, reason)
    return Refused(parts, NO_NOTEBOOK)


def is_clutter(name: str) -> bool:
    """Whether a system made a file or folder of this name, and no student."""
    return name in _CLUTTER or name.startswith("._")


def _clutter(parts: Parts) -> Refused:
    return Refused(parts, "A system made it.", clutter=True)


def _is_usable(name: str) -> bool:
    """Whether a path is printable, of limited length and without empty parts."""
    return name.isprintable() and len(name) <= _MAX_PATH and "" not in name.split("/")
