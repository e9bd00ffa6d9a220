"""The check of the lesson's CNN, layer by layer, in the order in which an image passes them.

A network is compared as rows of `model.summary()` and by the settings of its layers. Activations
change no shape; they are checked in `activations.py`. Whether it can learn is in `learnable.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from course.checks.arrays import is_close, kind_of
from course.checks.failures import Wrong
from course.crossing import CannotCross
from course.model_graph import Step, activation_name, standard, steps


@dataclass(frozen=True)
class Layer:
    """One row of `model.summary()`."""

    kind: str
    """Class name of the Keras layer."""
    shape: tuple[int, ...]
    """Output shape without the batch axis."""
    parameters: int
    """Weights and biases."""
    settings: dict[str, Any] = field(default_factory=dict, compare=False)
    """What else changes the layer's result: "kernel_size", "strides" …"""


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

_SETTINGS: dict[str, dict[str, Any]] = {
    "Conv2D": {
        "kernel_size": (3, 3),
        "strides": (1, 1),
        "dilation_rate": (1, 1),
        "groups": 1,
        "data_format": "channels_last",
    },
    "MaxPooling2D": {
        "pool_size": (2, 2),
        "strides": (2, 2),
        "data_format": "channels_last",
    },
    "Flatten": {"data_format": "channels_last"},
}
"""Kind of layer → the settings that it has in the lesson's network."""

_CAUSES = {
    "data_format": "channel-axis-in-front",
    "dilation_rate": "kernel-dilated",
    "groups": "kernel-in-groups",
    "kernel_size": "wrong-kernel-size",
    "pool_size": "wrong-pool-size",
    "strides": "stride-and-size-confused",
}
"""Setting → misconception of a layer in which it differs; the first that differs is named."""

_ACTIVATION_KINDS = {"Activation", "ReLU", "Softmax", "LeakyReLU", "ELU", "PReLU"}


@dataclass(frozen=True)
class Network:
    """A network as the checks read it: its rows, and what stands between them."""

    rows: list[Layer]
    layers: list[Any]
    """The Keras layer of each row."""
    between: list[list[Any]]
    """The separate activations before the first row, and behind each row."""


def readable(model: Any, path: str) -> Any:
    """Return the model in Keras's own layers; `path` is what it is called in a refusal.

    Raises Wrong for what is no model of one image (28, 28, 1), `CannotCross` for a model that can't
    be followed.
    """
    import keras

    if not isinstance(model, keras.Model):
        listed = isinstance(model, (list, tuple))
        cause = "not-a-model" if listed or isinstance(model, keras.layers.Layer) else ""
        raise Wrong(f"a Keras model was expected, but it is {kind_of(model)}.", cause)
    try:
        network = standard(model, path)
    except CannotCross as refusal:
        if "no input shape" in refusal.reason:
            raise Wrong(f"{refusal.reason}.", "input-missing") from None
        raise
    _require_input(network)
    return network


def _require_input(model: Any) -> None:
    """Fail unless images go in as (28, 28, 1), in any number."""
    batch, *shape = model.input_shape
    if tuple(shape) != (28, 28, 1):
        causes = {2: "channel-axis-missing", 4: "batch-axis-in-input"}
        cause = "channel-axis-in-front" if shape == [1, 28, 28] else causes.get(len(shape), "")
        got = tuple(shape)
        raise Wrong(f"one image must go in as (28, 28, 1), but the model takes {got}.", cause)
    if batch is not None:
        raise Wrong(f"it takes exactly {batch} images at once.", "batch-size-fixed")


def read(model: Any) -> Network:
    """Sort the layers of a network into rows and separate activations.

    Layers that change nothing are left out. Raises Wrong where the layers branch.
    """
    found = steps(model)
    if found is None:
        raise Wrong("its layers do not follow one another in one row.", "layers-in-branches")
    rows: list[Layer] = []
    layers: list[Any] = []
    between: list[list[Any]] = [[]]
    for step in found:
        if _changes_nothing(step):
            continue
        if _is_activation(step):
            between[-1].append(step.layer)
            continue
        rows.append(Layer(step.kind, step.shape_out, step.parameters, _settings(step)))
        layers.append(step.layer)
        between.append([])
    return Network(rows, layers, between)


def _is_activation(step: Step) -> bool:
    """Tell whether it may be an activation; a layer of the learner's own without weights may."""
    own = hasattr(step.layer, "stands_for") and not step.parameters
    return step.kind in _ACTIVATION_KINDS or (own and step.shape_in == step.shape_out)


def _changes_nothing(step: Step) -> bool:
    """Tell whether what comes out is always what went in, also in training."""
    layer, kind = step.layer, step.kind
    if hasattr(layer, "stands_for"):
        return False
    if kind == "Activation":
        return activation_name(layer.activation) == "linear"
    if kind in ("Reshape", "Flatten"):
        return step.shape_in == step.shape_out
    if kind in ("ZeroPadding2D", "Cropping2D"):
        return step.shape_in == step.shape_out
    if kind == "Permute":
        return tuple(layer.dims) == (1, 2, 3)
    if kind in ("Dropout", "SpatialDropout2D", "GaussianDropout", "AlphaDropout"):
        return not layer.rate
    if kind == "Rescaling":
        return bool(np.all(layer.scale == 1) and np.all(layer.offset == 0))
    return kind == "Identity"


def _settings(step: Step) -> dict[str, Any]:
    """Read the settings in which two layers of this kind may differ."""
    names = _SETTINGS.get(step.kind, {})
    return {name: getattr(step.layer, name) for name in names}


def require_lesson_layers(network: Network) -> None:
    """Raise Wrong at the first layer whose kind, shape, weights or settings differ."""
    got, expected = network.rows, list(LESSON_CNN.values())
    if network.between[0]:
        kind = type(network.between[0][0]).__name__
        raise Wrong(f"a layer {kind} stands before the first convolution.", "layers-extra")
    for place in range(max(len(got), len(expected))):
        if not _alike(got[place : place + 1], expected[place : place + 1]):
            raise Wrong(_side_by_side(place, got, expected), _cause(place, got, expected))
        _require_settings(place, got[place])


def _alike(got: list[Layer], expected: list[Layer]) -> bool:
    """Tell whether two rows do the same; a Reshape to one axis is a Flatten."""
    if got and expected and (got[0].kind, expected[0].kind) == ("Reshape", "Flatten"):
        return got[0].shape == expected[0].shape
    return got == expected


def _require_settings(place: int, row: Layer) -> None:
    """Fail where a row of the right shape has other settings."""
    for name, cause in _CAUSES.items():
        wanted = _SETTINGS.get(row.kind, {}).get(name)
        if name in row.settings and row.settings[name] != wanted:
            raise Wrong(
                f"layer {place + 1}, {row.kind}, has {name}={row.settings[name]!r}; "
                f"{wanted!r} was expected.",
                cause,
            )


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
    if mine.settings.get("data_format") == "channels_first":
        return "channel-axis-in-front"
    if mine.settings.get("groups", 1) != 1:
        return "kernel-in-groups"
    if mine.settings.get("dilation_rate", (1, 1)) != (1, 1):
        return "kernel-dilated"
    if mine.shape[-1] != wanted.shape[-1]:
        return "wrong-filter-count"
    if mine.parameters == wanted.parameters - wanted.shape[-1]:
        return "bias-forgotten"
    if mine.parameters != wanted.parameters:
        return "wrong-kernel-size"
    return "padding-same" if mine.shape[0] == wanted.shape[0] + 2 else "stride-and-size-confused"


def reference_cnn() -> Any:
    """Build the lesson's network."""
    from keras import Input, Sequential, layers

    return Sequential(
        [
            Input(shape=(28, 28, 1)),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


@cache
def shared_reference() -> Any:
    """Return the one network of this process whose weights each check sets as it needs them."""
    return reference_cnn()


SCALES = (0.02, 0.3, 3.0)
"""Sizes of the random weights of `same_predictions`: with the last, the layers' results reach
10,000, far beyond any cap of an activation."""


def same_predictions(model: Any, rng: np.random.Generator) -> bool:
    """Tell whether a model predicts what the lesson's does once both hold the same random weights.

    `model` has the lesson's layers, as `readable` gives it. Its own weights are put back.
    """
    reference = shared_reference()
    weighted = [layer for layer in read(model).layers if layer.weights]
    before = [layer.get_weights() for layer in weighted]
    others = [layer for layer in reference.layers if layer.weights]
    try:
        return all(_predict_alike(model, reference, weighted, others, size, rng) for size in SCALES)
    finally:
        for layer, weights in zip(weighted, before, strict=True):
            layer.set_weights(weights)


def _predict_alike(
    model: Any, reference: Any, mine: list[Any], theirs: list[Any], size: float, rng: Any
) -> bool:
    """Give both networks random weights of this size and compare what they predict."""
    for layer, other in zip(mine, theirs, strict=True):
        drawn = [rng.normal(0.0, size, w.shape).astype("float32") for w in other.get_weights()]
        other.set_weights(drawn)
        layer.set_weights(drawn)
    images = rng.random((4, 28, 28, 1)).astype("float32")
    got, expected = model(images, training=False), reference(images, training=False)
    return is_close(np.asarray(got), np.asarray(expected))
