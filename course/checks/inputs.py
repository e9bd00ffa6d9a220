"""The inputs of the checks: random generators, and small images and networks with known answers.

A grader sets a secret per submission, so that nobody can foresee the inputs and every regrade
draws the same ones. Without one the exercise's name is the seed, and a learner who runs a check
twice sees the same result twice.
"""

import hashlib
import hmac
from typing import Any

import numpy as np

SIDE = 28
CLASSES = 10
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
    """Draw images (count, 28, 28, 1) in 0…1, float32, and labels (count,) in 0…9, balanced."""
    labels = rng.permutation(np.arange(count) % CLASSES).astype("uint8")
    images = 0.1 * rng.random((count, SIDE, SIDE, 1))
    for image, label in zip(images, labels, strict=True):
        image[_place(int(label))] += 0.9
    return images.astype("float32"), labels


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

    def start(offset: int) -> Any:
        return keras.initializers.GlorotUniform(seed=seed + offset)

    layers = [keras.Input(shape=(SIDE, SIDE, 1)), keras.layers.Flatten()]
    if hidden:
        layers.append(keras.layers.Dense(32, activation="relu", kernel_initializer=start(0)))
    layers.append(keras.layers.Dense(CLASSES, activation="softmax", kernel_initializer=start(1)))
    return hurried(keras.Sequential(layers))


def trained_network() -> Any:
    """Build a network that recognizes every one of these images, compiled as in the lesson."""
    network = small_network(seed=1)
    kernel = np.zeros((SIDE, SIDE, CLASSES), dtype="float32")
    for label in range(CLASSES):
        kernel[(*_place(label), label)] = 1.0
    network.set_weights([kernel.reshape(-1, CLASSES), np.zeros(CLASSES, dtype="float32")])
    network.compile(
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        run_eagerly=True,  # tracing takes longer than the one or two steps it is used for
    )
    return network


def probabilities(model: Any, images: np.ndarray) -> np.ndarray:
    """Predict without the progress bar of `predict`, shape (n, 10)."""
    return np.asarray(model(images, training=False), dtype=float)


def loss(model: Any, images: np.ndarray, labels: np.ndarray) -> float:
    """Mean cross-entropy of the predictions."""
    chosen = probabilities(model, images)[np.arange(len(labels)), labels]
    return float(-np.log(np.clip(chosen, 1e-12, 1.0)).mean())


def accuracy(model: Any, images: np.ndarray, labels: np.ndarray) -> float:
    """Share of images whose most probable class is the label."""
    return float((probabilities(model, images).argmax(axis=1) == labels).mean())
