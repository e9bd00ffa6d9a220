"""HTML of the course and of its grader: whole pages under one security policy, and tables.

A page is one file. Its content security policy names its own style sheet and script by their
hashes and allows nothing else: no other script, no form, no address, no picture but those it holds.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from course.visible import visible

_SHARED = Path(__file__).parent / "templates"


class Document:
    """A kind of page: its templates are loaded once and rendered many times."""

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        styles: Sequence[str] = (),
        filters: Mapping[str, Callable[..., object]] | None = None,
    ) -> None:
        """Load `name`.html.j2, which extends base.html.j2, from `folder`.

        The style sheet is the shared palette, then `styles`, then `name`.css; the script is
        `name`.js, if there is one. `filters` are more filters for the template, by name.
        """
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        environment = Environment(
            loader=FileSystemLoader([folder, _SHARED]),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            finalize=_cleaned,
        )
        environment.filters |= filters or {}
        sheets = [_SHARED / "palette.css", *(folder / one for one in (*styles, f"{name}.css"))]
        css = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
        script = folder / f"{name}.js"
        code = script.read_text(encoding="utf-8") if script.is_file() else ""
        # Marked as safe: none of the three holds anything that a student wrote.
        environment.globals |= {"css": Markup(css), "script": Markup(code)}
        environment.globals["policy"] = Markup(_policy(css, code))
        self._template = environment.get_template(f"{name}.html.j2")

    def render(self, **values: object) -> str:
        """Return the page; every value is cleaned and escaped unless it is markup already."""
        return self._template.render(**values)


def _cleaned(value: object) -> object:
    """Take out of a text what is not shown but changes how the page is shown."""
    return visible(value) if type(value) is str else value


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


@dataclass(frozen=True)
class TableStyle:
    """Inline styles of a table, for a notebook; a page's own style sheet needs none of them."""

    table: str = ""
    caption: str = ""
    heading: str = ""
    cell: str = ""


def html_table(
    caption: str,
    header: Sequence[str],
    rows: Sequence[Sequence[object]],
    style: TableStyle | None = None,
) -> Markup:
    """Return a table with a caption; every cell is cleaned and escaped unless it is markup."""
    style = style or TableStyle()
    head = Markup().join(_element("th", one, style.heading, scope="col") for one in header)
    lines = [Markup().join(_element("td", one, style.cell) for one in row) for row in rows]
    body = Markup().join(Markup("<tr>{}</tr>").format(line) for line in lines)
    content = Markup("{}<thead><tr>{}</tr></thead><tbody>{}</tbody>").format(
        _element("caption", caption, style.caption), head, body
    )
    return _element("table", content, style.table)


def _element(tag: str, content: object, style: str, **attributes: str) -> Markup:
    """Write one element; the lines of a text are kept apart."""
    inner = escape(_cleaned(content))
    if not hasattr(content, "__html__"):
        inner = inner.replace("\n", Markup("<br>"))
    written = attributes | ({"style": style} if style else {})
    opening = Markup().join(Markup(' {}="{}"').format(*one) for one in written.items())
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(tag), opening, inner)
