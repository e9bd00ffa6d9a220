"""What the source notebook demands, and what students got of it."""

import copy
from typing import Any

from nbformat import NotebookNode

from course.cells.outline import Place, outline_of


def read_outline(source: NotebookNode) -> list[Place]:
    """List the cells of a source notebook with what students got of each."""
    return outline_of(source, [cell.source for cell in _released(source).cells])


def _released(source: NotebookNode) -> NotebookNode:
    """Clear solutions and hidden tests by the same two steps that made the release."""
    from nbgrader.preprocessors import ClearHiddenTests

    from autograder.build.stubs import ClearSolutions

    notebook: Any = copy.deepcopy(source)
    for step in (ClearSolutions(), ClearHiddenTests()):
        notebook, _ = step.preprocess(notebook, {})
    return notebook
