"""An open zip: its end and its list of entries are checked before `zipfile` reads all of it.

`zipfile` trusts what stands there: it takes the last end record that it finds, also one inside a
comment, reads a list of any length, and gives up the whole archive for one name that is not UTF-8.
"""

import bisect
import contextlib
import io
import os
import re
import stat
import struct
import zipfile
from dataclasses import dataclass
from typing import IO

from autograder.lms.members import Directory, Member, UnusableArchive, described

_UTF8 = 0x800
"""The flag of an entry whose name is UTF-8."""

_ENCRYPTED = 0x1

_END, _ENTRY = b"PK\x05\x06", b"PK\x01\x02"
_LOCATOR_64, _END_64 = b"PK\x06\x07", b"PK\x06\x06"
_END_BYTES, _LOCATOR_BYTES, _END_64_BYTES, _ENTRY_BYTES = 22, 20, 56, 46
_LONGEST_COMMENT = 65_535
_BYTES_OF_AN_ENTRY = 400  # in the list, on average

_CUT_OFF = "It is not a zip file, or it was cut off."
_DAMAGED = "Its list of entries is damaged."


@dataclass(frozen=True)
class _End:
    """What the end of a zip says of its list of entries."""

    start: int
    length: int
    count: int


def open_zip(file: IO[bytes], entries: int, encoding: str = "") -> Directory:
    """Open a zip of at most `entries` files; raises `UnusableArchive`, then the file is closed.

    Names that do not say their encoding are read in `encoding`, where that is given and fits.
    """
    try:
        archive = _open_zip(file, entries)
    except UnusableArchive:
        file.close()
        raise
    except Exception as error:  # whatever a damaged zip makes Python raise
        file.close()
        raise UnusableArchive(
            f"It is not a zip file that can be read ({described(error)})."
        ) from error

    def close() -> None:
        archive.close()
        file.close()

    named = [(_name(member, encoding), member) for member in archive.infolist()]
    files = [pair for pair in named if not pair[0].endswith("/")]
    overlaps = _overlapping([member for _, member in files])
    members = [_member(archive, name, one, overlaps) for name, one in files]
    unclear = [raw for _, one in files if (raw := _raw(one)) and not _is_utf8(raw)]
    return Directory(members, close, unclear)


def _member(
    archive: zipfile.ZipFile, name: str, member: zipfile.ZipInfo, overlaps: set[int]
) -> Member:
    """Describe one file, with what its line in the list of entries says against it."""
    checks = (
        (member.header_offset in overlaps, "It shares bytes with another entry: a zip bomb?"),
        (_has_false_name(archive, member), "Its name is not UTF-8, as the archive says it is."),
        (bool(member.flag_bits & _ENCRYPTED), "It is encrypted."),
        (stat.S_ISLNK(member.external_attr >> 16), "It is a link."),
    )
    problem = next((reason for bad, reason in checks if bad), "")
    return Member(
        name, member.file_size, member.compress_size, problem, lambda: archive.open(member)
    )


def _name(member: zipfile.ZipInfo, encoding: str = "") -> str:
    """Return a member's name; one that does not say its encoding is in the one that is given.

    Otherwise it is UTF-8 if it can be, Shift-JIS, as Windows writes Japanese names, if that gives
    Japanese text, and else code page 437, which is the format's own.
    """
    name = member.orig_filename
    raw = _raw(member)
    for one in (encoding, "cp932" if _is_japanese(raw) else "", "utf-8") if raw else ():
        with contextlib.suppress(UnicodeError):
            if one:
                name = raw.decode(one)
                break
    return name.replace("\\", "/")


def _raw(member: zipfile.ZipInfo) -> bytes:
    """Return the bytes of a name that does not say its encoding; none for one that is ASCII."""
    name = member.orig_filename
    if member.flag_bits & _UTF8 or name.isascii():
        return b""
    try:
        return name.encode("cp437")  # as `zipfile` has read it
    except UnicodeError:
        return b""


_JAPANESE = re.compile(r"[\u3000\u3005-\u3007\u3041-\u30ff\u4e00-\u9fff\uff01-\uff60]+")
_MIXED = re.compile(r"[A-Za-z][^\x00-\x7f]|[^\x00-\x7f][A-Za-z]")


def _is_japanese(raw: bytes) -> bool:
    """Whether bytes that are not UTF-8 are Japanese text in Shift-JIS.

    In another code page an accented letter and the Latin letter after it can look like one sign.
    """
    try:
        text = raw.decode("cp932")
    except UnicodeDecodeError:
        return False
    foreign = re.sub(r"[\x00-\x7f]", "", text)
    is_all = bool(_JAPANESE.fullmatch(foreign)) and not _MIXED.search(text)
    return is_all and not _is_utf8(raw)


def _open_zip(file: IO[bytes], entries: int) -> zipfile.ZipFile:
    """Open a zip of at most `entries` entries.

    An entry whose name is not UTF-8 although its flag says so keeps its place under another name;
    see `_has_false_name`. Raises `UnusableArchive`, and what `zipfile` raises for a damaged zip.
    """
    end = _find_end(file)
    if end.length > entries * _BYTES_OF_AN_ENTRY or end.count > entries:
        raise UnusableArchive(f"It lists more than {entries:,} files.")
    patches = _false_names(file, end, entries)
    file.seek(0)
    return zipfile.ZipFile(_Patched(file, patches) if patches else file)


def _has_false_name(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Whether an entry's name is not UTF-8 although the zip says that it is."""
    file = archive.fp
    if not isinstance(file, _Patched) or member.flag_bits & _UTF8:
        return False
    try:
        member.orig_filename.encode("cp437").decode()
    except UnicodeError:
        return True
    return False


def _overlapping(members: list[zipfile.ZipInfo]) -> set[int]:
    """Return where in the file the entries begin that share bytes with another entry."""
    found: set[int] = set()
    furthest, owner = -1, -1
    for member in sorted(members, key=lambda one: one.header_offset):
        start = member.header_offset
        if start < furthest:
            found |= {owner, start}
        name = len(member.orig_filename)
        end = start + 30 + name + member.compress_size
        if end > furthest:
            furthest, owner = end, start
    return found


def _find_end(file: IO[bytes]) -> _End:
    """Find the one end record of a zip, and the record of a zip64 before it."""
    size = file.seek(0, os.SEEK_END)
    tail_start = max(0, size - _LONGEST_COMMENT - _END_BYTES - _LOCATOR_BYTES - _END_64_BYTES)
    file.seek(tail_start)
    tail = file.read()
    found = [at for at in _places(tail, _END) if at + _END_BYTES <= len(tail)]
    if not found:
        raise UnusableArchive(_CUT_OFF)
    whole = [at for at in found if at + _END_BYTES + _comment(tail, at) == len(tail)]
    if len(whole) > 1 or (len(found) > 1 and whole != found[-1:]):
        raise UnusableArchive("It has more than one end: what it holds cannot be told.")
    at = found[-1]
    count, length, offset = struct.unpack_from("<HLL", tail, at + 10)
    last = tail_start + at
    locator = at - _LOCATOR_BYTES
    if locator >= 0 and tail.startswith(_LOCATOR_64, locator):
        record = locator - _END_64_BYTES
        if record < 0 or not tail.startswith(_END_64, record):
            raise UnusableArchive(_DAMAGED)
        count, length, offset = struct.unpack_from("<QQQ", tail, record + 32)
        last = tail_start + record
    if length + offset > last:
        raise UnusableArchive(_DAMAGED)
    return _End(last - length, length, count)


def _comment(tail: bytes, at: int) -> int:
    """Return the length of the comment that an end record declares."""
    return int(struct.unpack_from("<H", tail, at + 20)[0])


def _places(text: bytes, what: bytes) -> list[int]:
    """Return where `what` stands in a text."""
    found, at = [], text.find(what)
    while at >= 0:
        found.append(at)
        at = text.find(what, at + 1)
    return found


def _false_names(file: IO[bytes], end: _End, entries: int) -> dict[int, int]:
    """Count the entries; return the bytes of flags to change, for names that are not UTF-8."""
    file.seek(end.start)
    listed = file.read(end.length)
    patches: dict[int, int] = {}
    at = count = 0
    while at < len(listed):
        if not listed.startswith(_ENTRY, at) or at + _ENTRY_BYTES > len(listed):
            raise UnusableArchive(_DAMAGED)
        (flags,) = struct.unpack_from("<H", listed, at + 8)
        name, extra, comment = struct.unpack_from("<HHH", listed, at + 28)
        first = at + _ENTRY_BYTES
        if flags & _UTF8 and not _is_utf8(listed[first : first + name]):
            patches[end.start + at + 9] = (flags & ~_UTF8) >> 8
        at = first + name + extra + comment
        count += 1
        if count > entries:
            raise UnusableArchive(f"It holds more than {entries:,} files.")
    # Some programs count modulo 65,536.
    if at != len(listed) or (count - end.count) % 65_536:
        raise UnusableArchive(_DAMAGED)
    return patches


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


class _Patched(io.RawIOBase):
    """A file in which some bytes are read as others."""

    def __init__(self, file: IO[bytes], patches: dict[int, int]) -> None:
        self._file, self._patches = file, patches
        self._places = sorted(patches)

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move as the file does."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place in the file."""
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        """Read with the changed bytes."""
        start = self._file.tell()
        content = bytearray(self._file.read(size))
        first = bisect.bisect_left(self._places, start)
        for place in self._places[first:]:
            if place >= start + len(content):
                break
            content[place - start] = self._patches[place]
        return bytes(content)
