"""Whether a notebook is one of the assignment that it was handed in for."""

from nbformat import NotebookNode

from autograder.ingest.rejection import Rejected
from course.cells.flag import one_line
from course.cells.outline import mark_of
from course.cells.python_code import top_level_names


def require_assignment(assignment: str, source: NotebookNode, submitted: NotebookNode) -> None:
    """Refuse a notebook of another assignment, by its gaps and tests.

    Marks decide first, then ids, then what the cells define, so that a notebook whose marks an
    editor has dropped is still accepted. Raises `Rejected` if nothing of the source's is found.
    """
    graded = _graded(source)
    cells = submitted.cells
    marked = {str(mark_of(cell).get("grade_id")) for cell in cells} | {
        str(cell.get("id")) for cell in cells
    }
    if marked & graded:
        return
    others = sorted(_graded(submitted))
    if others:
        raise Rejected(
            f"This is not the notebook of {assignment}: its exercises are "
            f"{one_line(', '.join(others), 200)}."
        )
    gaps = {name for name in graded if not name.startswith("test_")}
    if not any(gaps & top_level_names(cell.source) for cell in cells if cell.cell_type == "code"):
        raise Rejected(f"This is not the notebook of {assignment}: it holds none of its exercises.")


def _graded(notebook: NotebookNode) -> set[str]:
    """Name the gaps and tests that are marked in a notebook."""
    marks = [mark_of(cell) for cell in notebook.cells]
    return {str(mark["grade_id"]) for mark in marks if _is_graded(mark) and "grade_id" in mark}


def _is_graded(mark: dict[str, object]) -> bool:
    return bool(mark.get("solution") or mark.get("grade"))
