"""A small network and its training, the same at each call: compared with and without a change."""

from typing import Any

import keras
import numpy as np

from course.checks import inputs

IMAGES, LABELS = inputs.images_with_blocks(64, np.random.default_rng(5))


def small_network(*more: Any) -> Any:
    """Build the same network at each call, with a layer that draws random numbers."""
    keras.utils.set_random_seed(7)
    layers = [keras.layers.Dropout(0.5), keras.layers.Dense(10, activation="softmax")]
    shape = keras.Input((28, 28, 1))
    return keras.Sequential([shape, keras.layers.Flatten(), *more, *layers])


def trained(model: Any, loss: str, labels: np.ndarray) -> list[Any]:
    """Compile, train and evaluate; return the history, the measured metrics and the weights."""
    keras.utils.set_random_seed(8)
    model.compile("adam", loss, metrics=["accuracy"])
    history = model.fit(IMAGES, labels, epochs=2, batch_size=16, verbose=0)
    return [history.history, model.evaluate(IMAGES, labels, verbose=0), model.get_weights()]
