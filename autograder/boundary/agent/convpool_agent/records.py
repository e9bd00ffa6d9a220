"""What may cross the boundary beside built-in types and arrays, and the refusal of all else."""

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
    """A value of the student's is of a kind that cannot be sent to the tests."""

    def __init__(self, path: str, type_name: str, reason: str = "") -> None:
        """Name the value (`layer_shapes['conv_1']`), its type, and what can be done about it."""
        self.path, self.type_name, self.reason = path, type_name, reason
        super().__init__(path, type_name, reason)

    @property
    def check_message(self) -> str:
        """Give what a check tells the student (see `course.checks.failures.from_exception`)."""
        return str(self).removesuffix(".")

    def __str__(self) -> str:
        """Say it in one line for a student."""
        reason = self.reason or f"it cannot be sent to the tests; only {CROSSES} can"
        return f"`{self.path}` is {_with_article(self.type_name)}: {reason}."


@dataclass(frozen=True)
class HistoryRecord:
    """What a Keras `History` recorded: metric → one float per epoch, and the epochs' numbers."""

    history: dict[str, list[float]]
    epoch: list[int]


@dataclass(frozen=True)
class ModelRecord:
    """A Keras model as data: what `get_config` says, arrays by layer, how it was compiled."""

    family: str
    config: dict[str, Any]
    weights: dict[str, list[np.ndarray]]
    compiled: dict[str, Any] | None = field(default=None)
    compile_refusal: str = ""


def is_text(value: str) -> bool:
    """Tell whether a string can be written as UTF-8: a lone surrogate would stop a printout."""
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def name_of_type(value: object) -> str:
    """Name a value's type for a student: `generator`, `pandas DataFrame`."""
    kind = type(value)
    if kind.__module__ in ("builtins", "__main__"):
        return kind.__name__
    return f"{kind.__module__.split('.')[0]} {kind.__name__}"


def _with_article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}" if noun[:1].isalpha() else noun
