"""Read a generated source notebook."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.errors import GradingError


def read_source_notebook(path: Path) -> NotebookNode:
    """Read a source notebook; name the command that makes it if it is missing."""
    if not path.is_file():
        raise GradingError(f"{path} is missing.", "Run `autograder build`.")
    return nbformat.read(path, as_version=4)
