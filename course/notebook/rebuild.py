"""Rebuilds a notebook for grading: the source's fixed cells, the student's gaps and own cells."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from course.notebook.cell_code import top_level_names
from course.notebook.cell_marks import id_of_test, origin_of, raw_mark
from course.notebook.layout import Kept, Layout, lay_out, place_fixed
from course.notebook.matching import Place, match, same_text
from course.notebook.nodes import NotebookNode, as_nodes
from course.notebook.tampering import Flag, tampering


@dataclass(frozen=True)
class Rebuilt:
    """A notebook that is safe to run in the sandbox and to test outside of it."""

    notebook: NotebookNode
    """Every cell's `metadata.convpool.origin` says who wrote it: `source` (with a `role`: `test`
    runs on the trusted side only, `locked` on both), `gap` or `own` (in the sandbox only)."""
    flags: tuple[Flag, ...]
    """What was restored, repaired or guessed; a flag does not change a mark."""
    untouched_gaps: tuple[str, ...]
    """Gaps with the released text that no other cell of the student defines."""
    below_check: tuple[str, ...]
    """Gaps whose name only cells below their check define, and not the gap's own cell."""


def rebuild_from(outline: list[Place], source: NotebookNode, submitted: NotebookNode) -> Rebuilt:
    """Rebuild a notebook from its outline and a submitted copy, both as data.

    Fixed cells are taken from the source. The student's cells keep their order among themselves;
    `place_fixed` decides where the fixed cells go between them. Never fails on a parsed notebook.
    """
    cells = list(submitted.cells)
    matches = match(outline, cells)
    layout = lay_out(outline, cells, matches)
    merged, stubs = _merged(outline, layout), _stubs(outline, layout)
    return Rebuilt(
        notebook=NotebookNode(
            cells=merged,
            metadata=copy.deepcopy(source.metadata),
            nbformat=4,
            nbformat_minor=5,
        ),
        flags=tuple(tampering(outline, cells, matches, layout)),
        untouched_gaps=tuple(_untouched(stubs, layout)),
        below_check=tuple(
            place.name
            for place in outline
            if place.role == "gap" and _is_below(place.name, merged, place.name in stubs)
        ),
    )


def _merged(outline: list[Place], layout: Layout) -> list[NotebookNode]:
    """Put the fixed cells between the student's."""
    places = {place.name: place for place in outline}
    fixed = [_fixed_cell(place) for place in outline if place.fixed]
    positions = place_fixed(outline, layout)
    own_ids = _own_ids(set(places))
    merged: list[NotebookNode] = []
    for index in range(len(layout.kept) + 1):
        while positions and positions[0] == index:
            positions.pop(0)
            merged.append(fixed.pop(0))
        if index < len(layout.kept):
            kept = layout.kept[index]
            merged.append(_kept_cell(kept, places, kept.name or next(own_ids)))
    return merged


def _own_ids(taken: set[str]) -> Iterator[str]:
    """Make ids for the student's own cells: own-01, own-02 and so on."""
    number = 0
    while True:
        number += 1
        if (name := f"own-{number:02d}") not in taken:
            yield name


def _fixed_cell(place: Place) -> NotebookNode:
    """Copy a cell of the source."""
    metadata = {"nbgrader": copy.deepcopy(raw_mark(place.cell))}
    metadata["convpool"] = {"origin": "source", "role": place.role}
    return _cell(place.cell.cell_type, place.cell.source, place.name, metadata)


def _kept_cell(kept: Kept, places: dict[str, Place], cell_id: str) -> NotebookNode:
    """Build a cell that the student wrote; a gap gets the source's mark, not the submitted one."""
    metadata: dict[str, Any] = {"convpool": {"origin": "own"}}
    if kept.is_gap:
        mark = copy.deepcopy(raw_mark(places[kept.name].cell))
        metadata = {"nbgrader": mark, "convpool": {"origin": "gap"}}
    return _cell(kept.cell_type, kept.source, cell_id, metadata)


def _cell(cell_type: str, source: str, cell_id: str, metadata: dict[str, Any]) -> NotebookNode:
    """Build a cell without outputs."""
    cell: dict[str, Any] = {
        "cell_type": cell_type,
        "id": cell_id,
        "metadata": metadata,
        "source": source,
    }
    if cell_type == "code":
        cell |= {"execution_count": None, "outputs": []}
    built: NotebookNode = as_nodes(cell)
    return built


def _stubs(outline: list[Place], layout: Layout) -> list[str]:
    """Name the gaps whose own cells have the released text."""
    released = {place.name: place.released for place in outline if place.role == "gap"}
    left = {
        kept.name
        for kept in layout.kept
        if kept.is_gap and same_text(kept.source, released[kept.name])
    }
    return [name for name in released if name in left]


def _untouched(stubs: list[str], layout: Layout) -> list[str]:
    """Name the gaps that were left as they were released, and are defined nowhere else."""
    untouched = set(stubs)
    for kept in layout.kept:
        if untouched and kept.cell_type == "code" and kept.name not in untouched:
            untouched -= top_level_names(kept.source)
    return [name for name in stubs if name in untouched]


def _is_below(gap: str, cells: list[NotebookNode], is_stub: bool) -> bool:
    """Tell whether cells of the student's below the check of a gap define it, and none above."""
    above = True
    for cell in cells:
        above = above and cell["id"] != id_of_test(gap)
        own = cell.cell_type == "code" and origin_of(cell) != "source"
        if own and not (is_stub and cell["id"] == gap) and gap in top_level_names(cell.source):
            return not above
    return False
