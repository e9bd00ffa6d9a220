"""Objects that stay in the student's process and are used through handles, and calls of tests.

A function of the test that student code calls is a `Callback`. The call then runs in a thread: it
is suspended while the test's function runs on the other side, and goes on with the next request.
"""

import builtins
import contextvars
import copy
import inspect
import operator
import queue
import secrets
import threading
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from course.crossing import CannotCross, name_of_type

from . import shared_objects
from .call_settings import MAX_MESSAGE, as_in_the_test
from .keras_values import history_from, rebuild_here
from .records import HandleRecord, HistoryRecord, ModelRecord

MAX_OBJECTS = 100_000
_LIKE_DEFAULTS = "__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __str__ __repr__ __hash__ __format__"
BINARY = frozenset(
    """
    __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __add__ __radd__ __sub__ __rsub__ __mul__ __rmul__
    __truediv__ __rtruediv__ __floordiv__ __rfloordiv__ __mod__ __rmod__ __pow__ __rpow__
    __matmul__ __rmatmul__ __and__ __rand__ __or__ __ror__ __xor__ __rxor__ __iadd__ __isub__
    __imul__ __itruediv__
    """.split()  # noqa: SIM905
)
SPECIAL = BINARY | frozenset(
    """
    __len__ __iter__ __next__ __getitem__ __setitem__ __delitem__ __contains__ __call__ __bool__
    __neg__ __pos__ __abs__ __invert__ __int__ __float__ __index__ __round__ __enter__ __exit__
    __reversed__ __str__ __repr__
    """.split()  # noqa: SIM905
)
"""The special methods that a test can use of a student's object."""
_objects: dict[int, Any] = {}
_numbers: dict[int, int] = {}
_first: list[int] = []
_suspended: list["_Run"] = []
_running = threading.local()
_state = {"callbacks": False}

Answer = dict[str, object]


def handle(value: Any, path: str) -> HandleRecord:
    """Return the handle of an object that stays here; raise `CannotCross` if there are too many."""
    if isinstance(value, (Callback, CallbackIterator)):
        return HandleRecord(value.number, "callback", value.__name__)
    name = str(getattr(type(value), "__name__", "object"))[:200]
    if isinstance(value, types.MethodType) and _is_found_by_name(value):
        method = {"method": str(value.__name__)[:200]}
        return HandleRecord(_number(value.__self__, path), "method", name, method)
    own = str(getattr(value, "__name__", name))[:200]
    if isinstance(value, type):
        if not issubclass(value, BaseException):
            methods = _methods(type(value), type)  # as those of a class of `Enum`
            return HandleRecord(_number(value, path), "class", own, {"methods": methods})
        bases = [base.__name__[:200] for base in value.__mro__]
        details = {"bases": bases, "library": _library(value)}
        return HandleRecord(_number(value, path), "exception", own, details)
    if inspect.isroutine(value):
        return HandleRecord(_number(value, path), "function", own)
    details = {"methods": _methods(type(value), object), "library": _library(type(value))}
    return HandleRecord(_number(value, path), "object", name, details)


def _methods(kind: type, usual: type) -> list[str]:
    """Return the special methods of a class without those that it has of `usual`."""
    return sorted(
        method
        for method in SPECIAL
        if getattr(kind, method, None) is not None
        and not (
            (method in _LIKE_DEFAULTS or usual is not object)
            and getattr(kind, method) is getattr(usual, method, None)
        )
    )


def _library(kind: type) -> list[str]:
    """Return the module and the name of the nearest class that is not the notebook's own."""
    found = next((one for one in kind.__mro__ if one.__module__ != "__main__"), object)
    return [found.__module__, found.__qualname__]


def _is_found_by_name(method: types.MethodType) -> bool:
    """Whether an instance has a method under the method's own name, which a lambda has not."""
    name = getattr(method, "__name__", "")
    found = getattr(type(method.__self__), name, None)
    return not isinstance(method.__self__, type) and found is method.__func__


def _number(value: Any, path: str) -> int:
    """Number an object and keep it, so that its number stays its own."""
    if id(value) not in _numbers:
        if len(_objects) >= MAX_OBJECTS:
            raise CannotCross(path, name_of_type(value), "there are too many objects")
        # Another process that takes this one's place knows none of its numbers.
        if not _first:
            _first.append(secrets.randbits(48))
        _numbers[id(value)] = _first[0] + len(_objects)
        _objects[_numbers[id(value)]] = value
    return _numbers[id(value)]


class Callback:
    """A function of the test; a call suspends the student's code until the other side answers."""

    def __init__(self, number: int, name: str) -> None:
        self.number, self.__name__ = number, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Ask the other side to call the function, and wait for what it returns or raises."""
        return self.ask(args, kwargs)

    def ask(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """Call it, or ask an iterator for its next item."""
        run = getattr(_running, "run", None)
        if run is None:
            raise RuntimeError("a function of the test can only be called during the test's call")
        parts = {"callback": self.number, "args": list(args), "kwargs": kwargs}
        run.outbox.put({"kind": "callback", **parts})
        reply = run.inbox.get()
        if reply["raised"]:
            kind = getattr(builtins, reply["raised"], RuntimeError)
            usual = isinstance(kind, type) and issubclass(kind, Exception)
            raise (kind if usual else RuntimeError)(reply["value"])
        return here(reply["value"])


class CallbackIterator:
    """An iterator of the test, whose next item the other side gives."""

    def __init__(self, number: int, name: str) -> None:
        self.number, self.__name__ = number, name

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return Callback(self.number, self.__name__).ask([], {})


class _Run:
    """A call in a thread of its own."""

    def __init__(self, work: Callable[[], Answer], told: dict[str, Any]) -> None:
        self.told = told
        self.inbox: queue.Queue[Any] = queue.Queue()
        self.outbox: queue.Queue[Any] = queue.Queue()
        # With the notebook's own settings of NumPy and decimals, which are each thread's own.
        run = contextvars.copy_context().run
        threading.Thread(target=run, args=[self._work, work], daemon=True).start()

    def _work(self, work: Callable[[], Answer]) -> None:
        _running.run = self
        self.outbox.put(work())

    def next_answer(self) -> Answer:
        """Return the call's answer, or the next call of a function of the test."""
        answer = self.outbox.get()
        if answer["kind"] == "callback":
            _suspended.append(self)
        return answer


def here(value: Any) -> Any:
    """Replace records by models, handles by the objects they stand for."""
    if isinstance(value, HandleRecord):
        if value.kind == "callback":
            _state["callbacks"] = True
            kind = CallbackIterator if value.details.get("iterator") is True else Callback
            return kind(value.number, value.name)
        found = _objects[value.number]
        return getattr(found, value.details["method"]) if value.kind == "method" else found
    if isinstance(value, ModelRecord):
        return rebuild_here(value)
    if isinstance(value, HistoryRecord):
        return history_from(value)
    if type(value) is list:
        return [here(item) for item in value]
    if type(value) is tuple:
        items = tuple(here(item) for item in value)
        return items if any(map(operator.is_not, items, value)) else value
    if type(value) is dict:
        return {key: here(item) for key, item in value.items()}
    return value


def act(request: dict[str, Any], names: dict[str, Any], raised: Callable[..., Answer]) -> Answer:
    """Do one thing with an object, or go on with a suspended call, and add what was printed."""
    with as_in_the_test(request, here) as told:
        if request["kind"] == "resume":
            run = _suspended.pop()
            shared = run.told
            run.inbox.put(request)
            answer = run.next_answer()
        else:
            target = here(request["target"]) if request["target"] else None
            if request["target"] is None:
                if request["name"] not in names:
                    return {"kind": "undefined"}
                target = names[request["name"]]
            shared = request["shared"]
            shared["changed"] = [[number, here(value)] for number, value in shared["changed"]]
            args, kwargs = shared_objects.take_over(
                shared, here(request["args"]), here(request["kwargs"]), handle
            )

            def work() -> Answer:
                return _done(request["action"], target, args, kwargs, raised)

            answer = _Run(work, shared).next_answer() if _state["callbacks"] else work()
    if answer["kind"] != "callback":
        told["shared"] = shared_objects.report(shared, answer, handle)
    return {**answer, **told}


def _done(
    action: str, target: Any, args: Any, kwargs: Any, raised: Callable[..., Answer]
) -> Answer:
    try:
        result = ACTIONS[action](target, *args, **kwargs)
    except StopIteration:
        return {"kind": "stopped"}
    # Any exception of student code, also SystemExit, is the answer to this request.
    except BaseException as error:
        answer = {**raised(error), "class": type(error) if _is_own(type(error)) else None}
        if isinstance(error, KeyError) and [type(key) for key in error.args] == [str]:
            answer["message"] = error.args[0][:MAX_MESSAGE]  # its str() is the key in quotes
        return answer
    return {"kind": "result", "result": result, "args": args, "kwargs": kwargs}


def _is_own(kind: type) -> bool:
    return kind.__module__ != "builtins"


def _special(target: Any, method: str, *args: Any) -> Any:
    """Call a special method as Python does: of the object's class."""
    if method not in SPECIAL:
        raise AttributeError(method)
    result = getattr(type(target), method)(target, *args)
    return {"not": "implemented"} if result is NotImplemented else result


def _signature(target: Any) -> list[Any]:
    """Describe each parameter as its name, kind, whether it has a default, and that."""
    return [
        [one.name, one.kind.name, one.default is not one.empty, _or_none(one.default)]
        for one in inspect.signature(target).parameters.values()
    ]


def _or_none(default: Any) -> Any:
    return None if default is inspect.Parameter.empty else default


ACTIONS: dict[str, Callable[..., Any]] = {
    "value": lambda target: target,
    "call": lambda target, *args, **kwargs: target(*args, **kwargs),
    "get": lambda target, name: getattr(target, name),
    "set": lambda target, name, value: setattr(target, name, value),
    "delete": lambda target, name: delattr(target, name),
    "special": _special,
    "signature": _signature,
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "dir": lambda target: [str(name) for name in dir(target)][:10_000],
    "isinstance": lambda target, value: isinstance(value, target),
    "issubclass": lambda target, value: issubclass(value, target),
}
