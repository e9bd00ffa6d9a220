"""A submission that is parsed already, rebuilt as a run rebuilds it."""

from nbformat import NotebookNode

from autograder.ingest.intake import released_texts
from course.notebook.matching import outline_of
from course.notebook.rebuild import Rebuilt, rebuild_from


def rebuild(source: NotebookNode, submitted: NotebookNode) -> Rebuilt:
    """Combine the fixed cells of the source with the gaps and own cells of a submission."""
    return rebuild_from(outline_of(source, released_texts(source)), source, submitted)
