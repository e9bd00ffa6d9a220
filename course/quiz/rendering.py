"""Renders a bank's texts as safe HTML and its figures as pictures: grids of numbers in gray.

Raw HTML is escaped, and no picture is fetched. A figure is a fenced block with the info string
`figure`; each grid is a name with a colon and its rows of numbers:

    alt: A patch, dark on the left and bright on the right, beside a kernel.
    patch:
    0 0 9
    0 0 9
    kernel:
    -1 0 1
    -1 0 1
"""

import base64
import re
from collections.abc import Callable
from functools import cache
from html import escape

from markdown_it import MarkdownIt

from course.errors import QuizError
from course.quiz.question import Figure

_CELL = re.compile(r"-?\d+(\.\d+)?|\{\w+\}")
_SIDE, _GAP, _TITLE, _MARGIN = 44, 36, 26, 4
_SHRINKS = 'style="max-width:100%;height:auto" '


@cache
def _renderer() -> MarkdownIt:
    # Images are off because their address could lie outside the page.
    return MarkdownIt("commonmark", {"html": False}).disable("image")


def block_html(source: str) -> str:
    """Render paragraphs, lists and code blocks."""
    return _renderer().render(source).strip()


def inline_html(source: str) -> str:
    """Render a single line without a paragraph around it."""
    return _renderer().renderInline(source)


def read_figure(source: str, line: int, fail: Callable[[int, str, str], QuizError]) -> Figure:
    """Read the text inside a figure's fence, which stands at `line` of its file."""
    alt = ""
    grids: list[tuple[str, list[tuple[str, ...]]]] = []
    for number, row in enumerate(source.splitlines(), start=line + 1):
        if row.startswith("alt:"):
            alt = row.removeprefix("alt:").strip()
        elif row.rstrip().endswith(":"):
            grids.append((row.rstrip().removesuffix(":"), []))
        elif row.strip():
            cells = tuple(row.split())
            if not grids or not all(_CELL.fullmatch(cell) for cell in cells):
                raise fail(number, f"{row!r} is no row of a grid.", "Write 'name:', then numbers.")
            if grids[-1][1] and len(cells) != len(grids[-1][1][0]):
                raise fail(number, "the rows differ in length.", "Give all the same length.")
            grids[-1][1].append(cells)
    if not alt:
        raise fail(line, "the figure has no alternative text.", "Add 'alt: …' that describes it.")
    if not grids or not all(rows for _, rows in grids):
        raise fail(line, "the figure has no grid or an empty one.", "Write 'name:', then numbers.")
    return Figure(alt, tuple((name, tuple(rows)) for name, rows in grids))


def figure_text(figure: Figure) -> str:
    """Write the grids side by side in plain characters."""
    columns = [_text_column(name, rows) for name, rows in figure.grids]
    height = max(len(column) for column in columns)
    widths = [max(len(line) for line in column) for column in columns]
    padded = [column + [""] * (height - len(column)) for column in columns]
    lines = zip(*padded, strict=True)
    return "\n".join(
        "    ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _text_column(name: str, rows: tuple[tuple[str, ...], ...]) -> list[str]:
    width = max(len(cell) for row in rows for cell in row)
    return [name, *(" ".join(cell.rjust(width) for cell in row) for row in rows)]


def figure_svg(figure: Figure, *, styled: bool = True) -> str:
    """Draw the grids as one SVG picture with its alternative text.

    It has its own white ground, so that it reads the same in light and dark surroundings. With
    `styled`, it shrinks by itself; a page whose policy forbids inline styles does that instead.
    """
    parts, left, bottom = [], _MARGIN, 0
    for name, rows in figure.grids:
        width = max(len(rows[0]) * _SIDE, 9 * len(name))
        parts.append(_text(left, _TITLE - 9, name, "start", "#1a1a1a"))
        parts.extend(_cells(rows, left))
        left += width + _GAP
        bottom = max(bottom, _TITLE + len(rows) * _SIDE)
    width, height = left - _GAP + _MARGIN, bottom + _MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(figure.alt)}" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'{_SHRINKS if styled else ""}font-family="sans-serif" font-size="16">'
        f'<rect width="{width}" height="{height}" rx="4" fill="#ffffff"/>{"".join(parts)}</svg>'
    )


def figure_data_uri(figure: Figure) -> str:
    """Return the picture as a `data:` address for an image in Markdown."""
    return "data:image/svg+xml;base64," + base64.b64encode(figure_svg(figure).encode()).decode()


def _cells(rows: tuple[tuple[str, ...], ...], left: int) -> list[str]:
    numbers = [float(cell) for row in rows for cell in row]
    low, high = min(numbers), max(numbers)
    parts = []
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            share = (float(cell) - low) / (high - low) if high > low else 1.0
            gray = round(70 + 185 * share)
            # The better ink on every gray has a contrast of at least 4.5 : 1; 117 is the turn.
            ink = "#000000" if gray > 117 else "#ffffff"
            x, y = left + j * _SIDE, _TITLE + i * _SIDE
            parts.append(
                f'<rect x="{x}" y="{y}" width="{_SIDE}" height="{_SIDE}" '
                f'fill="rgb({gray},{gray},{gray})" stroke="#1a1a1a"/>'
            )
            label = cell.replace("-", "−")
            parts.append(_text(x + _SIDE // 2, y + _SIDE // 2 + 6, label, "middle", ink))
    return parts


def _text(x: int, y: int, words: str, anchor: str, ink: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{ink}">{escape(words)}</text>'
