"""The grader's kinds of page, and the filters by which their templates write text and numbers."""

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

from course.document import Document
from course.quiz.rendering import block_html, inline_html

_TEMPLATES = Path(__file__).parent / "templates"

# Colors of a terminal, and characters that are invisible or change the direction of the text.
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_CODE = re.compile(r"`([^`\n]+)`")


@cache
def document(name: str) -> Document:
    """Load the page `feedback`, `report` or `leaderboard`, once."""
    filters = (prose, percent, signed, decimal, markdown, inline_markdown)
    by_name = {one.__name__: one for one in filters}
    return Document(_TEMPLATES, name, styles=["base.css"], filters=by_name)


def plain(text: str) -> str:
    """Remove a terminal's colors, control characters and changes of direction from a text."""
    return _INVISIBLE.sub("", _ANSI.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def prose(text: str) -> Markup:
    """Escape a message, then set what stands in backquotes as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(plain(text)))))


def percent(share: float | None) -> str:
    """Write a share in 0 … 1 as a percentage."""
    return "–" if share is None else f"{100 * share:.0f}\u00a0%"


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
