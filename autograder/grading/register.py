"""Enter an assignment's cells and points in the class's gradebook, without touching a release."""

import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.build.release import generate
from autograder.course_folder import ClassFolder, CourseFolder
from autograder.nbgrader_setup import put_scripts_on_path


def register(source: NotebookNode, assignment: str, class_folder: ClassFolder) -> None:
    """Let nbgrader save the source's cells; it does that on the way to a release.

    The release goes to a folder that is thrown away, so that grading changes no file of the course.
    """
    put_scripts_on_path()
    with tempfile.TemporaryDirectory(prefix="convpool-register-") as folder:
        staging = CourseFolder(Path(folder).resolve())
        staging.source(assignment).parent.mkdir(parents=True)
        nbformat.write(source, staging.source(assignment))
        generate(staging, assignment, gradebook=class_folder.gradebook)
