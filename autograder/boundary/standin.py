"""Stand-ins for a student's functions and copies of a student's values, for test cells.

A call runs in the student's process. Its reply has the result and the arguments as they are after
the call; these are copied back into the arrays, lists and models that the test passed. So a test
sees what it would see in one process.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.boundary import model as models
from autograder.boundary import student_objects
from autograder.boundary.agent.convpool_agent.keras_values import history_from, reduce
from autograder.boundary.agent.convpool_agent.records import HistoryRecord, ModelRecord
from autograder.boundary.channel import BadReply, Channel, printable
from autograder.boundary.student_errors import (
    RAISED_AS_ITSELF,
    StudentError,
    raise_as_student,
    refusal_of,
    require_result,
)
from course.crossing import CannotCross
from course.errors import GradingError

__all__ = ["RAISED_AS_ITSELF", "UNDEFINED", "StandInFunction", "StudentError", "fetch"]


class _Undefined:
    """The type of `UNDEFINED`."""

    def __repr__(self) -> str:
        return "UNDEFINED"


UNDEFINED = _Undefined()
"""Returned by `fetch` for a name that the student's notebook does not define."""


def fetch(
    channel: Channel,
    name: str,
    timeout: float,
    expected: str = "",
    wide: "bool | student_objects.StandIns" = False,
) -> Any:
    """Return the student's `name`: a `StandInFunction`, a copy of a value, or `UNDEFINED`.

    With `wide`, for ordinary tests, the wider set of values may cross and other objects, functions
    included, are stand-ins of `student_objects`; where they may stand, and what was recorded of a
    reference solution, is in a `StandIns` given in the place of True.
    Raises `CannotCross` for a value that cannot cross; `expected` ("a dict of tuples") is then
    named in its message. Raises `BadReply` if the student's process gives no honest reply.
    """
    if wide is not False:
        stand_ins = student_objects.of_channel(channel, timeout) if wide is True else wide
        return stand_ins.fetch(name, expected, UNDEFINED)
    reply = channel.request("describe", {"name": name}, timeout)
    kind = reply.get("kind")
    if kind == "undefined":
        return UNDEFINED
    if kind == "function":
        return StandInFunction(channel, name, timeout)
    if kind == "refused":
        raise refusal_of(reply).expecting(expected, name)
    if kind != "value" or "value" not in reply:
        raise BadReply("a reply of an unknown kind")
    return _materialized(reply["value"], name)


class StandInFunction:
    """A student's function that runs in the student's process; only plain data crosses."""

    __slots__ = ("__name__", "__qualname__", "_channel", "_timeout")

    def __init__(self, channel: Channel, name: str, timeout: float) -> None:
        """Make a stand-in for the function `name`; each call may take `timeout` seconds."""
        self.__name__ = self.__qualname__ = name
        self._channel, self._timeout = channel, timeout

    def __repr__(self) -> str:
        return f"<student's function {self.__name__}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the student's function and copy its changes of the arguments back.

        Raises the function's own exception, `CannotCross` for a result that has no plain form, and
        `BadReply` if the student's process gives no honest reply.
        """
        sent = [_recorded(list(args)), _recorded(kwargs)]
        fields = {"name": self.__name__, "args": sent[0], "kwargs": sent[1]}
        try:
            reply = self._channel.request("call", fields, self._timeout)
        except CannotCross as refusal:
            message = f"A test passes {self.__name__} something that cannot cross: {refusal}"
            raise GradingError(message) from refusal
        _raise_if_not_result(reply, self.__name__)
        after = [reply["args"], reply["kwargs"]]
        _restore([list(args), kwargs], sent, after, self.__name__)
        return _materialized(reply["result"], f"{self.__name__}(…)")

    def call_each(self, cases: Sequence[Sequence[Any]]) -> list[Any] | None:
        """Call the function with the plain arguments of every case, in one request.

        Returns None if not every case has a plain result; single calls then raise the reason.
        """
        fields: dict[str, object] = {"name": self.__name__, "cases": [list(case) for case in cases]}
        reply = self._channel.request("call_each", fields, self._timeout)
        results = reply.get("results") if reply.get("kind") == "results" else None
        if type(results) is not list or len(results) != len(cases):
            return None
        return [_materialized(result, f"{self.__name__}(…)") for result in results]


def _raise_if_not_result(reply: dict[str, Any], name: str) -> None:
    kind = reply.get("kind")
    if kind == "undefined":
        raise NameError(f"name '{name}' is not defined")
    if kind == "refused":
        raise refusal_of(reply)
    if kind == "raised":
        raise_as_student(reply)
    require_result(reply)


def _recorded(value: Any) -> Any:
    """Replace models, tensors and histories by records, so that they can be compared later."""
    if type(value) is list or type(value) is tuple:
        return type(value)(_recorded(item) for item in value)
    if type(value) is dict:
        return {key: _recorded(item) for key, item in value.items()}
    return reduce(value, "a test's argument")


def _materialized(value: Any, path: str) -> Any:
    """Turn records into a rebuilt model or a `History`."""
    if isinstance(value, ModelRecord):
        return models.rebuild(value, path)
    if isinstance(value, HistoryRecord):
        return history_from(value)
    if isinstance(value, (list, tuple)):
        return type(value)(_materialized(item, f"{path}[{i}]") for i, item in enumerate(value))
    if isinstance(value, dict):
        names = {key: f"{path}[{printable(repr(key), 40)}]" for key in value}
        return {key: _materialized(item, names[key]) for key, item in value.items()}
    return value


def _restore(passed: Any, sent: Any, after: Any, name: str) -> Any:
    """Copy a call's changes of its arguments into the objects that the test passed."""
    if isinstance(sent, ModelRecord):
        return _restore_model(passed, sent, after, name)
    if isinstance(sent, np.ndarray):
        if isinstance(passed, np.ndarray) and isinstance(after, np.ndarray):
            _restore_array(passed, after)
        return passed
    if isinstance(sent, HistoryRecord):
        return passed
    if type(passed) is not type(after):
        return _materialized(after, name)
    if isinstance(passed, dict):
        restored = {
            key: _restore(passed[key], sent[key], item, name)
            if key in passed
            else _materialized(item, name)
            for key, item in after.items()
        }
        passed.clear()
        passed.update(restored)
        return passed
    if isinstance(passed, (list, tuple)):
        return _restore_items(passed, sent, after, name)
    return after


def _restore_array(passed: np.ndarray, after: np.ndarray) -> None:
    """Copy values, and a shape that was changed in place, into the passed array."""
    if not passed.flags.writeable or passed.dtype != after.dtype or passed.size != after.size:
        return
    # NumPy 2.5 deprecates setting a shape; a student's function that does so must have its effect.
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        if passed.shape != after.shape and passed.flags.c_contiguous:
            passed.shape = after.shape
    if passed.shape == after.shape:
        np.copyto(passed, after)


def _restore_items(passed: Any, sent: Any, after: Any, name: str) -> Any:
    if len(passed) != len(after):
        items = _materialized(after, name)
    else:
        items = [_restore(*three, name) for three in zip(passed, sent, after, strict=True)]
    if isinstance(passed, list):
        passed[:] = items
        return passed
    return tuple(items)


def _restore_model(passed: Any, sent: ModelRecord, after: Any, name: str) -> Any:
    """Copy trained weights, and a new compile(), into a passed model."""
    path = f"{name}: its model"
    if not isinstance(after, ModelRecord) or set(after.weights) != set(sent.weights):
        raise CannotCross(path, "Keras model", "its layers are not what they were")
    models.load_weights(passed, after, path)
    models.train_like(passed, after, path, recompile=after.compiled != sent.compiled)
    return passed
