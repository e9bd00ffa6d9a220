"""nbgrader's own `autograde`, and formgrader's button, led through the sandbox.

nbgrader's lists of preprocessors are configurable; the project's configuration puts
`GradeInSandbox` where its own would run the student's code as the instructor.
"""

from contextlib import ExitStack
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course_folder import ClassFolder, CourseFolder

_STAMP = (
    "**sandbox=none: graded by stock nbgrader.** The student's code ran with the grader's own "
    "rights, in one process with the tests, so nothing here is protected against forgery."
)


class GradeInSandbox(NbGraderPreprocessor):
    """Grade the submission that nbgrader is converting, and hand back the graded notebook."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Ignore the notebook that was read, and grade the file as `autograder grade` does."""
        from autograder.grading.grade import GradeOptions, conditions, keep, read_source
        from autograder.grading.lock import exclusive
        from autograder.grading.pages import autograded_notebook
        from autograder.grading.run import grade_submission
        from autograder.grading.versions import key_of

        course = CourseFolder(Path(self.config.CourseDirectory.root))
        submitted = Path(self.config.CourseDirectory.submitted_directory)
        class_folder = ClassFolder(submitted.parent)
        student, assignment = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
        source = read_source(course, assignment, class_folder)
        with ExitStack() as stack:
            stack.enter_context(exclusive(class_folder))
            common = stack.enter_context(
                conditions(class_folder, GradeOptions(), [course.solutions])
            )
            result = grade_submission(source, submitted / student, student, assignment, common)
            result.key = key_of(source, common)
            keep(class_folder, result, source, pages=False)
        return autograded_notebook(result, source), resources


class StampUnsafe(NbGraderPreprocessor):
    """Say in the notebook that stock nbgrader graded it."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Open the notebook with a cell that says so."""
        nb.cells = [nbformat.v4.new_markdown_cell(_STAMP, id="how-it-was-graded"), *nb.cells]
        return nb, resources
