"""Reads and writes one array as a `.npy` file of version 1.0, without pickles.

Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

import io
import math
import re
from functools import lru_cache

import numpy as np

from course.crossing import DTYPES, MAX_ELEMENTS, MAX_RANK, portable_dtype, volume

MAX_HEADER = 512
_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(
    rb"\{'descr': '([|<][biuf][1248])', 'fortran_order': False, "
    rb"'shape': \(((?:\d{1,9},|\d{1,9}(?:, \d{1,9})+)?)\), \} *\n"
)


class MalformedData(ValueError):
    """Bytes of the other side do not have the form that the encoding allows."""


def write_array(array: np.ndarray) -> bytes:
    """Write an array of a dtype in `DTYPES` in C order, little-endian."""
    plain = np.asarray(array, dtype=portable_dtype(array.dtype), order="C")
    return _header(plain.dtype, plain.shape) + plain.tobytes()


# A test sends hundreds of small arrays of few shapes; a header takes longer than their bytes.
@lru_cache(1000)
def _header(dtype: np.dtype, shape: tuple[int, ...]) -> bytes:
    """Return what stands before the bytes of an array in C order."""
    described = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False}
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {**described, "shape": shape})
    return buffer.getvalue()


def read_array(data: bytes) -> np.ndarray:
    """Read an array as a writable copy, if its header agrees with the bytes."""
    dtype, shape, start = _read_header(data)
    if volume(shape) > MAX_ELEMENTS:
        raise MalformedData("an array has too many elements")
    if math.prod(shape) * dtype.itemsize != len(data) - start:
        raise MalformedData("an array's header disagrees with its bytes")
    flat = np.frombuffer(data, dtype=dtype, offset=start)
    # A bool with a byte beyond 1 is neither equal to True nor to False.
    if dtype.kind == "b" and flat.size and flat.view(np.uint8).max() > 1:
        raise MalformedData("a boolean is neither 0 nor 1")
    return flat.reshape(shape).copy()


def _read_header(data: bytes) -> tuple[np.dtype, tuple[int, ...], int]:
    """Match the header literally, without evaluating it."""
    if data[: len(_MAGIC)] != _MAGIC:
        raise MalformedData("not a .npy array of version 1.0")
    start = len(_MAGIC) + 2
    end = start + int.from_bytes(data[len(_MAGIC) : start], "little")
    if end > min(len(data), start + MAX_HEADER):
        raise MalformedData("an array's header is too long")
    match = _HEADER.fullmatch(data, start, end)
    if match is None or match[1].decode() not in DTYPES:
        raise MalformedData("an array's header is not allowed")
    shape = tuple(int(size) for size in match[2].replace(b" ", b"").split(b",") if size)
    if len(shape) > MAX_RANK:
        raise MalformedData("an array has too many axes")
    return np.dtype(match[1].decode()), shape, end
