"""Which assignment a notebook belongs to, whatever its file is called: by its gaps and tests."""

from collections.abc import Collection, Mapping

from course.notebook.cell_code import top_level_names
from course.notebook.cell_marks import mark_of
from course.notebook.nodes import NotebookNode
from course.notebook.parsing import parse_notebook
from course.notebook.rejecting import Rejected
from course.notebook.tampering import one_line

ENOUGH_NAMES = 0.5
"""The share of an assignment's gaps that a notebook without marks must define."""


def require_assignment(assignment: str, source: NotebookNode, submitted: NotebookNode) -> None:
    """Refuse a notebook of another assignment, by its gaps and tests.

    Marks decide first, then ids, then the names that cells define, so that a notebook whose marks
    an editor has dropped is still accepted. Raises `Rejected` if nothing of the source is found.
    """
    graded = _graded(source)
    cells = submitted.cells
    marked = {mark_of(cell).grade_id for cell in cells} | {str(cell.get("id")) for cell in cells}
    if marked & graded:
        return
    others = sorted(_graded(submitted))
    if others:
        raise Rejected(
            f"This is not the notebook of {assignment}: its exercises are "
            f"{one_line(', '.join(others), 200)}."
        )
    gaps = _gaps(source)
    if not any(gaps & top_level_names(cell.source) for cell in cells if cell.cell_type == "code"):
        raise Rejected(f"This is not the notebook of {assignment}: it holds none of its exercises.")


def assignment_of(
    notebook: NotebookNode, sources: Mapping[str, NotebookNode], named: Collection[str] = ()
) -> str:
    """Return the assignment whose cells a parsed notebook holds; "" if it holds none of them.

    Marks and ids of cells decide. A notebook that has lost them all is recognized by the names that
    its cells define: one gap is enough where the file's name says so too (`named`), else half of at
    least two gaps, because `model` alone is defined in many notebooks.
    """
    cells = notebook.cells
    found = {mark_of(cell).grade_id for cell in cells} | {str(cell.get("id")) for cell in cells}
    by_marks = {name: len(found & _graded(source)) for name, source in sources.items()}
    if any(by_marks.values()):
        return max(by_marks, key=lambda name: (by_marks[name], name in named))
    if _graded(notebook):
        return ""  # another course's
    names = [top_level_names(cell.source) for cell in cells if cell.cell_type == "code"]
    defined: set[str] = set().union(*names)
    shares = {
        name: _share(defined, _gaps(source), name in named) for name, source in sources.items()
    }
    best = max(shares, key=lambda name: (shares[name], name in named), default="")
    return best if best and shares[best] else ""


def assignment_in(
    content: bytes, sources: Mapping[str, NotebookNode], named: Collection[str] = ()
) -> str:
    """Return the assignment of a notebook's bytes; "" also for what can't be read as a notebook."""
    try:
        return assignment_of(parse_notebook(content), sources, named)
    except Rejected:
        return ""


def _share(defined: set[str], gaps: set[str], is_named: bool) -> float:
    """Return the share of the gaps that is defined, 0 if that is too little to tell."""
    share = len(defined & gaps) / max(1, len(gaps))
    enough = is_named or (len(gaps) > 1 and share >= ENOUGH_NAMES)
    return share if enough else 0.0


def _gaps(source: NotebookNode) -> set[str]:
    return {mark_of(cell).exercise for cell in source.cells if mark_of(cell).is_gap}


def _graded(notebook: NotebookNode) -> set[str]:
    """Return the names of the gaps and tests that are marked in a notebook."""
    marks = [mark_of(cell) for cell in notebook.cells]
    return {mark.grade_id for mark in marks if mark.grade_id and (mark.is_gap or mark.is_test)}
