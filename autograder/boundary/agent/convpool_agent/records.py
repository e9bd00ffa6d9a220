"""Records of models and histories, the bounds of a message, and the error for other values."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

MAX_BYTES = 64 << 20
MAX_TEXT = 8 << 20
MAX_VALUES = 500_000
MAX_DEPTH = 32
MAX_ARRAYS = 10_000
SMALLEST_INT, LARGEST_INT = -(2**63), 2**64 - 1
CROSSES = "numbers, strings, lists, tuples, dicts, NumPy arrays and Keras models"


class CannotCross(Exception):
    """A student's value is of a kind that cannot be sent to the tests."""

    def __init__(self, path: str, type_name: str, reason: str = "") -> None:
        """Take the value's name (`layer_shapes['conv_1']`), its type, and the reason or remedy."""
        self.path, self.type_name, self.reason = path, type_name, reason
        super().__init__(path, type_name, reason)

    @property
    def check_message(self) -> str:
        """Return the message of a check for the student."""
        return str(self).removesuffix(".")

    def __str__(self) -> str:
        """Describe the refusal in one line for a student."""
        reason = self.reason or f"it cannot be sent to the tests; only {CROSSES} can"
        return f"`{self.path}` is {_with_article(self.type_name)}: {reason}."


@dataclass(frozen=True)
class HistoryRecord:
    """A Keras `History` as data: metric → one float per epoch, and the epochs' numbers."""

    history: dict[str, list[float]]
    epoch: list[int]


@dataclass(frozen=True)
class ModelRecord:
    """A Keras model as data: its configuration, arrays by layer, and how it was compiled."""

    family: str
    config: dict[str, Any]
    weights: dict[str, list[np.ndarray]]
    compiled: dict[str, Any] | None = field(default=None)
    compile_refusal: str = ""


def is_text(value: str) -> bool:
    """Return whether a string can be written as UTF-8, thus has no lone surrogate."""
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def name_of_type(value: object) -> str:
    """Name a value's type for a student: `generator`, `pandas DataFrame`."""
    kind = type(value)
    if kind.__module__ in ("builtins", "__main__"):
        return kind.__name__
    return f"{kind.__module__.split('.')[0]} {kind.__name__}"


def _with_article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}" if noun[:1].isalpha() else noun
