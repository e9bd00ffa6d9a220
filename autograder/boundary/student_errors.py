"""Exceptions and refusals that a reply of the student's process describes."""

import builtins
import contextlib
from typing import Any, NoReturn

from autograder.boundary.channel import BadReply, printable
from course.crossing import CannotCross

RAISED_AS_ITSELF = (
    "ArithmeticError", "AssertionError", "AttributeError", "EOFError", "FileNotFoundError",
    "ImportError", "IndexError", "KeyError", "LookupError", "ModuleNotFoundError", "NameError",
    "NotImplementedError", "OSError", "OverflowError", "PermissionError", "RecursionError",
    "RuntimeError", "SyntaxError", "TypeError", "UnboundLocalError", "ValueError",
    "ZeroDivisionError",
    "FileExistsError", "FloatingPointError", "IndentationError", "IsADirectoryError",
    "NotADirectoryError", "TimeoutError", "UnicodeError",
    "BytesWarning", "DeprecationWarning", "FutureWarning", "ImportWarning",
    "PendingDeprecationWarning", "ResourceWarning", "RuntimeWarning", "SyntaxWarning",
    "UnicodeWarning", "UserWarning",
)  # fmt: skip


class StudentError(Exception):
    """Student code raised an exception that is not one of Python's usual ones.

    Like every exception raised by a stand-in it has `student_type`, the class's name,
    `student_where`, e.g. "line 3: `return x.reshape(60000, 28, 28, 1)`" or an empty string, and
    `student_placeholder`: whether the function is as it was given.
    """

    student_type: str
    student_where: str
    student_placeholder: bool


def refusal_of(reply: dict[str, Any]) -> CannotCross:
    """Return the refusal that a reply describes."""
    sizes = {"path": 120, "type": 60, "reason": 400}
    return CannotCross(*(printable(reply.get(part), size) for part, size in sizes.items()))


def require_result(reply: dict[str, Any]) -> None:
    """Raise `BadReply` unless a reply has a result, and the arguments as they are afterwards."""
    if reply.get("kind") != "result" or not {"result", "args", "kwargs"} <= set(reply):
        raise BadReply("a reply of an unknown kind")
    if type(reply["args"]) is not list or type(reply["kwargs"]) is not dict:
        raise BadReply("a reply without arguments")


def raise_as_student(reply: dict[str, Any], own: type | None = None) -> NoReturn:
    """Raise the built-in exception that the student's code raised, or `StudentError`.

    `own` is a stand-in for the student's own class of exceptions, or a library's, which is then
    raised, if a message is all that it needs.
    """
    kind, message = printable(reply.get("type"), 60), printable(reply.get("message"), 1000)
    known = kind in RAISED_AS_ITSELF
    error: Any = getattr(builtins, kind)(message) if known else StudentError(f"{kind}: {message}")
    if own is not None:
        with contextlib.suppress(TypeError):
            error = own(message)
    error.student_type, error.student_where = kind, _where(reply)
    error.student_placeholder = reply.get("placeholder") is True
    raise error


def _where(reply: dict[str, Any]) -> str:
    line, source = reply.get("line"), printable(reply.get("source"), 200)
    if type(line) is not int or line < 1:
        return ""
    return f"line {line}: `{source}`" if source else f"line {line}"
