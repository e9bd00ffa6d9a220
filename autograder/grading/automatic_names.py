"""The names that Keras gives to models, layers and optimizers that have none: `dense_3`.

Keras numbers them in a process one after the other. A test that runs twice sends the same models
in both turns only if it begins with the same numbers both times.
"""

import sys
from collections import defaultdict
from typing import Any

_NUMBERS = "object_name_uids"


class AutomaticNames:
    """How many names of each kind Keras has given in this process and thread."""

    def __init__(self) -> None:
        """Keep the numbers as they are now; before Keras is imported, there are none."""
        state = _state()
        found = state.get_global_attribute(_NUMBERS) if state else None
        self._given: dict[str, int] = dict(found or {})

    def restore(self) -> None:
        """Let Keras count on from the numbers that were kept."""
        if state := _state():
            state.set_global_attribute(_NUMBERS, defaultdict(int, self._given))


def _state() -> Any:
    """Return Keras's module of what a process counts; None before Keras is imported."""
    if "keras" not in sys.modules:
        return None
    from keras.src.backend.common import global_state

    return global_state
