"""The wider set of plain values that may cross in ordinary tests, as kinds with plain content.

`Lowering` replaces each value that the narrow encoding does not know by a record: a `WideRecord` of
plain content, or a `HandleRecord` for an object that stays where it is. `restored` makes the value
again, from checked content only: it imports nothing that the content names.

========================================= ======================================================
whole numbers beyond 64 bits              up to `MAX_BITS` bits
complex, Decimal, Fraction                as text or parts
bytes, bytearray, range, slice            as parts; a range has at most `MAX_RANGE` members
date, time, datetime, timedelta           as parts, with a fixed offset or a time zone's name
set, frozenset, dict with any plain keys  as lists of members or pairs
Counter, OrderedDict, defaultdict, deque  as pairs or items
named tuples without methods of their own as a name, fields and values
Python's own types and NumPy's dtypes     by name
arrays of text, times, complex, objects   as lists or numbers; masked arrays with their mask
DataFrame, Series, Index and their values see `frames`
========================================= ======================================================
"""

import builtins
import collections
import datetime as dt
import decimal
import enum
import fractions
import functools
import keyword
import math
import pathlib
import re
import sys
import types
import zoneinfo
from collections.abc import Callable
from typing import Any

import numpy as np

from course.crossing import (
    LARGEST_INT,
    MAX_ARRAY_BYTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_RANK,
    MAX_VALUES,
    SMALLEST_INT,
    CannotCross,
    name_of_type,
    portable_dtype,
    without_library,
)

from . import frames
from .npy import MalformedData
from .records import HandleRecord, HistoryRecord, ModelRecord, WideRecord

MAX_BITS = 14_000
"""Python refuses to print whole numbers of more than 4,300 digits."""
MAX_RANGE = 1_000_000
MAX_FIELDS = 100
MAX_EXPONENT = 10_000
MAX_SAME_HASH = 1000
_TIME_DTYPE = re.compile(r"<[mM]8\[(?:\d{1,4})?(?:Y|M|W|D|h|m|s|ms|us|ns)\]")
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
_FACTORIES = ("int", "float", "str", "list", "dict", "set", "tuple", "bool")

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
            known = factory if factory in _FACTORIES else ""
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
        if isinstance(value, types.ModuleType):
            raise CannotCross(path, "module")
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
    return not own and not renamed and _are_fields(list(fields))


def _are_fields(fields: list[str]) -> bool:
    return len(set(fields)) == len(fields) <= MAX_FIELDS and all(
        type(name) is str and _is_name(name) and not name.startswith("_") for name in fields
    )


def _is_name(name: str) -> bool:
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
    if kind in (range, slice):
        return WideRecord(kind.__name__, [value.start, value.stop, value.step])
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


def zone_of(name: Any) -> Any:
    """Make the time zone of a name or an offset; raise `MalformedData`."""
    if name is None:
        return None
    if type(name) is int and abs(name) < 86_400:
        return dt.timezone(dt.timedelta(seconds=name))
    if type(name) is str and name in zoneinfo.available_timezones():
        return zoneinfo.ZoneInfo(name)
    raise MalformedData("a time zone is unknown")


def restored(kind: str, content: Any) -> Any:
    """Make a value of the wider set from its checked parts; raise `MalformedData`, else nothing."""
    make = _MAKERS.get(kind) or frames.MAKERS.get(kind)
    if make is None:
        raise MalformedData("a value is of an unknown kind")
    try:
        return make(content)
    except MalformedData:
        raise
    # What hostile parts can raise in NumPy, pandas and the standard library has no common class.
    except Exception as error:
        raise MalformedData(f"a value is not of its kind: {type(error).__name__}") from error


def _parts(content: Any, *kinds: Any) -> list[Any]:
    """Return a list whose items have exactly these types; `object` stands for any."""
    if type(content) is not list or len(content) != len(kinds):
        raise MalformedData("a value has other parts than it should")
    for part, kind in zip(content, kinds, strict=True):
        allowed = kind if isinstance(kind, tuple) else (kind,)
        if object not in allowed and type(part) not in allowed:
            raise MalformedData("a part is of another type")
    return content


def _of(kind: type, content: Any) -> Any:
    if type(content) is not kind:
        raise MalformedData(f"a {kind.__name__} was expected")
    return content


def _int(content: Any) -> int:
    if len(_of(str, content)) > MAX_BITS // 4 + 4 or not re.fullmatch("-?0x[0-9a-f]+", content):
        raise MalformedData("an integer is too long")
    return int(content, 16)


def _decimal(content: Any) -> decimal.Decimal:
    if len(_of(str, content)) > 4300:
        raise MalformedData("a decimal is too long")
    value = decimal.Decimal(content)
    # int() of 1E+999999999 would take all memory.
    if value.is_finite() and abs(value.adjusted()) > MAX_EXPONENT:
        raise MalformedData("a decimal is out of its range")
    return value


def _range(content: Any) -> range:
    made = range(*_parts(content, int, int, int))
    if abs((made.stop - made.start) // made.step) > MAX_RANGE:
        raise MalformedData("a range is too long")
    return made


def _slice(content: Any) -> slice:
    return slice(*_parts(content, *[(int, type(None))] * 3))


def _hashables(content: Any) -> list[Any]:
    """Return members that can be hashed, of which only a few have the same hash.

    A million tuples of -1 and -2 have one hash, and a set of them would take hours.
    """
    hashes = collections.Counter(hash(item) for item in _of(list, content))
    if hashes and hashes.most_common(1)[0][1] > MAX_SAME_HASH:
        raise MalformedData("too many members have the same hash")
    return content


def _set(kind: Any) -> Callable[[Any], Any]:
    def made(content: Any) -> Any:
        members = kind(_hashables(content))
        if len(members) != len(content):
            raise MalformedData("a member stands twice")
        return members

    return made


def _dict(kind: Any) -> Callable[[Any], Any]:
    def made(content: Any) -> Any:
        pairs = [_parts(pair, object, object) for pair in _of(list, content)]
        _hashables([key for key, _ in pairs])
        found = kind(dict(map(tuple, pairs)))
        if len(found) != len(pairs):
            raise MalformedData("a key stands twice")
        return found

    return made


def _defaultdict(content: Any) -> Any:
    factory, pairs = _parts(content, str, list)
    if factory and factory not in _FACTORIES:
        raise MalformedData("a factory is unknown")
    return collections.defaultdict(BUILTIN_TYPES.get(factory), _dict(dict)(pairs))


def _deque(content: Any) -> Any:
    items, longest = _parts(content, list, (int, type(None)))
    return collections.deque(items, longest)


def _namedtuple(content: Any) -> Any:
    name, fields, values = _parts(content, str, list, list)
    if not _is_name(name) or not _are_fields(fields) or len(fields) != len(values):
        raise MalformedData("a named tuple has no proper fields")
    return _named_tuple_class(name, tuple(fields))(*values)


@functools.lru_cache(100)
def _named_tuple_class(name: str, fields: tuple[str, ...]) -> Any:
    return collections.namedtuple(name, fields)


def _datetime(content: Any) -> dt.datetime:
    parts = _parts(content, *[int] * 7, object, int)
    return dt.datetime(*parts[:7]).replace(tzinfo=zone_of(parts[7]), fold=parts[8])


def _time(content: Any) -> dt.time:
    parts = _parts(content, *[int] * 4, object, int)
    return dt.time(*parts[:4]).replace(tzinfo=zone_of(parts[4]), fold=parts[5])


def _shape(shape: Any, count: int) -> tuple[int, ...]:
    if any(type(n) is not int or n < 0 for n in _of(list, shape)) or len(shape) > MAX_RANK:
        raise MalformedData("a shape is no shape")
    if math.prod(shape) != count or math.prod(n or 1 for n in shape) > MAX_ELEMENTS:
        raise MalformedData("a shape disagrees with its items")
    return tuple(shape)


def _texts(content: Any) -> np.ndarray:
    shape, letters, items = _parts(content, list, int, list)
    size = _shape(shape, len(items))
    if not 0 <= letters * 4 * max(1, len(items)) <= MAX_ARRAY_BYTES:
        raise MalformedData("an array of texts is too large")
    if any(type(text) is not str or len(text) > letters for text in items):
        raise MalformedData("an array of texts has a text too long")
    return np.array(items, dtype=f"<U{letters}").reshape(size)


def _objects(content: Any) -> np.ndarray:
    shape, items = _parts(content, list, list)
    flat = np.empty(len(items), dtype=object)
    for i, item in enumerate(items):
        flat[i] = item
    return flat.reshape(_shape(shape, len(items)))


def _complexes(content: Any) -> np.ndarray:
    pair, itemsize = _parts(content, np.ndarray, int)
    if pair.dtype != np.dtype("<f8") or not pair.ndim or pair.shape[-1] != 2:
        raise MalformedData("complex numbers have no two parts")
    made = np.empty(pair.shape[:-1], dtype="<c8" if itemsize == 8 else "<c16")
    made.real, made.imag = pair[..., 0], pair[..., 1]
    return made


def _times(content: Any) -> np.ndarray:
    dtype, numbers = _parts(content, str, np.ndarray)
    if not _TIME_DTYPE.fullmatch(dtype) or numbers.dtype != np.dtype("<i8"):
        raise MalformedData("an array of times is not of its type")
    return numbers.view(dtype)


def _number(content: Any) -> Any:
    array = _of(np.ndarray, content)
    if array.ndim or array.dtype.kind not in "cmM":
        raise MalformedData("a number is an array")
    return array[()]


def _masked(content: Any) -> Any:
    data, mask = _parts(content, np.ndarray, np.ndarray)
    if mask.dtype != np.dtype(bool) or mask.shape != data.shape:
        raise MalformedData("a mask does not fit")
    return np.ma.MaskedArray(data, mask)


def _dtype(content: Any) -> Any:
    if not re.fullmatch(r"[|<>]?[biufcmMSUO]\d{0,3}(\[\d{0,4}[a-zA-Z]{1,2}\])?", _of(str, content)):
        raise MalformedData("a dtype is unknown")
    return np.dtype(content)


def _type(content: Any) -> Any:
    if _of(str, content) not in BUILTIN_TYPES:
        raise MalformedData("a type is unknown")
    return BUILTIN_TYPES[content]


_MAKERS: dict[str, Callable[[Any], Any]] = {
    "int": _int,
    "complex": lambda content: complex(*_parts(content, float, float)),
    "bytes": lambda content: bytes.fromhex(_of(str, content)),
    "bytearray": lambda content: bytearray.fromhex(_of(str, content)),
    "decimal": _decimal,
    "fraction": lambda content: fractions.Fraction(*_parts(content, int, int)),
    "range": _range,
    "slice": _slice,
    "path": lambda content: pathlib.PurePosixPath(_of(str, content)),
    "dtype": _dtype,
    "type": _type,
    "date": lambda content: dt.date(*_parts(content, int, int, int)),
    "datetime": _datetime,
    "time": _time,
    "timedelta": lambda content: dt.timedelta(*_parts(content, int, int, int)),
    "set": _set(set),
    "frozenset": _set(frozenset),
    "dict": _dict(dict),
    "OrderedDict": _dict(collections.OrderedDict),
    "Counter": _dict(collections.Counter),
    "defaultdict": _defaultdict,
    "deque": _deque,
    "namedtuple": _namedtuple,
    "texts": _texts,
    "objects": _objects,
    "complexes": _complexes,
    "times": _times,
    "number": _number,
    "masked": _masked,
}
