"""From what a student handed in to a notebook that is safe to run, purely as data.

The steps, in the order of `take_in`: `reading` (one regular file), `parsing` (plain cells),
`belonging` (the right assignment), `rebuild` (fixed cells from the source), `flags` (what looks
like an attempt). No code of a student's is run here.
"""

from autograder.ingest.flags import scan
from autograder.ingest.intake import Intake, take_in
from autograder.ingest.names import require_safe_name
from autograder.ingest.parsing import parse_notebook
from autograder.ingest.reading import Submission, read_submission
from autograder.ingest.rebuild import rebuild
from autograder.ingest.rejection import Rejected
from course.cells.flag import Flag
from course.cells.rebuild import Rebuilt

__all__ = [
    "Flag",
    "Intake",
    "Rebuilt",
    "Rejected",
    "Submission",
    "parse_notebook",
    "read_submission",
    "rebuild",
    "require_safe_name",
    "scan",
    "take_in",
]
