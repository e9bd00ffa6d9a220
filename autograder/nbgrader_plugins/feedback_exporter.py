"""Feedback pages without hidden tests."""

import re
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests
from traitlets import List

from autograder.build.contract import CANARY
from autograder.cli.show_pages import STOCK_STAMP
from autograder.folders import ClassFolder, CourseFolder
from course.notebook.marks import mark_of

_WITHHELD = "(This output quoted a hidden check and is not shown.)\n"


class HideTests(ClearHiddenTests):
    """Remove hidden tests from an autograded notebook before it becomes a page.

    nbgrader puts them back for grading and leaves them there: its stock feedback prints them.
    """

    # nbconvert sets this on every preprocessor of its pages and warns where it is not known.
    display_data_priority = List(["text/plain"]).tag(config=True)

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, cell_index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Cut the hidden region out of a test cell, and withhold outputs that quote one."""
        if mark_of(cell).is_test:
            cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if cell.cell_type == "code":
            cell.outputs = [_without_canary(output) for output in cell.outputs]
        return cell, resources


def _without_canary(output: NotebookNode) -> NotebookNode:
    """Replace an output in which a hidden test's canary is found."""
    # Colors of a traceback may split the word.
    text = re.sub(r"\\u001b\[[0-9;]*m|\x1b\[[0-9;]*m", "", str(output))
    if CANARY not in text:
        return output
    return NotebookNode(output_type="stream", name="stdout", text=_WITHHELD)


# The project's feedback page for `nbgrader generate_feedback` and formgrader's button.


class FeedbackExporter(HTMLExporter):
    """Writes our page of what the sandbox graded; of anything else, nbgrader's own."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **more: Any
    ) -> tuple[Any, Any]:
        """Give the page and the resources, as nbconvert does."""
        from autograder.gradebook.reader import read_class
        from autograder.grading.results import load, result_path
        from autograder.pages.feedback.feedback_page import feedback_html, read_assignment

        course = CourseFolder(Path(self.config.CourseDirectory.root))
        class_folder = ClassFolder(Path(self.config.CourseDirectory.submitted_directory).parent)
        said = (resources or {}).get("nbgrader", {})
        student, assignment = said.get("student", ""), said.get("assignment", "")
        kept = result_path(class_folder, student, assignment)
        if not kept.is_file() or any(STOCK_STAMP in cell.source for cell in nb.cells[:1]):
            return super().from_notebook_node(nb, resources, **more)
        marks = read_class(class_folder, [assignment], [student])
        page = feedback_html(
            load(kept),
            marks.submissions.get((student, assignment)),
            read_assignment(course, class_folder, assignment),
            marks.names.get(student, ""),
        )
        told = resources if resources is not None else ResourcesDict()
        told["output_extension"] = self.file_extension
        return page.encode("utf-8", "replace").decode(), told
