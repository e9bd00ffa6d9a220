"""What a notebook of the course consists of: fixed cells, gaps and free cells, in their order."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

from nbformat import NotebookNode

from course.notebook.cell_code import top_level_names
from course.notebook.marks import exercise_of, id_of_test, mark_of

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
        return exercise_of(self.name)


def outline_of(source: NotebookNode, released: list[str]) -> list[Place]:
    """List the cells of a notebook, beside what students got in the place of each."""
    return [
        Place(mark_of(cell).grade_id or cell["id"], _role(cell), cell, text)
        for cell, text in zip(source.cells, released, strict=True)
    ]


def same_text(one: str, other: str) -> bool:
    """Compare two sources; blank ends of lines and cells, which editors change, do not count."""
    return _lines(one) == _lines(other)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


def _role(cell: NotebookNode) -> Role:
    """Read a cell's role from the mark that the build wrote."""
    mark = mark_of(cell)
    if mark.is_gap:
        return "gap"
    if mark.is_test:
        return "test"
    return "locked" if mark.is_locked else "free"


# Find the submitted cells that say, by mark or id, which fixed cell or gap they are.


@dataclass
class Matches:
    """Which submitted cell (by its index) stands for which fixed cell or gap."""

    standing: dict[str, int] = field(default_factory=dict)
    """Index of the one that stands for it, by the grade_id."""
    copies: dict[str, list[int]] = field(default_factory=dict)
    """Indexes of further cells that say they are the same, by the grade_id."""


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
            before = matches.standing.get(id_of_test(place.name), len(cells))
            _record(matches, place.name, [choose_holder(place, found, cells, before)], found)
    return matches


def choose_holder(place: Place, found: list[int], cells: list[NotebookNode], before: int) -> int:
    """Choose among cells that are all marked as one gap, whose test stands at index `before`.

    JupyterLab copies marks with a cell, so an honest notebook can hold a gap twice: an untouched
    stub, an older attempt, or a copy that became something else. Each wish below narrows the
    choice unless nothing would be left; of those left the last one counts, because it overwrites
    the others when all cells are run.
    """
    wishes = (
        lambda index: not same_text(cells[index].source, place.released),
        lambda index: cells[index].cell_type == "code",
        lambda index: place.name in top_level_names(cells[index].source),
        lambda index: index < before,
    )
    left = found
    for wish in wishes:
        left = [index for index in left if wish(index)] or left
    return left[-1]


def is_intact(cell: NotebookNode, place: Place) -> bool:
    """Whether a submitted cell is the released one, unchanged."""
    same_type: bool = cell.cell_type == place.cell.cell_type
    return same_type and same_text(cell.source, place.released)


def _claims(outline: list[Place], cells: list[NotebookNode]) -> dict[str, list[int]]:
    """List the cells that say, by mark or id, that they are a fixed cell or a gap."""
    names = {place.name for place in outline if place.role != "free"}
    claims: dict[str, list[int]] = defaultdict(list)
    for index, cell in enumerate(cells):
        # An id alone counts too: some editors keep ids and drop marks.
        said = [mark_of(cell).grade_id, cell.get("id")]
        name = next((name for name in said if isinstance(name, str) and name in names), None)
        if name:
            claims[name].append(index)
    return claims


def _same_cell(place: Place, cells: list[NotebookNode], claimed: set[int]) -> list[int]:
    """Find the first unmarked cell with a fixed cell's own text."""
    for index, cell in enumerate(cells):
        if index not in claimed and is_intact(cell, place):
            return [index]
    return []


def _record(matches: Matches, name: str, chosen: list[int], found: list[int]) -> None:
    """Note the chosen cell, if there is one, and its copies."""
    if chosen:
        matches.standing[name] = chosen[0]
        matches.copies[name] = [index for index in found if index != chosen[0]]
