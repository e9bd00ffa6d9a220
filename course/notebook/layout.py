"""The student's cells in the student's order, and where the source's cells go between them."""

from bisect import bisect_right
from dataclasses import dataclass, field

from course.notebook.cell_code import top_level_names
from course.notebook.cell_marks import id_of_test
from course.notebook.matching import Matches, Place, choose_holder, is_intact, same_text
from course.notebook.nodes import NotebookNode


@dataclass
class Kept:
    """A cell that the student wrote and that goes into the rebuilt notebook."""

    cell_type: str
    source: str
    name: str = ""
    """The gap that it fills, or the free cell that it was; "" for any other cell."""
    is_gap: bool = False
    submitted_id: str = ""


@dataclass
class Layout:
    """The student's cells, and positions between them: 0 is before the first."""

    kept: list[Kept] = field(default_factory=list)
    fixed_at: dict[str, int] = field(default_factory=dict)
    """Positions of the fixed cells that were handed in."""
    found_by_name: list[str] = field(default_factory=list)
    """Gaps whose mark is lost and that were found by the name that an own cell defines."""
    gap_at: dict[str, int] = field(default_factory=dict)
    """Index of the kept cell that defines a gap; two gaps may share one."""


def lay_out(outline: list[Place], cells: list[NotebookNode], matches: Matches) -> Layout:
    """Take the fixed cells out of what was handed in, and keep the rest in its order."""
    layout = Layout()
    places = {place.name: place for place in outline}
    chosen = {index: places[name] for name, index in matches.chosen.items()}
    copies = {i: places[name] for name, indexes in matches.copies.items() for i in indexes}
    for index, cell in enumerate(cells):
        place = chosen.get(index)
        kept = Kept(cell.cell_type, cell.source, submitted_id=str(cell.get("id") or ""))
        if place is not None and place.role == "gap":
            layout.gap_at[place.name] = len(layout.kept)
            layout.kept.append(Kept(place.cell.cell_type, cell.source, place.name, is_gap=True))
        elif place is not None:
            if _holds_own_work(cell, place):
                layout.kept.append(kept)
            layout.fixed_at[place.name] = len(layout.kept)
        elif cell.source.strip() and not _is_released(cell, copies.get(index)):
            layout.kept.append(kept)
    _find_missing_gaps(outline, layout)
    _name_free_cells(outline, layout)
    return layout


def _holds_own_work(cell: NotebookNode, place: Place) -> bool:
    """Whether an edited locked cell defines what the released one does not.

    Some editors let students write into locked cells. An import or a function that they put
    there is kept as a cell of their own, in front of the restored one.
    """
    if cell.cell_type != "code" or is_intact(cell, place):
        return False
    return not top_level_names(cell.source) <= top_level_names(place.released)


def _is_released(cell: NotebookNode, place: Place | None) -> bool:
    """Whether a copy of a fixed cell or gap still has the released text."""
    return place is not None and same_text(cell.source, place.released)


def _find_missing_gaps(outline: list[Place], layout: Layout) -> None:
    """Look for gaps without mark and id among the student's own cells, by what they define."""
    missing = [p for p in outline if p.role == "gap" and p.name not in layout.gap_at]
    if not missing:
        return
    defined = [
        top_level_names(kept.source) if kept.cell_type == "code" else frozenset()
        for kept in layout.kept
    ]
    for place in missing:
        defining = [index for index, names in enumerate(defined) if place.name in names]
        own = [index for index in defining if not layout.kept[index].is_gap]
        if own:
            before = layout.fixed_at.get(id_of_test(place.name), len(layout.kept))
            as_cells = [NotebookNode(vars(kept)) for kept in layout.kept]
            chosen = choose_holder(place, own, as_cells, before)
            layout.kept[chosen].name, layout.kept[chosen].is_gap = place.name, True
            layout.gap_at[place.name] = chosen
            layout.found_by_name.append(place.name)
        elif defining:
            layout.gap_at[place.name] = defining[-1]


def _name_free_cells(outline: list[Place], layout: Layout) -> None:
    """Give the source's free cells their ids back; students may change or delete them."""
    free = {place.name for place in outline if place.role == "free"}
    for kept in layout.kept:
        if not kept.is_gap and kept.submitted_id in free:
            kept.name = kept.submitted_id
            free.remove(kept.submitted_id)


def place_fixed(outline: list[Place], layout: Layout) -> list[int]:
    """Return, for every fixed cell in the source's order, its position between the kept cells.

    A fixed cell stays where the student has it, as long as the source's order allows that; a
    test never comes before the cell that defines its gap. A deleted or moved test goes right
    behind its gap, a deleted or moved locked cell before the first cell that follows it in the
    source. The positions never decrease.
    """
    fixed = [place for place in outline if place.fixed]
    at = _staying(fixed, layout.fixed_at, layout.gap_at)
    anchors = {kept.name: index for index, kept in enumerate(layout.kept) if kept.name} | at
    positions: list[int] = []
    for place in fixed:
        after_gap = layout.gap_at.get(place.gap, -1) + 1 if place.role == "test" else 0
        position = at.get(place.name, after_gap or _before_next(outline, place, anchors, layout))
        positions.append(max([position, after_gap, *positions[-1:]]))
    return positions


def moved_cells(outline: list[Place], matches: Matches) -> set[str]:
    """Name the fixed cells that the student moved out of the source's order."""
    fixed = [place for place in outline if place.fixed]
    found = {place.name for place in fixed} & set(matches.chosen)
    gap_at = {p.name: matches.chosen[p.name] for p in outline if _is_found_gap(p, matches)}
    return found - set(_staying(fixed, matches.chosen, gap_at))


def _is_found_gap(place: Place, matches: Matches) -> bool:
    return place.role == "gap" and place.name in matches.chosen


def _staying(
    fixed: list[Place], fixed_at: dict[str, int], gap_at: dict[str, int]
) -> dict[str, int]:
    """Return the positions of the fixed cells that can stay where the student has them.

    A test before its gap cannot; of the rest, as many stay as possible.
    """
    positions = [
        None if place.role == "test" and at is not None and at <= gap_at.get(place.gap, -1) else at
        for place, at in ((place, fixed_at.get(place.name)) for place in fixed)
    ]
    return {fixed[number].name: fixed_at[fixed[number].name] for number in _rising(positions)}


def _before_next(
    outline: list[Place], place: Place, anchors: dict[str, int], layout: Layout
) -> int:
    """Return the position before the first kept cell that follows `place` in the source."""
    following = outline[outline.index(place) + 1 :]
    return min([anchors[p.name] for p in following if p.name in anchors], default=len(layout.kept))


def _rising(positions: list[int | None]) -> set[int]:
    """Return the indexes of a longest non-decreasing subsequence; the fewest others are moved."""
    ends: list[int] = []  # the smallest last position of a subsequence, by its length
    chains: list[list[int]] = []
    for number, position in enumerate(positions):
        if position is not None:
            length = bisect_right(ends, position)
            chain = [*(chains[length - 1] if length else []), number]
            ends[length : length + 1] = [position]
            chains[length : length + 1] = [chain]
    return set(chains[-1]) if chains else set()
