"""Lists, dicts, sets, arrays and tables that the student's code and a test both hold.

Each has a number. What one side has changed is changed on the other with the next message, so that
a test sees what it would see in one process: a list that was kept and not copied, an argument that
comes back as it is, a default value that remembers. What stands inside another is not numbered.
"""

import collections
import hashlib
import secrets
from typing import Any

import numpy as np

from . import frames
from .encoding import encode
from .keras_values import reduce
from .random_generators import copy_state, is_generator
from .wide_values import Handle

MAX_SHARED = 200
MAX_BYTES = 1_000_000
MAX_ITEMS = 20_000
"""Larger values are copied only: comparing them would take long."""
_COLLECTIONS = (
    list,
    dict,
    set,
    bytearray,
    collections.deque,
    collections.OrderedDict,
    collections.Counter,
    collections.defaultdict,
)

_shared: dict[int, list[Any]] = {}
"""By number: the object, and the digest of what both sides have."""
_first: list[int] = []


def can_be_shared(value: Any) -> bool:
    """Whether a value can be changed in place, and is not too large to compare."""
    if isinstance(value, np.ndarray):
        return type(value) is np.ndarray and value.flags.writeable and value.nbytes <= MAX_BYTES
    if is_generator(value):
        return True
    if type(value) in _COLLECTIONS:
        first = next(iter(value), None)
        inner = len(first) if isinstance(first, (list, tuple)) else 1
        return len(value) * inner <= MAX_ITEMS
    pandas = frames.pandas()
    is_table = pandas is not None and type(value) in (pandas.DataFrame, pandas.Series)
    return bool(is_table and value.size <= MAX_ITEMS)


def digest(value: Any, handle: Handle) -> bytes:
    """Digest a value's content; b"" for one that cannot be sent, or is too large."""
    try:
        content = encode({"value": value}, reduce=reduce, wide=handle)
    except Exception:  # whatever its members raise while they are read
        return b""
    return hashlib.blake2b(content).digest() if len(content) <= MAX_BYTES else b""


def changed_in_place(kept: Any, value: Any) -> bool:
    """Give a kept object the content of another of its type; return whether that is possible."""
    if type(kept) is not type(value):
        return False
    if isinstance(kept, np.ndarray):
        alike = kept.shape == value.shape and kept.dtype == value.dtype and kept.flags.writeable
        if alike:
            np.copyto(kept, value)
        return alike
    if is_generator(kept):
        copy_state(kept, value)
    elif isinstance(kept, (list, bytearray)):
        kept[:] = value
    elif isinstance(kept, (dict, set)):
        kept.clear()
        kept.update(value)
    elif isinstance(kept, collections.deque):
        kept.clear()
        kept.extend(value)
    else:
        kept._update_inplace(value)
    return True


def take_over(
    told: dict[str, Any], args: list[Any], kwargs: dict[str, Any], handle: Handle
) -> tuple[list[Any], dict[str, Any]]:
    """Do the test's changes here; return the arguments, of which those that are known are kept."""
    for number, value in told["changed"]:
        entry = _shared.get(number)
        if entry is not None and digest(entry[0], handle) != digest(value, handle):
            if not changed_in_place(entry[0], value):
                entry[0] = value
            entry[1] = digest(value, handle)
    positional = [
        _kept(number, value, handle) for number, value in zip(told["args"], args, strict=True)
    ]
    named = {
        name: _kept(told["kwargs"].get(name, 0), value, handle) for name, value in kwargs.items()
    }
    return positional, named


def _kept(number: int, value: Any, handle: Handle) -> Any:
    if not number:
        return value
    if number not in _shared:
        _keep(number, value, digest(value, handle))
    return _shared[number][0]


def _keep(number: int, value: Any, known: bytes) -> None:
    """Keep an object under a number, the oldest no longer."""
    _shared[number] = [value, known]
    while len(_shared) > MAX_SHARED:
        del _shared[next(iter(_shared))]


def report(told: dict[str, Any], answer: dict[str, Any], handle: Handle) -> dict[str, object]:
    """Return what a reply says of shared objects: the result's number, and what has changed."""
    result = answer.get("result")
    number = _number_of(result, handle) if can_be_shared(result) else 0
    # Of a call that has ended, the reply has the arguments as they are afterwards.
    sent = {number, *told["args"], *told["kwargs"].values()} if answer["kind"] == "result" else {0}
    changed = []
    for one in {*told["held"], *told["args"], *told["kwargs"].values()} & set(_shared):
        value, known = _shared[one]
        now = digest(value, handle)
        if now != known and now:
            _shared[one][1] = now
            if one not in sent:
                changed.append([one, value])
    return {"result": number, "changed": changed}


def _number_of(value: Any, handle: Handle) -> int:
    """Number an object that a reply has; 0 if that cannot be sent again."""
    for number, entry in _shared.items():
        if entry[0] is value:
            entry[1] = digest(value, handle)
            return number
    known = digest(value, handle)
    if not known:
        return 0
    # Another process that takes this one's place knows none of its numbers.
    if not _first:
        _first.append(2**47 + secrets.randbits(46))
    number = _first[0] = _first[0] + 1
    _keep(number, value, known)
    return number
