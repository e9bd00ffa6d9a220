"""Takes in one submission as bytes: parsed, recognized, rebuilt from the source, scanned."""

import copy
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from autograder.ingest.attempts import scan
from course.notebook.matching import outline_of
from course.notebook.parsing import read_cells
from course.notebook.rebuild import Rebuilt, rebuild_from
from course.notebook.recognizing import require_assignment
from course.notebook.rejecting import Rejected
from course.notebook.tampering import Flag

LEFT_OUT = "not_read"
"""The kind of a flag that says what of a notebook was not read, such as 80 MB of outputs."""


@dataclass(frozen=True)
class Intake:
    """The result of taking in one submission, also of one that cannot be graded."""

    reason: str = ""
    """Why it was rejected, as one line for the student and the instructor; "" if it was not."""
    rebuilt: Rebuilt | None = None
    """The notebook to grade; None if it was rejected."""
    flags: tuple[Flag, ...] = ()
    """Everything the instructor may want to look at."""


def take_in(content: bytes, assignment: str, source: NotebookNode, released: list[str]) -> Intake:
    """Take in the bytes of a notebook; one that cannot be graded is an `Intake` with the reason.

    `released` are the texts of the source's cells as released, from `released_texts`.
    """
    try:
        parsed = read_cells(content)
        require_assignment(assignment, source, parsed.notebook)
    except Rejected as rejected:
        return Intake(rejected.reason)
    rebuilt = rebuild_from(outline_of(source, released), source, parsed.notebook)
    notes = [Flag(LEFT_OUT, note) for note in parsed.notes]
    return Intake(rebuilt=rebuilt, flags=(*notes, *rebuilt.flags, *scan(rebuilt.notebook)))


def released_texts(source: NotebookNode) -> list[str]:
    """Return the text of each cell as released: by the same two steps that made the release."""
    from nbgrader.preprocessors import ClearHiddenTests

    from autograder.build.release import ClearSolutions

    notebook: Any = copy.deepcopy(source)
    for step in (ClearSolutions(), ClearHiddenTests()):
        notebook, _ = step.preprocess(notebook, {})
    return [cell.source for cell in notebook.cells]
