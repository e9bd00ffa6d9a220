"""Encodes plain data as bytes, the only form in which anything crosses the boundary.

A message is `MAGIC`, the length of a JSON text (8 bytes, little-endian), the text, and the
arrays as `.npy` files end to end. In the text a list is a list; values without a JSON
form are objects with one key: tuple, dict, scalar, array, frozen, history, model.
"""

import json
from collections.abc import Callable

import numpy as np

from .npy import MAX_ELEMENTS, MAX_RANK, portable_dtype, write_array
from .records import (
    LARGEST_INT,
    MAX_ARRAYS,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_TEXT,
    MAX_VALUES,
    SMALLEST_INT,
    CannotCross,
    HistoryRecord,
    ModelRecord,
    is_text,
    name_of_type,
)

MAGIC = b"CONVPOOL1\n"


def _unchanged(value: object, _path: str) -> object:
    return value


def encode(
    fields: dict[str, object],
    names: dict[str, str] | None = None,
    reduce: Callable[[object, str], object] = _unchanged,
) -> bytes:
    """Write named values as one message; raise `CannotCross` for the first without a plain form.

    `names` gives the fields' names in that error; `reduce(value, path)` turns library objects
    (tensors, models) into arrays and records.
    """
    writer = _Writer(reduce)
    body = {key: writer.value(value, (names or {}).get(key, key)) for key, value in fields.items()}
    document = {"arrays": [len(part) for part in writer.arrays], "fields": body}
    text = json.dumps(document, separators=(",", ":")).encode("ascii")
    whole = next(iter(names.values() if names else fields))
    if len(text) > MAX_TEXT or text.count(b"[") + text.count(b"{") > 2 * MAX_VALUES:
        raise CannotCross(whole, "value", "it is too long")
    message = b"".join([MAGIC, len(text).to_bytes(8, "little"), text, *writer.arrays])
    if len(message) > MAX_BYTES:
        raise CannotCross(whole, "value", f"it is too large; {MAX_BYTES >> 20} MiB can cross")
    return message


class _Writer:
    """Turns values into JSON, and arrays into numbered parts."""

    def __init__(self, reduce: Callable[[object, str], object]) -> None:
        self.reduce = reduce
        self.arrays: list[bytes] = []
        self.size = self.count = 0

    def value(self, value: object, path: str, depth: int = 0) -> object:
        self.count += 1
        if depth > MAX_DEPTH or self.count > MAX_VALUES:
            raise CannotCross(path[:80], name_of_type(value), "it is nested too deeply or too long")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, np.generic):
            return self._scalar(value, path)
        if isinstance(value, (int, float, str)):
            return _plain_scalar(value, path)
        if isinstance(value, (list, tuple)):
            items = [self.value(v, f"{path}[{i}]", depth + 1) for i, v in enumerate(value)]
            return items if isinstance(value, list) else {"tuple": items}
        if isinstance(value, dict):
            return {"dict": [self._item(k, v, path, depth) for k, v in value.items()]}
        return self._object(value, path, depth)

    def _object(self, value: object, path: str, depth: int) -> object:
        value = self.reduce(value, path)
        if isinstance(value, np.ndarray):
            return self._array(value, path)
        if isinstance(value, HistoryRecord):
            return {"history": self.value([value.history, value.epoch], path, depth + 1)}
        if isinstance(value, ModelRecord):
            parts: list[object] = [value.family, value.config, value.weights]
            parts += [value.compiled, value.compile_refusal]
            return {"model": self.value(parts, path, depth + 1)}
        if isinstance(value, (tuple, int, float, str, np.generic)):
            return self.value(value, path, depth + 1)
        if value is Ellipsis:
            raise CannotCross(path, "...", "replace the dots with your answer")
        raise CannotCross(path, name_of_type(value))

    def _item(self, key: object, value: object, path: str, depth: int) -> list[object]:
        if not isinstance(key, (str, int, float, bool, type(None), np.generic)):
            reason = "only numbers and strings can be keys"
            raise CannotCross(path, f"dict with a {name_of_type(key)} as a key", reason)
        where = f"{path}[{str(key)[:40]!r}]" if isinstance(key, str) else f"{path}[{key}]"
        return [self.value(key, path, depth + 1), self.value(value, where, depth + 1)]

    def _scalar(self, value: np.generic, path: str) -> object:
        if isinstance(value, np.str_):
            return _plain_scalar(str(value), path)
        if not portable_dtype(value.dtype):
            raise CannotCross(path, f"NumPy {value.dtype} number")
        plain = np.asarray(value, dtype=portable_dtype(value.dtype))
        return {"scalar": [plain.dtype.str, plain.tobytes().hex()]}

    def _array(self, array: np.ndarray, path: str) -> object:
        if isinstance(array, np.ma.MaskedArray) or not portable_dtype(array.dtype):
            raise CannotCross(
                path, f"array of dtype {array.dtype}", "an array of numbers can cross"
            )
        self.size += array.nbytes
        if self.size > MAX_BYTES or array.size > MAX_ELEMENTS or array.ndim > MAX_RANK:
            raise CannotCross(path, f"array of shape {array.shape}", "it is too large")
        if len(self.arrays) >= MAX_ARRAYS:
            raise CannotCross(path, "array too many", f"at most {MAX_ARRAYS} can cross at once")
        self.arrays.append(write_array(array))
        return {"array" if array.flags.writeable else "frozen": len(self.arrays) - 1}


def _plain_scalar(value: int | float | str, path: str) -> object:
    """Convert subclasses; refuse values that could not be printed or computed with later."""
    if isinstance(value, int):
        if not SMALLEST_INT <= value <= LARGEST_INT:
            raise CannotCross(path, "huge integer", "at most 64 bits can cross")
        return int(value)
    if isinstance(value, float):
        return float(value)
    if not is_text(value):
        raise CannotCross(path, "string that is not valid Unicode")
    return str(value)
