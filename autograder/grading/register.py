"""Enter an assignment's cells and points in the class's gradebook, without touching a release."""

import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.course_folder import ClassFolder, CourseFolder
from autograder.nbgrader_setup import put_scripts_on_path


def register(source: NotebookNode, assignment: str, class_folder: ClassFolder) -> None:
    """Let nbgrader save the source's cells; it does that on the way to a release.

    The release goes to a folder that is thrown away, so that grading changes no file of the course.
    """
    # It brings Jupytext with it, which a class that is registered already can do without.
    from autograder.build.release import generate

    put_scripts_on_path()
    with tempfile.TemporaryDirectory(prefix="convpool-register-") as folder:
        staging = CourseFolder(Path(folder).resolve())
        staging.source(assignment).parent.mkdir(parents=True)
        nbformat.write(source, staging.source(assignment))
        generate(staging, assignment, gradebook=class_folder.gradebook)


def is_registered(gradebook: Any, assignment: str, source: NotebookNode) -> bool:
    """Whether the gradebook has the source's cells as `register` would enter them.

    The text of a solution cell is left out: registered is what students get in its place.
    """
    from nbgrader.api import MissingEntry

    try:
        notebook = gradebook.find_notebook(assignment, assignment)
    except MissingEntry:
        return False
    marks = [(cell, cell.metadata.get("nbgrader", {})) for cell in source.cells]
    wanted = {
        "graded": {m["grade_id"]: float(m["points"]) for _, m in marks if m.get("grade")},
        "gaps": {m["grade_id"] for _, m in marks if m.get("solution")},
        "fixed": {
            m["grade_id"]: cell.source for cell, m in marks if m.get("grade") or m.get("locked")
        },
    }
    gaps = {cell.name for cell in notebook.solution_cells}
    return wanted == {
        "graded": {cell.name: cell.max_score for cell in notebook.grade_cells},
        "gaps": gaps,
        "fixed": {
            cell.name: cell.source for cell in notebook.source_cells if cell.name not in gaps
        },
    }
