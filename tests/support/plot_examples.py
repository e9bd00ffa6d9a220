"""One example of every plot, small and the same on every machine: drawn shapes, fixed weights."""

from functools import cache
from typing import Any

import numpy as np

from course import plots
from course.plots.picture import Picture

CLASSES = ("T-shirt/top", "Trouser", "Pullover")
ASYMMETRIC = np.array([[0, 1, 2], [-3, 4, 0], [1, -1, -2]])
"""A kernel that looks different flipped, turned or mirrored."""


@cache
def garment(seed: int = 0) -> np.ndarray:
    """Return an image (16, 14) with pixels 0…1: a block with a stripe, and noise."""
    image = np.random.default_rng(seed).random((16, 14)) * 0.2
    image[3:14, 4:10] += 0.7
    image[7] += 0.1
    return image


@cache
def network() -> Any:
    """Return a small network for such images: two convolutions, two poolings, one dense layer."""
    from keras import Input, Sequential, layers

    model = Sequential(
        [
            Input(shape=(16, 14, 1)),
            layers.Conv2D(5, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(4, (3, 3), activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    rng = np.random.default_rng(7)
    model.set_weights([rng.normal(0.05, 0.4, w.shape) for w in model.get_weights()])
    return model


@cache
def batch() -> np.ndarray:
    """Return three of these images, (3, 16, 14, 1)."""
    return np.stack([garment(seed) for seed in (0, 1, 2)])[..., np.newaxis]


LABELS = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 2])
DENSE = np.array([0, 1, 1, 1, 1, 2, 2, 2, 0, 2])
CNN = np.array([0, 0, 2, 1, 1, 1, 2, 0, 2, 2])
KERNELS = np.random.default_rng(3).normal(size=(2, 3, 3, 1, 6))
FEATURE_MAP = np.array([[1, 3, 2, 0, 9], [4, 6, 1, 2, 9], [0, 2, 9, 7, 9], [-1, 0, 8, 5, 9]])
SECOND_LAYER = tuple(np.random.default_rng(4).integers(-2, 3, (n, n, 3)) for n in (4, 3))
CURVES = {
    "loss": [0.9, 0.5, 0.3],
    "val_loss": [0.8, 0.6, 0.7],
    "accuracy": [0.6, 0.8, 0.9],
    "val_accuracy": [0.65, 0.75, 0.74],
}
HISTORIES = {"dense": {"accuracy": [0.5, 0.7, 0.8]}, "CNN": {"accuracy": [0.6, 0.8, 0.9]}}


def examples() -> dict[str, Picture]:
    """Return every plot of `course.plots` by the name of its function."""
    predictions = {"dense": DENSE, "CNN": CNN}
    garments = np.resize(batch()[..., 0], (10, 16, 14))
    return {
        "classic_kernels": plots.classic_kernels(garment()),
        "sliding_kernel": plots.sliding_kernel(garment(), ASYMMETRIC),
        "second_layer": plots.second_layer(*SECOND_LAYER, bias=-4),
        "pooling_blocks": plots.pooling_blocks(FEATURE_MAP),
        "stride_or_pooling": plots.stride_or_pooling(garment(), ASYMMETRIC, factors=(1, 2)),
        "layer_maps": plots.layer_maps(network(), batch(), ["Shirt", "other Shirt", "Bag"]),
        "first_kernels": plots.first_kernels(*KERNELS, count=4),
        "receptive_field": plots.receptive_field(network(), batch()[0]),
        "images": plots.images({"one": garment(), "two": garment(1)}, "Two images.", "Words."),
        "maps": plots.maps({"one": garment(), "two": -garment(1)}, "Two maps.", "Words."),
        "learning_curves": plots.learning_curves(HISTORIES, {"dense": 0.75, "CNN": 0.85}),
        "validation_curves": plots.validation_curves(CURVES),
        "confusion_matrices": plots.confusion_matrices(LABELS, predictions, CLASSES),
        "right_and_wrong": plots.right_and_wrong(garments, LABELS, predictions, CLASSES, count=3),
    }
