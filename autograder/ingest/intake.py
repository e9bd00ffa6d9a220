"""One submission's way in: read, parsed, recognized, rebuilt, looked through."""

from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.ingest.belonging import require_assignment
from autograder.ingest.flags import scan
from autograder.ingest.parsing import parse_notebook
from autograder.ingest.reading import MAX_BYTES, read_submission
from autograder.ingest.rebuild import rebuild
from autograder.ingest.rejection import Rejected
from course.cells.flag import Flag
from course.cells.rebuild import Rebuilt


@dataclass(frozen=True)
class Intake:
    """What became of one student's submission; a submission that cannot be graded is one too."""

    reason: str = ""
    """Why it was rejected, as one line for the student and the instructor; "" if it was not."""
    rebuilt: Rebuilt | None = None
    """The notebook to grade; None if it was rejected."""
    digest: str = ""
    """SHA-256 of what was handed in; "" if there was nothing to read."""
    flags: tuple[Flag, ...] = ()
    """Everything the instructor may want to look at."""
    ignored: tuple[str, ...] = ()
    """Other files that were handed in and not looked at."""


def take_in(
    folder: Path, assignment: str, source: NotebookNode, max_bytes: int = MAX_BYTES
) -> Intake:
    """Take in `<folder>/<assignment>/<assignment>.ipynb` of the folder `submitted/<student>`.

    Whatever a student hands in, the answer is a value: only a fault of the grader raises.
    """
    digest = ""
    ignored: tuple[str, ...] = ()
    try:
        submission = read_submission(folder, assignment, max_bytes)
        digest, ignored = submission.digest, submission.ignored
        notebook = parse_notebook(submission.content, max_bytes)
        require_assignment(assignment, source, notebook)
    except Rejected as rejected:
        return Intake(rejected.reason, digest=digest, ignored=ignored)
    rebuilt = rebuild(source, notebook)
    flags = (*rebuilt.flags, *scan(rebuilt.notebook))
    return Intake(rebuilt=rebuilt, digest=digest, flags=flags, ignored=ignored)
