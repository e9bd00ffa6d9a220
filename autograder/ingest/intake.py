"""Takes in one submission: read, parsed, recognized, rebuilt from the source, scanned."""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.ingest.attempts import scan
from autograder.ingest.reading import read_submission
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
    digest: str = ""
    """SHA-256 of what was handed in; "" if there was nothing to read."""
    flags: tuple[Flag, ...] = ()
    """Everything the instructor may want to look at."""


def take_in(folder: Path, assignment: str, source: NotebookNode) -> Intake:
    """Take in `<folder>/<assignment>/<assignment>.ipynb`, `folder` being `submitted/<student>`.

    A submission that cannot be graded is an `Intake` with the reason. Raises `Unreadable` where the
    machine can't open or read it.
    """
    digest = ""
    try:
        submission = read_submission(folder, assignment)
        digest = submission.digest
        parsed = read_cells(submission.content)
        require_assignment(assignment, source, parsed.notebook)
    except Rejected as rejected:
        return Intake(rejected.reason, digest=digest)
    rebuilt = rebuild(source, parsed.notebook)
    notes = [Flag(LEFT_OUT, note) for note in parsed.notes]
    flags = (*notes, *rebuilt.flags, *scan(rebuilt.notebook))
    return Intake(rebuilt=rebuilt, digest=digest, flags=flags)


def rebuild(source: NotebookNode, submitted: NotebookNode) -> Rebuilt:
    """Combine the fixed cells of the source with the gaps and own cells of a parsed submission."""
    return rebuild_from(outline_of(source, released_texts(source)), source, submitted)


def released_texts(source: NotebookNode) -> list[str]:
    """Return the text of each cell as released: by the same two steps that made the release."""
    from nbgrader.preprocessors import ClearHiddenTests

    from autograder.build.release import ClearSolutions

    notebook: Any = copy.deepcopy(source)
    for step in (ClearSolutions(), ClearHiddenTests()):
        notebook, _ = step.preprocess(notebook, {})
    return [cell.source for cell in notebook.cells]
