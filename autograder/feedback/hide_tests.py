"""Feedback pages without hidden tests."""

import re

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests
from traitlets import List

from autograder.build.contract import CANARY

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
        if cell.metadata.get("nbgrader", {}).get("grade"):
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
