"""Takes in one submission: read, parsed, recognized, rebuilt from the source, scanned."""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.ingest.attempts import scan
from autograder.ingest.reading import read_submission
from course.notebook.cell_code import top_level_names
from course.notebook.cell_marks import mark_of
from course.notebook.matching import outline_of
from course.notebook.parsing import Rejected, parse_notebook
from course.notebook.rebuild import Rebuilt, rebuild_from
from course.notebook.tampering import Flag, one_line


@dataclass(frozen=True)
class Intake:
    """The result of taking in one submission, also of one that cannot be graded."""

    reason: str = ""
    """Why it was rejected, as one line for the student and the instructor; "" if it was not."""
    rebuilt: Rebuilt | None = None
    """The notebook to grade; None if it was rejected."""
    digest: str = ""
    """SHA-256 of what was handed in; "" if there was nothing to read."""
    flags: tuple[Flag, ...] = ()
    """Everything the instructor may want to look at."""


def take_in(folder: Path, assignment: str, source: NotebookNode) -> Intake:
    """Take in `<folder>/<assignment>/<assignment>.ipynb`, `folder` being `submitted/<student>`.

    A submission that cannot be graded is an `Intake` with the reason; only a fault of the grader
    raises.
    """
    digest = ""
    try:
        submission = read_submission(folder, assignment)
        digest = submission.digest
        notebook = parse_notebook(submission.content)
        require_assignment(assignment, source, notebook)
    except Rejected as rejected:
        return Intake(rejected.reason, digest=digest)
    rebuilt = rebuild(source, notebook)
    flags = (*rebuilt.flags, *scan(rebuilt.notebook))
    return Intake(rebuilt=rebuilt, digest=digest, flags=flags)


def require_assignment(assignment: str, source: NotebookNode, submitted: NotebookNode) -> None:
    """Refuse a notebook of another assignment, by its gaps and tests.

    Marks decide first, then ids, then the names that cells define, so that a notebook whose marks
    an editor has dropped is still accepted. Raises `Rejected` if nothing of the source is found.
    """
    graded = _graded(source)
    cells = submitted.cells
    marked = {mark_of(cell).grade_id for cell in cells} | {str(cell.get("id")) for cell in cells}
    if marked & graded:
        return
    others = sorted(_graded(submitted))
    if others:
        raise Rejected(
            f"This is not the notebook of {assignment}: its exercises are "
            f"{one_line(', '.join(others), 200)}."
        )
    gaps = {mark_of(cell).exercise for cell in source.cells if mark_of(cell).is_gap}
    if not any(gaps & top_level_names(cell.source) for cell in cells if cell.cell_type == "code"):
        raise Rejected(f"This is not the notebook of {assignment}: it holds none of its exercises.")


def _graded(notebook: NotebookNode) -> set[str]:
    """Return the names of the gaps and tests that are marked in a notebook."""
    marks = [mark_of(cell) for cell in notebook.cells]
    return {mark.grade_id for mark in marks if mark.grade_id and (mark.is_gap or mark.is_test)}


def rebuild(source: NotebookNode, submitted: NotebookNode) -> Rebuilt:
    """Combine the fixed cells of the source with the gaps and own cells of a parsed submission."""
    released = [cell.source for cell in _released(source).cells]
    return rebuild_from(outline_of(source, released), source, submitted)


def _released(source: NotebookNode) -> NotebookNode:
    """Clear solutions and hidden tests by the same two steps that made the release."""
    from nbgrader.preprocessors import ClearHiddenTests

    from autograder.build.release import ClearSolutions

    notebook: Any = copy.deepcopy(source)
    for step in (ClearSolutions(), ClearHiddenTests()):
        notebook, _ = step.preprocess(notebook, {})
    return notebook
