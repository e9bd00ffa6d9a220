"""Text and tables that a notebook shows as HTML and a terminal as plain text."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from course.document import TableStyle, html_table
from course.frontend import show_below

COLORS = "color:var(--jp-content-font-color1,#1a1c1e);background:var(--jp-layout-color0,#ffffff)"
"""JupyterLab's colors of its theme, light or dark; dark on white where it is not JupyterLab."""

_BOX = (
    "text-align:left;font-size:1em;line-height:1.4;padding:0.5em 0.9em;border-radius:6px;"
    f"{COLORS};border:2px solid #4a7fb5;max-width:60em;overflow-x:auto"
)
# Each cell has its own colors too, because a dark theme colors every second row.
_CELL = (
    "text-align:left;vertical-align:top;padding:0.25em 0.8em;border-bottom:1px solid #8a8f94;"
    f"{COLORS}"
)
_TABLE = TableStyle(
    table="border-collapse:collapse;table-layout:auto;width:100%;margin:0",
    caption=f"text-align:left;font-weight:bold;{COLORS}",
    heading=_CELL,
    cell=f"{_CELL};white-space:pre-wrap",
)


@dataclass(frozen=True)
class Shown:
    """The same content as HTML for a notebook and as text for everything else."""

    html: str
    text: str

    def __repr__(self) -> str:
        """Return the text."""
        return self.text

    def __html__(self) -> str:
        """Return the HTML: in a table, it is not escaped again."""
        return self.html

    def show(self) -> None:
        """Show it below the cell; outside IPython, print it."""
        show_below(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return both forms for a notebook."""
        return {"text/html": self.html, "text/plain": self.text}


def box(*parts: str) -> str:
    """Return HTML parts in a frame."""
    return f'<div style="{_BOX}">{"".join(parts)}</div>'


def monospaced(text: str) -> Shown:
    """Return text with its spaces and line ends."""
    return Shown(f'<pre style="margin:0;{COLORS}">{escape(text)}</pre>', text)


def table(
    caption: str, header: Sequence[str], rows: Sequence[Sequence[str | Shown]], note: str = ""
) -> Shown:
    """Return a table with a caption; a cell may be something shown itself."""
    below = f'<p style="margin:0.5em 0 0">{escape(note)}</p>' if note else ""
    html = box(html_table(caption, header, rows, _TABLE), below)
    lines = [caption, *_aligned([header, *rows]), *([note] if note else [])]
    return Shown(html, "\n".join(lines))


def _aligned(rows: Sequence[Sequence[str | Shown]]) -> list[str]:
    """Write rows with aligned columns; a cell of several lines makes a row of as many."""
    grids = [[str(cell).splitlines() or [""] for cell in row] for row in rows]
    widths = [
        max(len(line) for cell in column for line in cell) for column in zip(*grids, strict=True)
    ]
    lines = []
    for grid in grids:
        for place in range(max(map(len, grid))):
            words = [cell[place] if place < len(cell) else "" for cell in grid]
            padded = [word.ljust(width) for word, width in zip(words, widths, strict=True)]
            lines.append("  ".join(padded).rstrip())
    return lines
