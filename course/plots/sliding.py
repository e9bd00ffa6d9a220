"""A kernel slides over a real image, one place at a time."""

from typing import TYPE_CHECKING

import numpy as np

from course.plots.kernels import answers
from course.plots.steps import Steps
from course.plots.style import (
    limits,
    new_figure,
    number,
    outline,
    show,
    show_numbers,
    show_pixels,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def places(image: np.ndarray, kernel: np.ndarray, rows: tuple[int, ...]) -> list[tuple[int, int]]:
    """List the places (row, column) of the feature map that the steps visit: these rows of it."""
    height, width = answers(image, kernel).shape
    return [(row, column) for row in rows if row < height for column in range(width)]


def map_so_far(image: np.ndarray, kernel: np.ndarray, place: tuple[int, int]) -> np.ndarray:
    """Return the feature map up to and with a place in reading order; the rest is NaN."""
    whole = answers(image, kernel)
    seen = whole.copy().ravel()
    seen[place[0] * whole.shape[1] + place[1] + 1 :] = np.nan
    return seen.reshape(whole.shape)


def sliding_kernel(
    image: np.ndarray,
    kernel: np.ndarray,
    name: str = "the image",
    rows: tuple[int, ...] | None = None,
) -> Steps:
    """Show a kernel at each place of some rows, its products and sum, and the map that grows.

    `image` is (H, W) with pixels 0…1. Without `rows`, that row of the feature map is taken in
    which the answers are strongest. Computed by `answers`, `places` and `map_so_far`.
    """
    whole = answers(image, kernel)
    if rows is None:
        rows = (int(np.abs(whole).sum(axis=1).argmax()),)
    visited = places(image, kernel, rows)
    strongest = max(visited, key=lambda place: abs(whole[place]))
    size = f"{whole.shape[0]}×{whole.shape[1]}"

    def go_to(figure: "Figure", step: int) -> None:
        _update(figure, image, kernel, visited[step])

    def draw() -> "Figure":
        figure = _draw_sliding(image, kernel)
        go_to(figure, visited.index(strongest))
        return figure

    return Steps(
        draw=draw,
        go_to=go_to,
        still=visited.index(strongest),
        words=tuple(_step_in_words(place, whole[place]) for place in visited),
        alt=f"A kernel slides along {name}, in {len(visited)} steps. The still "
        "shows the strongest answer.",
        caption=f"A frame of {kernel.shape[0]}×{kernel.shape[1]} pixels moves over {name} by one "
        "pixel a step. At each place the pixels in it are multiplied by the kernel's numbers and "
        f"added up; the sum becomes one number of the feature map, which has {size} of them. On "
        f"the way through row {', '.join(map(str, rows))} the strongest answer is "
        f"{number(whole[strongest], 2)}, at column {strongest[1]}. What has not been computed "
        "yet is blank.",
    )


def _step_in_words(place: tuple[int, int], answer: float) -> str:
    return f"The kernel at row {place[0]}, column {place[1]}: the sum is {number(answer, 2)}."


def _draw_sliding(image: np.ndarray, kernel: np.ndarray) -> "Figure":
    """Lay out four panels: image, kernel, products, feature map."""
    whole = answers(image, kernel)
    figure, axes = new_figure(11, 3.4, 1, 4)
    image_axes, kernel_axes, product_axes, map_axes = axes[0]
    show_pixels(image_axes, image, f"image {image.shape[0]}×{image.shape[1]}")
    outline(image_axes, 0, 0, *kernel.shape)
    show_numbers(kernel_axes, kernel, "kernel")
    show_numbers(product_axes, np.zeros(kernel.shape), "pixel times kernel")
    shown = show(map_axes, np.full(whole.shape, np.nan), limits([whole]), "")
    outline(map_axes, 0, 0, 1, 1)
    figure.colorbar(shown, ax=map_axes, label="answer", fraction=0.05)
    return figure


def _update(
    figure: "Figure", image: np.ndarray, kernel: np.ndarray, place: tuple[int, int]
) -> None:
    """Move both frames to a place, write its nine products, and let the map grow."""
    image_axes, _, product_axes, map_axes = figure.axes[:4]
    row, column = place
    for axes in (image_axes, map_axes):
        axes.patches[0].set(x=column - 0.5, y=row - 0.5)
    window = image[row : row + kernel.shape[0], column : column + kernel.shape[1]]
    products = window * kernel
    for text, product in zip(product_axes.texts, products.ravel(), strict=True):
        text.set_text(number(product, 2))
    product_axes.set_xlabel(f"sum {number(products.sum(), 2)}")
    map_axes.images[0].set_data(map_so_far(image, kernel, place))
    map_axes.set_title(f"feature map, row {row}, column {column}")
