"""Text for a page: what was written by anybody, escaped, and numbers for people."""

import re

from markupsafe import Markup, escape

from course.quiz.markdown import block_html, inline_html

# Colors of a terminal, and what else would be invisible or turn the text around.
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_CODE = re.compile(r"`([^`\n]+)`")


def plain(text: str) -> str:
    """Take a terminal's colors, control characters and turns of direction out of a text."""
    return _UNSEEN.sub("", _ANSI.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def prose(text: str) -> Markup:
    """Escape a message, then set what stands in backquotes as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(plain(text)))))


def percent(share: float | None) -> str:
    """Write a share in 0 … 1 as a percentage."""
    return "–" if share is None else f"{100 * share:.0f}\u00a0%"


def signed(number: float | None) -> str:
    """Write a correlation: two places, with a real minus."""
    if number is None:
        return "–"
    return f"{number:+.2f}".replace("-", "−").replace("+0.00", "0.00").replace("−0.00", "0.00")


def decimal(number: float, places: int = 1) -> str:
    """Write a number with at most so many places, and no trailing zeros."""
    return f"{number:.{places}f}".rstrip("0").rstrip(".") if places else f"{number:.0f}"


def markdown(text: str) -> Markup:
    """Render Markdown that the course wrote: paragraphs and lists, no HTML, no pictures."""
    return Markup(block_html(text))


def inline_markdown(text: str) -> Markup:
    """Render one line of Markdown that the course wrote."""
    return Markup(inline_html(text))
