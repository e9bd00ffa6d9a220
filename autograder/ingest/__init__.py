"""From what a student handed in to a notebook that is safe to run, purely as data.

The steps, in the order of `take_in`: `reading` (one regular file), `parsing` (plain cells),
`belonging` (the right assignment), `rebuild` (fixed cells from the source), `flags` (what looks
like an attempt). No code of a student's is run here.
"""

from autograder.ingest.attempts import scan
from autograder.ingest.intake import Intake, rebuild, take_in
from autograder.ingest.parsing import parse_notebook
from autograder.ingest.reading import Rejected, Submission, read_submission, require_safe_name
from course.notebook.rebuild import Rebuilt
from course.notebook.tampering import Flag

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
