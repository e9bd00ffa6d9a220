"""The check that a network of the lesson's layers can learn as the lesson's does.

Looks at the settings and weights with which a layer looks right but learns little or nothing.
"""

from typing import Any

import numpy as np

from course.checks.failures import Wrong
from course.checks.models import LESSON_CNN, Network, shared_reference

LARGEST_PENALTY = 0.01
"""The largest factor of a penalty on weights: Keras's own default. The lesson has none."""


def require_learnable(network: Network) -> None:
    """Raise Wrong at the first layer that is kept from learning."""
    for name, layer in zip(LESSON_CNN, network.layers, strict=True):
        _require_free(name, layer)
    for layer in (layer for some in network.between for layer in some):
        _require_free(layer.name, layer)
    weighted = {
        name: [np.asarray(weights, dtype=float) for weights in layer.get_weights()[:2]]
        for name, layer in zip(LESSON_CNN, network.layers, strict=True)
        if LESSON_CNN[name].parameters
    }
    for name, (kernel, bias) in weighted.items():
        _require_differing(name, kernel, bias)
    _require_gradients(weighted)


def _require_free(name: str, layer: Any) -> None:
    """Fail for a frozen, a constrained or a heavily penalized layer."""
    if not layer.trainable and layer.weights:
        raise Wrong(f"{name} has trainable=False.", "layer-frozen")
    for setting in ("kernel_constraint", "bias_constraint"):
        if getattr(layer, setting, None) is not None:
            raise Wrong(f"{name} has a {setting}.", "weights-constrained")
    if getattr(layer, "activity_regularizer", None) is not None:
        raise Wrong(f"{name} has an activity_regularizer.", "weights-penalized")
    for setting in ("kernel_regularizer", "bias_regularizer"):
        if not _is_small(getattr(layer, setting, None)):
            raise Wrong(f"{name} has a {setting}.", "weights-penalized")


def _is_small(penalty: Any) -> bool:
    """Tell whether it is no penalty, or one of Keras's own with a small factor."""
    import keras

    if penalty is None:
        return True
    kinds = (keras.regularizers.L1, keras.regularizers.L2, keras.regularizers.L1L2)
    factors = [float(getattr(penalty, name, 0.0)) for name in ("l1", "l2")]
    # Keras keeps 0.01 as the nearest 32-bit number.
    return type(penalty) in kinds and all(0 <= f <= LARGEST_PENALTY * (1 + 1e-6) for f in factors)


def _require_differing(name: str, kernel: np.ndarray, bias: np.ndarray) -> None:
    """Fail for weights that are no numbers, and for units that are copies of each other."""
    if not (np.isfinite(kernel).all() and np.isfinite(bias).all()):
        raise Wrong(f"{name} has weights that are not numbers.", "weights-not-finite")
    units = kernel.reshape(-1, kernel.shape[-1]).T
    if len(np.unique(units, axis=0)) < len(units):
        raise Wrong(f"{name} starts with equal weights.", "weights-all-equal")


def _require_gradients(weighted: dict[str, list[np.ndarray]]) -> None:
    """Fail if a training step would not move a kernel, or would make it no number."""
    import keras
    import tensorflow as tf

    reference = shared_reference()
    reference.set_weights([weights for pair in weighted.values() for weights in pair])
    images = np.random.default_rng(0).random((20, 28, 28, 1)).astype("float32")
    with tf.GradientTape() as tape:
        predicted = reference(images, training=True)
        losses = keras.losses.sparse_categorical_crossentropy(np.arange(20) % 10, predicted)
    gradients = tape.gradient(losses, reference.trainable_weights)
    for name, gradient in zip(weighted, gradients[::2], strict=True):
        moved = np.asarray(gradient)
        if not (np.isfinite(moved).all() and moved.any()):
            raise Wrong(f"a training step leaves {name} as it is.", "weights-without-effect")
