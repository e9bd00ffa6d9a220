"""The author's cells in their order, and the submitted cells that stand for them."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

from course.notebook.cell_code import top_level_names
from course.notebook.cell_marks import exercise_of, id_of_test, mark_of
from course.notebook.nodes import NotebookNode

Role = Literal["test", "locked", "gap", "free"]


@dataclass(frozen=True)
class Place:
    """One cell of a notebook as its author wrote it."""

    name: str
    """The `grade_id`, or the cell's id where nbgrader has no mark."""
    role: Role
    cell: NotebookNode
    """The author's cell: in the source notebook with hidden tests and solution."""
    released: str
    """The text that students got in its place."""

    @property
    def fixed(self) -> bool:
        """Whether the author's cell is used, whatever was handed in."""
        return self.role in ("test", "locked")

    @property
    def gap(self) -> str:
        """The gap that a test checks by its name; "" for a test that is named otherwise."""
        exercise = exercise_of(self.name)
        return exercise if exercise != self.name else ""


@dataclass
class Matches:
    """Which submitted cell, by its index, stands for which fixed cell or gap, by its name."""

    chosen: dict[str, int] = field(default_factory=dict)
    """The cell that is used."""
    copies: dict[str, list[int]] = field(default_factory=dict)
    """Further cells with the same mark or id."""


def outline_of(source: NotebookNode, released: list[str]) -> list[Place]:
    """List the cells of the source notebook; `released` has the text that students got for each."""
    return [
        Place(mark_of(cell).grade_id or cell["id"], _role(cell), cell, text)
        for cell, text in zip(source.cells, released, strict=True)
    ]


def same_text(one: str, other: str) -> bool:
    """Compare two sources without the blanks at ends of lines and cells, which editors change."""
    first, second = ([line.rstrip() for line in text.strip().splitlines()] for text in (one, other))
    return first == second


def _role(cell: NotebookNode) -> Role:
    """Return the role that the mark of the author's cell gives it."""
    mark = mark_of(cell)
    if mark.is_gap:
        return "gap"
    if mark.is_test:
        return "test"
    return "locked" if mark.is_locked else "free"


def match(outline: list[Place], cells: list[NotebookNode]) -> Matches:
    """Match submitted cells by nbgrader's mark first, then by id, fixed cells also by text."""
    matches = Matches()
    claims = _claims(outline, cells)
    claimed = {index for indexes in claims.values() for index in indexes}
    for place in outline:
        if place.fixed:
            found = claims.get(place.name) or _same_cell(place, cells, claimed)
            claimed.update(found)
            intact = [index for index in found if is_intact(cells[index], place)]
            _record(matches, place.name, (intact or found)[:1], found)
    for place in outline:
        if place.role == "gap" and claims.get(place.name):
            found = claims[place.name]
            before = matches.chosen.get(id_of_test(place.name), len(cells))
            _record(matches, place.name, [choose_holder(place, found, cells, before)], found)
    return matches


def choose_holder(place: Place, found: list[int], cells: list[NotebookNode], before: int) -> int:
    """Choose among the cells `found` for one gap, whose test is at index `before`.

    JupyterLab copies marks with a cell, so an honest notebook can hold a gap twice: an untouched
    stub, an older attempt, or a copy that was used for something else. Each condition narrows the
    choice unless no cell meets it. Of the rest the last cell is chosen, because it overwrites the
    others when all cells are run.
    """
    conditions = (
        lambda index: not same_text(cells[index].source, place.released),
        lambda index: cells[index].cell_type == place.cell.cell_type,
        lambda index: place.name in top_level_names(cells[index].source),
        lambda index: index < before,
    )
    for condition in conditions:
        found = [index for index in found if condition(index)] or found
    return found[-1]


def is_intact(cell: NotebookNode, place: Place) -> bool:
    """Whether a submitted cell is the released one, unchanged."""
    same_type: bool = cell.cell_type == place.cell.cell_type
    return same_type and same_text(cell.source, place.released)


def _claims(outline: list[Place], cells: list[NotebookNode]) -> dict[str, list[int]]:
    """List the cells whose mark or id names a fixed cell or a gap."""
    names = {place.name for place in outline if place.role != "free"}
    claims: dict[str, list[int]] = defaultdict(list)
    for index, cell in enumerate(cells):
        # An id alone counts too: some editors keep ids and drop marks.
        ids = [mark_of(cell).grade_id, cell.get("id")]
        name = next((name for name in ids if isinstance(name, str) and name in names), None)
        if name:
            claims[name].append(index)
    return claims


def _same_cell(place: Place, cells: list[NotebookNode], claimed: set[int]) -> list[int]:
    """Find the first unmarked cell with the text of a fixed cell."""
    for index, cell in enumerate(cells):
        if index not in claimed and is_intact(cell, place):
            return [index]
    return []


def _record(matches: Matches, name: str, chosen: list[int], found: list[int]) -> None:
    """Enter the chosen cell, if there is one, and its copies."""
    if chosen:
        matches.chosen[name] = chosen[0]
        matches.copies[name] = [index for index in found if index != chosen[0]]
