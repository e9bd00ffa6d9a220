"""Answers one request of the trusted side in the student's kernel.

Student code can change this module. The other side relies on nothing here: it checks the form of
every reply.
"""

import contextlib
import functools
import linecache
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course.crossing import CannotCross
from course.notebook.cell_code import is_placeholder

from . import objects
from .call_settings import use_random
from .decoding import decode
from .encoding import encode
from .keras_values import reduce

MAX_MESSAGE = 1000
MAX_LINE = 200
CELL_FILE = re.compile(r"<ipython-input-|[\\/]ipykernel_\d+[\\/]\d+\.py$")


_kept: dict[str, dict[str, Any]] = {}
"""By function: the notebook's names as they were when its test was reached, and as it left them."""


def serve(number: int, requests: str, replies: str) -> None:
    """Read request `number` from the file `requests` and write its reply into `replies`."""
    request = decode(Path(requests).read_bytes(), wide=True)
    wide = objects.handle if request.get("wide") is True else None
    head = {"number": number, "nonce": request["nonce"]}
    name, kind = request["name"], request["kind"]
    try:
        use_random(request.get("random"))
        with _names_as_kept(name, request.get("kept")):
            answer = ANSWERS[kind](request)
            reply = encode({**head, **answer}, _names_of_fields(name, kind), reduce, wide)
    except CannotCross as refusal:
        reply = encode({**head, **_refused(refusal)})
    # A value's own class may raise anything while it is examined.
    except Exception as error:
        reason = f"it cannot be read ({type(error).__name__})"
        reply = encode({**head, **_refused(CannotCross(name, "value", reason))})
    if request.get("keep"):
        _kept[name] = dict(_namespace())
    Path(replies).write_bytes(reply)


def _names_of_fields(name: str, kind: str) -> dict[str, str]:
    """Return what a refusal calls each field of the reply."""
    result = name if kind == "describe" else f"{name}(…)"
    return {"value": name, "result": result, "results": result, "args": f"{name}: its argument"}


def _refused(refusal: CannotCross) -> dict[str, object]:
    parts = (refusal.path, refusal.type_name, refusal.reason)
    path, type_name, reason = (_printable(part) for part in parts)
    return {"kind": "refused", "path": path, "type": type_name, "reason": reason}


def _namespace() -> dict[str, Any]:
    return vars(sys.modules["__main__"])


@contextlib.contextmanager
def _names_as_kept(name: str, wanted: object) -> Iterator[None]:
    """Put the kept names in place for a call that comes after the notebook's last cell.

    A later cell may have given a name that the function uses to something else.
    """
    if not wanted or name not in _kept:  # the kernel is another one
        yield
        return
    names = _namespace()
    now = dict(names)
    _replace(names, _kept[name])
    try:
        yield
    finally:
        _kept[name] = dict(names)
        _replace(names, now)


def _replace(names: dict[str, Any], others: dict[str, Any]) -> None:
    """Replace all names at once; code that runs in another thread never sees none."""
    for gone in names.keys() - others.keys():
        del names[gone]
    names.update(others)


def _describe(request: dict[str, Any]) -> dict[str, object]:
    if request["name"] not in _namespace():
        return {"kind": "undefined"}
    value = _namespace()[request["name"]]
    if _is_function(value):
        return {"kind": "function"}
    return {"kind": "value", "value": value}


def _is_function(value: object) -> bool:
    """Return whether a value can be called and is no model."""
    if isinstance(value, (types.FunctionType, types.BuiltinFunctionType, functools.partial, type)):
        return True
    model = getattr(sys.modules.get("keras"), "Model", None)
    return callable(value) and not (model is not None and isinstance(value, model))


def _call(request: dict[str, Any]) -> dict[str, object]:
    if request["name"] not in _namespace():
        return {"kind": "undefined"}
    args, kwargs = objects.here(request["args"]), objects.here(request["kwargs"])
    try:
        result = _namespace()[request["name"]](*args, **kwargs)
    # Any exception of student code, also SystemExit, is the answer to this request.
    except BaseException as error:
        return _raised(error)
    return {"kind": "result", "result": result, "args": args, "kwargs": kwargs}


def _call_each(request: dict[str, Any]) -> dict[str, object]:
    """Call with every case; the first case without a result ends the calls and is the answer."""
    results = []
    for case in request["cases"]:
        answer = _call({"name": request["name"], "args": list(case), "kwargs": {}})
        if answer["kind"] != "result":
            return answer
        results.append(answer["result"])
    return {"kind": "results", "results": results}


def _act(request: dict[str, Any]) -> dict[str, object]:
    return objects.act(request, _namespace(), _raised)


def _define(request: dict[str, Any]) -> dict[str, object]:
    """Give the notebook names that a test has defined, and delete those it has deleted."""
    _namespace().update(objects.here(request["names"]))
    for name in request.get("deleted") or ():
        _namespace().pop(name, None)
    return {"kind": "result", "result": None, "args": [], "kwargs": {}}


ANSWERS = {
    "describe": _describe,
    "call": _call,
    "call_each": _call_each,
    "act": _act,
    "resume": _act,
    "define": _define,
}


def _raised(error: BaseException) -> dict[str, object]:
    line, source = _place(error.__traceback__)
    return {
        "kind": "raised",
        "type": _printable(type(error).__name__),
        "message": _message(error),
        "line": line,
        "source": _printable(source)[:MAX_LINE],
        "placeholder": is_placeholder(error),
    }


def _message(error: BaseException) -> str:
    """Read the message of an exception whose class may be the student's own."""
    try:
        return _printable(str(error))[:MAX_MESSAGE]
    except Exception as second:
        return f"(no message: {type(second).__name__})"


def _place(trace: types.TracebackType | None) -> tuple[int | None, str]:
    """Find the innermost line of a notebook cell: (number in its cell, text)."""
    place: tuple[int | None, str] = (None, "")
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if CELL_FILE.search(file):
            place = trace.tb_lineno, linecache.getline(file, trace.tb_lineno).strip()
        trace = trace.tb_next
    return place


def _printable(text: object) -> str:
    return str(text).encode("utf-8", "replace").decode("utf-8")
