"""The learner's contents page: the rows of contents.md, and one for each exercise it lacks."""

import re
from pathlib import Path

from course.notebook.cell_marks import mark_of
from course.notebook.nodes import NotebookNode

CONTENTS_SOURCE = Path(__file__).with_name("contents.md")
_NUMBERED = re.compile(r"^\| (\d+) \| .*\n", re.MULTILINE)
_TITLE = re.compile(r"^# (?:Exercise \d+: *)?(.+)$", re.MULTILINE)
_AIM = re.compile(r"\*\*You will be able to\*\* *\| *(.*?) *\|")
_MINUTES = re.compile(r"\*\*Time\*\* *\| *about (\d+) minutes")


def contents_text(text: str, releases: dict[str, NotebookNode]) -> str:
    """Return the page `text` with a numbered row for every release that it has no link to.

    The row's words come from the notebook's opening card.
    """
    rows = list(_NUMBERED.finditer(text))
    missing = [name for name in releases if f"]({name}/{name}.ipynb)" not in text]
    if not rows or not missing:
        return text
    number = int(rows[-1][1])
    added = (_row(number + i, name, releases[name]) for i, name in enumerate(missing, 1))
    end = rows[-1].end()
    return text[:end] + "".join(added) + text[end:]


def _row(number: int, name: str, release: NotebookNode) -> str:
    """Lay out the row of one exercise."""
    card = "\n".join(cell.source for cell in release.cells if cell.cell_type == "markdown")
    title, aim, minutes = (found[1] if (found := each.search(card)) else "" for each in _CARD)
    points = sum(mark.points for mark in map(mark_of, release.cells) if mark.is_test)
    return (
        f"| {number} | [{title or name}]({name}/{name}.ipynb) | {aim} | {minutes} | {points:g} |\n"
    )


_CARD = (_TITLE, _AIM, _MINUTES)
