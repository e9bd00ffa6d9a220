"""The wider set of plain values that may cross in ordinary tests, as kinds with plain content.

`Lowering` replaces each value that the narrow encoding does not know by a record: a `WideRecord` of
plain content, or a `HandleRecord` for an object that stays where it is. `wide_restoring`
makes the value again.

========================================= ======================================================
whole numbers beyond 64 bits              up to `MAX_BITS` bits
complex, Decimal, Fraction                as text or parts
bytes, bytearray, range, slice            as parts; a range is not too long
compiled regular expressions              as text and flags
date, time, datetime, timedelta           as parts, with a fixed offset or a time zone's name
set, frozenset, dict with any plain keys  as lists of members or pairs
Counter, OrderedDict, defaultdict, deque  as pairs or items
named tuples without methods of their own as a name, fields and values
Python's own types and NumPy's dtypes     by name
arrays of text, times, complex, objects   as lists or numbers; masked arrays with their mask
DataFrame, Series, Index and their values see `frames`
generators of random numbers              as their kind and state
========================================= ======================================================
"""

import builtins
import collections
import datetime as dt
import decimal
import enum
import fractions
import keyword
import pathlib
import re
import sys
import zoneinfo
from collections.abc import Callable
from typing import Any

import numpy as np

from course.crossing import (
    LARGEST_INT,
    MAX_DEPTH,
    MAX_VALUES,
    SMALLEST_INT,
    CannotCross,
    name_of_type,
    portable_dtype,
    without_library,
)

from . import frames
from .random_generators import is_generator, lowered_generator
from .records import HandleRecord, HistoryRecord, ModelRecord, WideRecord

MAX_BITS = 14_000
"""Python refuses to print whole numbers of more than 4,300 digits."""
MAX_FIELDS = 100
_NAMED = (
    "int float complex bool str bytes bytearray list tuple dict set frozenset range object type"
)
BUILTIN_TYPES: dict[str, Any] = {
    **{name: getattr(builtins, name) for name in _NAMED.split()},
    **{
        name: kind
        for name, kind in vars(builtins).items()
        if isinstance(kind, type) and issubclass(kind, Exception) and kind.__name__ == name
    },
    "NoneType": type(None),
}
_SCALARS = (str, int, float, bool, type(None))
FACTORIES = ("int", "float", "str", "list", "dict", "set", "tuple", "bool")

Handle = Callable[[Any, str], HandleRecord]


class Lowering:
    """Replaces the values that the narrow encoding does not know by records."""

    def __init__(self, handle: Handle) -> None:
        """Use `handle(value, path)` for other objects; it may raise `CannotCross`."""
        self.handle = handle
        self.count = 0

    def value(self, value: Any, path: str, depth: int = 0) -> Any:
        """Return the value in the form that `encode` writes; raise `CannotCross`."""
        self.count += 1
        if depth > MAX_DEPTH or self.count > MAX_VALUES:
            raise CannotCross(path[:80], name_of_type(value), "it is nested too deeply or too long")
        kind = type(value)
        if kind in (bool, float, str, type(None), type(...)):
            return value
        if kind is int:
            return _whole(value, path)
        if kind in (list, tuple):
            items = self._items(value, path, depth)
            return items if kind is list else tuple(items)
        if kind is dict:
            return self._dict(value, path, depth)
        if isinstance(value, (WideRecord, HandleRecord, HistoryRecord, ModelRecord)):
            return value
        if isinstance(value, (np.generic, np.ndarray)):
            return self._array(value, path, depth)
        content = self._collection(value, path, depth)
        if content is not None:
            return content
        return self._other(value, path, depth)

    def _items(self, values: Any, path: str, depth: int) -> list[Any]:
        return [self.value(item, f"{path}[{i}]", depth + 1) for i, item in enumerate(values)]

    def _dict(self, value: dict[Any, Any], path: str, depth: int) -> Any:
        if all(type(key) in _SCALARS and not _huge(key) for key in value):
            return {k: self.value(v, f"{path}[{k!r:.40}]", depth + 1) for k, v in value.items()}
        return WideRecord("dict", self._pairs(value, path, depth))

    def _pairs(self, value: dict[Any, Any], path: str, depth: int) -> list[Any]:
        return [
            [self.value(k, f"{path}: a key", depth + 2), self.value(v, f"{path}[…]", depth + 2)]
            for k, v in value.items()
        ]

    def _collection(self, value: Any, path: str, depth: int) -> WideRecord | None:
        """Lower Python's own collections; None for any other value."""
        kind = type(value)
        if kind in (set, frozenset):
            return WideRecord(kind.__name__, self._items(value, path, depth))
        if kind in (collections.OrderedDict, collections.Counter):
            return WideRecord(kind.__name__, self._pairs(value, path, depth))
        if kind is collections.defaultdict:
            factory = getattr(value.default_factory, "__name__", "")
            known = factory if factory in FACTORIES else ""
            return WideRecord("defaultdict", [known, self._pairs(value, path, depth)])
        if kind is collections.deque:
            return WideRecord("deque", [self._items(value, path, depth), value.maxlen])
        if _is_plain_named_tuple(value):
            fields = [str(name) for name in kind._fields]
            return WideRecord(
                "namedtuple", [kind.__name__, fields, self._items(value, path, depth)]
            )
        return None

    def _array(self, value: Any, path: str, depth: int) -> Any:
        """Lower an array or a number of NumPy whose dtype is not of the narrow set."""
        if isinstance(value, np.ma.MaskedArray):
            mask = np.ma.getmaskarray(value)
            return WideRecord("masked", [self._array(value.data, path, depth), mask])
        if portable_dtype(value.dtype) or isinstance(value, np.str_):
            return value
        plain, kind = np.asarray(value), value.dtype.kind
        shape = list(plain.shape)
        if kind == "c":
            pair = np.stack([plain.real, plain.imag], axis=-1).astype("<f8")
            record = WideRecord("complexes", [pair, plain.dtype.itemsize])
        elif kind in "mM":
            times = plain.astype(plain.dtype.newbyteorder("<"))
            record = WideRecord("times", [times.dtype.str, times.copy(order="C").view("<i8")])
        elif kind == "U":
            letters = plain.dtype.itemsize // 4
            record = WideRecord("texts", [shape, letters, plain.ravel().tolist()])
        elif kind == "O":
            record = WideRecord("objects", [shape, self._items(plain.ravel(), path, depth)])
        elif kind == "S":
            return self.value(plain.tolist(), path, depth)
        else:
            raise CannotCross(path, f"array of dtype {value.dtype}")
        return WideRecord("number", record) if isinstance(value, np.generic) else record

    def _other(self, value: Any, path: str, depth: int) -> Any:
        record = _simple(value, path)
        if record is None and frames.pandas() is not None:
            record = frames.lowered(value, path, lambda part: self.value(part, path, depth + 2))
        if record is not None:
            return record
        plain = without_library(value)
        if plain is not value:
            return self.value(plain, path, depth + 1)
        if _is_keras(value):
            return value
        return self.handle(value, path)


def _huge(value: object) -> bool:
    return type(value) is int and not SMALLEST_INT <= value <= LARGEST_INT


def _whole(value: int, path: str) -> Any:
    if not _huge(value):
        return value
    if value.bit_length() > MAX_BITS:
        raise CannotCross(path, "huge integer", f"at most {MAX_BITS} bits can be sent to the tests")
    return WideRecord("int", hex(value))


def _is_plain_named_tuple(value: object) -> bool:
    """Return whether a value is a named tuple whose class has no methods of its own."""
    kind = type(value)
    fields = getattr(kind, "_fields", None)
    if not isinstance(value, tuple) or type(fields) is not tuple or kind.__bases__ != (tuple,):
        return False
    usual = {"count", "index", *fields}
    own = {name for name in vars(kind) if not name.startswith("_")} - usual
    renamed = {"__eq__", "__str__", "__add__", "__hash__", "__lt__"} & set(vars(kind))
    return not own and not renamed and are_fields(list(fields))


def are_fields(fields: list[str]) -> bool:
    """Return whether a named tuple can have these fields."""
    return len(set(fields)) == len(fields) <= MAX_FIELDS and all(
        type(name) is str and is_name(name) and not name.startswith("_") for name in fields
    )


def is_name(name: str) -> bool:
    """Return whether a text can be the name of a class or a field."""
    return name.isidentifier() and not keyword.iskeyword(name) and len(name) <= 60


def _is_keras(value: object) -> bool:
    keras: Any = sys.modules.get("keras")
    if not hasattr(keras, "Model"):
        return False
    return isinstance(value, (keras.Model, keras.callbacks.History))


def _simple(value: Any, path: str) -> Any:
    """Lower a single value of the standard library; None for any other."""
    kind = type(value)
    if isinstance(value, enum.Enum):
        return None
    if kind is complex:
        return WideRecord("complex", [value.real, value.imag])
    if kind in (bytes, bytearray):
        return WideRecord(kind.__name__, bytes(value).hex())
    if kind is decimal.Decimal:
        return WideRecord("decimal", str(value))
    if kind is fractions.Fraction:
        parts = [_whole(value.numerator, path), _whole(value.denominator, path)]
        return WideRecord("fraction", parts)
    if is_generator(value):
        return lowered_generator(value)
    if kind in (range, slice):
        return WideRecord(kind.__name__, [value.start, value.stop, value.step])
    if kind is re.Pattern and type(value.pattern) is str:
        return WideRecord("pattern", [value.pattern, int(value.flags)])
    if isinstance(value, pathlib.PurePath):
        return WideRecord("path", str(value))
    if isinstance(value, np.dtype) and not value.hasobject and value.names is None:
        return WideRecord("dtype", value.str)
    if isinstance(value, np.dtype) and value.kind == "O":
        return WideRecord("dtype", "O")
    if isinstance(value, type) and BUILTIN_TYPES.get(_name_of(value)) is value:
        return WideRecord("type", _name_of(value))
    if kind in (dt.date, dt.datetime, dt.time, dt.timedelta):
        return _moment(value, path)
    return None


def _name_of(value: Any) -> str:
    return str(getattr(value, "__name__", ""))


def _moment(value: Any, path: str) -> WideRecord:
    if isinstance(value, dt.timedelta):
        return WideRecord("timedelta", [value.days, value.seconds, value.microseconds])
    if type(value) is dt.date:
        return WideRecord("date", [value.year, value.month, value.day])
    clock = [value.hour, value.minute, value.second, value.microsecond]
    zone = [zone_name(value.tzinfo, path), value.fold]
    if isinstance(value, dt.datetime):
        return WideRecord("datetime", [value.year, value.month, value.day, *clock, *zone])
    return WideRecord("time", [*clock, *zone])


def zone_name(zone: Any, path: str) -> Any:
    """Return a time zone's name, its fixed offset in seconds, or None."""
    if zone is None:
        return None
    if isinstance(zone, zoneinfo.ZoneInfo) and zone.key:
        return zone.key
    if isinstance(zone, dt.timezone):
        return int(zone.utcoffset(None).total_seconds())
    raise CannotCross(path, "time with an unknown time zone")
