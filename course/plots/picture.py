"""What a plot function returns: a figure with words that say the same, drawn when looked at."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.plots.style import house_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 96


@dataclass(frozen=True, repr=False)
class Picture:
    """A figure, its caption and its alternative text; a notebook shows all three."""

    draw: "Callable[[], Figure]"
    """Draws the figure; called once, when it is first looked at."""
    caption: str
    """What is to be seen, with its numbers, for someone who sees only this text."""
    alt: str
    """What kind of picture it is, for a screen reader; the caption follows it."""

    @cached_property
    def figure(self) -> "Figure":
        """The matplotlib figure."""
        with house_style():
            return self.draw()

    def png(self, dpi: float = DPI) -> bytes:
        """Return the figure as a PNG file."""
        file = BytesIO()
        with house_style():
            # Without matplotlib's version in it, equal pictures are equal bytes.
            self.figure.savefig(file, format="png", dpi=dpi, metadata={"Software": None})
        return file.getvalue()

    def save(self, path: str | Path) -> None:
        """Write the figure as a PNG file, at twice the size for print."""
        Path(path).write_bytes(self.png(2 * DPI))

    def __repr__(self) -> str:
        """Say in words what the figure shows."""
        return f"{self.alt} {self.caption}"

    def _html(self) -> str:
        return f"{image_tag(self.png(), self.alt)}{self._figcaption()}"

    def _figcaption(self) -> str:
        return f'<figcaption style="max-width:60em">{escape(self.caption)}</figcaption>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Show the figure with its words in a notebook; only the words while it is graded."""
        from course.data import is_grading

        if is_grading():
            return {"text/plain": repr(self)}
        html = f'<figure style="margin:0.5em 0">{self._html()}</figure>'
        return {"text/html": html, "text/plain": repr(self)}


def image_tag(png: bytes, alt: str, css_class: str = "still") -> str:
    """Return an HTML image that brings its pixels along and has an alternative text."""
    data = base64.b64encode(png).decode()
    return (
        f'<img class="{css_class}" alt="{escape(alt)}" style="max-width:100%;height:auto" '
        f'src="data:image/png;base64,{data}">'
    )
