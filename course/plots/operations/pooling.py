"""Max pooling block by block, and compared with a strided convolution."""

from typing import TYPE_CHECKING

import numpy as np

from course.plots.operations.kernels import convolved
from course.plots.picture import (
    PAPER,
    VERMILION,
    Picture,
    limits,
    new_figure,
    number,
    outline,
    show,
    size_text,
    write_numbers,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# A number of the feature map is clear from this share of the largest on.
CLEAR = 0.5


def pooled(feature_map: np.ndarray, size: int) -> np.ndarray:
    """Return the largest number of each size × size block; incomplete blocks are dropped."""
    feature_map = np.asarray(feature_map)
    rows, columns = (extent // size for extent in feature_map.shape)
    result = np.full((rows, columns), feature_map.min(), dtype=feature_map.dtype)
    # For each position within a block, compare all blocks at once.
    for row in range(size):
        for column in range(size):
            values = feature_map[row : rows * size : size, column : columns * size : size]
            result = np.maximum(result, values)
    return result


def pooling_blocks(feature_map: np.ndarray, size: int = 2) -> Picture:
    """Show which number of each block max pooling keeps; computed by `pooled`."""
    feature_map = np.asarray(feature_map)
    result = pooled(feature_map, size)
    before, after = size_text(feature_map), size_text(result)
    rows = "; ".join(", ".join(number(value) for value in row) for row in result)
    dropped = feature_map.size - result.size * size * size
    return Picture(
        draw=lambda: _draw_blocks(feature_map, result, size),
        alt=f"A table of {before} numbers in blocks, and the {after} numbers that pooling keeps.",
        caption=f"Max pooling on numbers. The {before} numbers are cut into blocks of "
        f"{size}×{size} that do not overlap; the largest of each, in a frame, is kept"
        f"{', and what fills no whole block is dropped' if dropped else ''}. Row by row, what "
        f"remains is: {rows}.",
    )


def _draw_blocks(feature_map: np.ndarray, result: np.ndarray, size: int) -> "Figure":
    figure, axes = new_figure(7, 3.4, 1, 2)
    scale = limits([feature_map])
    panels = {"before": feature_map, f"after pooling by {size}": result}
    for panel, (title, values) in zip(axes[0], panels.items(), strict=True):
        show(panel, values, scale, f"{title}: {size_text(values)}")
        write_numbers(panel, values, size=12)
    for row, column in np.ndindex(result.shape):
        _frame_block(axes[0, 0], feature_map, (row * size, column * size), size)
    return figure


def _frame_block(axes: "Axes", values: np.ndarray, corner: tuple[int, int], size: int) -> None:
    """Draw a block's border, and a frame around its largest number."""
    top, left = corner
    outline(axes, top, left, size, size, edgecolor=PAPER, linewidth=5)
    block = values[top : top + size, left : left + size]
    row, column = np.unravel_index(block.argmax(), block.shape)
    outline(axes, top + row + 0.08, left + column + 0.08, 0.84, 0.84, edgecolor=VERMILION)


def smaller_maps(
    image: np.ndarray, kernel: np.ndarray, factors: tuple[int, ...]
) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Return, by factor, a relu convolution with that stride, and one pooled by that factor.

    Both have the same shape, that of the complete blocks.
    """
    full = np.maximum(convolved(image, kernel), 0)
    result = {}
    for factor in factors:
        blocks = pooled(full, factor)
        result[factor] = (full[::factor, ::factor][: blocks.shape[0], : blocks.shape[1]], blocks)
    return result


def share_kept(strided: np.ndarray, blocks: np.ndarray) -> float:
    """Return for which share of the blocks with a clear number the strided map has that number."""
    clear = blocks >= CLEAR * blocks.max()
    return float(np.mean(strided[clear] == blocks[clear])) if blocks.max() > 0 else 1.0


def stride_or_pooling(
    image: np.ndarray,
    kernel: np.ndarray,
    name: str = "the image",
    factors: tuple[int, ...] = (1, 2, 4),
) -> Picture:
    """Compare a growing stride in a convolution and in pooling, on the same image.

    `image` is (H, W) with pixels 0…1. Computed by `smaller_maps` and `share_kept`.
    """
    maps = smaller_maps(image, kernel, factors)
    kept = {factor: share_kept(*pair) for factor, pair in maps.items()}
    lost = ", ".join(f"{share:.0%} at stride {factor}" for factor, share in kept.items())
    return Picture(
        draw=lambda: _draw_contrast(maps, kept),
        alt=f"Feature maps of {name} in two rows: a convolution with growing stride above, and "
        "pooling with growing stride below.",
        caption=f"The same kernel on {name}, made smaller in two ways; one scale for all maps, "
        "negative answers set to 0. Above, the convolution itself moves in larger steps: places "
        "between the steps are never looked at, so edges that lie there are lost, and which "
        "ones is chance. Below, the convolution looks at every place, and pooling then keeps the "
        "strongest answer of each block: coarser, but no strong edge is lost. Of the blocks with "
        f"a clear answer, the strided convolution still has it in {lost}; pooling has it in 100% "
        "at each.",
    )


def _draw_contrast(
    maps: dict[int, tuple[np.ndarray, np.ndarray]], kept: dict[int, float]
) -> "Figure":
    figure, axes = new_figure(10, 6.6, 2, len(maps))
    scale = limits(pair[1] for pair in maps.values())
    for column, (factor, (strided, blocks)) in enumerate(maps.items()):
        size = size_text(blocks)
        above = f"convolution, stride {factor}: {size}\nkeeps {kept[factor]:.0%} of clear answers"
        below = f"stride 1, then pooling by {factor}: {size}\nkeeps 100% of clear answers"
        shown = show(axes[0, column], strided, scale, above)
        show(axes[1, column], blocks, scale, below)
    figure.colorbar(shown, ax=axes, label="how strongly an edge was seen")
    return figure
