"""The grader's kinds of page, and the filters by which their templates write text and numbers."""

import math
import re
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

from course.counted import counted
from course.document import Document
from course.quiz.rendering import block_html, inline_html
from course.visible import visible

_TEMPLATES = Path(__file__).parent / "templates"

_CODE = re.compile(r"`([^`\n]+)`")


@cache
def document(name: str) -> Document:
    """Load the page `feedback`, `report` or `leaderboard`, once."""
    filters = (prose, percent, signed, decimal, markdown, inline_markdown, counted)
    by_name = {one.__name__: one for one in filters}
    return Document(_TEMPLATES, name, styles=["base.css"], filters=by_name)


def prose(text: str) -> Markup:
    """Escape a message, then set what stands in backquotes as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(visible(text)))))


def percent(share: float | None) -> str:
    """Write a share in 0 … 1 as a percentage."""
    return "–" if share is None or math.isnan(share) else f"{100 * share:.0f}\u00a0%"


def signed(number: float | None) -> str:
    """Write a correlation with two decimal places and a minus sign, not a hyphen."""
    if number is None:
        return "–"
    return f"{number:+.2f}".replace("-", "−").replace("+0.00", "0.00").replace("−0.00", "0.00")


def decimal(number: float, places: int = 1) -> str:
    """Write a number with at most `places` decimal places and no trailing zeros."""
    return f"{number:.{places}f}".rstrip("0").rstrip(".") if places else f"{number:.0f}"


def markdown(text: str) -> Markup:
    """Render Markdown that the course wrote: paragraphs and lists, no HTML, no pictures."""
    return Markup(block_html(text))


def inline_markdown(text: str) -> Markup:
    """Render one line of Markdown that the course wrote."""
    return Markup(inline_html(text))
