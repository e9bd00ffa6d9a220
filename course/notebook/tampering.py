"""Flags what in a submitted notebook is not as it was released, with one line of evidence."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from course.counted import counted
from course.notebook.cell_marks import mark_of, raw_mark
from course.notebook.layout import Layout, moved_cells
from course.notebook.matching import Matches, Place, same_text
from course.notebook.nodes import NotebookNode

EARLIER = "from_earlier_release"
"""Ends the kind of flag of a fixed cell that is as another release had it."""
EVIDENCE_CHARACTERS = 120
_SETTINGS = ("grade", "points", "locked", "solution", "task")


@dataclass(frozen=True)
class Flag:
    """An observation that an instructor may want to look at; no mark depends on it."""

    kind: str
    """The kind of observation, such as `test_deleted`."""
    evidence: str
    """One line of what was found. It may quote the student, so pages must escape it."""
    cell: str = ""
    """Id of the cell in the rebuilt notebook, "" where there is none."""

    def __post_init__(self) -> None:
        """Shorten the evidence to one printable line."""
        object.__setattr__(self, "evidence", one_line(self.evidence))


def one_line(text: str, limit: int = EVIDENCE_CHARACTERS) -> str:
    """Return a student's text as one printable line of at most `limit` characters."""
    start = text[: 4 * limit]  # a student's text can be megabytes long
    printable = "".join(sign if sign.isprintable() else " " for sign in start)
    line = " ".join(printable.split())
    return line if len(line) <= limit and start == text else f"{line[: limit - 1]}…"


def tampering(
    outline: list[Place], cells: list[NotebookNode], matches: Matches, layout: Layout
) -> Iterator[Flag]:
    """Compare the fixed cells and gaps that were handed in with the released ones."""
    moved = moved_cells(outline, matches)
    for place in outline:
        if place.name in matches.chosen:
            yield from _changes(place, cells[matches.chosen[place.name]])
            copies = matches.copies[place.name]
            if copies:
                times = len(copies) + 1
                yield _flag(place, "duplicated", f"{place.name} was handed in {times} times")
            elif place.name in moved:
                yield _flag(place, "moved", f"{place.name} stood in another place")
        elif place.fixed:
            yield _flag(place, "deleted", f"{place.name} was not handed in")
        elif place.role == "gap":
            yield from _missing_gap(place, layout)
    yield from _lost_marks(outline, cells, matches)


def _changes(place: Place, cell: NotebookNode) -> Iterator[Flag]:
    """Flag another text, type or setting."""
    if place.fixed and _is_of_earlier_release(place, cell):
        text = hashlib.sha256(cell.source.encode("utf-8", "replace")).hexdigest()[:8]
        yield _flag(place, EARLIER, f"{place.name} is as nbgrader released it once (text {text})")
        return
    if place.fixed and not same_text(cell.source, place.released):
        evidence = _first_difference(place.released, cell.source)
        yield _flag(place, "edited", evidence)
    if cell.cell_type != place.cell.cell_type:
        yield _flag(place, "retyped", f"{place.cell.cell_type} was made {cell.cell_type}")
    submitted, released = raw_mark(cell), raw_mark(place.cell)
    for name in _SETTINGS:
        if name in submitted and submitted[name] != released.get(name):
            evidence = f"{name}: {submitted[name]!r}, released {released.get(name)!r}"
            yield _flag(place, "reflagged", evidence)


def _is_of_earlier_release(place: Place, cell: NotebookNode) -> bool:
    """Tell whether a cell is not as released now, but as nbgrader's own checksum in it says."""
    submitted, released = raw_mark(cell), raw_mark(place.cell)
    is_other = not same_text(cell.source, place.released) or (
        str(submitted.get("points")) != str(released.get("points"))
    )
    return is_other and has_own_checksum(cell)


def has_own_checksum(cell: NotebookNode) -> bool:
    """Tell whether a cell still matches the checksum that nbgrader stored in it."""
    checksum = raw_mark(cell).get("checksum")
    if not isinstance(checksum, str) or not checksum:
        return False
    from nbgrader.utils import compute_checksum

    try:
        return bool(checksum == compute_checksum(cell))
    except (KeyError, TypeError, AttributeError, UnicodeError):
        return False


def _missing_gap(place: Place, layout: Layout) -> Iterator[Flag]:
    """Flag a gap whose cell is gone, and name the cell that was taken for it."""
    if place.name in layout.found_by_name:
        evidence = f"no cell is marked {place.name}; a cell that defines the name was taken"
        yield _flag(place, "found_by_name", evidence)
    elif place.name in layout.gap_at:
        yield _flag(place, "deleted", f"{place.name} is defined in another gap's cell")
    else:
        yield _flag(place, "deleted", f"{place.name} was not handed in")


def _lost_marks(
    outline: list[Place], cells: list[NotebookNode], matches: Matches
) -> Iterator[Flag]:
    """Flag once that nbgrader's marks are gone: some editors and converters drop them."""
    lost = [
        place.name
        for place in outline
        if place.name in matches.chosen
        and mark_of(cells[matches.chosen[place.name]]).grade_id != place.name
    ]
    if lost:
        what = counted(len(lost), "cell has lost its mark", "cells have lost their mark")
        yield Flag("marks_lost", f"{what}: {', '.join(lost)}")


def _flag(place: Place, what: str, evidence: str) -> Flag:
    """Name the flag after the role of the cell: test_edited, locked_edited, gap_retyped."""
    return Flag(f"{place.role}_{what}", evidence, place.name)


def _first_difference(released: str, submitted: str) -> str:
    """Quote the first line that is not the released one."""
    known = {line.strip() for line in released.splitlines()}
    added = [line for line in submitted.splitlines() if line.strip() and line.strip() not in known]
    if added:
        return f"added: {added[0].strip()}"
    return "lines are missing" if submitted.strip() else "the cell is empty"
