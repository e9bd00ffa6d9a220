"""Find the submitted cells that say, by mark or id, which fixed cell or gap they are."""

from collections import defaultdict
from dataclasses import dataclass, field

from nbformat import NotebookNode

from course.cells.outline import Place, mark_of, same_text
from course.cells.python_code import top_level_names


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
            before = matches.standing.get(f"test_{place.name}", len(cells))
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
        said = [mark_of(cell).get("grade_id"), cell.get("id")]
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
