"""How a check fails: one short message in place of a traceback.

CheckFailed               the answer is there and is not right
├── NotAttempted          the gap is as it was given
├── NotDefined            the cell that defines the name has not run, or names it otherwise
├── CodeRaised            the learner's own code raised an error
├── Interrupted           the code was stopped, by its time limit or by hand
└── HiddenCheckFailed     a check that the learner can't see; named, never quoted

A check of a value raises Wrong (or Unanswered), from which the exercise makes its failure.
"""

import builtins
import linecache
import os
import re
import textwrap
from collections.abc import Sequence
from types import TracebackType
from typing import ClassVar

from course.checks import error_patterns, misconceptions, time_limit
from course.checks.error_words import in_plain_words
from course.errors import CourseError
from course.notebook.cell_code import is_cell, is_placeholder
from course.notebook.release_folder import released_notes
from course.notebook.verdict import Status, Verdict
from course.tracebacks import message_of

_WIDTH = 88  # JupyterLab and feedback pages break longer lines in the middle of a word
_LONGEST = 4000  # characters of a message
_CELL = re.compile(r"[\w./\\-]*ipykernel_\d+[/\\]\d+\.py|<ipython-input-[^>]*>")
_CELL_AND_LINE = re.compile(r"\((?:[\w./\\-]*\d+\.py|<ipython-input-[^>]*>), line (\d+)\)")
_COLORS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
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
    quotes_nothing: bool = False
    """Whether the message was made for a hidden check: no word of it comes from the learner."""
    outcome: ClassVar[Status] = "incorrect"

    @property
    def status(self) -> Status:
        """The status of a verdict with this failure."""
        if not self.stopped:
            return self.outcome
        return _STOPPED.get(self.stopped, "error")

    def verdict(self, gap: str, points: float) -> Verdict:
        """Return the verdict on a gap worth `points`: none of them."""
        return Verdict(gap, 0.0, points, self.status, str(self), self.misconception)

    def _render_traceback_(self) -> list[str]:
        return shown(str(self)) + ([] if isinstance(self, NotAttempted) else _pointer(str(self)))


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


class Wrong(Exception):
    """What a check found wrong; `from_exception` makes it the failure of an exercise.

    The checks of values don't know for which exercise they run, so its name is not in `message`.
    """

    def __init__(self, message: str, misconception: str = "") -> None:
        """Keep the message, and the id of the misconception where one is recognized."""
        super().__init__(message)
        self.message = message
        self.misconception = misconception


class Unanswered(Wrong):
    """The answer is still what was given: None or `...`."""


def shown(message: str) -> list[str]:
    """Lay a message out in lines; tables, which are indented, stay as they are."""
    lines: list[str] = []
    for line in f"✗ {message}".splitlines():
        lines += [line] if line.startswith("  ") else textwrap.wrap(line, _WIDTH)
    return lines


def _pointer(message: str) -> list[str]:
    """Return the line that says where the gap's hints are; none while it is graded."""
    gap = re.match(r"`(\w+)`", message)
    if os.environ.get("NBGRADER_EXECUTION") or not gap or not has_hints(gap[1]):
        return []
    return [f'Stuck? import course; course.hint("{gap[1]}")']


def has_hints(gap: str) -> bool:
    """Tell whether `course.hint` knows the gap: of this course, or of a release with own hints."""
    known = misconceptions.SECTIONS_OF_GAPS
    if gap in known or re.fullmatch(r"q([1-9]|10)", gap):
        return True
    try:
        notes = released_notes().get(gap)
    except (CourseError, OSError, ValueError):
        return False
    return notes is not None and bool(notes.hints)


def failure_of(name: str, message: str, misconception: str = "") -> CheckFailed:
    """Make the failure of the exercise `name`; the misconception is explained after the message."""
    explanation = misconceptions.explain(misconception) if misconception else ""
    # A table's last row stays a row.
    separator = "\n" if "\n" in message else " "
    text = separator.join(part for part in (message, explanation) if part)
    return _made(CheckFailed, f"`{name}`: {text}", misconception)


def _made(
    kind: type[CheckFailed], message: str, misconception: str = "", stopped: str = ""
) -> CheckFailed:
    """Make a failure with its two attributes; whatever a learner's value is, it stays readable."""
    if len(message) > _LONGEST:
        message = f"{message[:_LONGEST]} …"
    failure = kind(message)
    failure.misconception, failure.stopped = misconception, stopped
    return failure


def stale(name: str, reason: str) -> CheckFailed:
    """Make the failure of an answer that is older than its cell's last run."""
    misconception = error_patterns.of_cell_error(name, reason)
    return _made(CodeRaised, _explained(f"`{name}`: {reason}", misconception), misconception)


def not_attempted(name: str) -> CheckFailed:
    """Make the failure of a gap that is as it was given."""
    return NotAttempted(f"`{name}`: not attempted yet. Fill the gap, then run both cells.")


def own_cell_raised(name: str, kind: str, text: str) -> CheckFailed:
    """Make the failure of a gap whose own cell stopped with an error, so that nothing was checked.

    `kind` is the error's type, `text` its message.
    """
    said = f"{kind}: {_trimmed(text)}" if text else kind
    misconception = error_patterns.of_cell_error(name, said)
    message = f"`{name}`: its own cell raised {said}"
    plain = "" if misconception else in_plain_words(kind, text)
    if kind == "NameError" and f"'{name}'" in text:
        plain = "The cell uses that name before it has a value. `=` stores one; `==` compares."
    if plain:
        message = f"{_ended(message)} {plain}"
    return _made(CodeRaised, _explained(message, misconception), misconception)


def below_its_check(name: str) -> CheckFailed:
    """Make the failure of a gap that is as it was given, while a later cell defines its name."""
    return _made(
        CodeRaised,
        f"`{name}`: {misconceptions.explain('answer-below-its-check')}",
        "answer-below-its-check",
    )


def _explained(message: str, misconception: str) -> str:
    """Add what is known of a misconception, if one is recognized."""
    if not misconception:
        return message
    return f"{_ended(message)} {misconceptions.explain(misconception)}"


def _ended(message: str) -> str:
    """End a message as a sentence."""
    return message if message.endswith((".", "!", "?")) else f"{message}."


def from_exception(name: str, error: BaseException) -> CheckFailed:
    """Say in one message what an exception means for the exercise `name`."""
    if isinstance(error, CheckFailed):
        return error
    if isinstance(error, Unanswered):
        return NotAttempted(f"`{name}`: {error}")
    if isinstance(error, Wrong):
        return failure_of(name, error.message, error.misconception)
    # The boundary's errors bring the message for the student with them.
    message = getattr(error, "check_message", "")
    if message:
        failure = failure_of(name, f"{message}.", error_patterns.of_error(message))
        failure.stopped = str(getattr(error, "status", ""))
        return failure
    if getattr(error, "student_placeholder", False) or is_placeholder(error):
        return not_attempted(name)
    if isinstance(error, NameError) and error.name == name:
        return NotDefined(
            f"`{name}` is not defined. Run the cell above that defines it, and keep its name."
        )
    # In another process the error has the name of its type only.
    if type_name(error) == "KeyboardInterrupt":
        return Interrupted(
            f"`{name}` was stopped before it came to an end: it took longer than the "
            f"{time_limit.SECONDS} s that a check has, or somebody stopped it."
        )
    if type_name(error) == "SystemExit":
        return CodeRaised(f"`{name}` left Python (exit or quit). Return a result instead.")
    return _raised(name, error)


def _raised(name: str, error: BaseException) -> CheckFailed:
    """Quote an error of the learner's code, with the misconception or a way to see it again."""
    kind = type_name(error)
    # An error that is raised here for one of another process has the name in its text too.
    said = message_of(error).removeprefix(f"{kind}: ")
    where = _where(error)
    misconception = getattr(error, "misconception", "") or error_patterns.of_error(said, name)
    if kind == "NotImplementedError" and (not said or "raise NotImplementedError" in where):
        misconception = "placeholder-reached"
    if re.match(rf"(.*\.)?{re.escape(name)}\(\) (takes|missing|got an unexpected)", said):
        misconception = "calls-itself" if f"{name}(" in where else "parameters-changed"
    if misconception:
        advice = misconceptions.explain(misconception)
    else:
        advice = in_plain_words(kind, said) or (
            "Run the cell above by itself, then call the function on a small array to see it."
        )
    quoted = f"{kind}: {_trimmed(said)}" if said.strip() else f"{kind}."
    message = f"`{name}` raised {quoted}{where}\n{advice}"
    stopped = "memory" if kind == "MemoryError" else ""
    return _made(CodeRaised, message, misconception, stopped)


def hidden_failure(name: str, label: str, error: BaseException, otherwise: str) -> CheckFailed:
    """Say that a hidden check failed, by its label: no value, no message of the learner's code.

    A misconception is explained too, `otherwise` where none is recognized: its words are the
    catalogue's, and hold nothing of the input.
    """
    failure = _of_hidden(name, label, error, otherwise)
    failure.quotes_nothing = True
    return failure


def _of_hidden(name: str, label: str, error: BaseException, otherwise: str) -> CheckFailed:
    failure = from_exception(name, error)
    misconception = failure.misconception or otherwise
    idea = f" {misconceptions.explain(misconception)}" if misconception else ""
    passed = f"`{name}` passes the visible checks, but"
    if isinstance(failure, CodeRaised):
        kind = type_name(error)
        known = isinstance(getattr(builtins, kind, None), type)
        message = f"{passed} raised {kind if known else 'an error'} in a hidden one: {label}.{idea}"
        return _made(CodeRaised, message, misconception, failure.stopped)
    if type(failure) is not CheckFailed or failure.stopped:
        return failure
    return _made(HiddenCheckFailed, f"{passed} not a hidden one: {label}.{idea}", misconception)


def all_lost(lost: Sequence[CheckFailed]) -> CheckFailed:
    """Make one failure of those of the parts; the first one's kind stands for all."""
    misconception = next((part.misconception for part in lost if part.misconception), "")
    return _made(type(lost[0]), _joined(lost), misconception, lost[0].stopped)


def some_lost(share: float, lost: Sequence[CheckFailed]) -> str:
    """Say how much of the points is earned, and what went wrong with the rest."""
    return f"{share:.0%} of the points.\n{_joined(lost)}"


def _joined(lost: Sequence[CheckFailed]) -> str:
    """Join the messages, each once."""
    return "\n".join(dict.fromkeys(str(part) for part in lost))


def type_name(error: BaseException) -> str:
    """Give the name of the error's type, also when it happened in another process."""
    return str(getattr(error, "student_type", type(error).__name__))[:100]


def _trimmed(text: str, limit: int = 300) -> str:
    """Keep a message short: Keras prints whole tensors into some of its errors."""
    text = _COLORS.sub("", _CELL.sub("the cell", _CELL_AND_LINE.sub(r"(line \1)", text[:20_000])))
    text = " ".join(text.split())
    return text if len(text) <= limit else text[:limit] + " …"


def _where(error: BaseException) -> str:
    """Quote the last line of the learner's own code that the error passed through."""
    where = getattr(error, "student_where", None)
    if where:
        return f"\n    {where}"
    cells = [frame for frame in _frames(error.__traceback__) if is_cell(frame[0])]
    # The first cell on the way is the test itself, which must not be quoted.
    own = [frame for frame in cells if cells and frame[0] != cells[0][0]]
    if not own:
        return ""
    filename, line = own[-1]
    return f"\n    line {line}: `{_trimmed(linecache.getline(filename, line))}`"


def _frames(traceback: TracebackType | None) -> list[tuple[str, int]]:
    """List (file name, line) from the outermost call to the innermost."""
    found = []
    while traceback is not None:
        found.append((traceback.tb_frame.f_code.co_filename, traceback.tb_lineno))
        traceback = traceback.tb_next
    return found
