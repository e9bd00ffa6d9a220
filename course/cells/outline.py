"""What a notebook of the course consists of: fixed cells, gaps and free cells, in their order."""

from dataclasses import dataclass
from typing import Any, Literal

from nbformat import NotebookNode

Role = Literal["test", "locked", "gap", "free"]
FIXED: tuple[Role, ...] = ("test", "locked")


@dataclass(frozen=True)
class Place:
    """One cell of a notebook as its author wrote it."""

    name: str
    """The grade_id, or the cell's id where nbgrader has no mark."""
    role: Role
    cell: NotebookNode
    """The author's cell: in the source notebook with hidden tests and solution."""
    released: str
    """What students got in its place."""

    @property
    def fixed(self) -> bool:
        """Whether the cell is the source's, whatever was handed in."""
        return self.role in FIXED

    @property
    def gap(self) -> str:
        """The gap that a test cell belongs to."""
        return self.name.removeprefix("test_")


def outline_of(source: NotebookNode, released: list[str]) -> list[Place]:
    """List the cells of a notebook, beside what students got in the place of each."""
    return [
        Place(mark_of(cell).get("grade_id") or cell["id"], _role(cell), cell, text)
        for cell, text in zip(source.cells, released, strict=True)
    ]


def mark_of(cell: NotebookNode) -> dict[str, Any]:
    """Return nbgrader's mark of a cell, {} if there is none or it is none."""
    mark = cell.metadata.get("nbgrader")
    return mark if isinstance(mark, dict) else {}


def same_text(one: str, other: str) -> bool:
    """Compare two sources; blank ends of lines and cells, which editors change, do not count."""
    return _lines(one) == _lines(other)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


def _role(cell: NotebookNode) -> Role:
    """Read a cell's role from the mark that the build wrote."""
    mark = mark_of(cell)
    if mark.get("solution"):
        return "gap"
    if mark.get("grade"):
        return "test"
    return "locked" if mark.get("locked") else "free"
