"""Puts the released cells back into a learner's notebook, as grading does.

A class may have a quiz of its own, with other numbers or from another bank of questions. This
package does not have its release, so its cells are taken from the learner's notebook.
"""

import re

from course.notebook.cell_marks import mark_of
from course.notebook.matching import outline_of, same_text
from course.notebook.nodes import NotebookNode
from course.notebook.rebuild import Rebuilt, rebuild_from
from course.notebook.release_folder import read_release
from course.notebook.tampering import has_own_checksum


def rebuild_released(assignment: str, notebook: NotebookNode) -> Rebuilt:
    """Rebuild a learner's notebook from the release, or from itself if it is a class's quiz."""
    release = read_release(assignment)
    released = [cell.source for cell in release.cells]
    if is_class_quiz(assignment, notebook):
        release, released = notebook, _released_of_class(notebook)
    return rebuild_from(outline_of(release, released), release, notebook)


def is_class_quiz(assignment: str, notebook: NotebookNode) -> bool:
    """Tell whether a quiz has other questions than this package's, as released to a class.

    nbgrader stores a checksum in each locked cell, which an edited question does not match.
    """
    if assignment != "quiz":
        return False
    released = _questions(read_release("quiz"))
    questions = _questions(notebook)
    has_others = any(
        name in released and not same_text(cell.source, released[name].source)
        for name, cell in questions.items()
    )
    tests = [cell for cell in notebook.cells if mark_of(cell).is_test]
    return has_others and all(map(has_own_checksum, [*questions.values(), *tests]))


def _released_of_class(notebook: NotebookNode) -> list[str]:
    """Return the released text of each cell; "" for an answered gap, whose stub is not known."""
    return [
        "" if mark_of(cell).is_gap and not _is_quiz_stub(cell) else cell.source
        for cell in notebook.cells
    ]


def _is_quiz_stub(cell: NotebookNode) -> bool:
    """Tell whether a gap of the quiz holds no answer yet."""
    return bool(re.match(rf"{re.escape(str(cell['id']))} *= *None *(#|$)", cell.source.strip()))


def _questions(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """Return the locked questions by their `grade_id`."""
    marks = [(mark_of(cell), cell) for cell in notebook.cells]
    return {
        mark.grade_id: cell
        for mark, cell in marks
        if mark.locked and mark.grade_id.endswith("_question")
    }
