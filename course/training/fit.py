"""Keras's `fit` with a time estimate, a stop button that keeps the model, and kept results."""

import os
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course.data import is_grading
from course.data.idx import balanced_indices
from course.training import kept
from course.training.tracing import create_variables, hurried

AGAIN_VARIABLE = "COURSE_AGAIN"
QUICK_IMAGES = 6_000

# Test accuracies in per cent after five epochs on the real images; `make bench-quick` prints them.
MEASURED = {"CNN": (91, 84), "dense": (87, 82)}
# Differences only: a learner is asked to predict the accuracies themselves.
QUICK_NOTE = """\
quick=True: {chosen:,} of {all:,} images, equally many of each class.
  What that costs on Fashion-MNIST: after five epochs the lesson's CNN classifies {CNN} fewer
  of 100 test images correctly, the dense network {dense} fewer."""

# With other options, such as callbacks, equal settings need not give equal results.
_KEEPABLE = {"batch_size", "shuffle", "validation_data", "verbose"}


@dataclass
class Training:
    """One call of `fit`: the model, the data and the options."""

    model: Any
    images: Any
    labels: Any
    epochs: int
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def on_arrays(self) -> bool:
        """Whether images and labels are arrays and the model is compiled and can be built."""
        if self.labels is None or not hasattr(self.images, "shape"):
            return False
        if not self.model.built and type(self.model).__name__ == "Sequential":
            self.model.build((None, *self.images.shape[1:]))
        return bool(self.model.built and self.model.compiled and len(self.images))

    @property
    def steps(self) -> int:
        """The number of steps of one epoch."""
        return -(-len(self.images) // (self.options.get("batch_size") or 32))

    def run(self, **changes: Any) -> Any:
        """Call Keras's own `fit`."""
        arguments = {"x": self.images, "y": self.labels, "epochs": self.epochs}
        # The method of the class: `watched` replaces that of the instance.
        return type(self.model).fit(self.model, **{**arguments, **self.options, **changes})


def fit(
    model: Any,
    images: Any,
    labels: Any,
    epochs: int = 5,
    *,
    quick: bool = False,
    keep: str | None = None,
    again: bool = False,
    **options: Any,
) -> Any:
    """Train a compiled model as `model.fit(images, labels, epochs=epochs)` does.

    It first prints how long it will take. Jupyter's stop button (or Ctrl-C) ends it after the
    current step: the model keeps what it has learned, and the History is returned.
    `quick=True` trains on a balanced subset of 6,000 images. `keep="a-name"` saves weights and
    History on disk, and loads them when the same model is to be trained in the same way on the
    same data; `again=True` trains again. `options` are passed to Keras.
    The History has two more attributes: `seconds`, how long each epoch took, and `stopped`.
    """
    if keep:
        kept.require_name(keep)
        # While a notebook is graded, everything is trained and nothing is saved.
        keep = None if is_grading() else keep
    training = Training(model, images, labels, epochs, options)
    if training.on_arrays:
        create_variables(model, labels)
    if quick:
        _take_fewer(training)
    key = _key(training) if keep else None
    if keep and key and not again and os.environ.get(AGAIN_VARIABLE) != "1":
        history = kept.restore(model, keep, key)
        if history is not None:
            return history
    history, whole = _train(training, quick)
    if whole and keep and key:
        kept.store(model, history, keep, key)
    return history


def _train(training: Training, quick: bool) -> tuple[Any, bool]:
    """Print the estimate, then train; return the History, and whether all epochs were trained."""
    # Both import Keras, which takes seconds.
    from course.training import estimate
    from course.training.stop_button import Watch, stop_button

    callbacks = training.options.get("callbacks") or []
    with stop_button() as stop:
        watch = Watch(training.epochs, stop)
        suggested = 0 if quick else QUICK_IMAGES
        if training.on_arrays and not estimate.announce(training, stop, suggested):
            raise KeyboardInterrupt("stopped before the training began; the model is as it was")
        history = training.run(callbacks=[*callbacks, watch])
    history.seconds, history.stopped = watch.seconds, stop.pressed
    if stop.pressed:
        print(watch.report())
    return history, not stop.pressed


def watched(model: Any, *, quick: bool = False, keep: str | None = None) -> Any:
    """Make `model.fit(…)` work as `course.fit(model, …)` does; return the model.

    For code that calls `model.fit` itself. While a notebook is graded, nothing is printed or saved.
    """
    if is_grading():
        return hurried(model)

    def watched_fit(
        x: Any = None, y: Any = None, batch_size: int | None = None, epochs: int = 1, **options: Any
    ) -> Any:
        """Train as `course.fit` does."""
        options["batch_size"] = batch_size
        return fit(model, x, y, epochs, quick=quick, keep=keep, **options)

    model.fit = watched_fit
    return model


def _take_fewer(training: Training) -> None:
    """Reduce the data to the first images of each class, and print what that costs."""
    labels = np.asarray(training.labels)
    if len(labels) <= QUICK_IMAGES:
        return
    chosen = balanced_indices(labels, QUICK_IMAGES)
    costs = {name: whole - few for name, (whole, few) in MEASURED.items()}
    print(QUICK_NOTE.format(chosen=len(chosen), all=len(labels), **costs))
    training.images, training.labels = np.asarray(training.images)[chosen], labels[chosen]


def _key(training: Training) -> str | None:
    """Return the digest of what decides the result; print why if it can't be kept."""
    set_options = {name for name, value in training.options.items() if not _is_empty(value)}
    others = sorted(set_options - _KEEPABLE)
    if others or not training.on_arrays:
        why = f"with {', '.join(others)}" if others else "unless images and labels are arrays"
        print(f"This training is not kept for a restart: that can't be done {why}.")
        return None
    return kept.key(
        training.model,
        [training.images, training.labels, *(training.options.get("validation_data") or ())],
        [training.epochs, training.options.get("batch_size"), training.options.get("shuffle")],
    )


def _is_empty(option: Any) -> bool:
    """Tell whether an option is None, empty or 0.0."""
    return option is None or (isinstance(option, (list, float)) and not option)
