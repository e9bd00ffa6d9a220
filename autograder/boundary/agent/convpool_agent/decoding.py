"""Decodes bytes of the other side into plain data, and checks every part.

Decoding yields built-in types, NumPy arrays, NumPy scalars and records, never a subclass, or it
raises `MalformedData`.
"""

import json
import sys
from typing import Any

import numpy as np

from course.crossing import (
    DTYPES,
    LARGEST_INT,
    MAX_ARRAY_BYTES,
    MAX_ARRAYS,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_VALUES,
    SMALLEST_INT,
    array_bytes,
    is_text,
)

from .encoding import MAGIC
from .npy import MalformedData, read_array
from .records import HANDLE_KINDS, MAX_TEXT, HandleRecord, HistoryRecord, ModelRecord
from .wide_restoring import restored

MAX_INT_DIGITS = 20
MAX_STEPS = 10**9
_CONSTANT = frozenset([str, int, bool, type(None)])
"""A cell's equal tuples of these are one object, as they are here."""


def decode(data: bytes, wide: bool = False) -> dict[str, Any]:
    """Read one message; raise `MalformedData`, and no other error, for any other bytes.

    Values of the wider set and handles are malformed unless `wide`.
    """
    try:
        document, rest = _split(data)
        return _Reader(document["arrays"], rest, wide).fields(document["fields"])
    except MalformedData:
        raise
    # All errors that hostile bytes can cause in `json`, `int`, `float`, slicing and NumPy.
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError) as error:
        raise MalformedData(f"not a message of the boundary: {type(error).__name__}") from error


def _split(data: bytes) -> tuple[dict[str, Any], memoryview]:
    start = len(MAGIC) + 8
    if len(data) > MAX_BYTES or len(data) < start or data[: len(MAGIC)] != MAGIC:
        raise MalformedData("not a message of the boundary")
    size = int.from_bytes(data[len(MAGIC) : start], "little")
    if size > min(MAX_TEXT, len(data) - start):
        raise MalformedData("a message's text is cut off or too long")
    text = data[start : start + size].decode("ascii")
    # Eight million brackets would be a gigabyte of empty lists after parsing.
    if text.count("[") + text.count("{") > 2 * MAX_VALUES:
        raise MalformedData("a value is nested too deeply or too long")
    document = json.loads(text, object_pairs_hook=_unique, parse_int=_small_int)
    if type(document) is not dict or sorted(document) != ["arrays", "fields"]:
        raise MalformedData("a message has other parts than it should")
    return document, memoryview(data)[start + size :]


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedData("a key stands twice")
    return found


def _small_int(digits: str) -> int:
    if len(digits) > MAX_INT_DIGITS or not SMALLEST_INT <= int(digits) <= LARGEST_INT:
        raise MalformedData("an integer has more than 64 bits")
    return int(digits)


class _Reader:
    """Turns checked JSON into values; every array is used exactly once."""

    def __init__(self, lengths: list[int], data: memoryview, wide: bool) -> None:
        if type(lengths) is not list or any(type(n) is not int or n < 0 for n in lengths):
            raise MalformedData("the arrays' lengths are not lengths")
        if len(lengths) > MAX_ARRAYS:
            raise MalformedData("a message has too many arrays")
        if sum(lengths) != len(data):
            raise MalformedData("the arrays' lengths do not add up")
        self.parts: list[memoryview | None] = []
        for length in lengths:
            self.parts.append(data[:length])
            data = data[length:]
        self.count = 0
        self.wide = wide
        self.constants: dict[Any, Any] = {}

    def fields(self, body: object) -> dict[str, Any]:
        if type(body) is not dict:
            raise MalformedData("a message has no fields")
        values = {key: self.value(value) for key, value in body.items()}
        if any(part is not None for part in self.parts):
            raise MalformedData("an array belongs nowhere")
        if any(array_bytes(value) > MAX_ARRAY_BYTES for value in values.values()):
            raise MalformedData("a value is too large as an array")
        return values

    def value(self, node: Any, depth: int = 0) -> Any:
        self.count += 1
        if depth > MAX_DEPTH or self.count > MAX_VALUES:
            raise MalformedData("a value is nested too deeply or too long")
        if isinstance(node, str) and not is_text(node):
            raise MalformedData("a string is not valid Unicode")
        if isinstance(node, str):
            return _as_a_constant(node) if self.wide else node
        if node is None or isinstance(node, (bool, int, float)):
            return node
        if isinstance(node, list):
            return [self.value(item, depth + 1) for item in node]
        ((tag, content),) = node.items()
        return self._tagged(tag, content, depth)

    def _tagged(self, tag: str, content: Any, depth: int) -> Any:
        if tag == "tuple":
            made = tuple(_the(list, self.value(content, depth)))
            plain = self.wide and len(made) < 10 and all(type(one) in _CONSTANT for one in made)
            return self.constants.setdefault((*map(type, made), *made), made) if plain else made
        if tag == "dict":
            return self._dict(content, depth)
        if tag == "set":
            return self._set(content, depth)
        if tag == "dots":
            return _the(type(None), content) or ...
        if tag == "scalar":
            return _scalar(*content)
        if tag in ("array", "frozen"):
            return self._array(content, writeable=tag == "array")
        if tag == "history":
            return _history(*_the(list, self.value(content, depth)))
        if tag == "model":
            return _model(*_the(list, self.value(content, depth)))
        if self.wide and tag == "wide":
            kind, plain = content
            return restored(_the(str, kind), self.value(plain, depth + 1))
        if self.wide and tag == "handle":
            return _handle(*_the(list, self.value(content, depth)))
        raise MalformedData("a value is of an unknown kind")

    def _dict(self, pairs: Any, depth: int) -> dict[Any, Any]:
        found = {}
        for key, value in _the(list, pairs):
            plain = self._key(key, depth)
            found[plain] = self.value(value, depth + 1)
        if len(found) != len(pairs):
            raise MalformedData("a key stands twice")
        return found

    def _set(self, members: Any, depth: int) -> set[Any]:
        found = {self._key(member, depth) for member in _the(list, members)}
        if len(found) != len(members):
            raise MalformedData("a member stands twice")
        return found

    def _key(self, key: Any, depth: int) -> Any:
        plain = self.value(key, depth + 1)
        if not isinstance(plain, (str, int, float, bool, type(None), np.generic)):
            raise MalformedData("a key is not a scalar")
        return plain

    def _array(self, index: Any, writeable: bool) -> np.ndarray:
        if type(index) is not int or not 0 <= index < len(self.parts):
            raise MalformedData("an array is missing")
        part, self.parts[index] = self.parts[index], None
        # Otherwise a short message could use one large array a hundred thousand times.
        if part is None:
            raise MalformedData("an array is used twice")
        array = read_array(bytes(part))
        array.flags.writeable = writeable
        return array


def _as_a_constant(text: str) -> str:
    """Return a text as code would have it: Python keeps one of equal texts that could be names."""
    is_name = len(text) <= 50 and text.isascii() and text.replace("_", "a").isalnum()
    return sys.intern(text) if is_name else text


def _scalar(dtype: Any, digits: Any) -> Any:
    data = bytes.fromhex(_the(str, digits))
    if _the(str, dtype) not in DTYPES or len(data) != np.dtype(dtype).itemsize:
        raise MalformedData("a number is not of its type")
    if dtype == "|b1" and data not in (b"\0", b"\1"):
        raise MalformedData("a boolean is neither 0 nor 1")
    return np.frombuffer(data, dtype)[0]


def _history(history: Any, epoch: Any) -> HistoryRecord:
    for name, values in _the(dict, history).items():
        _the(str, name)
        for value in _the(list, values):
            _the(float, value)
    for number in _the(list, epoch):
        _the(int, number)
    return HistoryRecord(history, epoch)


def _model(
    family: Any,
    config: Any,
    weights: Any,
    compiled: Any,
    compile_refusal: Any,
    steps: Any,
    stopped: Any,
) -> ModelRecord:
    for name, arrays in _the(dict, weights).items():
        _the(str, name)
        for array in _the(list, arrays):
            _the(np.ndarray, array)
    if compiled is not None:
        _the(dict, compiled)
    if not 0 <= _the(int, steps) <= MAX_STEPS:
        raise MalformedData("a number of steps is out of its range")
    described = (_the(str, family), _the(dict, config), weights, compiled)
    return ModelRecord(*described, _the(str, compile_refusal), steps, _the(bool, stopped))


def _handle(number: Any, kind: Any, name: Any, details: Any) -> HandleRecord:
    if _the(int, number) < 0 or _the(str, kind) not in HANDLE_KINDS or len(_the(str, name)) > 200:
        raise MalformedData("a handle is not of its form")
    return HandleRecord(number, kind, name, _the(dict, details))


def _the(kind: type, value: Any) -> Any:
    """Return the value if it is exactly of this type."""
    if type(value) is not kind:
        raise MalformedData(f"a {kind.__name__} was expected")
    return value
