"""Pictures in one style: figures with captions and alternative texts, and the panels in them.

Every picture has the same font, a white background, and colors that people with color blindness
can tell apart.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from course.frontend import show_below

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

# Okabe and Ito's colors (2008), made for color blindness.
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
INK, PAPER = "#000000", "#ffffff"

# Its lightness grows from end to end, so it can be read in black and white.
_MAP_COLORS = "cividis"
DPI = 96

# White paper glares in the dark themes of JupyterLab, VS Code and a website.
_DIMMED = """<style>
:is(body[data-jp-theme-light="false"], body.vscode-dark, html[data-theme="dark"]) .convpool img {
  filter: brightness(0.72); border-radius: 4px }
</style>"""

# matplotlib includes this font: pictures are the same on every system.
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
    """Draw in the course's style, whatever settings the notebook has for its own figures."""
    import matplotlib

    with matplotlib.rc_context(_SETTINGS):
        yield


def new_figure(
    width: float, height: float, rows: int = 1, columns: int = 1
) -> "tuple[Figure, np.ndarray]":
    """Return a figure (size in inches) that pyplot does not know, and its axes as a 2D array."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)


def limits(values: "Iterable[np.ndarray]") -> tuple[float, float]:
    """Return one scale for all of the arrays: 0…largest, or −m…m where some are negative."""
    numbers = np.concatenate([np.asarray(array, dtype=float).ravel() for array in values])
    largest = float(np.abs(numbers).max(initial=0.0)) or 1.0
    return (-largest if numbers.min(initial=0.0) < 0 else 0.0), largest


def show(axes: "Axes", values: np.ndarray, scale: tuple[float, float], title: str) -> "AxesImage":
    """Draw a feature map or another array in a given scale, without ticks."""
    return _draw(axes, values, title, cmap=_MAP_COLORS, vmin=scale[0], vmax=scale[1])


def show_pixels(axes: "Axes", image: np.ndarray, title: str) -> "AxesImage":
    """Draw an image in gray, from black to its brightest possible pixel, without ticks."""
    brightest = 255 if np.asarray(image).dtype == np.uint8 else max(1.0, float(np.max(image)))
    return _draw(axes, image, title, cmap="gray", vmin=0, vmax=brightest)


def _draw(axes: "Axes", values: np.ndarray, title: str, **scale: Any) -> "AxesImage":
    axes.set_title(title)
    axes.set_xticks([])
    axes.set_yticks([])
    return axes.imshow(np.asarray(values), **scale)


def write_numbers(axes: "Axes", values: np.ndarray, size: float = 10, digits: int = 1) -> None:
    """Write each number into its cell, in black or white, whichever has more contrast."""
    picture = axes.images[-1]
    for (row, column), value in np.ndenumerate(np.asarray(values)):
        red, green, blue, _ = picture.cmap(picture.norm(value))
        ink = INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else PAPER
        axes.text(
            column, row, number(value, digits), ha="center", va="center", color=ink, size=size
        )


def show_numbers(axes: "Axes", values: np.ndarray, title: str) -> None:
    """Draw a table of numbers, black on white."""
    rows, columns = np.shape(values)
    _draw(axes, np.zeros((rows, columns)), title, cmap="gray_r", vmin=0, vmax=1).set_zorder(-1)
    for row in range(rows + 1):
        axes.axhline(row - 0.5, color=INK, linewidth=0.8)
    for column in range(columns + 1):
        axes.axvline(column - 0.5, color=INK, linewidth=0.8)
    for (row, column), value in np.ndenumerate(np.asarray(values)):
        axes.text(column, row, number(value), ha="center", va="center")


def number(value: float, digits: int = 1) -> str:
    """Write a number with a minus sign: integers and ninths exactly, others rounded."""
    if float(value) == round(value):
        text = str(round(value))
    elif np.isclose(value * 9, round(value * 9)):
        text = f"{round(value * 9)}/9"
    else:
        text = f"{value:.{digits}f}"
    return text.replace("-", "−")


def size_text(values: np.ndarray) -> str:
    """Write the shape of an array, such as 26×26."""
    return "×".join(map(str, values.shape))


def outline(
    axes: "Axes", top: float, left: float, rows: float, columns: float, **style: Any
) -> None:
    """Draw a frame around cells of an image."""
    from matplotlib.patches import Rectangle

    frame: dict[str, Any] = {"edgecolor": VERMILION, "linewidth": 2.5, "facecolor": "none"}
    axes.add_patch(Rectangle((left - 0.5, top - 0.5), columns, rows, **(frame | style)))


@dataclass(frozen=True, repr=False)
class Picture:
    """A figure, its caption and its alternative text; a notebook shows all three."""

    draw: "Callable[[], Figure]"
    """Draws the figure; called once, when it is first shown."""
    caption: str
    """What the figure shows, with its numbers, for readers who see only this text."""
    alt: str
    """The kind of picture, for a screen reader; the caption follows it."""

    @cached_property
    def figure(self) -> "Figure":
        """The matplotlib figure."""
        with house_style():
            return self.draw()

    def png(self, dpi: float = DPI) -> bytes:
        """Return the figure as a PNG file."""
        file = BytesIO()
        with house_style():
            # Without matplotlib's version in the file, equal pictures have equal bytes.
            self.figure.savefig(file, format="png", dpi=dpi, metadata={"Software": None})
        return file.getvalue()

    def save(self, path: str | Path) -> None:
        """Write the figure as a PNG file, at twice the size for print."""
        Path(path).write_bytes(self.png(2 * DPI))

    def show(self) -> None:
        """Show the picture below the cell; outside a notebook, print its words."""
        show_below(self)

    def __repr__(self) -> str:
        """Return in words what the figure shows."""
        return f"{self.alt} {self.caption}"

    def _html(self) -> str:
        return f"{image_tag(self.png(), self.alt)}{self._figcaption()}"

    def _figcaption(self) -> str:
        return f'<figcaption style="max-width:60em">{escape(self.caption)}</figcaption>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Show the figure with its words in a notebook; only the words during grading."""
        from course.data import is_grading

        if is_grading():
            return {"text/plain": repr(self)}
        html = f'{_DIMMED}<figure class="convpool" style="margin:0.5em 0">{self._html()}</figure>'
        return {"text/html": html, "text/plain": repr(self)}


def image_tag(png: bytes, alt: str, css_class: str = "still") -> str:
    """Return an HTML image with embedded pixels and an alternative text."""
    data = base64.b64encode(png).decode()
    return (
        f'<img class="{css_class}" alt="{escape(alt)}" style="max-width:100%;height:auto" '
        f'src="data:image/png;base64,{data}">'
    )


def images(pictures: Mapping[str, Any], alt: str, caption: str) -> Picture:
    """Show images by title, side by side in gray."""
    arrays = {title: np.asarray(picture) for title, picture in pictures.items()}

    def draw() -> "Figure":
        figure, axes = new_figure(2.6 * len(arrays), 2.9, 1, len(arrays))
        for place, (title, array) in zip(axes[0], arrays.items(), strict=True):
            show_pixels(place, array, title)
        return figure

    return Picture(draw, caption, alt)


def maps(feature_maps: Mapping[str, Any], alt: str, caption: str) -> Picture:
    """Show feature maps by title, on one scale; the caption gets their sizes and extremes."""
    arrays = {title: np.asarray(values, dtype=float) for title, values in feature_maps.items()}
    extremes = "; ".join(
        f"{title} is {size_text(values)}, from {number(values.min())} to {number(values.max())}"
        for title, values in arrays.items()
    )

    def draw() -> "Figure":
        figure, axes = new_figure(3 * len(arrays) + 0.8, 3.2, 1, len(arrays))
        scale = limits(arrays.values())
        for place, (title, values) in zip(axes[0], arrays.items(), strict=True):
            shown = show(place, values, scale, f"{title} {size_text(values)}")
        figure.colorbar(shown, ax=axes, label="value")
        return figure

    return Picture(draw, f"{caption} One scale for all: {extremes}.", alt)
