"""Tells whether a notebook belongs to an assignment, by its gaps and tests."""

from nbformat import NotebookNode

from course.notebook.cell_code import top_level_names
from course.notebook.cell_marks import mark_of
from course.notebook.rejecting import Rejected
from course.notebook.tampering import one_line


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
    gaps = {mark_of(cell).exercise for cell in source.cells if mark_of(cell).is_gap}
    if not any(gaps & top_level_names(cell.source) for cell in cells if cell.cell_type == "code"):
        raise Rejected(f"This is not the notebook of {assignment}: it holds none of its exercises.")


def _graded(notebook: NotebookNode) -> set[str]:
    """Return the names of the gaps and tests that are marked in a notebook."""
    marks = [mark_of(cell) for cell in notebook.cells]
    return {mark.grade_id for mark in marks if mark.grade_id and (mark.is_gap or mark.is_test)}
