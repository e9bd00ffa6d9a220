"""Estimates how long a training will take, from its first steps, which are then undone."""

import time
from typing import Any

import keras

from course.training.kept import changed_by_training
from course.training.stop_button import Stop

_UNTIMED, _TIMED = 5, 20
# A training of fewer steps takes less time than the measurement.
_SHORT = 200


def announce(training: Any, stop: Stop, quick_images: int) -> bool:
    """Print how long the training will take; return False if it was stopped meanwhile.

    `quick_images` is how many images `quick=True` would train on, 0 if it is not to be suggested.
    The model is left as it was, with its weights, its optimizer and the state of random numbers.
    """
    steps = training.steps * training.epochs
    if steps < _SHORT:
        return not stop.pressed
    seconds = _seconds_per_step(training, stop)
    if not stop.pressed:
        print(_text(training, seconds * steps, quick_images), flush=True)
    return not stop.pressed


def _seconds_per_step(training: Any, stop: Stop) -> float:
    """Train a few steps, undo them, and return the seconds that one step takes."""
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
            # Shuffling would draw a random number that the training itself has to get.
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


def _text(training: Any, seconds: float, quick_images: int) -> str:
    """Return the text of the estimate."""
    images = len(training.images)
    epochs = f"{training.epochs} epoch{'s' * (training.epochs != 1)}"
    lines = [f"{epochs} on {images:,} images: {duration(seconds)} here, by the first steps."]
    if seconds > 20:
        lines.append("The stop button ends it early: the model keeps what it has learned by then.")
        if 0 < quick_images < images:
            shorter = duration(seconds * quick_images / images)
            lines.append(f"Quicker: quick=True takes {quick_images:,} images, {shorter}.")
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """Write a time in words, rounded as an estimate should be."""
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
