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
