"""How a learner's function is called: nobody answers `input()`, and what a failed call tells."""

import builtins
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np

from course.checks import arrays


class ProcessEnded(Exception):
    """The learner's function asked for the end of its process, as `exit()` does in a notebook."""

    check_message = "its process ended before it gave a result"
    status = "died"


def require_no_end() -> None:
    """Raise ProcessEnded if this process's IPython was asked to end; it ends a moment later."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if getattr(shell, "exit_now", False):
        raise ProcessEnded


@contextmanager
def nobody_types() -> Iterator[None]:
    """Refuse `input()` as it is refused where the notebook is graded, instead of asking."""

    def refuse(*_: object) -> NoReturn:
        raise EOFError("EOF when reading a line")

    before, builtins.input = builtins.input, refuse
    try:
        yield
    finally:
        builtins.input = before


def is_square_only(
    function: Callable[..., Any], arguments: Sequence[Any], named: Mapping[str, Any]
) -> bool:
    """Tell whether a call that failed runs once its arrays are square, cut to it or enlarged."""
    arrays_of_call = [value for value in [*arguments, *named.values()] if np.ndim(value) > 1]
    if all(value.shape[-1] == value.shape[-2] for value in arrays_of_call):
        return False
    try:
        for side_of in (min, max):
            squares = [arrays.square(value, side_of) for value in arguments]
            function(*squares, **{name: arrays.square(v, side_of) for name, v in named.items()})
    except Exception:
        return False
    return True
