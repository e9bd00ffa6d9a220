"""A student's cells for a page: code, prose and outputs as text, pictures as PNG, nothing live."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from autograder.build.script import CANARY
from autograder.grading.outputs import safe_data
from autograder.pages.python_tokens import colored
from course.notebook.cell_marks import origin_of
from course.visible import visible

LONGEST = 20_000
"""The most characters of one output, and of one cell, that a page shows."""
LONGEST_PAGE = 1_000_000
"""The most characters of cells and outputs together that a page shows."""
MOST_CELLS = 1_000
MOST_OUTPUTS = 200
"""The most outputs of one cell that a page shows."""
_LAYOUT = re.compile(r"[\s\\]+")
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


def student_cells(
    notebook: dict[str, Any], released: Iterable[str], hidden: Collection[str] = ()
) -> list[StudentCell]:
    """List the student's cells in order, without the course's and without released cells unchanged.

    A released cell that has outputs is listed: the outputs are those of the student's run. An
    output that quotes one of the `hidden` lines, which are `squashed`, is not shown. What does not
    fit on a page is left out; the last cell says so.
    """
    known = {source.strip() for source in released}
    shown = [cell for cell in notebook.get("cells", []) if _is_shown(cell, known)]
    found: list[StudentCell] = []
    length = 0
    for cell in shown[:MOST_CELLS]:
        listed, characters = _student_cell(cell, LONGEST_PAGE - length, hidden)
        length += characters
        if length > LONGEST_PAGE:
            break
        found.append(listed)
    left_out = len(shown) - len(found)
    if left_out:
        found.append(StudentCell("", None, f"… ({left_out:,} more cells are not shown)"))
    return found


def _is_shown(cell: dict[str, Any], known: set[str]) -> bool:
    """Whether a cell is the student's and holds something."""
    origin, source = origin_of(cell), cell["source"].strip()
    if origin == "source" or not source:
        return False
    return origin != "own" or source not in known or bool(cell.get("outputs"))


def squashed(text: str) -> str:
    """Return a text without what its representation in Python changes: layout and backslashes."""
    return _LAYOUT.sub("", text.replace("\\n", ""))


def _student_cell(
    cell: dict[str, Any], room: int, hidden: Collection[str]
) -> tuple[StudentCell, int]:
    """Return what a page with `room` for that many characters shows, and its characters."""
    source = _cut(visible(cell["source"]))
    if cell["cell_type"] != "code":
        return StudentCell(cell["id"], None, source), len(source)
    length = len(source)
    outputs: list[Output] = []
    raw_outputs = cell.get("outputs", [])
    for raw in raw_outputs[:MOST_OUTPUTS]:
        if length > room:
            break
        new = _outputs(raw, hidden)
        outputs += new
        length += sum(len(one.text) for one in new)
    left_out = len(raw_outputs) - MOST_OUTPUTS
    if left_out > 0:
        outputs.append(Output(f"… ({left_out:,} more outputs are not shown)"))
    code = colored(source) if length <= room else None
    return StudentCell(cell["id"], code, outputs=outputs), length


def _outputs(raw: dict[str, Any], hidden: Collection[str]) -> list[Output]:
    """Take an output's text and picture; anything else is dropped."""
    kind = raw.get("output_type")
    if kind == "stream":
        return _text(str(raw.get("text", "")), hidden)
    if kind == "error":
        lines = raw.get("traceback") or [f"{raw.get('ename')}: {raw.get('evalue')}"]
        return _text("\n".join(map(str, lines)), hidden, "error")
    # Checked again although grading keeps nothing else: a page must not depend on that.
    data = safe_data(raw.get("data") or {})
    if "image/png" in data:
        return [Output(picture=data["image/png"])]
    return _text(data.get("text/plain", ""), hidden)


def _text(text: str, hidden: Collection[str], kind: str = "text") -> list[Output]:
    """Show a text, unless it quotes a hidden check."""
    text = visible(text).rstrip()
    plain = squashed(text) if hidden else ""
    if CANARY in text or any(line in plain for line in hidden):
        text = WITHHELD
    return [Output(_cut(text), kind=kind)] if text else []


def _cut(text: str) -> str:
    """Shorten a very long text."""
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}\n… ({len(text) - LONGEST:,} more characters are not shown)"
