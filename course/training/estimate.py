"""How long a training will take, measured on its first steps, which are then undone."""

import time
from typing import Any

import keras

from course.training.fit import QUICK_IMAGES
from course.training.kept import changed_by_training
from course.training.stop_button import Stop

_UNTIMED, _TIMED = 5, 20
# Below this many steps the measuring would cost more than the knowledge is worth.
_SHORT = 200


def announce(training: Any, stop: Stop, quick: bool) -> bool:
    """Print how long the training will take; False if it was stopped meanwhile.

    The model is left as it was, its weights, optimizer and random numbers included.
    """
    steps = training.steps * training.epochs
    if steps < _SHORT:
        return not stop.pressed
    seconds = _seconds_per_step(training, stop)
    if not stop.pressed:
        print(_text(training, seconds * steps, quick), flush=True)
    return not stop.pressed


def _seconds_per_step(training: Any, stop: Stop) -> float:
    """Train a few steps without a trace of them; return the seconds that one takes."""
    model = training.model
    before = [(variable, variable.numpy()) for variable in changed_by_training(model)]
    timer = _Timer(stop)
    images = (_UNTIMED + _TIMED) * (training.options.get("batch_size") or 32)
    try:
        type(model).fit(
            model,
            training.images[:images],
            training.labels[:images],
            batch_size=training.options.get("batch_size"),
            # Shuffling would draw a random number, and the training proper would get the next.
            shuffle=False,
            epochs=1,
            verbose=0,
            callbacks=[timer],
        )
    finally:
        for variable, value in before:
            variable.assign(value)
        model.reset_metrics()
    return timer.per_step


def _text(training: Any, seconds: float, quick: bool) -> str:
    """Word the estimate."""
    images = len(training.images)
    epochs = f"{training.epochs} epoch{'s' * (training.epochs != 1)}"
    lines = [f"{epochs} on {images:,} images: {duration(seconds)} here, by the first steps."]
    if seconds > 20:
        lines.append("The stop button ends it early: the model keeps what it has learned by then.")
        if not quick and images > QUICK_IMAGES:
            shorter = duration(seconds * QUICK_IMAGES / images)
            lines.append(f"Quicker: quick=True takes {QUICK_IMAGES:,} images, {shorter}.")
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """Write seconds as a person would say them, no more precisely than an estimate is."""
    if seconds < 1:
        return "about a second"
    if seconds < 90:
        rounded = round(seconds, -1) if seconds >= 20 else round(seconds)
        return f"about {rounded:.0f} seconds" if rounded > 1 else "about a second"
    minutes = seconds / 60
    return f"about {minutes:.1f} minutes" if minutes < 10 else f"about {minutes:.0f} minutes"


class _Timer(keras.callbacks.Callback):
    """Time the steps after the first few, in which Keras compiles."""

    def __init__(self, stop: Stop) -> None:
        super().__init__()
        self.stop = stop
        self.started = self.ended = 0.0
        self.steps = 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.ended = time.perf_counter()
        if batch + 1 == _UNTIMED:
            self.started = self.ended
        self.steps = batch + 1 - _UNTIMED
        if self.stop.pressed:
            self.model.stop_training = True

    @property
    def per_step(self) -> float:
        return (self.ended - self.started) / self.steps if self.steps > 0 else 0.0
