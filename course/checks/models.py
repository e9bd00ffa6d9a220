"""Checks of Keras models by what they compute: shapes first, then values under equal weights."""

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from course.checks import layers
from course.checks.arrays import is_close, kind_of
from course.checks.layers import LESSON_CNN, Layer

if TYPE_CHECKING:
    from course.checks.exercise import Exercise


# An activation may stand in a layer of its own; these layers change no shape.
_ACTIVATIONS = {"Activation", "ReLU", "Softmax"}
_TRANSPARENT = {"InputLayer", *_ACTIVATIONS}


ACTIVATIONS_SHARE = 1 / 3
"""The part of the points that the activations are worth; the layers are worth the rest."""


def lesson_cnn(check: "Exercise", model: Any) -> None:
    """Fail at the first layer in which the model differs from the lesson's.

    Other activations cost their part of the points.
    """
    _require_keras_model(check, model)
    _require_input(check, model)
    got, expected = rows(check, model), list(LESSON_CNN.values())
    for place in range(max(len(got), len(expected))):
        if not layers.alike(got[place : place + 1], expected[place : place + 1]):
            table = layers.side_by_side(place, got, expected)
            check.fail(table, layers.cause(place, got, expected))
    with check.part(ACTIVATIONS_SHARE):
        _require_activations(check, model)


def reference_cnn(*hidden: str) -> Any:
    """Build the lesson's network, or a twin of it with other activations in its hidden layers."""
    from keras import Input, Sequential, layers

    first, second, third = hidden or ("relu", "relu", "relu")
    return Sequential(
        [
            Input(shape=(28, 28, 1)),
            layers.Conv2D(64, 3, activation=first),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation=second),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation=third),
            layers.Dense(10, activation="softmax"),
        ]
    )


def _require_keras_model(check: "Exercise", model: Any) -> None:
    """Fail unless it is a Keras model that does not wait for its first batch to be built."""
    import keras

    if not isinstance(model, keras.Model):
        listed = isinstance(model, (list, tuple))
        check.fail(
            f"a Keras model was expected, but it is {kind_of(model)}.",
            "not-a-model" if listed else "",
        )
    if not model.built:
        check.fail("its weights are not there yet.", "input-missing")


def _require_input(check: "Exercise", model: Any) -> None:
    """Fail unless one image goes in as (28, 28, 1)."""
    shape = tuple(model.input_shape[1:])
    if shape == (28, 28, 1):
        return
    causes = {2: "channel-axis-missing", 4: "batch-axis-in-input"}
    cause = "channel-axis-in-front" if shape == (1, 28, 28) else causes.get(len(shape), "")
    check.fail(f"one image must go in as (28, 28, 1), but the model takes {shape}.", cause)


def rows(check: "Exercise", model: Any) -> list[Layer]:
    """List the layers that make shapes, leaving out inputs and separate activations."""
    try:
        return [
            Layer(type(layer).__name__, tuple(layer.output.shape[1:]), int(layer.count_params()))
            for layer in model.layers
            if type(layer).__name__ not in _TRANSPARENT
        ]
    except AttributeError:
        check.fail(
            "the shapes of its layers can't be read. Use keras.Sequential, or keras.Model with "
            "inputs and outputs, and no class of your own."
        )
        raise


def _require_activations(check: "Exercise", model: Any) -> None:
    """Fail unless the model predicts what the lesson's predicts with the same weights."""
    images = np.random.default_rng(0).random((3, 28, 28, 1)).astype("float32")
    output = np.asarray(model(images, training=False), dtype=float)
    check.that(
        (output >= 0).all() and is_close(output.sum(axis=1), np.ones(3)), "", "softmax-missing"
    )
    if same_predictions(model, reference_cnn(), images):
        return
    for other in ("linear", "sigmoid", "tanh", "elu", "gelu"):
        for twin in _twins(other):
            check.that(
                not same_predictions(model, reference_cnn(*twin), images),
                f"its hidden layers have the activations {', '.join(twin)}; relu was asked for.",
                "relu-missing" if other == "linear" else "wrong-activation",
            )
    check.fail(
        "with the same weights it predicts otherwise than the lesson's network. Look at the "
        "activations: relu in both convolutions and in the first dense layer."
    )


def _twins(other: str) -> list[list[str]]:
    """List the ways to have this activation in one or more of the three hidden layers."""
    places = [set(some) for count in (3, 1, 2) for some in combinations(range(3), count)]
    return [[other if place in some else "relu" for place in range(3)] for some in places]


def same_predictions(model: Any, reference: Any, images: np.ndarray) -> bool:
    """Tell whether both models predict the same once they hold the same random weights.

    The model's own weights are put back, so that a check leaves no trace.
    """
    before = model.get_weights()
    generator = np.random.default_rng(0)
    weights = [generator.normal(0.0, 0.1, w.shape).astype(w.dtype) for w in before]
    try:
        model.set_weights(weights)
        reference.set_weights(weights)
        got, expected = model(images, training=False), reference(images, training=False)
        return is_close(np.asarray(got), np.asarray(expected))
    finally:
        model.set_weights(before)
