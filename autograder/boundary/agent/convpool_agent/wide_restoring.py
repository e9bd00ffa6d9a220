"""Makes values of the wider set again, from checked plain content only.

Nothing that the content names is imported or called, and every size is bounded before it is used.
"""

import collections
import datetime as dt
import decimal
import fractions
import functools
import math
import pathlib
import re
import warnings
import zoneinfo
from collections.abc import Callable
from typing import Any

import numpy as np

from course.crossing import MAX_ARRAY_BYTES, MAX_ELEMENTS, MAX_RANK

from . import frames
from .npy import MalformedData
from .random_generators import GENERATOR_MAKERS
from .wide_values import BUILTIN_TYPES, FACTORIES, MAX_BITS, are_fields, is_name

MAX_RANGE = 1_000_000
MAX_EXPONENT = 10_000
MAX_SAME_HASH = 1000
MAX_PATTERN = 10_000
_PATTERN_FLAGS = int(re.A | re.I | re.M | re.S | re.U | re.X)
_TIME_DTYPE = re.compile(r"<[mM]8\[(?:\d{1,4})?(?:Y|M|W|D|h|m|s|ms|us|ns)\]")


def restored(kind: str, content: Any) -> Any:
    """Make a value of the wider set from its checked parts; raise `MalformedData`, else nothing."""
    make = _MAKERS.get(kind) or frames.MAKERS.get(kind) or GENERATOR_MAKERS.get(kind)
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


def _pattern(content: Any) -> re.Pattern[str]:
    text, flags = _parts(content, str, int)
    if len(text) > MAX_PATTERN or flags & ~_PATTERN_FLAGS:
        raise MalformedData("a regular expression is too long, or has unknown flags")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are shown where the student's code compiles it
        return re.compile(text, flags)


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
    if factory and factory not in FACTORIES:
        raise MalformedData("a factory is unknown")
    return collections.defaultdict(BUILTIN_TYPES.get(factory), _dict(dict)(pairs))


def _deque(content: Any) -> Any:
    items, longest = _parts(content, list, (int, type(None)))
    return collections.deque(items, longest)


def _namedtuple(content: Any) -> Any:
    name, fields, values = _parts(content, str, list, list)
    if not is_name(name) or not are_fields(fields) or len(fields) != len(values):
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
    "pattern": _pattern,
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


@functools.cache
def _zones() -> set[str]:
    # Searched on disk: a tenth of a second, and a list may hold thousands of times with a zone.
    return zoneinfo.available_timezones()


def zone_of(name: Any) -> Any:
    """Make the time zone of a name or an offset; raise `MalformedData`."""
    if name is None:
        return None
    if type(name) is int and abs(name) < 86_400:
        return dt.timezone(dt.timedelta(seconds=name))
    if type(name) is str and name in _zones():
        return zoneinfo.ZoneInfo(name)
    raise MalformedData("a time zone is unknown")
