"""How much of the image one number of each layer can see: its receptive field."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course.plots.picture import Picture
from course.plots.style import new_figure, outline, show_pixels

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Field:
    """The receptive field of the units of one layer, along one axis of the image."""

    layer: str
    """convolution or pooling, with its number."""
    extent: int
    """How many pixels one unit sees."""
    step: int
    """How many pixels further its neighbor looks."""
    units: int
    """How many units there are along the axis."""

    @property
    def middle_start(self) -> int:
        """The first pixel that the unit in the middle sees."""
        return self.step * (self.units // 2)


def receptive_fields(model: Any) -> list[Field]:
    """Return the field after each convolution and pooling of a Sequential model, no padding.

    With kernel k, stride s and the step j of the layer before, a field grows by (k − 1) · j,
    and the step becomes j · s.
    """
    fields: list[Field] = []
    extent, step = 1, 1
    for layer in model.layers:
        window = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
        if window is None:
            continue
        extent += (window[0] - 1) * step
        step *= layer.strides[0]
        kind = "pooling" if hasattr(layer, "pool_size") else "convolution"
        place = 1 + sum(field.layer.startswith(kind) for field in fields)
        fields.append(Field(f"{kind} {place}", extent, step, int(layer.output.shape[1])))
    return fields


def receptive_field(model: Any, image: np.ndarray, name: str = "the image") -> Picture:
    """Show what the middle unit of each layer sees of an image; computed by `receptive_fields`."""
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
        "faster: behind it, neighboring numbers lie more pixels apart. A dense layer sees all "
        f"{picture.shape[0]}×{picture.shape[1]} at once.",
    )
