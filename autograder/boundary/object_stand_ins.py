"""The stand-ins themselves: what is done with one is done with the student's object.

`student_objects` makes them, and says which may stand where.
"""

import builtins
import functools
import inspect
import re
import sys
import types
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from autograder.boundary.agent.convpool_agent.objects import BINARY, SPECIAL
from autograder.boundary.agent.convpool_agent.records import HandleRecord
from autograder.boundary.channel import BadReply
from course.crossing import CannotCross

if TYPE_CHECKING:
    from autograder.boundary.student_objects import StandIns

MAX_PLACE = 300
CLAIMED = frozenset(["matplotlib", "sklearn", "sympy", "seaborn", "networkx"])
"""Libraries whose classes an object may claim; none of them has values that cross as data.

Not SciPy: its code in C relies on what its own sparse matrices say of themselves.
"""
_NUMBERS = {"__len__": int, "__bool__": bool, "__int__": int, "__float__": float, "__index__": int}
_HIDDEN = ("_typ", "_repr_", "_ipython_", "_is_", "_mro")
"""Beginnings of attributes by which libraries recognize their own objects."""


class StandIn:
    """A student's object, function or class; what is done with it is done in its own process."""

    _stand_in: tuple["StandIns", HandleRecord, str]

    def __init__(self, owner: "StandIns", record: HandleRecord, place: str) -> None:
        """Stand for the object of `record` that arrived at `place`."""
        object.__setattr__(self, "_stand_in", (owner, record, place))

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """The library's class that the object says it is of, if that is imported here, else this.

        So `isinstance(axes, plt.Axes)` holds.
        """
        claimed = library_class(self._stand_in[1])
        return (claimed and _not_to_be_made(claimed)) or type(self)

    def __repr__(self) -> str:
        record = self._stand_in[1]
        if record.kind == "object" and "__repr__" in methods_of(record):
            return _text(_special(self, "__repr__"))
        return f"<student's {record.kind} {record.name}>"

    def __str__(self) -> str:
        if "__str__" in methods_of(self._stand_in[1]):
            return _text(_special(self, "__str__"))
        return repr(self)

    def __getattr__(self, name: str) -> Any:
        _, record, place = self._stand_in
        if name == "__signature__" and record.kind != "object":
            return _signature(_act(self, "signature", place))
        usual = ("__doc__", "__name__", "__qualname__", "__dict__")
        if name.startswith(_HIDDEN) or (name.startswith("__") and name not in usual):
            raise AttributeError(name)
        return _act(self, "get", _longer(place, f".{name}"), name)

    @property
    def __doc__(self) -> Any:  # type: ignore[override]
        """The docstring of the student's object."""
        return _act(self, "get", f"{self._stand_in[2]}.__doc__", "__doc__")

    def __copy__(self) -> Any:
        return _act(self, "copy", self._stand_in[2])

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return _act(self, "deepcopy", self._stand_in[2])

    def __setattr__(self, name: str, value: Any) -> None:
        _act(self, "set", "", name, value)

    def __delattr__(self, name: str) -> None:
        _act(self, "delete", "", name)

    def __dir__(self) -> list[str]:
        return [str(name) for name in _act(self, "dir", f"dir({self._stand_in[2]})")]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the student's function, class or object."""
        return _act(self, "call", _longer(self._stand_in[2], "(…)"), *args, **kwargs)

    def __instancecheck__(self, value: Any) -> bool:
        if isinstance(value, StandIn):
            return _act(self, "isinstance", "", value) is True
        named = isinstance(value, tuple) and hasattr(value, "_fields")
        return named and type(value).__name__ == self._stand_in[1].name

    def __subclasscheck__(self, value: Any) -> bool:
        return isinstance(value, StandIn) and _act(self, "issubclass", "", value) is True

    def __eq__(self, other: object) -> Any:
        if self is other:
            return True
        return _compared(self, "__eq__", other)

    def __ne__(self, other: object) -> Any:
        if self is other:
            return False
        equal = _compared(self, "__eq__", other)
        return equal if equal is NotImplemented else not equal

    def __hash__(self) -> int:
        return hash(self._stand_in[1].number)


class Unexpected(StandIn):
    """An object where the reference solution has a plain value: it may be ignored or passed back.

    Every other use of it is refused.
    """

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """No class but this, whatever the object says."""
        return type(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name.startswith(_HIDDEN):
            raise AttributeError(name)
        raise self.refusal()

    def refusal(self) -> CannotCross:
        """Return the error for a use of it, and keep it, since a test may catch any."""
        owner, record, place = self._stand_in
        error = CannotCross(place, f"{record.name} object"[:60], "a plain value was expected")
        owner.trouble = owner.trouble or error
        return error


def _refuse(self: Unexpected, *args: Any, **kwargs: Any) -> Any:
    raise self.refusal()


_ALSO_REFUSED = """
    __hash__ __dir__ __setattr__ __delattr__ __format__ __instancecheck__ __subclasscheck__
"""
for _name in (*SPECIAL, *_ALSO_REFUSED.split()):
    setattr(Unexpected, _name, _refuse)


class Items(Unexpected):
    """An iterator where the reference solution has a plain value: it gives its items, no more."""

    __len__ = None

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return _act(self, "special", _longer(self._stand_in[2], ".__next__"), "__next__")

    def __contains__(self, value: object) -> bool:
        return any(value is item or value == item for item in self)


def library_class(record: HandleRecord, among: frozenset[str] = CLAIMED) -> type | None:
    """Find a class of a library by name, without importing it; None for kinds that are plain."""
    named = record.details.get("library")
    if type(named) is not list or [type(part) for part in named] != [str, str]:
        return None
    module, name = named
    if module.split(".")[0] not in among:
        return None
    found = vars(sys.modules.get(module, builtins)).get(name)
    return found if isinstance(found, type) and found.__module__ == module else None


@functools.cache
def _not_to_be_made(kind: type) -> type | None:
    """Return a class below a library's of which nothing can be made; None if there can't be one.

    scikit-learn's `clone` makes an estimator of the class that it finds, with the parameters that
    the object tells; some read files, or load them.
    """

    def refuse(cls: type, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"a test can't make a {kind.__name__} after a student's object")

    body = {"__new__": refuse, "__module__": kind.__module__, "__qualname__": kind.__qualname__}
    try:
        return types.new_class(kind.__name__, (kind,), {}, lambda names: names.update(body))
    except Exception:  # whatever a library's class says to one that inherits from it
        return None


def _compared(one: StandIn, method: str, other: object) -> Any:
    """Compare objects by the student's word; an object and a plain value only where permitted."""
    owner, record, place = one._stand_in
    if method not in methods_of(record):
        return NotImplemented
    if not isinstance(other, StandIn) and not owner.permit(f"{place}.{method}", always=False):
        return NotImplemented
    answer = _special(one, method, other)
    return answer if isinstance(answer, bool) or answer is NotImplemented else bool(answer)


def methods_of(record: HandleRecord) -> list[Any]:
    """Return the special methods that an object says it has; any values may be among them."""
    found = record.details.get("methods")
    return found if type(found) is list else []


def _act(one: StandIn, action: str, place: str, *args: Any, **kwargs: Any) -> Any:
    owner, record, arrived_at = one._stand_in
    found = re.match(r"\w+", arrived_at)
    root = found[0] if found else ""
    return owner.ask(record, root, place[:MAX_PLACE], action, *args, **kwargs)


def _special(one: StandIn, method: str, *args: Any) -> Any:
    place = _longer(one._stand_in[2], f".{method}")
    answer = _act(one, "special", place, method, *args)
    if isinstance(answer, dict) and answer == {"not": "implemented"}:
        return NotImplemented
    return answer


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError("__str__ returned no string")
    return value


def _longer(place: str, part: str) -> str:
    """Add a part to a place's name; a list's thousandth node is where its second is.

    What a function returns that another has returned has a place of its own.
    """
    return place if place.endswith(part) and part != "(…)" else place + part


def class_with(record: HandleRecord) -> type:
    """Make a class with the special methods that the student's object, or class, has."""
    wanted = [name for name in methods_of(record) if type(name) is str and name in SPECIAL]
    known = frozenset(wanted) - {"__eq__", "__ne__", "__str__", "__repr__", "__call__", "__hash__"}
    body = {name: _method(name) for name in sorted(known)}
    if record.kind == "object" and "__call__" not in wanted:
        body["__call__"] = None
    return type(record.name if record.name.isidentifier() else "StandIn", (StandIn,), body)


def _method(name: str) -> Any:
    def answer(self: StandIn, *args: Any) -> Any:
        owner, _, place = self._stand_in
        plain = (name in BINARY or name == "__contains__") and not all(
            isinstance(other, StandIn) for other in args
        )
        if plain and not owner.permit(f"{place}.{name}", always=False):
            return _is_among(self, *args) if name == "__contains__" else NotImplemented
        result = _special(self, name, *args)
        if name in _NUMBERS and type(result) is not _NUMBERS[name]:
            raise TypeError(f"{name} returned no {_NUMBERS[name].__name__}")
        if name == "__iter__" and not isinstance(result, Iterator):
            return iter(result)
        return result

    return answer


def _is_among(one: StandIn, value: object) -> bool:
    """Look for a plain value in an object by its items: it is told what is looked for nowhere."""
    if "__iter__" not in methods_of(one._stand_in[1]):
        raise TypeError(f"argument of type '{type(one).__name__}' is not iterable")
    return any(value is item or value == item for item in _special(one, "__iter__"))


def _signature(described: Any) -> inspect.Signature:
    """Make a signature of checked parts."""
    try:
        parameters = [
            inspect.Parameter(
                str(name),
                inspect._ParameterKind[kind],
                default=default if has_default is True else inspect.Parameter.empty,
            )
            for name, kind, has_default, default in described
        ]
        return inspect.Signature(parameters)
    except (KeyError, TypeError, ValueError) as error:
        raise BadReply("a signature is none") from error
