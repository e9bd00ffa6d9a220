"""Text for a page: what was written by anybody, escaped, and numbers for people."""

import base64
import hashlib
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from course.quiz.rendering import block_html, inline_html

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


# Render a template as one self-contained page that only its own style and script may act on.


BASE = Path(__file__).parent / "templates"


class Document:
    """A kind of page: its templates are loaded once and rendered many times.

    The page's content security policy names its style sheet and its script by their hashes, and
    allows nothing else: no other script, no form, no address, no picture but those it holds.
    """

    def __init__(self, template: str, script: str = "") -> None:
        """Load `template`; its style is the base's followed by its own."""
        environment = Environment(
            loader=FileSystemLoader(BASE),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        environment.filters |= {
            filter.__name__: filter
            for filter in (
                prose,
                percent,
                signed,
                decimal,
                markdown,
                inline_markdown,
            )
        }
        own = template.replace(".html.j2", ".css")
        css = _read(BASE / "base.css") + _read(BASE / own)
        code = _read(BASE / script) if script else ""
        # Written by us: none of the three holds anything of a student's.
        environment.globals |= {"css": Markup(css), "script": Markup(code)}
        environment.globals["policy"] = Markup(_policy(css, code))
        self._template = environment.get_template(template)

    def render(self, **values: object) -> str:
        """Return the page; every value is escaped unless it is markup already."""
        return self._template.render(**values)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _policy(css: str, code: str) -> str:
    """Write the content security policy."""
    script = f"script-src {_hash(code)}; " if code else ""
    return (
        f"default-src 'none'; style-src {_hash(css)}; {script}img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    """Name an inline element by its content, as the policy does."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
