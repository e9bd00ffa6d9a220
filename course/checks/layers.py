"""The layers of a network as rows of `model.summary()`: which part first, and by which idea."""

from collections.abc import Sequence
from dataclasses import dataclass


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


def alike(got: list[Layer], expected: list[Layer]) -> bool:
    """Tell whether two rows do the same; a Reshape to one axis is a Flatten."""
    if got and expected and (got[0].kind, expected[0].kind) == ("Reshape", "Flatten"):
        return got[0].shape == expected[0].shape
    return got == expected


def side_by_side(place: int, got: list[Layer], expected: list[Layer]) -> str:
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


def cause(place: int, got: list[Layer], expected: list[Layer]) -> str:
    """Name the misconception by which two lists part at `place`, or ""."""
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
    if mine[0] == wanted[0] + 1 and mine[0] % 2 == 0 and wanted[0] % 2:
        return "remainder-kept"
    # With stride 1 a 2 × 2 window fits at all places but one.
    return "stride-and-size-confused" if mine[0] >= 2 * wanted[0] - 1 else "wrong-pool-size"


def _cause_of_convolution(mine: Layer, wanted: Layer) -> str:
    if mine.shape[-1] != wanted.shape[-1]:
        return "wrong-filter-count"
    if mine.parameters == wanted.parameters - wanted.shape[-1]:
        return "bias-forgotten"
    if mine.parameters != wanted.parameters:
        return "wrong-kernel-size"
    return "padding-same" if mine.shape[0] == wanted.shape[0] + 2 else "stride-and-size-confused"
