"""Turns the bank's Markdown into safe HTML: raw HTML is escaped, and no picture is fetched."""

from functools import cache

from markdown_it import MarkdownIt


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
