"""Render a template as one self-contained page that only its own style and script may act on."""

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.html import text

BASE = Path(__file__).parent / "templates"


class Document:
    """A kind of page: its templates are loaded once and rendered many times.

    The page's content security policy names its style sheet and its script by their hashes, and
    allows nothing else: no other script, no form, no address, no picture but those it holds.
    """

    def __init__(self, template: str, folder: Path, script: str = "") -> None:
        """Load `template` of `folder`; its style is the base's followed by the folder's own."""
        environment = Environment(
            loader=FileSystemLoader([folder, BASE]),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        environment.filters |= {
            filter.__name__: filter
            for filter in (
                text.prose,
                text.percent,
                text.signed,
                text.decimal,
                text.markdown,
                text.inline_markdown,
            )
        }
        own = template.replace(".html.j2", ".css")
        css = _read(BASE / "base.css") + _read(folder / own)
        code = _read(folder / script) if script else ""
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
