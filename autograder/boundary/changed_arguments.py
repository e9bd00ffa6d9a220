"""Changes of a call's arguments where the reference solution changes none.

A test passes what it compares with: `assert_allclose(double(x), 2 * x)`. A function that sets `x`
to zeros and returns it would be right. So a test that passes after such a change must pass without
it, too, and later tests find their values as they were. A later test that mentions such a value
must pass with the changes as well, as in one process: it may check that there are none.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.boundary.agent.convpool_agent.random_generators import (
    is_generator,
    lowered_generator,
)
from autograder.boundary.agent.convpool_agent.records import HistoryRecord, ModelRecord
from autograder.boundary.object_stand_ins import StandIn


class Changes:
    """The unexpected changes of arguments since a test began."""

    def __init__(self) -> None:
        """Begin with none."""
        self._undone_by: list[Callable[[], None]] = []

    def __bool__(self) -> bool:
        return bool(self._undone_by)

    def note(self, undo: Callable[[], None]) -> None:
        """Note a change, and what takes it back."""
        self._undone_by.append(undo)

    def forget(self) -> None:
        """Leave all changes as they are."""
        self._undone_by.clear()

    def take_back(self) -> None:
        """Take all changes back, the last one first."""
        while self._undone_by:
            self._undone_by.pop()()


def is_unchanged(sent: Any, after: Any) -> bool:
    """Whether arguments are after a call what they were when they were sent."""
    if sent is after:
        return True
    if isinstance(sent, StandIn):
        return False
    if type(sent) is not type(after):
        return False
    if isinstance(sent, list | tuple):
        pairs = zip(sent, after, strict=False)
        return len(sent) == len(after) and all(is_unchanged(*pair) for pair in pairs)
    if isinstance(sent, dict):
        return list(sent) == list(after) and all(is_unchanged(sent[k], after[k]) for k in sent)
    if isinstance(sent, np.ndarray):
        if sent.dtype != after.dtype or sent.shape != after.shape:
            return False
        if sent.dtype == object:
            return is_unchanged(sent.ravel().tolist(), after.ravel().tolist())
        return np.array_equal(sent, after, equal_nan=sent.dtype.kind in "fcmM")
    if isinstance(sent, ModelRecord | HistoryRecord):
        return True  # copied nowhere
    if is_generator(sent):
        both = (lowered_generator(one).content for one in (sent, after))
        return is_unchanged(*both)
    try:
        if hasattr(sent, "equals"):  # pandas' own, for which missing values are equal
            return bool(sent.equals(after))
        return bool(sent == after) or (sent != sent and after != after)
    except Exception:  # values of many classes, some of which refuse a comparison
        return False
