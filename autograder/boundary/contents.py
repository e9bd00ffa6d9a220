"""Copies of what the values of tests hold, so that a test can begin again with what it had.

A stand-in is never copied or compared: that would run code of the student's.
"""

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.boundary.agent.convpool_agent.random_generators import is_generator
from autograder.boundary.agent.convpool_agent.shared_objects import (
    can_be_shared,
    changed_in_place,
)
from autograder.boundary.changed_arguments import is_unchanged
from autograder.boundary.object_stand_ins import StandIn


@dataclass(frozen=True)
class Content:
    """A value, and a copy of what it held."""

    value: Any
    copy: Any

    @property
    def is_current(self) -> bool:
        """Whether the value holds the same now."""
        return is_unchanged(self.copy, self.value)

    def put_back(self) -> None:
        """Give the value, and the values inside it, this content again."""
        _put_back(self.value, self.copy)


def contents_of(values: Iterable[Any]) -> list[Content]:
    """Copy what values hold, without those that can't be changed in place, or are large."""
    return [
        Content(value, _copied(value))
        for value in values
        if not isinstance(value, StandIn) and can_be_shared(value)
    ]


def _copied(value: Any) -> Any:
    if isinstance(value, StandIn):
        return value
    if type(value) in (list, tuple):
        return type(value)(_copied(item) for item in value)
    if type(value) is dict:
        return {key: _copied(item) for key, item in value.items()}
    if is_generator(value):
        return copy.deepcopy(value)
    if isinstance(value, np.ndarray) or can_be_shared(value):
        return value.copy()
    return value


def _put_back(value: Any, content: Any) -> None:
    if type(value) is list and len(value) == len(content):
        places: Any = range(len(value))
    elif type(value) is dict and list(value) == list(content):
        places = list(value)
    else:
        changed_in_place(value, _copied(content))
        return
    for place in places:
        inner, wanted = value[place], content[place]
        if type(inner) is type(wanted) and not isinstance(inner, StandIn) and can_be_shared(inner):
            _put_back(inner, wanted)
        else:
            value[place] = _copied(wanted)
