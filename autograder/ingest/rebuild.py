"""The graded notebook, rebuilt: the source's fixed cells, the student's gaps and own cells."""

from nbformat import NotebookNode

from autograder.ingest.outline import read_outline
from course.cells.rebuild import Rebuilt, rebuild_from


def rebuild(source: NotebookNode, submitted: NotebookNode) -> Rebuilt:
    """Rebuild a submission from the source notebook and what was handed in, both as data."""
    return rebuild_from(read_outline(source), source, submitted)
