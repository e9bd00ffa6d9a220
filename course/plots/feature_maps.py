"""Feature maps, kernels and receptive fields of a network's layers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course.plots.picture import Picture, new_figure, number, outline, show, show_pixels, size_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class LayerMaps:
    """One feature map of each convolution and pooling, for several images."""

    layers: tuple[str, ...]
    """The layers' names, in order."""
    channels: tuple[int, ...]
    """The index of the feature map that is shown of each layer."""
    maps: tuple[np.ndarray, ...]
    """The maps of each layer, (images, height, width), divided by the layer's largest value."""
    likeness: tuple[float, ...]
    """The cosine similarity of each image to the first, in the output of the last layer."""


def layer_outputs(model: Any, images: np.ndarray) -> dict[str, np.ndarray]:
    """Return the output of each layer with 2D maps, by name: (images, height, width, channels)."""
    values, outputs = np.asarray(images, dtype="float32"), {}
    for layer in model.layers:
        values = layer(values)
        if len(values.shape) == 4:
            outputs[layer.name] = np.asarray(values)
    return outputs


def follow_channels(model: Any, images: np.ndarray) -> LayerMaps:
    """Choose the feature map of each convolution that varies most, also after its pooling.

    The model is Sequential; `images` are (n, height, width, 1).
    """
    outputs = layer_outputs(model, images)
    channels: list[int] = []
    maps = []
    for name, values in outputs.items():
        if not channels or model.get_layer(name).count_params():
            channel = int(values.std(axis=(0, 1, 2)).argmax())
        channels.append(channel)
        chosen = values[..., channel]
        maps.append(chosen / (chosen.max() or 1.0))
    last = list(outputs.values())[-1].reshape(len(images), -1).astype(float)
    lengths = np.linalg.norm(last, axis=1)
    likeness = last @ last[0] / np.maximum(lengths * lengths[0], 1e-12)
    return LayerMaps(tuple(outputs), tuple(channels), tuple(maps), tuple(map(float, likeness)))


def likeness(model: Any, images: np.ndarray) -> tuple[float, ...]:
    """Return the cosine similarity of each image to the first, after the last 2D layer."""
    return follow_channels(model, images).likeness


def layer_maps(model: Any, images: np.ndarray, names: Sequence[str]) -> Picture:
    """Show one feature map after each layer, for images (n, height, width, 1) of named classes.

    Computed by `follow_channels`.
    """
    found = follow_channels(model, images)
    likeness = "; ".join(
        f"{name} {value:.2f}" for name, value in zip(names[1:], found.likeness[1:], strict=True)
    )
    sizes = ", ".join(size_text(values[0]) for values in found.maps)
    return Picture(
        draw=lambda: _draw_layers(found, images, names),
        alt=f"{len(names)} rows, one for each image ({', '.join(names)}): the image, then one "
        f"feature map after each of {len(found.layers)} layers.",
        caption="What is left of an image after each layer: one feature map each, the one of each "
        f"convolution that varies most, in sizes {sizes}. One scale: the share of the layer's "
        "strongest answer. The maps get coarser, and say less where something is and more what it "
        f"is. How like the first image ({names[0]}) the others have become after the last of "
        f"these layers, all its feature maps taken together (1 is the same): {likeness}.",
    )


def _draw_layers(found: LayerMaps, images: np.ndarray, names: Sequence[str]) -> "Figure":
    columns = 1 + len(found.layers)
    figure, axes = new_figure(2.2 * columns, 2.25 * len(names), len(names), columns)
    for row, (name, value) in enumerate(zip(names, found.likeness, strict=True)):
        show_pixels(axes[row, 0], np.squeeze(images[row]), name)
        axes[row, 0].set_xlabel(f"likeness to the first: {value:.2f}")
        for column, layer in enumerate(found.layers):
            values = found.maps[column][row]
            title = f"{_plain(layer)}, map {found.channels[column]}\n{size_text(values)}"
            shown = show(axes[row, column + 1], values, (0, 1), title)
    figure.colorbar(shown, ax=axes, label="share of the layer's strongest answer", fraction=0.02)
    return figure


def _plain(layer: str) -> str:
    """Shorten Keras's name of a layer: max_pooling2d_3 to pooling, conv2d_5 to convolution."""
    return "pooling" if "pool" in layer else "convolution" if "conv" in layer else layer


def most_changed(before: np.ndarray, after: np.ndarray, count: int) -> tuple[np.ndarray, float]:
    """Return which kernels of (height, width, 1, n) changed most, and the mean change of all.

    A change is the mean absolute difference of a kernel's weights before and after.
    """
    distance = np.abs(np.asarray(after) - np.asarray(before)).mean(axis=(0, 1, 2))
    return np.argsort(-distance, kind="stable")[:count], float(distance.mean())


def first_kernels(before: np.ndarray, after: np.ndarray, count: int = 8) -> Picture:
    """Show kernels (height, width, 1, n) of the first convolution before and after training.

    Computed by `most_changed`.
    """
    chosen, change = most_changed(before, after, count)

    def draw() -> "Figure":
        figure, axes = new_figure(1.25 * len(chosen) + 1, 3.2, 2, len(chosen))
        largest = float(max(np.abs(before[..., chosen]).max(), np.abs(after[..., chosen]).max()))
        for row, (label, weights) in enumerate({"before": before, "after": after}.items()):
            axes[row, 0].set_ylabel(label)
            for panel, kernel in zip(axes[row], chosen, strict=True):
                title = "" if row else f"kernel {kernel}"
                shown = show(panel, weights[:, :, 0, kernel], (-largest, largest), title)
        figure.colorbar(shown, ax=axes, label="weight", fraction=0.02)
        return figure

    return Picture(
        draw=draw,
        alt=f"{len(chosen)} kernels of the first convolution, before training above, after it "
        "below.",
        caption=f"The {len(chosen)} kernels of the first convolution that training changed most, "
        "one scale for all. Above, as they were drawn at random; below, after training: many "
        "have turned into a bright and a dark side, which is a kernel for edges. The mean change "
        f"of a weight, over all {before.shape[-1]} kernels, is {number(change, 3)}.",
    )


@dataclass(frozen=True)
class ReceptiveField:
    """The receptive field of the units of one layer, along one axis of the image."""

    layer: str
    """The type of the layer with its number, such as "convolution 2"."""
    extent: int
    """The number of pixels that one unit sees."""
    step: int
    """The distance to the field of the next unit, in pixels."""
    units: int
    """The number of units along the axis."""

    @property
    def middle_start(self) -> int:
        """The first pixel that the unit in the middle sees."""
        return self.step * (self.units // 2)


def receptive_fields(model: Any) -> list[ReceptiveField]:
    """Return the field of each convolution and pooling of a Sequential model without padding.

    With kernel k, stride s and the step j of the layer before, a field grows by (k − 1) · j,
    and the step becomes j · s.
    """
    fields: list[ReceptiveField] = []
    extent, step = 1, 1
    for layer in model.layers:
        window = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
        if window is None:
            continue
        extent += (window[0] - 1) * step
        step *= layer.strides[0]
        kind = "pooling" if hasattr(layer, "pool_size") else "convolution"
        place = 1 + sum(field.layer.startswith(kind) for field in fields)
        fields.append(ReceptiveField(f"{kind} {place}", extent, step, int(layer.output.shape[1])))
    return fields


def receptive_field(model: Any, image: np.ndarray, name: str = "the image") -> Picture:
    """Frame what the middle unit of each layer sees of an image; see `receptive_fields`."""
    fields = receptive_fields(model)
    picture = np.squeeze(image)
    growth = ", ".join(f"{f.extent}×{f.extent} after {f.layer}" for f in fields)

    def draw() -> "Figure":
        figure, axes = new_figure(2.7 * len(fields), 3.1, 1, len(fields))
        for place, field in zip(axes[0], fields, strict=True):
            title = f"{field.layer}\nsees {field.extent}×{field.extent} pixels"
            show_pixels(place, picture, title)
            start = field.middle_start
            outline(place, start, start, field.extent, field.extent)
        return figure

    return Picture(
        draw=draw,
        alt=f"{name}, once for each of {len(fields)} layers, with a frame that grows from layer "
        "to layer.",
        caption=f"The receptive field: the part of {name} that one number in the middle of a "
        f"layer depends on. It grows from layer to layer: {growth}. Pooling makes it grow "
        "faster: after it, neighboring numbers lie more pixels apart. A dense layer sees all "
        f"{size_text(picture)} at once.",
    )
