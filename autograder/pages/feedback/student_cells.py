"""A student's cells for a page: code, prose and outputs as text, pictures as PNG, nothing live."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from markupsafe import Markup

from autograder.build.script import CANARY
from autograder.grading.outputs import safe_data
from autograder.pages.page_kinds import plain
from course.notebook.cell_marks import origin_of

LONGEST = 20_000
"""The most characters of one output, and of one cell, that a page shows."""
WITHHELD = "(This output quoted a hidden check and is not shown.)"


@dataclass(frozen=True)
class Output:
    """One output: a text or a picture."""

    text: str = ""
    picture: str = ""
    """A PNG in base64, proven to be one."""
    kind: str = "text"
    """`text` or `error`."""


@dataclass(frozen=True)
class StudentCell:
    """One cell of the student's."""

    name: str
    code: Markup | None
    """Colored Python; None for prose."""
    prose: str = ""
    """Markdown as it was typed."""
    outputs: list[Output] = field(default_factory=list)


def student_cells(notebook: dict[str, Any], released: Iterable[str]) -> list[StudentCell]:
    """List the student's cells in order, without the course's and without released cells unchanged.

    A released cell that has outputs is listed: the outputs are those of the student's run.
    """
    known = {source.strip() for source in released}
    found = []
    for cell in notebook.get("cells", []):
        origin = origin_of(cell)
        unchanged = cell["source"].strip() in known
        if origin == "source" or not cell["source"].strip():
            continue
        if origin == "own" and unchanged and not cell.get("outputs"):
            continue
        found.append(_student_cell(cell))
    return found


def _student_cell(cell: dict[str, Any]) -> StudentCell:
    """Turn one cell into what a page shows of it."""
    source = _cut(plain(cell["source"]))
    if cell["cell_type"] != "code":
        return StudentCell(cell["id"], None, source)
    outputs = [one for raw in cell.get("outputs", []) for one in _outputs(raw)]
    return StudentCell(cell["id"], _colored(source), outputs=outputs)


def _outputs(raw: dict[str, Any]) -> list[Output]:
    """Take an output's text and picture; anything else is dropped."""
    kind = raw.get("output_type")
    if kind == "stream":
        return _text(str(raw.get("text", "")))
    if kind == "error":
        lines = raw.get("traceback") or [f"{raw.get('ename')}: {raw.get('evalue')}"]
        return _text("\n".join(map(str, lines)), "error")
    # Checked again although grading keeps nothing else: a page must not depend on that.
    data = safe_data(raw.get("data") or {})
    if "image/png" in data:
        return [Output(picture=data["image/png"])]
    return _text(data.get("text/plain", ""))


def _text(text: str, kind: str = "text") -> list[Output]:
    """Show a text, unless it quotes a hidden check."""
    text = plain(text).rstrip()
    if CANARY in text:
        text = WITHHELD
    return [Output(_cut(text), kind=kind)] if text else []


def _cut(text: str) -> str:
    """Shorten a very long text."""
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}\n… ({len(text) - LONGEST:,} more characters are not shown)"


def _colored(source: str) -> Markup:
    """Color Python code; the highlighter escapes it."""
    from pygments import highlight

    lexer, formatter = _highlighter()
    return Markup(highlight(source, lexer, formatter))


@cache
def _highlighter() -> tuple[Any, Any]:
    """Load the highlighter once."""
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)
