"""How a check fails: one short message in place of a traceback.

CheckFailed               the answer is there and is not right
├── NotAttempted          the gap is as it was given
├── NotDefined            the cell that defines the name has not run, or names it otherwise
├── CodeRaised            the learner's own code raised an error
├── Interrupted           the code was stopped, by its time limit or by hand
└── HiddenCheckFailed     a check that the learner can't see; named, never quoted
"""

import builtins
import linecache
import textwrap
from collections.abc import Sequence
from types import TracebackType
from typing import ClassVar

from course.checks import misconceptions
from course.learner.hints import pointer
from course.notebook.verdict import Status

_WIDTH = 88  # JupyterLab and feedback pages break longer lines in the middle of a word


_STOPPED: dict[str, Status] = {"timeout": "timeout", "memory": "memory"}


class CheckFailed(AssertionError):
    """The answer is there and is not right.

    IPython asks an exception for `_render_traceback_` before it draws a traceback. A traceback
    would quote the test cell, hidden checks and all, on every page a student sees.
    """

    stopped: str = ""
    """How the code was stopped, where that was not by the check: "timeout", "memory", "died" …"""
    misconception: str = ""
    """Which idea went wrong, an id of `misconceptions.CATALOGUE`; empty if no check knows it."""
    outcome: ClassVar[Status] = "incorrect"

    @property
    def status(self) -> Status:
        """The status of a verdict with this failure."""
        if not self.stopped:
            return self.outcome
        return _STOPPED.get(self.stopped, "error")

    def _render_traceback_(self) -> list[str]:
        return shown(str(self)) + ([] if isinstance(self, NotAttempted) else pointer(str(self)))


class NotAttempted(CheckFailed):
    """The gap is as it was given."""

    outcome = "not_attempted"


class NotDefined(CheckFailed):
    """The name that the gap should define does not exist."""

    outcome = "error"


class CodeRaised(CheckFailed):
    """The learner's own code raised an error."""

    outcome = "error"


class Interrupted(CheckFailed):
    """The code was stopped, by its time limit or by hand."""

    outcome = "timeout"


class HiddenCheckFailed(CheckFailed):
    """A check that the learner can't see; named, never quoted."""


def shown(message: str) -> list[str]:
    """Lay a message out in lines; tables, which are indented, stay as they are."""
    lines: list[str] = []
    for line in f"✗ {message}".splitlines():
        lines += [line] if line.startswith("  ") else textwrap.wrap(line, _WIDTH)
    return lines


def named(name: str, message: str, misconception: str) -> CheckFailed:
    """Make the failure of exercise `name`; what is known of the misconception ends the message."""
    parts = [message, misconceptions.told(misconception) if misconception else ""]
    # A table's last row stays a row.
    told = ("\n" if "\n" in message else " ").join(part for part in parts if part)
    failure = CheckFailed(f"`{name}`: {told}")
    failure.misconception = misconception
    return failure


def from_exception(name: str, error: BaseException) -> CheckFailed:
    """Say in one message what an exception means for the exercise `name`."""
    if isinstance(error, CheckFailed):
        return error
    told = getattr(error, "check_message", "")
    if told:
        failure = named(name, f"{told}.", misconceptions.of_error(told))
        failure.stopped = str(getattr(error, "status", ""))
        return failure
    if isinstance(error, NotImplementedError):
        return NotAttempted(f"`{name}`: not attempted yet. Fill the gap, then run both cells.")
    if isinstance(error, NameError) and error.name == name:
        return NotDefined(
            f"`{name}` is not defined. Run the cell above that defines it, and keep its name."
        )
    if isinstance(error, KeyboardInterrupt):
        return Interrupted(f"`{name}` was stopped before it came to an end: it took too long.")
    if isinstance(error, SystemExit):
        return CodeRaised(f"`{name}` left Python (exit or quit). Return a result instead.")
    misconception = misconceptions.of_error(str(error))
    advice = (
        misconceptions.told(misconception)
        if misconception
        else "Run the cell above by itself, then call the function on a small array to see it."
    )
    raised = CodeRaised(
        f"`{name}` raised {type_name(error)}: {_trimmed(str(error))}{_where(error)}\n{advice}"
    )
    raised.misconception = misconception
    if type_name(error) == "MemoryError":
        raised.stopped = "memory"
    return raised


def hidden_failure(name: str, label: str, error: BaseException, otherwise: str) -> CheckFailed:
    """Say that a hidden check failed, by its label: no value, no message of the learner's code.

    A misconception is told too, `otherwise` where none is recognized: its words are the
    catalogue's, and hold nothing of the input.
    """
    failure = from_exception(name, error)
    misconception = failure.misconception or otherwise
    idea = f" {misconceptions.told(misconception)}" if misconception else ""
    if isinstance(failure, CodeRaised):
        kind = type_name(error)
        known = isinstance(getattr(builtins, kind, None), type)
        raised = CodeRaised(
            f"`{name}` passes the checks in sight, but raised {kind if known else 'an error'} in a "
            f"hidden one: {label}.{idea}"
        )
        raised.misconception = misconception
        raised.stopped = failure.stopped
        return raised
    if type(failure) is not CheckFailed or failure.stopped:
        return failure
    hidden = HiddenCheckFailed(
        f"`{name}` passes the checks in sight, but not a hidden one: {label}.{idea}"
    )
    hidden.misconception = misconception
    return hidden


def type_name(error: BaseException) -> str:
    """Give the name of the error's type, also when it happened in another process."""
    return str(getattr(error, "student_type", type(error).__name__))


def _trimmed(text: str, limit: int = 300) -> str:
    """Keep a message short: Keras prints whole tensors into some of its errors."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[:limit] + " …"


def _where(error: BaseException) -> str:
    """Quote the last line of the learner's own code that the error passed through."""
    told = getattr(error, "student_where", None)
    if told:
        return f"\n    {told}"
    cells = [frame for frame in _frames(error.__traceback__) if _is_cell(frame[0])]
    # The first cell on the way is the test itself, which must not be quoted.
    own = [frame for frame in cells if cells and frame[0] != cells[0][0]]
    if not own:
        return ""
    filename, line = own[-1]
    return f"\n    line {line}: `{linecache.getline(filename, line).strip()}`"


def _frames(traceback: TracebackType | None) -> list[tuple[str, int]]:
    """List (file name, line) from the outermost call to the innermost."""
    found = []
    while traceback is not None:
        found.append((traceback.tb_frame.f_code.co_filename, traceback.tb_lineno))
        traceback = traceback.tb_next
    return found


def _is_cell(filename: str) -> bool:
    """Tell whether a file name is one that IPython or ipykernel gives to a notebook's cell."""
    return "ipykernel_" in filename or filename.startswith("<ipython-input")


# What is said of an exercise of whose points a part is lost.


def all_lost(name: str, lost: Sequence[CheckFailed]) -> CheckFailed:
    """Make one failure of those of the parts; the first one's cause stands for all."""
    failure = type(lost[0])(_joined(lost))
    failure.stopped = lost[0].stopped
    failure.misconception = next((part.misconception for part in lost if part.misconception), "")
    return failure


def some_lost(share: float, lost: Sequence[CheckFailed]) -> str:
    """Say how much of the points is earned, and what went wrong with the rest."""
    return f"{share:.0%} of the points.\n{_joined(lost)}"


def _joined(lost: Sequence[CheckFailed]) -> str:
    """Join the messages, each once and at most three."""
    messages = list(dict.fromkeys(str(part) for part in lost))
    more = [f"… and {len(messages) - 3} more."] if len(messages) > 3 else []
    return "\n".join(messages[:3] + more)
