"""Files that students could upload to stop, starve or mislead `autograder collect`."""

import functools
import gzip
import io
import random
import struct
import tarfile
import zipfile

from support.lms_archives import zipped

_LOCAL, _ENTRY, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


@functools.cache
def hostile_uploads(work: bytes) -> dict[str, tuple[str, bytes, str]]:
    """By kind: the uploaded file's name, its bytes, and a part of the row's reason.

    They are made for bounds of 300 entries, 2 MB a file, and 5 MB an upload.
    """
    plain = zipped({"reshape.ipynb": work})
    noise = random.Random(1).randbytes(1_500_000)
    return {
        "bad LZMA properties": ("a.zip", _lzma(work, b"\xff\x00\x00\x01\x00"), "damaged"),
        "an LZMA dictionary of 4 GB": ("a.zip", _lzma(work, b"\x5d\xff\xff\xff\xff"), "damaged"),
        "an unknown compression": ("a.zip", _with_method(plain, 97), "can't be read"),
        "encrypted": ("a.zip", _with_flag(plain, 1), "encrypted"),
        "a zip64 end round the bound": ("a.zip", _zip64(400), "more than 300 files"),
        "an empty end in the comment": ("a.zip", _comment(work), "more than one end"),
        "many entries": ("a.zip", _many(400), "more than 300 files"),
        "no entries": ("a.zip", zipped({}), "holds no files"),
        "clutter alone": ("a.zip", zipped({"__MACOSX/._x": b"x"}), "holds no files"),
        "entries that overlap": ("a.zip", _overlap(work), "shares bytes"),
        "a size that lies": ("a.zip", _size(plain, 100), "damaged"),
        "a count that lies": ("a.zip", _count(plain, 7), "list of entries is damaged"),
        "an offset that lies": ("a.zip", _length(plain, 10**9), "damaged"),
        "cut off": ("a.zip", plain[: len(plain) // 2], "cut off"),
        "a name that is not UTF-8": ("a.zip", _latin(work), "not UTF-8"),
        "a long name": ("a.zip", zipped({"x" * 600 + ".ipynb": work}), "name can't be used"),
        "no name": ("a.zip", _renamed(work, b""), "name can't be used"),
        "a name that is a zero": ("a.zip", _renamed(work, b"\0"), "name can't be used"),
        "a name that is a folder's": ("a.zip", zipped({"a/reshape.ipynb/": work}), "no files"),
        "a name that leads out": ("a.zip", zipped({"../../reshape.ipynb": work}), "leads out"),
        "a bomb": ("a.zip", zipped({"reshape.ipynb": bytes(1_900_000)}), "zip bomb"),
        "more than an upload may hold": (
            "a.zip",
            zipped({f"{n}.ipynb": noise for n in range(5)}),
            "too large",
        ),
        "zips without end": ("a.zip", _nested(work, 9), "deep, not deeper"),
        "a tar of a link": ("a.tar", _tar(b"", kind=tarfile.SYMTYPE), "link"),
        "a tar of a device": ("a.tar", _tar(b"", kind=tarfile.CHRTYPE), "special file"),
        "a tar that leads out": ("a.tar", _tar(work, "../../x.ipynb"), "leads out"),
        "a tar bomb": ("a.tar.gz", gzip.compress(_tar(bytes(30_000_000))), "more than 5 MB"),
        "a tar that is cut off": ("a.tgz", gzip.compress(_tar(work))[:500], "not a tar file"),
        "many entries of a tar": ("a.tar", _tar(b"", count=400), "more than 300 files"),
        "a tar that says it is endless": ("a.tar", _tar(work)[:2_000], "not a tar file"),
        "noise that is called tar": ("a.tar.xz", noise[:9_000], "not a tar file"),
        "a tar that is called zip": ("a.zip", _tar(work), "not a zip file"),
        "7z": ("a.7z", b"7z\xbc\xaf\x27\x1c", "unpack it"),
        "brackets 100,000 deep": (
            "x.ipynb",
            b'{"cells":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
            "nested too deeply",
        ),
        "a number of 100,000 digits": ("x.ipynb", b'{"cells": ' + b"9" * 100_000 + b"}", "digits"),
        "noise": ("x.ipynb", noise, "can't be recognized"),
        "nothing": ("x.ipynb", b"", "can't be recognized"),
    }


def slow_upload(copies: int) -> bytes:
    """A zip of notebooks that take long to recognize: much code, no marks, each its own."""
    members = {}
    for copy in range(copies):
        lines = "\\n".join(f"a{copy}_{n} = {n}" for n in range(2_500))
        cell = '{"cell_type": "code", "metadata": {}, "source": "%s\\n# %d"}'
        cells = ",".join(cell % (lines, n) for n in range(20))
        text = f'{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{}}, "cells": [{cells}]}}'
        members[f"{copy}.ipynb"] = text.encode()
    return zipped(members)


def _places(content: bytes, what: bytes) -> list[int]:
    return [at for at in range(len(content)) if content.startswith(what, at)]


def _patched(content: bytes, *patches: tuple[int, bytes]) -> bytes:
    data = bytearray(content)
    for at, value in patches:
        data[at : at + len(value)] = value
    return bytes(data)


def _lzma(work: bytes, properties: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("reshape.ipynb", work)
    return _patched(file.getvalue(), (30 + len("reshape.ipynb") + 4, properties))


def _with_method(content: bytes, method: int) -> bytes:
    value = struct.pack("<H", method)
    return _patched(content, (8, value), (content.rfind(_ENTRY) + 10, value))


def _with_flag(content: bytes, flag: int) -> bytes:
    value = struct.pack("<H", flag)
    return _patched(content, (6, value), (content.rfind(_ENTRY) + 8, value))


def _many(count: int) -> bytes:
    return zipped({f"{n}.ipynb": b"" for n in range(count)})


def _zip64(count: int) -> bytes:
    content = _many(count)
    at = content.rfind(_END)
    _, _, _, _, total, size, offset, _ = struct.unpack("<4s4H2LH", content[at:])
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, total, total, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    end = struct.pack("<4s4H2LH", _END, 0, 0, 1, 1, 46, 0, 0)
    return content[:at] + record + locator + end


def _comment(work: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("reshape.ipynb", work)
        archive.comment = b"hello" + _END + bytes(18)
    return file.getvalue()


def _overlap(work: bytes) -> bytes:
    content = zipped({"reshape.ipynb": work, "pooling.ipynb": work})
    return _patched(content, (content.rfind(_ENTRY) + 42, bytes(4)))


def _size(content: bytes, size: int) -> bytes:
    return _patched(content, (content.rfind(_ENTRY) + 24, struct.pack("<L", size)))


def _count(content: bytes, count: int) -> bytes:
    value = struct.pack("<2H", count, count)
    return _patched(content, (content.rfind(_END) + 8, value))


def _length(content: bytes, length: int) -> bytes:
    at = content.rfind(_END)
    return _patched(content, (at + 16, struct.pack("<L", length)))


def _latin(work: bytes) -> bytes:
    content = zipped({"rä.ipynb": work})
    return content.replace("ä".encode(), b"\xff\xe4")


def _renamed(work: bytes, name: bytes) -> bytes:
    content = zipped({"n": work})
    length = struct.pack("<H", len(name))
    entry = content.rfind(_ENTRY)
    tail = _patched(content[entry:], (28, length)).replace(b"n", name)
    local = _patched(content[:30], (26, length)) + name + content[31:entry]
    end = tail.rfind(_END)
    tail = _patched(tail, (end + 12, struct.pack("<2L", end, len(local))))
    return local + tail


def _nested(content: bytes, depth: int) -> bytes:
    content = zipped({"reshape.ipynb": content})
    for _ in range(depth):
        content = zipped({"in.zip": content})
    return content


def _tar(
    work: bytes, name: str = "reshape.ipynb", kind: bytes = tarfile.REGTYPE, count: int = 1
) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for at in range(count):
            info = tarfile.TarInfo(name if not at else f"{at}-{name}")
            info.size, info.type, info.linkname = len(work), kind, "/etc/passwd"
            archive.addfile(info, io.BytesIO(work))
    return file.getvalue()
