"""The learner's notebook as the grader's source: with the judging in its test cell."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.lab import notebooks

NAME = "improve"


def scoring_source(hidden: Path | str) -> NotebookNode:
    """Read the notebook that learners get; add what they don't see, in nbgrader's own marks."""
    notebook = nbformat.read(notebooks()[f"{NAME}/{NAME}.ipynb"], as_version=4)
    for cell in notebook.cells:
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("solution"):
            # What learners get is a network that works, and is theirs to change.
            cell.source += _region("SOLUTION", ["### KEEP ABOVE"])
        elif mark.get("grade"):
            judging = [
                "    from autograder.improve.scoring import score",
                f"    score(model, parameters, {str(hidden)!r})",
            ]
            cell.source += _region("HIDDEN TESTS", judging, indent="    ")
    return notebook


def _region(name: str, lines: list[str], indent: str = "") -> str:
    return "\n".join(["", f"{indent}### BEGIN {name}", *lines, f"{indent}### END {name}"])
