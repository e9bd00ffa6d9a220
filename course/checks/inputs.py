"""The inputs of the checks: random generators, and small images and networks with known answers.

A grader sets a secret per submission, so that nobody can foresee the inputs and every regrade
draws the same ones. Without one the exercise's name is the seed, and a learner who runs a check
twice sees the same result twice.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

SIDE = 28
CLASSES = 10
_BATCH = 32  # a model may hold 16 MiB for each image
_VALUES = 1 << 20
"""How many values the layers of a small network may hold at once; a larger one gets _BATCH."""
_BLOCK = 5

_secret: bytes = b"convpool-course"


def set_secret(secret: bytes) -> None:
    """Draw all later inputs from this secret (any length above 0)."""
    if not secret:
        raise ValueError("the secret of the checks must not be empty")
    global _secret
    _secret = secret


def generator(exercise: str) -> np.random.Generator:
    """Give the random generator of one exercise: HMAC-SHA256 of its name under the secret."""
    digest = hmac.new(_secret, exercise.encode(), hashlib.sha256).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def images_with_blocks(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw images (count, 28, 28, 1) in 0…1, float32, and labels (count,) in 0…9, balanced.

    Every image also has a faint pixel that is dark in all others but its neighbors in the array. A
    weight of such a pixel moves only if a network is trained on one of these images.
    """
    labels = rng.permutation(np.arange(count) % CLASSES).astype("uint8")
    images = np.zeros((count, SIDE, SIDE, 1))
    rows = _rows_of_blocks()
    images[:, rows] = 0.1 * rng.random((count, rows.sum(), SIDE, 1))
    for image, label in zip(images, labels, strict=True):
        image[_place(int(label))] += 0.9
    _mark_each(images, np.flatnonzero(np.repeat(~rows, SIDE)), 0.05)
    return images.astype("float32"), labels


def _rows_of_blocks() -> np.ndarray:
    """Tell for each row of an image whether a class can have its block there, shape (28,)."""
    rows = np.zeros(SIDE, dtype=bool)
    for label in range(CLASSES):
        rows[_place(label)[0]] = True
    return rows


def _mark_each(images: np.ndarray, pixels: np.ndarray, brightness: float) -> None:
    """Light one of these pixels in each image; where they are too few, neighbors share one."""
    shared = -(-len(images) // len(pixels))
    flat = images.reshape(len(images), -1)
    flat[np.arange(len(images)), pixels[np.arange(len(images)) // shared]] = brightness


@dataclass(frozen=True)
class TrainingExample:
    """Images, labels and a start of `small_network` from which a training can be computed again."""

    images: np.ndarray
    labels: np.ndarray
    start: list[np.ndarray]
    """Weights of the untrained network: (784, 10) and (10,)."""
    epochs: int
    alike: bool = False
    """All images and labels are the same, but for a faint pixel of each image."""

    def network(self) -> Any:
        """Build the untrained network, not compiled."""
        network = small_network(seed=0)
        network.set_weights(self.start)
        return network


def two_images(rng: np.random.Generator, epochs: int, *, known: bool) -> TrainingExample:
    """Draw two images that the network classifies correctly (`known`), or takes for each other."""
    images = rng.uniform(0.05, 0.3, (2, SIDE, SIDE, 1)).astype("float32")
    images[rng.random(images.shape) < 0.5] *= 0.1
    first, second, third = rng.permutation(np.arange(1, CLASSES))[:3]
    # Labels counted backward must not be labels exchanged.
    labels = np.array([first, second if first + second != CLASSES - 1 else third], dtype="uint8")
    kernel = rng.normal(0.0, 0.05, (SIDE**2, CLASSES)).astype("float32")
    difference = (images[0] - images[1]).ravel()
    step = 3.0 * difference / (difference**2).sum()
    for image, label in zip((0, 1), labels if known else labels[::-1], strict=True):
        kernel[:, label] += step if image == 0 else -step
    bias = rng.normal(0.0, 0.2, CLASSES).astype("float32")
    bias[labels] += 1.0 + np.abs(kernel.T @ images.reshape(2, -1).T).max() / 4
    return TrainingExample(images, labels, [kernel, bias], epochs)


def alike_images(rng: np.random.Generator, count: int, epochs: int) -> TrainingExample:
    """Draw an image so many times; a faint pixel is lit in each copy and dark in all others.

    However they are shuffled and cut into batches, they train a network alike.
    """
    pixels = rng.permutation(SIDE**2)
    image = rng.uniform(0.05, 0.3, SIDE**2)
    image[pixels[:count]] = 0.0
    images = np.tile(image, (count, 1)).reshape(count, SIDE, SIDE, 1).astype("float32")
    _mark_each(images, pixels[:count], 0.003)
    labels = np.full(count, rng.integers(1, CLASSES), dtype="uint8")
    kernel = rng.normal(0.0, 0.05, (SIDE**2, CLASSES)).astype("float32")
    kernel[pixels[:count]] = 0.0
    bias = rng.normal(0.0, 0.2, CLASSES).astype("float32")
    return TrainingExample(images, labels, [kernel, bias], epochs, alike=True)


def contradicting_labels(rng: np.random.Generator, epochs: int) -> TrainingExample:
    """Draw one image ten times, once with each label: no epoch can lessen the loss of the start."""
    image = rng.uniform(0.05, 0.3, (1, SIDE, SIDE, 1)).astype("float32")
    labels = rng.permutation(CLASSES).astype("uint8")
    start = [np.zeros((SIDE**2, CLASSES), "float32"), np.zeros(CLASSES, "float32")]
    return TrainingExample(np.repeat(image, CLASSES, axis=0), labels, start, epochs)


def _place(label: int) -> tuple[slice, slice]:
    """Give the rows and columns of a class's block: five to a row, two rows."""
    top, left = 4 + 14 * (label // 5), 1 + 5 * (label % 5)
    return slice(top, top + _BLOCK), slice(left, left + _BLOCK)


def mislabeled(labels: np.ndarray, share: float) -> np.ndarray:
    """Give the first `share` of the labels a wrong class."""
    wrong = labels.copy()
    count = round(share * len(labels))
    wrong[:count] = (wrong[:count] + 1) % CLASSES
    return wrong


def small_network(seed: int, *, hidden: bool = False) -> Any:
    """Build an untrained network for these images, not compiled."""
    import keras

    from course.training.tracing import hurried

    def dense(units: int, activation: str, offset: int, spread: float = 1.0) -> Any:
        # Scores that lie close together at the start are told apart after a few steps.
        start = keras.initializers.VarianceScaling(
            spread, mode="fan_avg", distribution="uniform", seed=seed + offset
        )
        # A learner's mixed precision is not these networks'.
        options = {"kernel_initializer": start, "dtype": "float32"}
        return keras.layers.Dense(units, activation=activation, **options)

    layers = [keras.Input(shape=(SIDE, SIDE, 1)), keras.layers.Flatten(dtype="float32")]
    if hidden:
        layers.append(dense(32, "relu", 0))
    layers.append(dense(CLASSES, "softmax", 1, spread=4e-4))
    return hurried(keras.Sequential(layers))


def trained_network(known: Iterable[int] = range(CLASSES), favorite: int = 3) -> Any:
    """Build a network that recognizes the images of the `known` classes, compiled as in the lesson.

    All others, and images much darker than these, it takes for its `favorite` class.
    """
    network = small_network(seed=1)
    kernel = np.zeros((SIDE, SIDE, CLASSES), dtype="float32")
    for label in known:
        kernel[(*_place(label), label)] = 0.25
    bias = np.linspace(0.0, 0.1, CLASSES, dtype="float32")
    bias[favorite] = 2.0
    network.set_weights([kernel.reshape(-1, CLASSES), bias])
    return compiled(network)


def compiled(network: Any) -> Any:
    """Compile a network as in the lesson; return it."""
    network.compile(
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        run_eagerly=True,  # tracing takes longer than the one or two steps it is used for
    )
    return network


def probabilities(model: Any, images: np.ndarray) -> np.ndarray:
    """Predict without the progress bar of `predict`, shape (n, 10), a few images at a time."""
    batch = max(_BATCH, _VALUES // _values_held(model))
    parts = [
        np.asarray(model(images[first : first + batch], training=False), dtype=float)
        for first in range(0, len(images), batch)
    ]
    return np.concatenate(parts)


def _values_held(model: Any) -> int:
    """Count what the layers give for one image; a model that holds others counts as large."""
    kinds = {type(layer).__name__ for layer in model.layers}
    if not kinds <= {"InputLayer", "Flatten", "Dense"}:
        return _VALUES
    return sum(int(np.prod(layer.output.shape[1:])) for layer in model.layers)


def loss(model: Any, images: np.ndarray, labels: np.ndarray) -> float:
    """Mean cross-entropy of the predictions."""
    return loss_and_accuracy(model, images, labels)[0]


def accuracy(model: Any, images: np.ndarray, labels: np.ndarray) -> float:
    """Share of images whose most probable class is the label."""
    return float((probabilities(model, images).argmax(axis=1) == labels).mean())


def loss_and_accuracy(model: Any, images: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Mean cross-entropy, and the share of images whose most probable class is the label."""
    predicted = probabilities(model, images)
    chosen = predicted[np.arange(len(labels)), labels]
    mean = float(-np.log(np.clip(chosen, 1e-12, 1.0)).mean())
    return mean, float((predicted.argmax(axis=1) == labels).mean())
