"""Records of models and histories, and the bound of a message's text."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

MAX_TEXT = 8 << 20


@dataclass(frozen=True)
class HistoryRecord:
    """A Keras `History` as data: metric → one float per epoch, and the epochs' numbers."""

    history: dict[str, list[float]]
    epoch: list[int]


@dataclass(frozen=True)
class ModelRecord:
    """A Keras model as data: its configuration, arrays by layer, how it was compiled and trained.

    `steps` is what its optimizer counts, `stopped` whether a callback ended its last training.
    """

    family: str
    config: dict[str, Any]
    weights: dict[str, list[np.ndarray]]
    compiled: dict[str, Any] | None = field(default=None)
    compile_refusal: str = ""
    steps: int = 0
    stopped: bool = False


@dataclass(frozen=True)
class WideRecord:
    """A value of the wider set as a kind and plain content; see `wide_values`."""

    kind: str
    content: Any


@dataclass(frozen=True)
class HandleRecord:
    """A number for an object that stays in its own process; `kind` is one of `HANDLE_KINDS`.

    `name` is the name of the object's class, or of the function or class itself. `details` holds,
    by kind, the special methods that the object has (`methods`), an exception class's bases
    (`bases`), and a bound method's name (`method`).
    """

    number: int
    kind: str
    name: str
    details: dict[str, Any] = field(default_factory=dict)


HANDLE_KINDS = frozenset(["object", "function", "class", "exception", "method", "callback"])
