"""The project's feedback page for `nbgrader generate_feedback` and formgrader's button."""

from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode

from autograder.course_folder import ClassFolder, CourseFolder
from autograder.feedback.desk import STOCK_STAMP


class FeedbackExporter(HTMLExporter):
    """Writes our page of what the sandbox graded; of anything else, nbgrader's own."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **more: Any
    ) -> tuple[Any, Any]:
        """Give the page and the resources, as nbconvert does."""
        from autograder.entries import read_entries
        from autograder.feedback.page import feedback_html, read_assignment
        from autograder.grading.results import load
        from autograder.grading.store import result_path

        course = CourseFolder(Path(self.config.CourseDirectory.root))
        class_folder = ClassFolder(Path(self.config.CourseDirectory.submitted_directory).parent)
        said = (resources or {}).get("nbgrader", {})
        student, assignment = said.get("student", ""), said.get("assignment", "")
        kept = result_path(class_folder, student, assignment)
        if not kept.is_file() or any(STOCK_STAMP in cell.source for cell in nb.cells[:1]):
            return super().from_notebook_node(nb, resources, **more)
        entries, names = read_entries(class_folder)
        page = feedback_html(
            load(kept),
            entries.get((student, assignment)),
            read_assignment(course, class_folder, assignment),
            names.get(student, ""),
        )
        told = resources if resources is not None else ResourcesDict()
        told["output_extension"] = self.file_extension
        return page.encode("utf-8", "replace").decode(), told
