"""Lets `nbgrader generate_feedback` and formgrader's button write the grader's feedback page."""

from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode

from autograder.folders import ClassFolder, CourseFolder


class FeedbackExporter(HTMLExporter):
    """Returns the page of the result that grading kept, instead of the notebook as HTML."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **more: Any
    ) -> tuple[Any, Any]:
        """Return the page and the resources, as nbconvert expects them.

        Raises GradingError for a submission that `autograder` did not grade: nbgrader's own page
        would quote its hidden tests.
        """
        from autograder.pages.feedback.feedback_page import ClassPages

        course = CourseFolder(Path(self.config.CourseDirectory.root))
        class_folder = ClassFolder(Path(self.config.CourseDirectory.submitted_directory).parent)
        submission = resources["nbgrader"]
        pages = ClassPages(course, class_folder)
        page = pages.html(submission["student"], submission["assignment"])
        resources["output_extension"] = self.file_extension
        return page, resources
