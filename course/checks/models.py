"""Checks of Keras models by what they compute: shapes first, then values under equal weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course.checks.arrays import is_close, kind_of
from course.checks.failures import NotAttempted

if TYPE_CHECKING:
    from course.checks.exercise import Exercise


@dataclass(frozen=True)
class Layer:
    """One row of `model.summary()`."""

    kind: str
    """Class name of the Keras layer."""
    shape: tuple[int, ...]
    """Output shape without the batch axis."""
    parameters: int
    """Weights and biases."""


LESSON_CNN = {
    "conv_1": Layer("Conv2D", (26, 26, 64), 640),
    "pool_1": Layer("MaxPooling2D", (13, 13, 64), 0),
    "conv_2": Layer("Conv2D", (11, 11, 64), 36_928),
    "pool_2": Layer("MaxPooling2D", (5, 5, 64), 0),
    "flatten": Layer("Flatten", (1600,), 0),
    "dense_1": Layer("Dense", (128,), 204_928),
    "dense_2": Layer("Dense", (10,), 1_290),
}
"""The lesson's network for images of 28 × 28 × 1; 243,786 parameters."""

# An activation may stand in a layer of its own; these layers change no shape.
_ACTIVATIONS = {"Activation", "ReLU", "Softmax"}
_TRANSPARENT = {"InputLayer", *_ACTIVATIONS}


def lesson_cnn(check: "Exercise", model: Any) -> None:
    """Fail at the first thing in which the model differs from the lesson's."""
    _require_keras_model(check, model)
    _require_input(check, model)
    got, expected = rows(check, model), list(LESSON_CNN.values())
    for place in range(max(len(got), len(expected))):
        if not _alike(got[place : place + 1], expected[place : place + 1]):
            check.fail(_difference(place, got, expected))
    _require_activations(check, model)


def reference_cnn(hidden: str = "relu") -> Any:
    """Build the lesson's network, or a twin of it with another activation in its hidden layers."""
    from keras import Input, Sequential, layers

    return Sequential(
        [
            Input(shape=(28, 28, 1)),
            layers.Conv2D(64, 3, activation=hidden),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation=hidden),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation=hidden),
            layers.Dense(10, activation="softmax"),
        ]
    )


def _require_keras_model(check: "Exercise", model: Any) -> None:
    """Fail unless it is a Keras model; build it if it waits for its first batch."""
    import keras

    if not isinstance(model, keras.Model):
        check.fail(f"a Keras model was expected, but it is {kind_of(model)}.")
    if not model.built:
        try:
            model.build((None, 28, 28, 1))
        except ValueError as error:
            check.fail(f"the model can't take images of shape (28, 28, 1): {error}")


def _require_input(check: "Exercise", model: Any) -> None:
    """Fail unless one image goes in as (28, 28, 1)."""
    shape = tuple(model.input_shape[1:])
    if shape == (28, 28, 1):
        return
    hint = "Give every image its channel axis: `Input(shape=(28, 28, 1))`."
    if len(shape) == 4:
        hint = "The batch axis is never written: `Input(shape=(28, 28, 1))`."
    check.fail(f"one image must go in as (28, 28, 1), but the model takes {shape}. {hint}")


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


def _alike(got: list[Layer], expected: list[Layer]) -> bool:
    """Tell whether two rows do the same; a Reshape to one axis is a Flatten."""
    if got and expected and (got[0].kind, expected[0].kind) == ("Reshape", "Flatten"):
        return got[0].shape == expected[0].shape
    return got == expected


def _difference(place: int, got: list[Layer], expected: list[Layer]) -> str:
    """Draw both lists side by side, down to the layer at which they part."""
    lines = [f"layer {place + 1} differs.", f"    {'expected':<38} got"]
    for row in range(place + 1):
        wanted, mine = _text(expected, row), _text(got, row)
        lines.append(f"  {'→' if row == place else ' '} {wanted:<38} {mine}")
    return "\n".join(lines)


def _text(layers: Sequence[Layer], row: int) -> str:
    """Write one row of the table."""
    if row >= len(layers):
        return "(no more layers)"
    layer = layers[row]
    shape = "×".join(map(str, layer.shape))
    return f"{layer.kind} {shape}, {layer.parameters:,} weights"


def _require_activations(check: "Exercise", model: Any) -> None:
    """Fail unless the model predicts what the lesson's predicts with the same weights."""
    images = np.random.default_rng(0).random((3, 28, 28, 1)).astype("float32")
    output = np.asarray(model(images, training=False), dtype=float)
    check.that(
        (output >= 0).all() and is_close(output.sum(axis=1), np.ones(3)),
        "the ten outputs are not probabilities: they should be positive and add up to 1. "
        "The last layer wants the activation softmax.",
    )
    if same_predictions(model, reference_cnn(), images):
        return
    for other in ("linear", "sigmoid", "tanh"):
        check.that(
            not same_predictions(model, reference_cnn(other), images),
            f"the hidden layers have the activation {other}, but ReLU was asked for.",
        )
    check.fail(
        "the shapes are right, but with the same weights it predicts otherwise. Look at the "
        "activations (ReLU in both convolutions and in the first dense layer) and at the order."
    )


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


def shapes_table(check: "Exercise", table: Any) -> None:
    """Fail at the first row of a learner's table of shapes that is not right."""
    if not isinstance(table, dict) or set(table) != set(LESSON_CNN):
        check.fail(f"keep the dictionary and its seven names: {', '.join(LESSON_CNN)}.")
    empty = [name for name in LESSON_CNN if table[name] is None]
    if len(empty) >= len(LESSON_CNN) - 1:
        raise NotAttempted(f"`{check.name}`: not filled yet. Write a shape for each None.")
    for name, layer in LESSON_CNN.items():
        _check_row(check, name, table[name], layer)


def _check_row(check: "Exercise", name: str, value: Any, layer: Layer) -> None:
    """Compare one row; a single number stands for a shape of one axis."""
    try:
        shape = tuple(int(extent) for extent in np.atleast_1d(np.asarray(value)))
    except (TypeError, ValueError):
        check.fail(f"{name}: a tuple of whole numbers was expected, but it is {value!r:.40}.")
    if shape == layer.shape:
        return
    if len(shape) == len(layer.shape) + 1:
        check.fail(f"{name}: {shape} has one axis too many. Leave the batch axis out.")
    if len(shape) != len(layer.shape):
        check.fail(f"{name}: {shape} has {len(shape)} axes, but {len(layer.shape)} were expected.")
    check.fail(f"{name}: {shape} is not what comes out. {_ADVICE[layer.kind]}")


_ADVICE = {
    "Conv2D": "A 3 × 3 kernel without padding cuts one pixel on each side; the last number is the "
    "number of filters.",
    "MaxPooling2D": "Pooling halves height and width and drops the remainder; the channels stay.",
    "Flatten": "Flatten lays all numbers in a row: multiply the three before it.",
    "Dense": "A dense layer gives one number for each of its units.",
}
