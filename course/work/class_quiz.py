"""Whether a quiz is a class's own, drawn with other numbers or from another bank."""

import re

from nbformat import NotebookNode

from course.cells import mark_of, same_text


def is_class_quiz(assignment: str, release: NotebookNode, notebook: NotebookNode) -> bool:
    """Whether the questions are others than this package's, as released to a class.

    nbgrader notes a checksum with each locked cell: questions that were only edited don't match.
    """
    if assignment != "quiz":
        return False
    released = _questions(release)
    own = _questions(notebook)
    others = [n for n, cell in own.items() if n in released and not _same(cell, released[n])]
    tests = [cell for cell in notebook.cells if mark_of(cell).get("grade")]
    return bool(others) and all(map(_is_intact, [*own.values(), *tests]))


def class_stubs(notebook: NotebookNode) -> list[str]:
    """Give what was released in the place of each cell: of an answered gap, nothing is known."""
    return [
        "" if mark_of(cell).get("solution") and not _is_stub(cell) else cell.source
        for cell in notebook.cells
    ]


def _is_stub(cell: NotebookNode) -> bool:
    """Whether a gap of the quiz still holds no answer."""
    return bool(re.match(rf"{re.escape(str(cell['id']))} *= *None *(#|$)", cell.source.strip()))


def _questions(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """Return the locked questions by name."""
    marks = [(mark_of(cell), cell) for cell in notebook.cells]
    return {
        str(mark["grade_id"]): cell
        for mark, cell in marks
        if mark.get("locked") and str(mark.get("grade_id", "")).endswith("_question")
    }


def _same(one: NotebookNode, other: NotebookNode) -> bool:
    return same_text(one.source, other.source)


def _is_intact(cell: NotebookNode) -> bool:
    """Whether a cell still has the checksum that nbgrader gave it."""
    from nbgrader.utils import compute_checksum

    try:
        return bool(mark_of(cell).get("checksum") == compute_checksum(cell))
    except (KeyError, TypeError, AttributeError):
        return False
