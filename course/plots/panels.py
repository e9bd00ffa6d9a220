"""Images side by side, and feature maps side by side on one scale."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from course.plots.picture import Picture
from course.plots.style import limits, new_figure, number, show, show_pixels

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def images(pictures: Mapping[str, Any], alt: str, caption: str) -> Picture:
    """Show images by title, all in gray from black to white."""
    arrays = {title: np.asarray(picture) for title, picture in pictures.items()}

    def draw() -> "Figure":
        figure, axes = new_figure(2.6 * len(arrays), 2.9, 1, len(arrays))
        for place, (title, array) in zip(axes[0], arrays.items(), strict=True):
            show_pixels(place, array, title)
        return figure

    return Picture(draw, caption, alt)


def maps(feature_maps: Mapping[str, Any], alt: str, caption: str) -> Picture:
    """Show feature maps by title, all on one scale; their sizes and extremes are added in words."""
    arrays = {title: np.asarray(values, dtype=float) for title, values in feature_maps.items()}
    extremes = "; ".join(
        f"{title} is {_size(values)}, from {number(values.min())} to {number(values.max())}"
        for title, values in arrays.items()
    )

    def draw() -> "Figure":
        figure, axes = new_figure(3 * len(arrays) + 0.8, 3.2, 1, len(arrays))
        scale = limits(arrays.values())
        for place, (title, values) in zip(axes[0], arrays.items(), strict=True):
            shown = show(place, values, scale, f"{title} {_size(values)}")
        figure.colorbar(shown, ax=axes, label="value")
        return figure

    return Picture(draw, f"{caption} One scale for all: {extremes}.", alt)


def _size(values: np.ndarray) -> str:
    return "×".join(map(str, values.shape))
