"""The cells and points of an assignment in the class's gradebook."""

import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.nbgrader_quirks import put_scripts_on_path
from course.notebook.marks import mark_of


def register(source: NotebookNode, assignment: str, class_folder: ClassFolder) -> None:
    """Enter the source's cells and points; nbgrader does this while it generates a release.

    That release goes to a temporary folder, so that grading changes no file of the course.
    """
    # It imports Jupytext, which a class that is registered already does not need.
    from autograder.build.release import generate

    put_scripts_on_path()
    with tempfile.TemporaryDirectory(prefix="convpool-register-") as folder:
        staging = CourseFolder(Path(folder).resolve())
        staging.source(assignment).parent.mkdir(parents=True)
        nbformat.write(source, staging.source(assignment))
        generate(staging, assignment, gradebook=class_folder.gradebook)


def is_registered(gradebook: Any, assignment: str, source: NotebookNode) -> bool:
    """Whether the gradebook has the source's cells as `register` would enter them.

    The text of a solution cell is left out: the gradebook has the release's text of it.
    """
    from nbgrader.api import MissingEntry

    try:
        notebook = gradebook.find_notebook(assignment, assignment)
    except MissingEntry:
        return False
    marks = [(cell, mark_of(cell)) for cell in source.cells]
    gaps = {cell.name for cell in notebook.solution_cells}
    fixed = {cell.name: cell.source for cell in notebook.source_cells if cell.name not in gaps}
    return (
        {cell.name: cell.max_score for cell in notebook.grade_cells}
        == {mark.grade_id: mark.points for _, mark in marks if mark.is_test}
        and gaps == {mark.grade_id for _, mark in marks if mark.is_gap}
        and fixed
        == {mark.grade_id: cell.source for cell, mark in marks if mark.is_test or mark.is_locked}
    )
