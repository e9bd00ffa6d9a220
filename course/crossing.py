"""What may go from a student's process to the tests, and in which form it arrives.

The process that grades gets a learner's values from another process, so only plain data arrives
there. The checks in the notebook use the same rule: a value is judged as it would arrive, and what
cannot be sent is refused in the same words. This module imports NumPy alone.

=============================================== =================================================
None, `...`, True, numbers, text, subclasses    as Python's own types; integers up to 64 bits
list, tuple, range, deque, and subclasses       a list, or a tuple
dict, set, frozenset, and subclasses            a dict, or a set; keys and members are scalars
NumPy's numbers and arrays, `array.array`       arrays of numbers or truth values, little-endian;
                                                `longdouble` as 64-bit numbers; no subclass of array
TensorFlow's and Keras's tensors and variables  arrays
Keras models and histories                      see `autograder.boundary`
anything else                                   refused by its name and type
=============================================== =================================================
"""

import array
import collections
import math
import re
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_BYTES = 64 << 20
MAX_VALUES = 500_000
MAX_DEPTH = 32
MAX_ARRAYS = 10_000
MAX_RANK = 8
MAX_ELEMENTS = 1 << 26
MAX_ARRAY_BYTES = 256 << 20
"""What a list may take as an array, which a test makes of it with `np.asarray`."""
TEXT_OF_NUMBER = 32 * 4  # bytes of a number among texts in an array
SMALLEST_INT, LARGEST_INT = -(2**63), 2**64 - 1
DTYPES = frozenset(
    ["|b1", "|i1", "|u1", "<i2", "<i4", "<i8", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8"]
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_LONGEST_DTYPE = 40  # characters
CROSSES = "numbers, strings, lists, tuples, dicts, sets, NumPy arrays and Keras models"


class CannotCross(Exception):
    """A student's value is of a kind that cannot be sent to the tests."""

    def __init__(self, path: str, type_name: str, reason: str = "") -> None:
        """Take the value's name (`layer_shapes['conv_1']`), its type, and the reason or remedy."""
        self.path, self.type_name, self.reason = path, type_name, reason
        super().__init__(path, type_name, reason)

    def expecting(self, expected: str, name: str) -> "CannotCross":
        """Say what was expected of the value `name` where no better reason is known."""
        if self.reason or not expected or self.path != name:
            return self
        return CannotCross(self.path, self.type_name, f"{expected} was expected")

    @property
    def check_message(self) -> str:
        """Return the message of a check for the student."""
        return str(self).removesuffix(".")

    def __str__(self) -> str:
        """Describe the refusal in one line for a student."""
        reason = self.reason or f"it cannot be sent to the tests; only {CROSSES} can"
        return f"`{self.path}` is {_with_article(self.type_name)}: {reason}."


def arriving(value: Any, path: str, keep: tuple[type, ...] = ()) -> Any:
    """Return a value as it arrives on the other side; `path` is its name in an error.

    Keras models, histories and instances of `keep` are returned as they are. Raises `CannotCross`
    for the first part that has no plain form.
    """
    arrived = _Passage(keep).value(value, path)
    if array_bytes(arrived) > MAX_ARRAY_BYTES:
        reason = "it is too large as an array, where every text takes the room of the longest"
        raise CannotCross(path, name_of_type(value), reason)
    return arrived


def array_bytes(value: Any) -> int:
    """Return what the largest list in a plain value would take as an array, at most, in bytes.

    NumPy gives each item of an array the room of the largest: a list of a text of a million
    letters and of a thousand short ones takes 4 GB.
    """
    return _room(value).largest


@dataclass
class _Room:
    """What a value contributes to an array that it stands in, and the largest array within it."""

    items: int = 1
    item_bytes: int = 8
    text: bool = False
    largest: int = 0


def _room(value: Any) -> _Room:
    if isinstance(value, str):
        return _Room(item_bytes=4 * len(value), text=True)
    if isinstance(value, (bytes, bytearray)):
        return _Room(item_bytes=len(value), text=True)
    if isinstance(value, np.ndarray):
        return _Room(items=value.size, item_bytes=value.itemsize)
    if isinstance(value, dict):
        # An array holds dicts and sets as objects, and does not look into them.
        return _Room(largest=max((_room(item).largest for item in value.values()), default=0))
    if not isinstance(value, (list, tuple)):
        return _Room()
    room = _Room(items=0)
    numbers = False
    for item in value:
        part = _room(item)
        room.items += part.items
        room.item_bytes = max(room.item_bytes, part.item_bytes)
        room.largest = max(room.largest, part.largest)
        room.text, numbers = room.text or part.text, numbers or not part.text
    if room.text and numbers:
        room.item_bytes = max(room.item_bytes, TEXT_OF_NUMBER)
    room.largest = max(room.largest, room.items * room.item_bytes)
    return room


class _Passage:
    """Goes through one value, and counts what it holds."""

    def __init__(self, keep: tuple[type, ...]) -> None:
        self.keep: tuple[Any, ...] = keep + _library_types("keras", "Model", "callbacks.History")
        self.size = self.count = self.arrays = 0

    def value(self, value: Any, path: str, depth: int = 0) -> Any:
        self.count += 1
        if depth > MAX_DEPTH or self.count > MAX_VALUES:
            raise CannotCross(path[:80], name_of_type(value), "it is nested too deeply or too long")
        if value is None or value is ... or isinstance(value, bool):
            return value
        if isinstance(value, (np.generic, int, float, str)):
            return scalar(value, path)
        if isinstance(value, (tuple, list, range, collections.deque)):
            items = [self.value(v, f"{path}[{i}]", depth + 1) for i, v in enumerate(value)]
            return tuple(items) if isinstance(value, tuple) else items
        if isinstance(value, (set, frozenset)):
            return {self._key(member, path, "set", depth) for member in value}
        if isinstance(value, dict):
            return dict(self._item(k, v, path, depth) for k, v in value.items())
        return self._object(value, path, depth)

    def _item(self, key: Any, value: Any, path: str, depth: int) -> tuple[Any, Any]:
        plain = self._key(key, path, "dict", depth)
        where = f"{path}[{plain[:40]!r}]" if isinstance(plain, str) else f"{path}[{plain}]"
        return plain, self.value(value, where, depth + 1)

    def _key(self, key: Any, path: str, kind: str, depth: int) -> Any:
        if not isinstance(key, (str, int, float, bool, type(None), np.generic)):
            what = "keys" if kind == "dict" else "members"
            name = f"{kind} with a {name_of_type(key)} as a {what.removesuffix('s')}"
            raise CannotCross(path, name, f"only numbers and strings can be {what}")
        return self.value(key, path, depth + 1)

    def _object(self, value: Any, path: str, depth: int) -> Any:
        if self.keep and isinstance(value, self.keep):
            return value
        value = without_library(value)
        if isinstance(value, array.array) and value.typecode not in "uw":
            value = np.array(value)
        if isinstance(value, np.ndarray):
            return self._array(value, path)
        if isinstance(value, (tuple, int, float, str, np.generic)):
            return self.value(value, path, depth + 1)
        raise CannotCross(path, name_of_type(value))

    def _array(self, value: np.ndarray, path: str) -> np.ndarray:
        plain = plain_array(value, path)
        self.size, self.arrays = self.size + plain.nbytes, self.arrays + 1
        if plain.ndim > MAX_RANK:
            raise CannotCross(
                path, f"array of {plain.ndim} axes", f"at most {MAX_RANK} can be sent"
            )
        if self.size > MAX_BYTES or volume(plain.shape) > MAX_ELEMENTS:
            raise CannotCross(path, f"array of shape {plain.shape}", "it is too large")
        if self.arrays > MAX_ARRAYS:
            raise CannotCross(path, "array too many", f"at most {MAX_ARRAYS} can be sent at once")
        return plain


_PLAIN_TYPES = {bool, int, float, str, list, tuple, dict, type(None), np.ndarray}
"""Types of most values; looking for a library's types takes longer than all else here."""


def without_library(value: Any) -> Any:
    """Turn a tensor or variable of TensorFlow or Keras into an array, a shape into a tuple."""
    if type(value) in _PLAIN_TYPES:
        return value
    if isinstance(value, _library_types("keras", "Variable")):
        return np.asarray(value)
    if isinstance(value, _library_types("tensorflow", "Tensor", "Variable")):
        return value.numpy() if hasattr(value, "numpy") else value
    if isinstance(value, _library_types("tensorflow", "TensorShape")):
        return tuple(value.as_list()) if value.rank is not None else value
    return value


def _library_types(library: str, *names: str) -> tuple[Any, ...]:
    """Find classes of a library; () while it is not imported, or not completely."""
    found = []
    for name in names:
        holder: Any = sys.modules.get(library)
        for part in name.split("."):
            holder = getattr(holder, part, None)
        if isinstance(holder, type):
            found.append(holder)
    return tuple(found)


def scalar(value: Any, path: str) -> Any:
    """Return a number or a string as Python's or NumPy's own type.

    Values that could not be printed, or computed with later, are refused.
    """
    if isinstance(value, np.generic) and not isinstance(value, np.str_):
        dtype = portable_dtype(value.dtype)
        if not dtype:
            kind = "number" if value.dtype.kind == "c" else "value"
            raise CannotCross(
                path, f"NumPy {value.dtype.name} {kind}", "a real number was expected"
            )
        return np.asarray(value, dtype=dtype)[()]
    if isinstance(value, int):
        if not SMALLEST_INT <= value <= LARGEST_INT:
            raise CannotCross(path, "huge integer", "at most 64 bits can be sent to the tests")
        return int(value)
    if isinstance(value, float):
        return float(value)
    if not is_text(value):
        raise CannotCross(path, "string that is not valid Unicode")
    return str(value)


def plain_array(value: np.ndarray, path: str) -> np.ndarray:
    """Return an array of numbers as NumPy's own class in a dtype of `DTYPES`."""
    dtype = portable_dtype(value.dtype)
    if isinstance(value, np.ma.MaskedArray):
        reason = "return one without a mask, such as its `filled(0)`"
        raise CannotCross(path, "masked array", reason)
    if not dtype:
        reason = "only arrays of real numbers and truth values can be sent to the tests"
        if value.dtype.kind in "OSUV":
            reason = "only arrays of numbers can be sent to the tests"
        named = str(value.dtype)
        named = named if len(named) <= _LONGEST_DTYPE else f"{named[:_LONGEST_DTYPE]} …"
        raise CannotCross(path, f"array of dtype {named}", reason)
    if type(value) is np.ndarray and value.dtype.str == dtype:
        return value
    return np.asarray(value, dtype=dtype)


def portable_dtype(dtype: np.dtype) -> str:
    """Return the dtype in which an array arrives, e.g. `<f4`, or "" if it cannot be sent."""
    if dtype.kind == "f" and dtype.itemsize > 8:
        return "<f8"
    name = dtype.newbyteorder("<").str
    return name if name in DTYPES else ""


def volume(shape: tuple[int, ...]) -> int:
    """Count elements as if empty axes had size 1: (0, 10**9) must not cost memory in a test."""
    return math.prod(size or 1 for size in shape)


def is_text(value: str) -> bool:
    """Return whether a string can be written as UTF-8, thus has no lone surrogate."""
    return _SURROGATES.search(value) is None


def name_of_type(value: object) -> str:
    """Name a value's type for a student: `generator`, `pandas DataFrame`."""
    kind = type(value)
    if kind.__module__ in ("builtins", "__main__"):
        return kind.__name__
    return f"{kind.__module__.split('.')[0]} {kind.__name__}"


def _with_article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}" if noun[:1].isalpha() else noun
