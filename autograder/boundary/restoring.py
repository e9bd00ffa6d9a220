"""Copies what a call has changed into the objects that a test passed, which others may hold."""

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.boundary.agent.convpool_agent.random_generators import is_generator
from autograder.boundary.agent.convpool_agent.records import HandleRecord
from autograder.boundary.agent.convpool_agent.shared_objects import changed_in_place
from autograder.boundary.object_stand_ins import StandIn

Arrived = Callable[[Any], Any]
"""Makes the test's value of one that came from the student's process."""


def restore(passed: Any, after: Any, arrived: Arrived) -> None:
    """Give `passed` the content of `after`, in place; what cannot change in place is left."""
    if isinstance(passed, StandIn) or isinstance(after, HandleRecord) or passed is after:
        return
    if isinstance(passed, np.ndarray) and isinstance(after, np.ndarray):
        alike = passed.shape == after.shape and passed.dtype == after.dtype
        if alike and passed.flags.writeable:
            np.copyto(passed, after)
    elif type(passed) is not type(after):
        return
    elif type(passed) is list:
        _restore_list(passed, after, arrived)
    elif type(passed) is tuple:
        for one, other in zip(passed, after, strict=False):
            restore(one, other, arrived)
    elif isinstance(passed, dict):
        _restore_dict(passed, after, arrived)
    elif isinstance(passed, (set, bytearray)) or is_generator(passed):
        changed_in_place(passed, after)
    elif isinstance(passed, deque):
        passed.clear()
        passed.extend(arrived(after))
    elif type(passed).__name__ in ("DataFrame", "Series") and not passed.equals(after):
        passed._update_inplace(after)


def _restore_list(passed: list[Any], after: list[Any], arrived: Arrived) -> None:
    if len(passed) != len(after):
        passed[:] = arrived(after)
        return
    for i, item in enumerate(after):
        if _changes_in_place(passed[i], item):
            restore(passed[i], item, arrived)
        else:
            passed[i] = arrived(item)


def _restore_dict(passed: dict[Any, Any], after: dict[Any, Any], arrived: Arrived) -> None:
    kept = {
        key: passed[key]
        for key, item in after.items()
        if key in passed and _changes_in_place(passed[key], item)
    }
    for key, item in kept.items():
        restore(item, after[key], arrived)
    fresh = {key: kept[key] if key in kept else arrived(item) for key, item in after.items()}
    passed.clear()
    passed.update(fresh)


def _changes_in_place(passed: Any, after: Any) -> bool:
    if isinstance(passed, StandIn) or callable(passed):
        return True
    return type(passed) is type(after) and (
        isinstance(passed, (list, tuple, dict, set, bytearray, deque, np.ndarray))
        or type(passed).__name__ in ("DataFrame", "Series")
        or is_generator(passed)
    )
