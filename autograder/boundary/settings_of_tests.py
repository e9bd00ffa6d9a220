"""What a test has set in its own process that holds for the student's code, too.

Each request tells the student's process of it: functions that the test has replaced, its filters of
warnings, how NumPy treats errors of arithmetic, and where the shared random numbers are. What the
student's code printed, and the warnings that it showed, are then printed and shown here.
"""

import builtins
import random
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.boundary.agent.convpool_agent.call_settings import MAX_PRINTED, MAX_WARNINGS
from autograder.boundary.channel import BadReply, printable

PATCHED = {"input": builtins.input, "print": builtins.print}
"""Functions that a test may mock, as they are otherwise."""


class SettingsOfTests:
    """The settings of the tests of one student's process."""

    def __init__(self) -> None:
        """Take what is set now for what is usual."""
        self.shares_random = False
        """Whether the student's code draws on where this process's shared random numbers are."""
        self.seeds = 0
        """How often a test has seeded the shared random numbers."""
        self._filters = list(warnings.filters)
        self._errors = np.geterr()
        self.begin()

    def begin(self) -> None:
        """Begin a test: what is drawn or seeded from now on is told."""
        self._random = self._shared_random()

    def fields(self, sent: Callable[[Any], Any]) -> dict[str, object]:
        """Return what a request tells; `sent` turns functions into what is sent of them."""
        found: dict[str, object] = {"patched": sent(_patched())}
        if warnings.filters != self._filters:
            found["filters"] = _new_filters(list(warnings.filters), self._filters)
        if np.geterr() != self._errors:
            found["errstate"] = np.geterr()
        if self.random_has_changed():
            self._random = self._shared_random()
            found["random"] = self._random[1:]
        return found

    def random_has_changed(self) -> bool:
        """Whether the test has seeded or drawn random numbers since they were last told."""
        if not self.shares_random:
            return False
        both = zip(self._random, self._shared_random(), strict=True)
        return not all(np.array_equal(*parts) for parts in both)

    def _shared_random(self) -> list[Any]:
        """Return how often they were seeded, and the states of what all code of a process shares.

        Seeded twice with one seed, the states are the same, but not those of the student's process.
        """
        _, numbers, gauss = random.getstate()
        shared: Any = np.random.get_state(legacy=True)
        return [self.seeds, np.array(numbers, dtype="<u4"), gauss, *shared[1:]]


def _patched() -> dict[str, Any]:
    now = {name: getattr(builtins, name) for name in PATCHED}
    return {name: function for name, function in now.items() if function is not PATCHED[name]}


def _new_filters(filters: list[Any], usual: list[Any]) -> list[Any]:
    """Return the filters that stand before the usual ones, in a form that can be sent."""
    if filters[len(filters) - len(usual) :] == usual:
        filters = filters[: len(filters) - len(usual)]
    return [
        [action, _pattern(text), [kind.__module__, kind.__name__], _pattern(module), line]
        for action, text, kind, module, line in filters
    ]


def _pattern(pattern: Any) -> str:
    return str(getattr(pattern, "pattern", pattern or ""))


def show(reply: dict[str, Any], class_of: Callable[[Any], type | None]) -> None:
    """Print what a reply says was printed, and show its warnings, as the test has arranged it.

    `class_of` returns the class that the student's own class of warnings has here.
    """
    for name, file in (("printed", sys.stdout), ("errors", sys.stderr)):
        text = reply.get(name, "")
        if type(text) is not str or len(text) > MAX_PRINTED:
            raise BadReply("printed text that is none, or too long")
        if text:
            file.write(text)
    warned = reply.get("warned", [])
    if type(warned) is not list or len(warned) > MAX_WARNINGS:
        raise BadReply("warnings that are none, or too many")
    for one in warned:
        if type(one) is not list or len(one) != 3 or type(one[2]) is not int:
            raise BadReply("a warning is none")
        _show_warning(one[0], printable(one[1], 1000), one[2], class_of)


def _show_warning(kind: Any, text: str, line: int, class_of: Callable[[Any], type | None]) -> None:
    known = kind if isinstance(kind, type) else class_of(kind)
    if known is None or not issubclass(known, Warning):
        known = Warning
    # Whether it is shown was decided in the student's process, by the test's filters.
    warnings.showwarning(known(text), known, "<the student's code>", line)
