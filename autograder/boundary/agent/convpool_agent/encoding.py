"""Encodes plain data as bytes, the only form in which anything crosses the boundary.

A message is `MAGIC`, the length of a JSON text (8 bytes, little-endian), the text, and the
arrays as `.npy` files end to end. In the text a list is a list; values without a JSON
form are objects with one key: tuple, dict, set, dots, scalar, array, frozen, history, model; and
wide and handle where the wider set of values may cross.
"""

import json
from collections.abc import Callable

import numpy as np

from course.crossing import (
    MAX_ARRAY_BYTES,
    MAX_ARRAYS,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_VALUES,
    CannotCross,
    array_bytes,
    arriving,
    name_of_type,
    plain_array,
    scalar,
)

from .npy import write_array
from .records import MAX_TEXT, HandleRecord, HistoryRecord, ModelRecord, WideRecord
from .wide_values import Handle, Lowering

MAGIC = b"CONVPOOL1\n"


def _unchanged(value: object, _path: str) -> object:
    return value


def encode(
    fields: dict[str, object],
    names: dict[str, str] | None = None,
    reduce: Callable[[object, str], object] = _unchanged,
    wide: Handle | None = None,
) -> bytes:
    """Write named values as one message; raise `CannotCross` for the first without a plain form.

    `names` gives the fields' names in that error; `reduce(value, path)` turns library objects
    (tensors, models) into arrays and records. With `wide` the wider set of values is written too:
    it gives the handle of an object that stays in its process, or raises `CannotCross`.
    """
    writer, called = _Writer(reduce, wide), {key: (names or {}).get(key, key) for key in fields}
    body = {key: writer.top(value, called[key]) for key, value in fields.items()}
    document = {"arrays": [len(part) for part in writer.arrays], "fields": body}
    text = json.dumps(document, separators=(",", ":")).encode("ascii")
    whole = next(iter(names.values() if names else fields))
    if len(text) > MAX_TEXT or text.count(b"[") + text.count(b"{") > 2 * MAX_VALUES:
        raise CannotCross(whole, "value", "it is too long")
    message = b"".join([MAGIC, len(text).to_bytes(8, "little"), text, *writer.arrays])
    if len(message) > MAX_BYTES:
        raise CannotCross(
            whole, "value", f"it is too large; {MAX_BYTES >> 20} MiB can be sent to the tests"
        )
    return message


class _Writer:
    """Turns values into JSON, and arrays into numbered parts."""

    def __init__(self, reduce: Callable[[object, str], object], wide: Handle | None = None) -> None:
        self.reduce = reduce
        self.lowering = Lowering(wide) if wide else None
        self.arrays: list[bytes] = []
        self.size = self.count = 0

    def top(self, value: object, path: str) -> object:
        """Write a whole value, in the form in which the notebook's own checks see it."""
        if self.lowering:
            lowered = self.lowering.value(value, path)
            if array_bytes(lowered) > MAX_ARRAY_BYTES:
                raise CannotCross(path, name_of_type(value), "it is too large as an array")
            return self.value(lowered, path)
        return self.value(arriving(value, path, keep=(HistoryRecord, ModelRecord)), path)

    def value(self, value: object, path: str, depth: int = 0) -> object:
        self.count += 1
        if depth > MAX_DEPTH or self.count > MAX_VALUES:
            raise CannotCross(path[:80], name_of_type(value), "it is nested too deeply or too long")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, np.generic):
            return self._scalar(value, path)
        if isinstance(value, (int, float, str)):
            return scalar(value, path)
        if isinstance(value, (list, tuple)):
            items = [self.value(v, f"{path}[{i}]", depth + 1) for i, v in enumerate(value)]
            return items if isinstance(value, list) else {"tuple": items}
        if isinstance(value, dict):
            return {"dict": [self._item(k, v, path, depth) for k, v in value.items()]}
        if value is ...:
            return {"dots": None}
        if isinstance(value, set):
            return {"set": [self.value(member, path, depth + 1) for member in value]}
        return self._object(value, path, depth)

    def _object(self, value: object, path: str, depth: int) -> object:
        if isinstance(value, WideRecord):
            return {"wide": [value.kind, self.value(value.content, path, depth + 1)]}
        if isinstance(value, HandleRecord):
            parts = [value.number, value.kind, value.name, value.details]
            return {"handle": self.value(parts, path, depth + 1)}
        value = self.reduce(value, path)
        if isinstance(value, np.ndarray):
            return self._array(value, path)
        if isinstance(value, HistoryRecord):
            return {"history": self.value([value.history, value.epoch], path, depth + 1)}
        if isinstance(value, ModelRecord):
            parts = [value.family, value.config, value.weights]
            parts += [value.compiled, value.compile_refusal, value.steps, value.stopped]
            return {"model": self.value(parts, path, depth + 1)}
        raise CannotCross(path, name_of_type(value))

    def _item(self, key: object, value: object, path: str, depth: int) -> list[object]:
        return [self.value(key, path, depth + 1), self.value(value, path, depth + 1)]

    def _scalar(self, value: np.generic, path: str) -> object:
        plain = scalar(value, path)
        if isinstance(plain, str):
            return plain
        return {"scalar": [plain.dtype.str, plain.tobytes().hex()]}

    def _array(self, array: np.ndarray, path: str) -> object:
        plain = plain_array(array, path)
        self.size += plain.nbytes
        if self.size > MAX_BYTES or len(self.arrays) >= MAX_ARRAYS:
            raise CannotCross(path, f"array of shape {plain.shape}", "it is too large")
        self.arrays.append(write_array(plain))
        return {"array" if array.flags.writeable else "frozen": len(self.arrays) - 1}
