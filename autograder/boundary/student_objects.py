"""Stand-ins for objects of a student's process that have no plain form, for ordinary tests.

Methods, attributes and operators are calls into the student's process, and their answers are the
student's word. An object that answers yes to everything must earn nothing where the reference
solution has a plain value. So each place where an object arrives, and each comparison or operation
of an object with a plain value, has a name such as `make(…)` or `make(…).__eq__`. They are recorded
while the reference solution runs; a submission's objects are refused at every other place.
"""

import builtins
import contextlib
import copy
import time
import weakref
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograder.boundary import model as models
from autograder.boundary import settings_of_tests
from autograder.boundary.agent.convpool_agent.keras_values import history_from, reduce
from autograder.boundary.agent.convpool_agent.records import (
    HandleRecord,
    HistoryRecord,
    ModelRecord,
)
from autograder.boundary.agent.convpool_agent.shared_objects import digest
from autograder.boundary.changed_arguments import Changes, is_unchanged
from autograder.boundary.channel import BadReply, Channel, no_handle
from autograder.boundary.object_stand_ins import (
    CLAIMED,
    Items,
    StandIn,
    Unexpected,
    class_with,
    library_class,
    methods_of,
)
from autograder.boundary.restoring import restore
from autograder.boundary.settings_of_tests import SettingsOfTests
from autograder.boundary.shared_values import Kept as KeptValues
from autograder.boundary.shared_values import SharedValues
from autograder.boundary.student_errors import (
    StudentError,
    raise_as_student,
    refusal_of,
    require_result,
)
from course.crossing import CannotCross

MAX_REQUESTS = 100_000
MAX_CALLBACKS = 10_000
MAX_CALLBACK_DEPTH = 20
LIBRARIES = CLAIMED | {"decimal", "numpy", "pandas", "scipy", "statistics"}
"""Libraries whose exceptions and warnings the student's code may raise."""

Kept = tuple[list[Any], KeptValues]
"""The functions and the shared values of the tests so far."""


class StandIns:
    """The stand-ins of one student's process, and the places where objects may arrive."""

    def __init__(
        self, channel: Channel, timeout: float, places: frozenset[str] | None = None
    ) -> None:
        """Ask through `channel`; each call may take `timeout` seconds of the student's process.

        `places` are those that were recorded in `seen` while the reference solution ran. With None
        objects may arrive everywhere, but not be compared with plain values.
        """
        self.channel, self.timeout, self.places = channel, timeout, places
        self.recording = False
        """Whether this runs the reference solution: everything is permitted and recorded."""
        self.seen: set[str] = set()
        self.trouble: Exception | None = None
        """What went wrong in the boundary, not in the student's code, which a test may catch."""
        self.settings = SettingsOfTests()
        self._shared = SharedValues(self._digest, self._sent)
        self._made: dict[int, Any] = {}
        self._callbacks: list[Any] = []
        self._earlier = 0  # how many of them are functions of earlier tests
        self.changes = Changes()
        self.leaves_changes_out = False
        """Whether unexpected changes of arguments are not copied into the test's values."""
        self._requests = self._calls_back = self._depth = 0

    def begin(self, channel: Channel, places: frozenset[str], before: Kept | None = None) -> Kept:
        """Begin a test, with limits of its own; return what of earlier tests it begins with.

        With that, which this returned when the same test was begun before, the test's own functions
        and values get the numbers that they had then.
        """
        self.channel, self.places = channel, places
        self.seen, self.trouble = set(), None
        self._requests = self._calls_back = self._depth = 0
        self.settings.begin()
        if before is not None:
            self._callbacks = list(before[0])
        self._earlier, self.changes = len(self._callbacks), Changes()
        return list(self._callbacks), self._shared.begin(before and before[1])

    def define(self, names: dict[str, Any], deleted: Sequence[str] = ()) -> None:
        """Define names in the student's process, as far as their values can be sent; delete others.

        Its shared random numbers go on where the test's are, as in other requests.
        """
        for name, value in names.items():
            is_own = callable(value) or isinstance(value, Iterator)
            if is_own and not isinstance(value, StandIn):
                continue
            with contextlib.suppress(CannotCross):
                self._reply("define", {"name": name, "names": {name: self._sent(value)}})
        if self.settings.random_has_changed() or deleted:
            self._reply("define", {"name": "", "names": {}, "deleted": list(deleted)})

    def fetch(self, name: str, expected: str, undefined: Any) -> Any:
        """Return the student's `name`, or `undefined`."""
        try:
            return self.ask(None, name, name, "value")
        except CannotCross as refusal:
            raise refusal.expecting(expected, name) from None
        except _NotDefined:
            return undefined

    def ask(
        self, target: Any, root: str, place: str, action: str, *args: Any, **kwargs: Any
    ) -> Any:
        """Do one thing with an object and return the answer, which stands at `place`.

        Raises what the student's code raises, `CannotCross`, and `BadReply`.
        """
        try:
            return self._asked(target, root, place, action, args, kwargs)
        except Exception as error:
            if is_of_the_boundary(error):
                self.trouble = self.trouble or error
            raise

    def _asked(
        self,
        target: Any,
        root: str,
        place: str,
        action: str,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        sent = [self._sent(list(args)), self._sent(kwargs)]
        fields: dict[str, Any] = {"name": root, "target": target, "action": action}
        fields.update(args=sent[0], kwargs=sent[1])
        reply = self._reply("act", fields, (args, kwargs, place))
        copied = [
            self._copy_back(value, self._sent(value), after, known_at)
            for value, after, known_at in self._shared.changes_in(reply)
        ]
        self._shared.settle(left_out=not all(copied))
        kind = reply.get("kind")
        if kind == "undefined":
            raise _NotDefined(f"name '{root}' is not defined")
        if kind == "refused":
            raise refusal_of(reply)
        if kind == "stopped":
            if action == "special" or self.permit(f"{place} stops", always=False):
                raise StopIteration
            raise RuntimeError("it raised StopIteration")  # which would end a test's `map`
        if kind == "raised":
            raise_as_student(reply, self._exception_class(reply.get("class")))
        require_result(reply)
        after = [reply["args"], reply["kwargs"]]
        copied_back = self._copy_back([list(args), kwargs], sent, after, place)
        self._shared.settle(left_out=not copied_back)
        result = self.arrived(reply["result"], place)
        return self._shared.result(reply, result, place, self._result_copied)

    def _copy_back(self, passed: Any, sent: Any, after: Any, place: str) -> bool:
        """Let the test see how a call has changed its arguments, or a value that both sides hold.

        Returns whether it does; see `changed_arguments`.
        """
        usual = is_unchanged(sent, after) or self.permit(f"{place} changes its arguments", True)
        if not usual:
            before = copy.deepcopy(sent)
            self.changes.note(lambda: self._restore(passed, before, place))
            if self.leaves_changes_out:
                return False
        self._restore(passed, after, place)
        return True

    def _restore(self, passed: Any, after: Any, place: str) -> None:
        restore(passed, after, lambda item: self.arrived(item, place))

    def take_back_changes(self) -> None:
        """Take unexpected changes back, for later tests; the student's code keeps its own."""
        if self.changes:
            self.changes.take_back()
            self.part()

    def part(self) -> None:
        """Leave the student's code its own content of values that have other content here."""
        self._shared.part()

    def _result_copied(self, held: Any, result: Any, place: str) -> bool:
        """Let a value that the test holds be a call's result, as far as changes are copied."""
        return self._copy_back(held, self._sent(held), self._sent(result), place)

    def _digest(self, value: Any) -> bytes:
        """Digest a value of the test's as it would be sent; b"" for one that cannot be."""
        try:
            return digest(self._sent(value), no_handle)
        except CannotCross:
            return b""

    def _reply(
        self, kind: str, fields: dict[str, object], shared: tuple[Any, Any, str] | None = None
    ) -> dict[str, Any]:
        """Send a request; run the test's functions that the student's code calls meanwhile.

        `shared` are the arguments that both sides have from now on, and their place.
        """
        # Of the channels, only a rehearsal answers again.
        answers_again = getattr(self.channel, "answers_again", lambda kind, fields: False)
        left = self.timeout
        while True:
            self._requests += 1
            if self._requests > self._at_most(MAX_REQUESTS):
                raise BadReply("too many requests")
            begun = time.monotonic()
            more = {"wide": True, **self.settings.fields(self._sent)}
            whole = {**fields, **more}
            if shared and kind == "act":
                again = answers_again(kind, whole)
                whole["shared"] = self._shared.fields(*shared, again)
            reply = self.channel.request(kind, whole, max(left, 0.1))
            left -= time.monotonic() - begun
            settings_of_tests.show(reply, self._exception_class)
            if reply.get("kind") != "callback" or kind == "define":
                return reply
            kind, fields = "resume", {"name": fields["name"], **self._called_back(reply)}

    def _at_most(self, limit: int) -> int:
        """Return a limit; the reference solution's is a tenth, so that others may take longer."""
        return limit // 10 if self.recording else limit

    def _called_back(self, reply: dict[str, Any]) -> dict[str, object]:
        """Call a function of the test as the student's code asks, and return the answer to it."""
        number, args, kwargs = (reply.get(key) for key in ("callback", "args", "kwargs"))
        if type(number) is not int or not 0 <= number < len(self._callbacks):
            raise BadReply("a call of no function")
        if number < self._earlier and not self.permit("a call of an earlier test's", always=True):
            raise BadReply("a call of an earlier test's function")
        if type(args) is not list or type(kwargs) is not dict:
            raise BadReply("a call without arguments")
        self._calls_back += 1
        limit = self._at_most(MAX_CALLBACKS)
        if self._calls_back > limit or self._depth >= MAX_CALLBACK_DEPTH:
            raise BadReply("too many calls of the test's functions")
        self._depth += 1
        try:
            place = "a function of the test"
            function = self._callbacks[number]
            if not callable(function):
                function = function.__next__
            value = function(*self.arrived(args, place), **self.arrived(kwargs, place))
            return {"value": self._sent(value), "raised": ""}
        except Exception as error:
            if is_of_the_boundary(error):
                raise
            return {"value": str(error)[:1000], "raised": type(error).__name__}
        finally:
            self._depth -= 1

    def _sent(self, value: Any) -> Any:
        """Return an argument as it is sent: stand-ins and functions as handles."""
        if isinstance(value, StandIn):
            return value._stand_in[1]
        if type(value) in (list, tuple):
            return type(value)(self._sent(item) for item in value)
        if type(value) is dict:
            return {key: self._sent(item) for key, item in value.items()}
        iterates = isinstance(value, Iterator) and not callable(value)
        if not iterates and (isinstance(value, type) or not callable(value)):
            return reduce(value, "a test's argument")
        plain = reduce(value, "a test's argument")
        if plain is not value:
            return plain
        found = [i for i, one in enumerate(self._callbacks) if one is value]
        if not found:
            self._callbacks.append(value)
        name = str(getattr(value, "__name__", ""))[:200]
        number = found[0] if found else len(self._callbacks) - 1
        return HandleRecord(number, "callback", name, {"iterator": True} if iterates else {})

    def arrived(self, value: Any, place: str) -> Any:
        """Turn records into models and stand-ins; raise `CannotCross` where none may stand."""
        if isinstance(value, HandleRecord):
            return self._stand_in(value, place)
        if isinstance(value, ModelRecord):
            return models.rebuild(value, place)
        if isinstance(value, HistoryRecord):
            return history_from(value)
        if type(value) in (list, tuple):
            return type(value)(self.arrived(item, f"{place}[]") for item in value)
        if isinstance(value, np.ma.MaskedArray) and not self.permit(f"{place} masked", always=True):
            # Comparisons leave out what is masked: all of it is equal to everything.
            raise CannotCross(place, "masked array", "a plain value was expected")
        if isinstance(value, dict):
            for key, item in value.items():
                value[key] = self.arrived(item, f"{place}[]")
        elif isinstance(value, np.ndarray) and value.dtype == object:
            flat = value.reshape(-1)
            for i, item in enumerate(flat):
                flat[i] = self.arrived(item, f"{place}[]")
            return flat.reshape(value.shape)
        elif hasattr(type(value), "_fields") and isinstance(value, tuple):
            return type(value)(*(self.arrived(item, f"{place}[]") for item in value))
        elif type(value).__name__ == "deque":
            value.extend([self.arrived(value.popleft(), place) for _ in range(len(value))])
        return value

    def permit(self, place: str, always: bool) -> bool:
        """Record a place and return whether it is permitted."""
        if self.recording:
            self.seen.add(place)
        return self.recording or (always if self.places is None else place in self.places)

    def _stand_in(self, record: HandleRecord, place: str) -> Any:
        if record.kind == "callback":
            if record.number >= len(self._callbacks):
                raise BadReply("no function of the test")
            if self.permit(f"{place} is the test's", always=True):
                return self._callbacks[record.number]
            return Unexpected(self, record, place)
        if not self.permit(place, always=True):
            return (Items if "__next__" in methods_of(record) else Unexpected)(self, record, place)
        if record.kind == "exception":
            return self._exception_class(record)
        if record.kind == "method":
            return StandIn(self, record, place)
        if record.number not in self._made:
            with_methods = record.kind == "object" or methods_of(record)
            made = class_with(record) if with_methods else StandIn
            self._made[record.number] = made(self, record, place)
        return self._made[record.number]

    def _exception_class(self, record: Any) -> type | None:
        """Make a class for the student's own class of exceptions, below Python's nearest.

        A library's class is that class itself, if it is imported here.
        """
        if type(record) is not HandleRecord or record.kind != "exception":
            return None
        library = library_class(record, LIBRARIES)
        if library is not None and issubclass(library, Exception):
            return None if issubclass(library, _ENDS) else library
        if record.number not in self._made:
            names = record.details.get("bases")
            base: Any = Exception
            for name in names if type(names) is list else []:
                known = getattr(builtins, name, None) if type(name) is str else None
                if isinstance(known, type) and issubclass(known, Exception) and known not in _ENDS:
                    base = known
                    break
            bases = (StudentError,) if base is Exception else (StudentError, base)
            own = record.name if record.name.isidentifier() else "StudentError"
            self._made[record.number] = type(own, bases, {"__init__": _keep_message})
        return self._made[record.number]


_ENDS = (StopIteration, StopAsyncIteration)
"""Exceptions that end a loop of the test's, and fail none of its checks."""


def is_of_the_boundary(error: Exception) -> bool:
    """Whether an error is about what cannot cross or a process that ended, not the student's."""
    return bool(getattr(error, "check_message", ""))


def _keep_message(self: Any, *args: Any) -> None:
    Exception.__init__(self, *args)


class _NotDefined(NameError):
    """The student's notebook does not define the name."""


_of_channel: "weakref.WeakKeyDictionary[Any, StandIns]" = weakref.WeakKeyDictionary()


def of_channel(channel: Channel, timeout: float) -> StandIns:
    """Return the stand-ins of a channel, the same each time."""
    if channel not in _of_channel:
        _of_channel[channel] = StandIns(weakref.proxy(channel), timeout)
    return _of_channel[channel]
