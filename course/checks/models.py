"""The checks of the lesson's CNN and of the learner's table of its shapes.

A network's layers are compared as rows of `model.summary()`, then its predictions. Activations
change no shape: they are compared by what the model predicts with the weights of a reference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from numbers import Real
from typing import Any

import numpy as np

from course.checks.arrays import is_close, kind_of
from course.checks.failures import Unanswered, Wrong

ACTIVATIONS_SHARE = 1 / 3
"""The part of the points that the activations are worth; the layers are worth the rest."""

# An activation may stand in a layer of its own; these layers change no shape.
_TRANSPARENT = {"InputLayer", "Activation", "ReLU", "Softmax"}


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


def require_lesson_layers(model: Any) -> None:
    """Raise Wrong at the first layer whose kind, shape or weights differ from the lesson's."""
    _require_keras_model(model)
    _require_input(model)
    got, expected = _rows(model), list(LESSON_CNN.values())
    for place in range(max(len(got), len(expected))):
        if not _alike(got[place : place + 1], expected[place : place + 1]):
            raise Wrong(_side_by_side(place, got, expected), _cause(place, got, expected))


def _require_keras_model(model: Any) -> None:
    """Fail unless it is a Keras model that does not wait for its first batch to be built."""
    import keras

    if not isinstance(model, keras.Model):
        listed = isinstance(model, (list, tuple))
        raise Wrong(
            f"a Keras model was expected, but it is {kind_of(model)}.",
            "not-a-model" if listed else "",
        )
    if not model.built:
        raise Wrong("its weights are not there yet.", "input-missing")


def _require_input(model: Any) -> None:
    """Fail unless one image goes in as (28, 28, 1)."""
    shape = tuple(model.input_shape[1:])
    if shape == (28, 28, 1):
        return
    causes = {2: "channel-axis-missing", 4: "batch-axis-in-input"}
    cause = "channel-axis-in-front" if shape == (1, 28, 28) else causes.get(len(shape), "")
    raise Wrong(f"one image must go in as (28, 28, 1), but the model takes {shape}.", cause)


def _rows(model: Any) -> list[Layer]:
    """List the layers that make shapes, leaving out inputs and separate activations."""
    try:
        return [
            Layer(type(layer).__name__, tuple(layer.output.shape[1:]), int(layer.count_params()))
            for layer in model.layers
            if type(layer).__name__ not in _TRANSPARENT
        ]
    except AttributeError:
        raise Wrong(
            "the shapes of its layers can't be read. Use keras.Sequential, or keras.Model with "
            "inputs and outputs, and no class of your own."
        ) from None


def _alike(got: list[Layer], expected: list[Layer]) -> bool:
    """Tell whether two rows do the same; a Reshape to one axis is a Flatten."""
    if got and expected and (got[0].kind, expected[0].kind) == ("Reshape", "Flatten"):
        return got[0].shape == expected[0].shape
    return got == expected


def _side_by_side(place: int, got: list[Layer], expected: list[Layer]) -> str:
    """Draw both lists side by side, down to the first layer that differs."""
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


def _cause(place: int, got: list[Layer], expected: list[Layer]) -> str:
    """Name the misconception by which two lists differ at `place`, or ""."""
    if place >= len(got):
        return "layers-missing"
    if place >= len(expected):
        return "layers-extra"
    mine, wanted = got[place], expected[place]
    if len(got) < len(expected) and mine.shape == expected[place + 1].shape:
        return "layers-missing"
    if mine.kind == wanted.kind:
        return _cause_within(mine, wanted)
    if (mine.kind, wanted.kind) == ("AveragePooling2D", "MaxPooling2D"):
        return "average-for-max"
    return _cause_of_order(place, [layer.kind for layer in got], [layer.kind for layer in expected])


def _cause_of_order(place: int, got: list[str], expected: list[str]) -> str:
    """Name why another kind of layer stands at this place."""
    mine, wanted = got[place], expected[place]
    if sorted(got) == sorted(expected):
        pooled_first = mine == "MaxPooling2D" and wanted == "Conv2D"
        return "pooling-before-convolution" if pooled_first else "layers-in-another-order"
    if wanted == "Flatten" and "Flatten" not in got:
        return "flatten-missing"
    if mine == "Flatten" and "Conv2D" in got[place:]:
        return "flatten-before-convolutions"
    if len(got) > len(expected) or mine not in expected:
        return "layers-extra" if len(got) > len(expected) else ""
    return "layers-missing"


def _cause_within(mine: Layer, wanted: Layer) -> str:
    """Name what differs between two layers of one kind."""
    if mine.kind == "Dense":
        if mine.shape == wanted.shape:
            return ""
        return "one-output-unit" if mine.shape == (1,) else "wrong-unit-count"
    if mine.kind == "MaxPooling2D":
        return _cause_of_pooling(mine.shape, wanted.shape)
    if mine.kind != "Conv2D":
        return ""
    return _cause_of_convolution(mine, wanted)


def _cause_of_pooling(mine: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    """Name what gives a pooled map another shape."""
    if mine[0] == wanted[0] + 1 and mine[0] % 2 == 0 and wanted[0] % 2:
        return "remainder-kept"
    # With stride 1 a 2 × 2 window fits at all places but one.
    return "stride-and-size-confused" if mine[0] >= 2 * wanted[0] - 1 else "wrong-pool-size"


def _cause_of_convolution(mine: Layer, wanted: Layer) -> str:
    """Name what differs between two convolutions."""
    if mine.shape[-1] != wanted.shape[-1]:
        return "wrong-filter-count"
    if mine.parameters == wanted.parameters - wanted.shape[-1]:
        return "bias-forgotten"
    if mine.parameters != wanted.parameters:
        return "wrong-kernel-size"
    return "padding-same" if mine.shape[0] == wanted.shape[0] + 2 else "stride-and-size-confused"


def require_lesson_activations(model: Any) -> None:
    """Raise Wrong unless the model predicts what the lesson's predicts with the same weights."""
    images = np.random.default_rng(0).random((3, 28, 28, 1)).astype("float32")
    output = np.asarray(model(images, training=False), dtype=float)
    if not ((output >= 0).all() and is_close(output.sum(axis=1), np.ones(3))):
        raise Wrong("", "softmax-missing")
    if same_predictions(model, reference_cnn(), images):
        return
    for other in ("linear", "sigmoid", "tanh", "elu", "gelu"):
        for hidden in _with_activation(other):
            if same_predictions(model, reference_cnn(*hidden), images):
                raise Wrong(
                    f"its hidden layers have the activations {', '.join(hidden)}; relu was asked "
                    "for.",
                    "relu-missing" if other == "linear" else "wrong-activation",
                )
    raise Wrong(
        "with the same weights it predicts otherwise than the lesson's network. Look at the "
        "activations: relu in both convolutions and in the first dense layer."
    )


def _with_activation(other: str) -> list[list[str]]:
    """List the ways to have this activation in one or more of the three hidden layers."""
    places = [set(some) for count in (3, 1, 2) for some in combinations(range(3), count)]
    return [[other if place in some else "relu" for place in range(3)] for some in places]


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


GIVEN = "conv_1"
"""The row that is filled already."""


def rows_to_fill(table: Any) -> list[str]:
    """List the rows that a learner fills; raises Wrong for what is not the table."""
    to_fill = [name for name in LESSON_CNN if name != GIVEN]
    empty = table is None or table is ...
    if not empty and (not isinstance(table, dict) or set(table) != set(LESSON_CNN)):
        raise Wrong(f"keep the dictionary and its seven names: {', '.join(LESSON_CNN)}.")
    if empty or all(table[name] is None for name in to_fill):
        raise Unanswered("not filled yet. Write a shape for each None.")
    return to_fill


def check_row(table: dict[str, Any], name: str) -> None:
    """Raise Wrong unless the row is right; a single number stands for a shape of one axis."""
    value, layer = table[name], LESSON_CNN[name]
    shape = _as_shape(value)
    if shape is None:
        raise Wrong(f"{name}: a tuple of whole numbers was expected, but it is {value!r:.40}.")
    if shape == layer.shape:
        return
    if len(shape) == len(layer.shape) + 1 and shape[1:] == layer.shape:
        raise Wrong(f"{name}: {shape}.", "batch-axis-counted")
    if len(shape) != len(layer.shape):
        raise Wrong(f"{name}: {shape} has {len(shape)} axes, but {len(layer.shape)} were expected.")
    cause = _cause_of_row(shape, layer)
    advice = "" if cause else _ADVICE[layer.kind]
    raise Wrong(f"{name}: {shape} is not what comes out. {advice}".rstrip(), cause)


def _as_shape(value: Any) -> tuple[int | None, ...] | None:
    """Read a tuple of whole numbers (Keras's own tables have None for the batch), or None."""
    listed = list(value) if isinstance(value, (list, tuple)) else np.atleast_1d(value).tolist()
    whole = [isinstance(n, Real) and not isinstance(n, bool) and float(n) % 1 == 0 for n in listed]
    if all(whole[1:]) and (whole[:1] == [True] or (len(listed) > 1 and listed[0] is None)):
        return tuple(None if n is None else int(n) for n in listed)
    return None


def _cause_of_row(shape: tuple[int | None, ...], layer: Layer) -> str:
    """Name a misconception that gives this shape, or ""."""
    if len(shape) != 3:
        return ""
    wanted, channels = layer.shape[0], layer.shape[2]
    if shape == (channels, wanted, wanted):
        return "channel-axis-in-front"
    if shape[2] != channels or shape[0] != shape[1]:
        return ""
    kernel_cuts = {wanted + 2: "padding-same", wanted - 1: "off-by-one", wanted + 1: "off-by-one"}
    pooled = {wanted + 1: "remainder-kept", 2 * wanted: "nothing-reduced"}
    pooled[2 * wanted + 1] = "nothing-reduced"
    return (kernel_cuts if layer.kind == "Conv2D" else pooled).get(shape[0] or 0, "")


_ADVICE = {
    "Conv2D": "A 3 × 3 kernel without padding cuts one pixel on each side; the last number is the "
    "number of filters.",
    "MaxPooling2D": "Pooling halves height and width and drops the remainder; the channels stay.",
    "Flatten": "Flatten lays all numbers in a row: multiply the three before it.",
    "Dense": "A dense layer gives one number for each of its units.",
}
