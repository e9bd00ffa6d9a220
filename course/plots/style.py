"""How every picture looks: one font, one ground, colors that all eyes can tell apart."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

# Okabe and Ito's colors (2008), which the usual kinds of color blindness keep apart.
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
INK, PAPER = "#000000", "#ffffff"

# Its lightness grows from end to end, so it reads the same without color, on paper too.
ANSWERS = "cividis"
PIXELS = "gray"

# matplotlib brings this font along: pictures are the same on every system.
_SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 10.0,
    "axes.titlesize": 10.0,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "image.interpolation": "nearest",
    "axes.grid": False,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the course's style, whatever the notebook has set for its own figures."""
    import matplotlib

    with matplotlib.rc_context(_SETTINGS):
        yield


def new_figure(
    width: float, height: float, rows: int = 1, columns: int = 1
) -> "tuple[Figure, np.ndarray]":
    """Return a figure, in inches, and its axes as a 2D array. It is in no list of open figures."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)


def limits(values: "Iterable[np.ndarray]") -> tuple[float, float]:
    """Return one scale for all of the arrays: 0…largest, or −m…m where some are negative."""
    numbers = np.concatenate([np.asarray(array, dtype=float).ravel() for array in values])
    largest = float(np.abs(numbers).max(initial=0.0)) or 1.0
    return (-largest if numbers.min(initial=0.0) < 0 else 0.0), largest


def show(axes: "Axes", values: np.ndarray, scale: tuple[float, float], title: str) -> "AxesImage":
    """Draw an array of answers in the figure's scale, without ticks."""
    return _draw(axes, values, title, cmap=ANSWERS, vmin=scale[0], vmax=scale[1])


def show_pixels(axes: "Axes", image: np.ndarray, title: str) -> "AxesImage":
    """Draw an image in gray, from black to its brightest possible pixel, without ticks."""
    brightest = 255 if np.asarray(image).dtype == np.uint8 else max(1.0, float(np.max(image)))
    return _draw(axes, image, title, cmap=PIXELS, vmin=0, vmax=brightest)


def _draw(axes: "Axes", values: np.ndarray, title: str, **scale: Any) -> "AxesImage":
    axes.set_title(title)
    axes.set_xticks([])
    axes.set_yticks([])
    return axes.imshow(np.asarray(values), **scale)


def write_numbers(axes: "Axes", values: np.ndarray, size: float = 10, digits: int = 1) -> None:
    """Write each number into its cell, in the ink that the cell's color lets through best."""
    picture = axes.images[-1]
    for (row, column), value in np.ndenumerate(np.asarray(values)):
        red, green, blue, _ = picture.cmap(picture.norm(value))
        ink = INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else PAPER
        axes.text(
            column, row, number(value, digits), ha="center", va="center", color=ink, size=size
        )


def show_numbers(axes: "Axes", values: np.ndarray, title: str) -> None:
    """Draw a table of numbers, black on white."""
    shown = _draw(axes, np.zeros(np.shape(values)), title, cmap="gray_r", vmin=0, vmax=1)
    rows, columns = np.shape(values)
    for place in range(rows + 1):
        axes.axhline(place - 0.5, color=INK, linewidth=0.8)
    for place in range(columns + 1):
        axes.axvline(place - 0.5, color=INK, linewidth=0.8)
    shown.set_zorder(-1)
    for (row, column), value in np.ndenumerate(np.asarray(values)):
        axes.text(column, row, number(value), ha="center", va="center")


def number(value: float, digits: int = 1) -> str:
    """Write a number with a real minus sign: whole ones and ninths as such, others rounded."""
    if float(value) == round(value):
        text = str(round(value))
    elif np.isclose(value * 9, round(value * 9)):
        text = f"{round(value * 9)}/9"
    else:
        text = f"{value:.{digits}f}"
    return text.replace("-", "−")


def outline(axes: "Axes", top: float, left: float, rows: float, columns: float, **how: Any) -> Any:
    """Draw a frame around cells of an image; return it."""
    from matplotlib.patches import Rectangle

    frame: dict[str, Any] = {"edgecolor": VERMILION, "linewidth": 2.5, "facecolor": "none"}
    return axes.add_patch(Rectangle((left - 0.5, top - 0.5), columns, rows, **(frame | how)))
