"""The stop button: ends a training after the current step and keeps the model's state."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras


class Stop:
    """Whether the stop button was pressed."""

    pressed = False


@contextmanager
def stop_button() -> Iterator[Stop]:
    """Record the first interrupt instead of raising it; the second one interrupts as usual.

    Jupyter's stop button and Ctrl-C both arrive as SIGINT in the main thread. Other threads get no
    signal, and nothing changes there.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.getsignal(signal.SIGINT) or signal.default_int_handler

    def note(*_: Any) -> None:
        stop.pressed = True
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


class Watch(keras.callbacks.Callback):
    """End a training after the step in which the stop button was pressed."""

    def __init__(self, epochs: int, stop: Stop) -> None:
        """Take the number of planned epochs, and the stop button."""
        super().__init__()
        self.epochs, self.epoch, self.step = epochs, 0, 0
        self.seconds: list[float] = []
        self._began = 0.0
        self.stop = stop

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Record the epoch and the time."""
        self.epoch, self._began = epoch, time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Record how long the epoch took."""
        self.seconds.append(time.perf_counter() - self._began)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """End the training if the stop button was pressed."""
        self.step = batch + 1
        if self.stop.pressed:
            self.model.stop_training = True

    def report(self) -> str:
        """Return the text that says where the training stopped, and what is kept."""
        whole = self.step >= (self.params.get("steps") or 0)
        place = "at the end of" if whole else f"after {self.step:,} steps of"
        part = "" if whole else " Its last entry is of an incomplete epoch."
        place = f"{place} epoch {self.epoch + 1} of {self.epochs}"
        return (
            f"\nStopped {place}. The model keeps what it has learned so far,\n"
            f"and the History has what was measured.{part}\n"
            "To start again, run the cell that builds the model first."
        )
