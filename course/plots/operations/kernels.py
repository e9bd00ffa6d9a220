"""Classic kernels and their feature maps, and a kernel that slides over an image step by step."""

from typing import TYPE_CHECKING

import numpy as np

from course.plots.picture import (
    Picture,
    limits,
    maps,
    new_figure,
    number,
    outline,
    show,
    show_numbers,
    show_pixels,
    size_text,
    write_numbers,
)
from course.plots.steps import Steps

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Maps of at most this many numbers are shown number by number.
_SMALL = 25

# The kernel for vertical edges is an exercise.
CLASSIC_KERNELS = {
    "identity": np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    "horizontal edges": np.array([[-1, -1, -1], [0, 0, 0], [1, 1, 1]]),
    "outlines": np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
    "blur": np.full((3, 3), 1 / 9),
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
}
"""Kernels of 3 × 3 by name, as deep learning applies them (not flipped)."""


def convolved(image: np.ndarray, kernel: np.ndarray, stride: int = 1) -> np.ndarray:
    """Return the feature map of an image (H, W): no flip, no padding, a step of `stride`."""
    image, kernel = np.asarray(image, dtype=float), np.asarray(kernel, dtype=float)
    height, width = (n - k + 1 for n, k in zip(image.shape, kernel.shape, strict=True))
    total = np.zeros((height, width))
    # One term for each weight of the kernel: the image, shifted to the position of that weight.
    for (row, column), weight in np.ndenumerate(kernel):
        total += weight * image[row : row + height, column : column + width]
    return total[::stride, ::stride]


def classic_maps(image: np.ndarray) -> dict[str, np.ndarray]:
    """Return the feature map of each of CLASSIC_KERNELS by name; see `convolved`."""
    return {title: convolved(image, kernel) for title, kernel in CLASSIC_KERNELS.items()}


def classic_kernels(image: np.ndarray, name: str = "the image") -> Picture:
    """Show the feature map of each of CLASSIC_KERNELS for an image with pixels 0…1.

    Computed by `classic_maps`.
    """
    found = classic_maps(image)
    extremes = "; ".join(
        f"{title} from {number(values.min(), 2)} to {number(values.max(), 2)}"
        for title, values in found.items()
    )
    return Picture(
        draw=lambda: _draw_kernels(found),
        alt=f"Five kernels of 3 by 3 numbers, and below each the feature map it makes of {name}.",
        caption=f"Five kernels and what they make of {name}. Identity copies the image. The kernel "
        "for horizontal edges gives positive numbers where it gets brighter downwards, negative "
        "ones where it gets darker; outlines responds wherever a pixel differs from its "
        "neighbors. Both give 0 where all is flat: their numbers add up to 0. Blur takes the mean "
        "of nine pixels, sharpen exaggerates what differs; their numbers add up to 1, so "
        "brightness stays. "
        f"One scale for all five maps. The answers: {extremes}.",
    )


def map_question(image: np.ndarray, kernel: np.ndarray) -> tuple[Picture, str]:
    """Return a picture of three nameless feature maps, and the letter of the one of `kernel`."""
    found = classic_maps(image)
    letters = dict(zip("ABC", ("blur", "horizontal edges", "outlines"), strict=True))
    picture = maps(
        {letter: found[name] for letter, name in letters.items()},
        alt="Three feature maps, named A, B and C.",
        caption="A shows everything softly, B the upper and lower borders, C a thin line around "
        "all of it.",
    )
    own = convolved(image, kernel)
    return picture, next(one for one, name in letters.items() if np.allclose(found[name], own))


def _draw_kernels(found: dict[str, np.ndarray]) -> "Figure":
    figure, axes = new_figure(11, 4.6, 2, len(found))
    scale = limits(found.values())
    for column, (title, values) in enumerate(found.items()):
        show_numbers(axes[0, column], CLASSIC_KERNELS[title], title)
        shown = show(axes[1, column], values, scale, size_text(values))
    figure.colorbar(shown, ax=axes[1], label="answer of the kernel")
    return figure


def places(whole: np.ndarray) -> list[tuple[int, int]]:
    """List the places (row, column) of a feature map at which a sliding kernel is shown.

    Of a small map these are all places, in reading order. Of a larger one they are those of the
    row with the largest sum of absolute values, and the last place of every other row.
    """
    height, width = whole.shape
    if whole.size <= _SMALL:
        return list(np.ndindex(height, width))
    slow = int(np.abs(whole).sum(axis=1).argmax())
    return [
        (row, column)
        for row in range(height)
        for column in range(0 if row == slow else width - 1, width)
    ]


def map_so_far(image: np.ndarray, kernel: np.ndarray, place: tuple[int, int]) -> np.ndarray:
    """Return the feature map up to a place in reading order; the rest is NaN."""
    whole = convolved(image, kernel)
    whole.ravel()[place[0] * whole.shape[1] + place[1] + 1 :] = np.nan
    return whole


def sliding_kernel(image: np.ndarray, kernel: np.ndarray, name: str = "the image") -> Steps:
    """Show a kernel that slides over an image, its products and sum, and the map that grows.

    `image` is (H, W). A small one, and its map, have their numbers in every pixel. Computed by
    `convolved`, `places` and `map_so_far`.
    """
    whole = convolved(image, kernel)
    visited = places(whole)
    strongest = max(visited, key=lambda place: abs(whole[place]))
    still = visited.index(strongest)

    def go_to(figure: "Figure", step: int) -> None:
        _update(figure, image, kernel, visited[step])

    def draw() -> "Figure":
        figure = _draw_sliding(image, kernel)
        go_to(figure, still)
        return figure

    row, column = strongest
    pace = "" if whole.size <= _SMALL else (
        f" The map grows row by row; only row {row} is shown place by place."
    )  # fmt: skip
    return Steps(
        draw=draw,
        go_to=go_to,
        still=still,
        words=tuple(
            f"The kernel at row {row}, column {column}: the sum is {number(whole[row, column], 2)}."
            for row, column in visited
        ),
        alt=f"A kernel slides over {name}, in {len(visited)} steps. The still shows a strong "
        "answer.",
        caption=f"A frame of {size_text(kernel)} pixels moves over {name}, one pixel to the right "
        "at a time, then down to the next row. At each place the pixels in it are multiplied by "
        "the kernel's numbers and added up; the sum becomes one number of the feature map, which "
        f"has {size_text(whole)} of them.{pace} In the still the kernel is at row {row}, column "
        f"{column}, where the sum is {number(whole[strongest], 2)}. What has not been computed yet "
        "is blank.",
    )


def _draw_sliding(image: np.ndarray, kernel: np.ndarray) -> "Figure":
    """Draw four panels: image, kernel, products, feature map."""
    whole = convolved(image, kernel)
    figure, axes = new_figure(11, 3.4, 1, 4)
    image_axes, kernel_axes, product_axes, map_axes = axes[0]
    show_pixels(image_axes, image, f"image {size_text(image)}")
    outline(image_axes, 0, 0, *kernel.shape)
    show_numbers(kernel_axes, kernel, "kernel")
    show_numbers(product_axes, np.zeros(kernel.shape), "pixel times kernel")
    shown = show(map_axes, np.full(whole.shape, np.nan), limits([whole]), "")
    outline(map_axes, 0, 0, 1, 1)
    if whole.size <= _SMALL:
        write_numbers(image_axes, image)
        write_numbers(map_axes, whole)
    figure.colorbar(shown, ax=map_axes, label="answer", fraction=0.05)
    return figure


def _update(
    figure: "Figure", image: np.ndarray, kernel: np.ndarray, place: tuple[int, int]
) -> None:
    """Move both frames to a place, write its products, and extend the feature map to it."""
    image_axes, _, product_axes, map_axes = figure.axes[:4]
    row, column = place
    for axes in (image_axes, map_axes):
        axes.patches[0].set(x=column - 0.5, y=row - 0.5)
    window = image[row : row + kernel.shape[0], column : column + kernel.shape[1]]
    products = window * kernel
    for text, product in zip(product_axes.texts, products.ravel(), strict=True):
        text.set_text(number(product, 2))
    product_axes.set_xlabel(f"sum {number(products.sum(), 2)}")
    so_far = map_so_far(image, kernel, place)
    map_axes.images[0].set_data(so_far)
    for text, value in zip(map_axes.texts, so_far.ravel(), strict=False):
        text.set_visible(not np.isnan(value))
    map_axes.set_title(f"feature map, row {row}, column {column}")
