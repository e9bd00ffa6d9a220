"""What a test has set in its own process, put in place while the student's code runs for it.

The test's `input` and `print`, its filters of warnings, how NumPy treats errors of arithmetic, and
where the shared random numbers are. What the code prints, and the warnings that it shows, go back.
"""

import builtins
import contextlib
import io
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

MAX_PRINTED = 1_000_000
MAX_WARNINGS = 100
MAX_MESSAGE = 1000
_showwarning = warnings.showwarning


def use_random(state: Any) -> None:
    """Go on drawing the shared random numbers where the test is; None changes nothing."""
    if state is not None:
        numbers, gauss, *shared = state
        random.setstate((3, tuple(int(number) for number in numbers), gauss))
        np.random.set_state(("MT19937", *shared))


@contextlib.contextmanager
def as_in_the_test(
    request: dict[str, Any], here: Callable[[Any], Any]
) -> Iterator[dict[str, object]]:
    """Put the settings of a request in place; give the fields of the reply that tell of output.

    They are complete behind the block. `here` turns the test's functions into ones to call.
    """
    told: dict[str, object] = {}
    with (
        _patched(request.get("patched") or {}, here),
        _filters(request.get("filters")),
        np.errstate(**request["errstate"]) if "errstate" in request else contextlib.nullcontext(),
        _warned() as warned,
        contextlib.redirect_stdout(io.StringIO()) as printed,
        contextlib.redirect_stderr(io.StringIO()) as errors,
    ):
        yield told
    told["printed"] = printed.getvalue()[:MAX_PRINTED]
    if errors.getvalue():
        told["errors"] = errors.getvalue()[:MAX_PRINTED]
    if warned:
        told["warned"] = warned[:MAX_WARNINGS]


@contextlib.contextmanager
def _patched(patched: dict[str, Any], here: Callable[[Any], Any]) -> Iterator[None]:
    """Put the test's own `input` or `print` in the place of Python's."""
    before = {name: getattr(builtins, name) for name in patched}
    try:
        for name, function in patched.items():
            setattr(builtins, name, here(function))
        yield
    finally:
        for name, function in before.items():
            setattr(builtins, name, function)


@contextlib.contextmanager
def _filters(filters: Any) -> Iterator[None]:
    """Put the test's filters of warnings before the notebook's own; None changes nothing."""
    if not filters:
        yield
        return
    with warnings.catch_warnings():
        for action, message, (module, name), place, line in reversed(filters):
            category = getattr(sys.modules.get(module), name, None)
            if isinstance(category, type) and issubclass(category, Warning):
                warnings.filterwarnings(action, message, category, place, line)
        yield


@contextlib.contextmanager
def _warned() -> Iterator[list[Any]]:
    """Collect the warnings that would be shown, unless the notebook shows them in its own way."""
    found: list[Any] = []

    def note(message: Any, category: Any, filename: str, lineno: int, *_: Any, **__: Any) -> None:
        found.append([category, str(message)[:MAX_MESSAGE], int(lineno)])

    if warnings.showwarning is not _showwarning:
        yield found
        return
    warnings.showwarning = note
    try:
        yield found
    finally:
        if warnings.showwarning is note:
            warnings.showwarning = _showwarning
