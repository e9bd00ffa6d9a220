"""A convolution of several maps, step by step: slices, their sum, bias, ReLU."""

from typing import TYPE_CHECKING

import numpy as np

from course.plots.operations.kernels import convolved
from course.plots.picture import (
    limits,
    new_figure,
    number,
    outline,
    show,
    show_numbers,
    size_text,
    write_numbers,
)
from course.plots.steps import Steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def slice_sums(maps: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return what each slice of a kernel (k, k, channels) makes of its map of (H, W, channels)."""
    channels = range(maps.shape[-1])
    return np.stack([convolved(maps[..., c], kernel[..., c]) for c in channels], axis=-1)


def second_layer(maps: np.ndarray, kernel: np.ndarray, bias: float) -> Steps:
    """Show how one filter makes one map of several: maps (H, W, channels), kernel (k, k, channels).

    The first place is shown in single steps: each slice, the sum with the bias, ReLU. Computed by
    `slice_sums`.
    """
    sums = slice_sums(maps, kernel)
    channels, places = maps.shape[-1], list(np.ndindex(*sums.shape[:2]))
    # How many of a place's parts are shown: its slices, then the sum with the bias, then ReLU.
    visited = [(places[0], parts) for parts in range(1, channels + 3)]
    visited += [(place, channels + 2) for place in places[1:]]

    def go_to(figure: "Figure", step: int) -> None:
        _update(figure, maps, sums, bias, *visited[step])

    def draw() -> "Figure":
        figure = _draw(maps, kernel, sums, bias)
        go_to(figure, len(visited) - 1)
        return figure

    result = np.maximum(sums.sum(axis=-1) + bias, 0)
    return Steps(
        draw=draw,
        go_to=go_to,
        still=len(visited) - 1,
        words=tuple(_words(sums, bias, place, parts) for place, parts in visited),
        alt=f"One filter of a second convolution on {channels} maps, in {len(visited)} steps.",
        caption=f"{channels} maps of {size_text(maps[..., 0])} go in, one map of "
        f"{size_text(result)} comes out. The filter has a slice of {size_text(kernel[..., 0])} "
        "numbers for each map. At each place every slice is multiplied by its own map's window and "
        f"added up; the {channels} sums and the bias {number(bias)} are added; ReLU turns a "
        f"negative result into 0. The map that comes out: {_rows(result)}.",
    )


def _rows(values: np.ndarray) -> str:
    return "; ".join(" ".join(number(value) for value in row) for row in values)


def _total(sums: np.ndarray) -> str:
    """Write the addition of the slices' sums."""
    return " + ".join([number(sums[0]), *map(_signed, sums[1:])])


def _signed(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def _words(sums: np.ndarray, bias: float, place: tuple[int, int], parts: int) -> str:
    """Say what a step shows."""
    here, (row, column) = sums[place], place
    where = f"Row {row}, column {column}"
    if parts <= len(here):
        return (
            f"{where}, map {parts}: the products of its slice add up to {number(here[parts - 1])}."
        )
    total = here.sum() + bias
    added = f"{where}: {_total(here)} + bias {_signed(bias)} = {number(total)}"
    return f"{added}." if parts == len(here) + 1 else f"{added}; ReLU: {number(max(total, 0.0))}."


def _draw(maps: np.ndarray, kernel: np.ndarray, sums: np.ndarray, bias: float) -> "Figure":
    """Draw a row for each map with its slice and sum, and the result on the right."""
    channels = maps.shape[-1]
    figure, axes = new_figure(9.5, 2.2 * channels, channels, 4)
    for c, (map_axes, slice_axes, sum_axes, right_axes) in enumerate(axes):
        show(map_axes, maps[..., c], limits([maps]), f"map {c + 1}")
        write_numbers(map_axes, maps[..., c])
        outline(map_axes, 0, 0, *kernel.shape[:2])
        show_numbers(slice_axes, kernel[..., c], f"slice {c + 1} of the kernel")
        for panel in (sum_axes, right_axes) if c < channels - 1 else (sum_axes,):
            _leave_empty(panel)
        sum_axes.text(0.5, 0.5, "", ha="center", va="center", size=12)
    axes[0, 3].text(0.5, 0.5, "", ha="center", va="center", size=11)
    axes[1, 3].text(0.5, 0.5, "", ha="center", va="center", size=12)
    result = np.maximum(sums.sum(axis=-1) + bias, 0)
    show(axes[-1, 3], result, limits([result]), "the map that comes out")
    write_numbers(axes[-1, 3], result)
    return figure


def _leave_empty(axes: "Axes") -> None:
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(0, 1))


def _update(
    figure: "Figure",
    maps: np.ndarray,
    sums: np.ndarray,
    bias: float,
    place: tuple[int, int],
    parts: int,
) -> None:
    """Show so many parts of a place, and the places before it."""
    channels = maps.shape[-1]
    panels = np.array(figure.axes).reshape(channels, 4)
    here, (row, column) = sums[place], place
    for c in range(channels):
        frame = panels[c, 0].patches[0]
        frame.set(x=column - 0.5, y=row - 0.5, visible=c < parts)
        text = f"sum of products\n{number(here[c])}" if c < parts else ""
        panels[c, 2].texts[0].set_text(text)
    total = here.sum() + bias
    added = f"{_total(here)}\n+ bias {_signed(bias)} = {number(total)}"
    panels[0, 3].texts[0].set_text(added if parts > channels else "")
    relu = f"ReLU: {number(max(total, 0.0))}"
    panels[1, 3].texts[0].set_text(relu if parts > channels + 1 else "")
    done = row * sums.shape[1] + column + (parts > channels + 1)
    result = np.maximum(sums.sum(axis=-1) + bias, 0).ravel()
    result[done:] = np.nan
    panels[-1, 3].images[0].set_data(result.reshape(sums.shape[:2]))
    for text, value in zip(panels[-1, 3].texts, result, strict=True):
        text.set_visible(not np.isnan(value))
