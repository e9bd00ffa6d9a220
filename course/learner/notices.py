"""What a learner may not have meant: files that are not collected, cells that were changed.

Nothing here changes a mark; each notice is a line that says what to do.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from nbformat import NotebookNode

from course.errors import CourseError
from course.learner.folder import Work, read_notebook
from course.learner.fresh_run import Ran
from course.notebook import Flag, same_text
from course.notebook.cell_code import top_level_names
from course.notebook.marks import exercise_of, id_of_test, mark_of, raw_mark
from course.notebook.verdict import FAILED, Verdict

_SECONDS = 2.0  # between two times of files that count as one

_CELLS = {
    "deleted": "`{cell}` was deleted; the released one ran in its place, as in grading.",
    "edited": "`{cell}` was changed ({evidence}); the released one ran, as in grading.",
    "moved": "`{cell}` stands in another place; it ran where it was released.",
    "duplicated": "`{cell}` stands there more than once: delete the copies.",
    "retyped": "`{cell}` has another type of cell: {evidence}.",
    "reflagged": "`{cell}` has other settings than it was released with ({evidence}).",
    "found_by_name": "`{cell}` has lost its mark; another cell that defines the name was taken.",
}
_GAP_DELETED = "The cell of the gap `{cell}` is gone ({evidence})."
_MARKS_LOST = (
    "{evidence}. Another editor may have dropped them; it is graded all the same, "
    "but `course reset` gives a notebook that has them."
)


def about_files(work: Work) -> Iterator[str]:
    """Look at names, copies and checkpoints beside the notebook."""
    if work.path.name != work.expected_name:
        yield (
            f"The file is called {work.path.name}. Only {work.expected_name} is collected: "
            "rename it."
        )
    changed = work.path.stat().st_mtime
    for other in sorted(work.path.parent.glob("*.ipynb")):
        newer = other.stat().st_mtime > changed + _SECONDS
        if other != work.path and newer and work.path.name == work.expected_name:
            yield (
                f"{other.name} beside it is newer. Only {work.expected_name} is collected: is your "
                "work in the right one?"
            )
    checkpoint = work.path.parent / ".ipynb_checkpoints" / f"{work.path.stem}-checkpoint.ipynb"
    if _is_newer_and_other(checkpoint, work.path):
        yield (
            "Its checkpoint is newer and holds something else: what you see in JupyterLab may not "
            "be what is in the file. Save it (Ctrl+S), or choose File ▸ Revert Notebook."
        )


def _is_newer_and_other(checkpoint: Path, path: Path) -> bool:
    """Whether a checkpoint was written after the notebook and has other cells."""
    try:
        if checkpoint.stat().st_mtime <= path.stat().st_mtime + _SECONDS:
            return False
        return _sources(read_notebook(checkpoint)) != _sources(read_notebook(path))
    except (OSError, CourseError):
        return False


def _sources(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells]


def about_cells(flags: tuple[Flag, ...]) -> Iterator[str]:
    """Say what of the released cells is not there as it was released."""
    for flag in flags:
        role, _, what = flag.kind.partition("_")
        if flag.kind == "marks_lost":
            yield _MARKS_LOST.format(evidence=flag.evidence)
        elif flag.kind == "gap_deleted":
            yield _GAP_DELETED.format(cell=flag.cell, evidence=flag.evidence)
        elif what in _CELLS and role in ("test", "locked", "gap"):
            name = exercise_of(flag.cell)
            text = _CELLS[what].format(cell=name, evidence=flag.evidence)
            yield f"The check of {text}" if role == "test" else f"The cell {text}"


def about_order(
    saved: NotebookNode, run: NotebookNode, verdicts: list[Verdict], ran: Ran
) -> Iterator[str]:
    """Say what worked in the saved notebook and does not from top to bottom, where `run` ran."""
    cells = {cell["id"]: cell for cell in saved.cells if cell.cell_type == "code"}
    for verdict in verdicts:
        if verdict.status in FAILED and _passed(cells, verdict.exercise):
            yield (
                f"`{verdict.exercise}` passed when you ran its check, but not on a fresh kernel "
                f"from top to bottom{_counts(saved)}. Restart the kernel and run all cells: "
                "that is what counts."
            )
    told: set[str] = set()
    for cell_id, error in ran.errors.items():
        missing = re.match(r"NameError: name '(\w+)' is not defined", error)
        if missing and missing.group(1) not in told:
            told.add(missing.group(1))
            yield from _about_name(run, cell_id, missing.group(1))


def _passed(cells: dict[str, NotebookNode], gap: str) -> bool:
    """Whether the check of a gap shows in the saved notebook that it passed."""
    cell = cells.get(id_of_test(gap))
    return cell is not None and says_passed(gap, cell)


def says_passed(gap: str, cell: NotebookNode) -> bool:
    """Whether a check's saved output has the line that says so; a training prints above it."""
    texts = [str(output.get("text", "")) for output in cell.outputs]
    return bool(re.search(rf"^✓ {re.escape(gap)}:", "".join(texts), re.MULTILINE))


def _counts(saved: NotebookNode) -> str:
    """Quote the first two numbers that show that cells were run out of order."""
    counts = [cell.get("execution_count") for cell in saved.cells if cell.cell_type == "code"]
    known = [count for count in counts if count]
    for above, below in pairwise(known):
        if above > below:
            return f" (you ran the cells out of order: [{above}] stands above [{below}])"
    return ""


def _about_name(run: NotebookNode, cell_id: str, name: str) -> Iterator[str]:
    """Say where a name that a cell misses is defined; above it, that cell's own error says why."""
    code = [cell for cell in run.cells if cell.cell_type == "code"]
    at = next(number for number, cell in enumerate(code) if cell["id"] == cell_id)
    defined = [n for n, cell in enumerate(code) if name in top_level_names(cell.source)]
    if any(number < at for number in defined):
        return
    where = "only further down" if defined else "in no cell any more"
    yield (
        f"A cell uses `{name}`, which is defined {where}: on a fresh kernel it raises NameError. "
        "Restart the kernel and run all cells to see it."
    )


# Whether a quiz is a class's own, drawn with other numbers or from another bank.


def is_class_quiz(assignment: str, release: NotebookNode, notebook: NotebookNode) -> bool:
    """Whether the questions are others than this package's, as released to a class.

    nbgrader notes a checksum with each locked cell: questions that were only edited don't match.
    """
    if assignment != "quiz":
        return False
    released = _questions(release)
    own = _questions(notebook)
    others = [n for n, cell in own.items() if n in released and not _same(cell, released[n])]
    tests = [cell for cell in notebook.cells if mark_of(cell).is_test]
    return bool(others) and all(map(_is_intact, [*own.values(), *tests]))


def class_stubs(notebook: NotebookNode) -> list[str]:
    """Give what was released in the place of each cell: of an answered gap, nothing is known."""
    return [
        "" if mark_of(cell).is_gap and not _is_stub(cell) else cell.source
        for cell in notebook.cells
    ]


def _is_stub(cell: NotebookNode) -> bool:
    """Whether a gap of the quiz still holds no answer."""
    return bool(re.match(rf"{re.escape(str(cell['id']))} *= *None *(#|$)", cell.source.strip()))


def _questions(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """Return the locked questions by name."""
    marks = [(mark_of(cell), cell) for cell in notebook.cells]
    return {
        mark.grade_id: cell
        for mark, cell in marks
        if mark.locked and mark.grade_id.endswith("_question")
    }


def _same(one: NotebookNode, other: NotebookNode) -> bool:
    return same_text(one.source, other.source)


def _is_intact(cell: NotebookNode) -> bool:
    """Whether a cell still has the checksum that nbgrader gave it."""
    from nbgrader.utils import compute_checksum

    try:
        return bool(raw_mark(cell).get("checksum") == compute_checksum(cell))
    except (KeyError, TypeError, AttributeError):
        return False
