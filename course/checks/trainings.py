"""Checks of training and evaluation, with everything computed again from the model's weights."""

from typing import Any

import numpy as np

from course.checks import inputs
from course.checks.answers import number
from course.checks.arrays import is_close, kind_of
from course.checks.failures import Wrong

LEARNED_ACCURACY = 0.5
"""On images where chance is 0.1, and where honest training ends near 1."""


def history(value: Any, epochs: int) -> None:
    """Raise Wrong unless the value is a History with one loss and one accuracy for each epoch."""
    records = getattr(value, "history", None)
    if not isinstance(records, dict):
        raise Wrong(f"the result is {kind_of(value)}.", "history-not-returned")
    losses = list(records.get("loss", []))
    if len(losses) != epochs:
        raise Wrong(
            f"the model was to be fitted for {epochs} epochs, but the History tells of "
            f"{len(losses)}.",
            "epochs-ignored",
        )
    if not any("acc" in name for name in records):
        raise Wrong("", "metric-missing")


def learned(
    model: Any,
    before: Any,
    images: np.ndarray,
    labels: np.ndarray,
    history: Any,
) -> None:
    """Raise Wrong unless the model predicts these labels better than `before` and than chance."""
    if all(map(np.array_equal, model.get_weights(), before.get_weights())):
        raise Wrong("", "other-model-trained")
    loss_before, after = (inputs.loss(network, images, labels) for network in (before, model))
    reached = inputs.accuracy(model, images, labels)
    if after < loss_before and reached >= LEARNED_ACCURACY:
        return
    raise Wrong(
        f"the model was trained, but has not learned: accuracy {reached:.0%} on images that are "
        "easy to tell apart.",
        _why_not(model, before, images, labels, history, loss_before),
    )


def _why_not(
    model: Any, before: Any, images: np.ndarray, labels: np.ndarray, history: Any, loss: float
) -> str:
    """Name what kept a model from learning, or ""."""
    # The mean over the first epoch can't lie far above the loss of a network that knows nothing.
    if not 0.1 * loss < history.history["loss"][0] < 2 * loss:
        return "wrong-loss"
    predicted = inputs.probabilities(model, images).argmax(axis=1)
    shifts = [(int(p) - int(t)) % inputs.CLASSES for p, t in zip(predicted, labels, strict=True)]
    counts = np.bincount(shifts, minlength=inputs.CLASSES)
    if counts[1:].max() > LEARNED_ACCURACY * len(labels):
        return "labels-changed"
    return _trained_elsewhere(model, before)


def _trained_elsewhere(model: Any, before: Any) -> str:
    """Tell by the pixels that have moved a weight on which of the notebook's images it was trained.

    A weight whose pixel is dark in every training image never moves; in the images of these
    checks no pixel is.
    """
    change = np.abs(model.get_weights()[0] - before.get_weights()[0])
    moved = change.reshape(inputs.SIDE**2, -1).any(axis=1)
    if moved.all():
        return ""
    (train_images, _), (test_images, _) = _notebook_images()
    lit = [images.reshape(len(images), -1).any(axis=0) for images in (train_images, test_images)]
    only_test = np.array_equal(moved, lit[1]) and not np.array_equal(moved, lit[0])
    return "trained-on-test-images" if only_test else "arguments-ignored"


def _notebook_images() -> Any:
    """Load what the notebook has loaded."""
    from course.data import load_data

    return load_data()


def accuracy(got: Any, model: Any, images: np.ndarray, labels: np.ndarray) -> None:
    """Raise Wrong unless `got` is one number, the model's accuracy on these images."""
    if isinstance(got, (list, tuple)) and len(got) == 2:
        raise Wrong(f"one number was expected, but it is {kind_of(got)}.", "list-for-number")
    got = number(got)
    expected = inputs.accuracy(model, images, labels)
    if is_close(got, expected):
        return
    known = {
        "per-cent": 100 * expected,
        "loss-for-accuracy": inputs.loss(model, images, labels),
        "error-for-accuracy": 1 - expected,
    }
    cause = next((name for name, value in known.items() if is_close(got, value)), "")
    raise Wrong(
        f"{got:.4g} is not the model's accuracy on the images that were given.",
        cause or _measured_elsewhere(got, model),
    )


def _measured_elsewhere(got: float, model: Any) -> str:
    """Tell whether it is the accuracy on the notebook's training or test images."""
    names = ("evaluated-on-training-images", "arguments-ignored")
    for name, (images, labels) in zip(names, _notebook_images(), strict=True):
        # The network of these checks has no bias: scaling changes none of its decisions.
        pixels = (images[..., np.newaxis] / 255).astype("float32")
        if is_close(got, inputs.accuracy(model, pixels, labels)):
            return name
    return ""
