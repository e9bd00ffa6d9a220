"""Kernels that people wrote before networks learned theirs, and what each makes of one image."""

from typing import TYPE_CHECKING

import numpy as np

from course.plots.picture import Picture
from course.plots.style import limits, new_figure, number, show, show_numbers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The kernel for vertical edges is left for the exercise.
CLASSIC_KERNELS = {
    "identity": np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    "horizontal edges": np.array([[-1, -1, -1], [0, 0, 0], [1, 1, 1]]),
    "outlines": np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
    "blur": np.full((3, 3), 1 / 9),
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
}
"""Kernels of 3 × 3 by name, as deep learning applies them (not flipped)."""


def answers(image: np.ndarray, kernel: np.ndarray, stride: int = 1) -> np.ndarray:
    """Return the feature map of an image (H, W): no flip, no padding, every `stride`-th place."""
    image, kernel = np.asarray(image, dtype=float), np.asarray(kernel, dtype=float)
    height, width = (n - k + 1 for n, k in zip(image.shape, kernel.shape, strict=True))
    total = np.zeros((height, width))
    # One term for each number of the kernel: the image, shifted to where that number lies.
    for (row, column), weight in np.ndenumerate(kernel):
        total += weight * image[row : row + height, column : column + width]
    return total[::stride, ::stride]


def classic_maps(image: np.ndarray) -> dict[str, np.ndarray]:
    """Return what each of CLASSIC_KERNELS makes of an image, by name; see `answers`."""
    return {title: answers(image, kernel) for title, kernel in CLASSIC_KERNELS.items()}


def classic_kernels(image: np.ndarray, name: str = "the image") -> Picture:
    """Show what each of CLASSIC_KERNELS makes of an image with pixels 0…1; see `classic_maps`."""
    maps = classic_maps(image)
    extremes = "; ".join(
        f"{title} from {number(values.min(), 2)} to {number(values.max(), 2)}"
        for title, values in maps.items()
    )
    return Picture(
        draw=lambda: _draw_kernels(maps),
        alt=f"Five kernels of 3 by 3 numbers, and below each the feature map it makes of {name}.",
        caption=f"Five kernels and what they make of {name}. Identity copies the image. The kernel "
        "for horizontal edges answers with plus where it gets brighter downwards and with minus "
        "where it gets darker; outlines answers wherever a pixel differs from its neighbors. Both "
        "give 0 where all is flat: their numbers add up to 0. Blur takes the mean of nine pixels, "
        "sharpen exaggerates what differs; their numbers add up to 1, so brightness stays. "
        f"One scale for all five maps. The answers: {extremes}.",
    )


def _draw_kernels(maps: dict[str, np.ndarray]) -> "Figure":
    figure, axes = new_figure(11, 4.6, 2, len(maps))
    scale = limits(maps.values())
    for column, (title, values) in enumerate(maps.items()):
        show_numbers(axes[0, column], CLASSIC_KERNELS[title], title)
        shown = show(axes[1, column], values, scale, f"{values.shape[0]}×{values.shape[1]}")
    figure.colorbar(shown, ax=axes[1], label="answer of the kernel")
    return figure
