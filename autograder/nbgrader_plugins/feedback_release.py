"""Feedback through nbgrader's exchange: `nbgrader release_feedback`, and formgrader's button.

A page lies in the exchange under a name that only its student can compute, from the secret that
`nbgrader submit` put beside the submission. Grading and `autograder feedback` pass that secret on.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash

from autograder.folders import ClassFolder
from autograder.ingest.reading import SECRET, TIMESTAMP, read_exchange_files
from course.visible import visible


@dataclass(frozen=True)
class Page:
    """A feedback page of one student, and what the exchange noted on its submission."""

    student: str
    path: Path
    secret: str
    time: str


class ReleaseFeedback(ExchangeReleaseFeedback):
    """Releases the pages of submissions from the exchange, and names those that are not.

    nbgrader's own class stops at the first page of a submission that came another way, such as from
    Canvas; and it releases every HTML file, also one that a student handed in as a link to a file
    of the instructor's.
    """

    def copy_files(self) -> None:
        """Copy each page into the exchange; fail if none can be released."""
        name = self.coursedir.assignment_id
        pages = list(self._pages())
        if not pages:
            self.fail(f"{name} has no feedback pages. Run `autograder feedback {name}` first.")
        times_used = Counter(page.secret for page in pages)
        released = 0
        for page in pages:
            problem = _problem(page, times_used)
            if problem:
                self.log.warning("Not released: %s of %s. %s", name, visible(page.student), problem)
                continue
            self._release(page, name)
            released += 1
        if not released:
            self.fail(f"No feedback on {name} was released; the reasons are above.")
        self.log.info("Released the feedback on %s of %d students.", name, released)

    def _pages(self) -> Iterator[Page]:
        """Read the class's pages, of the students that the command names."""
        folder = ClassFolder(Path(self.coursedir.submitted_directory).parent).feedback
        name = self.coursedir.assignment_id
        excluded = set(self.coursedir.student_id_exclude.split(","))
        for path in sorted(folder.glob("*")):
            page = path / name / f"{name}.html"
            named = self.coursedir.student_id in ("", "*", path.name)
            if not named or path.name in excluded or not page.is_file():
                continue
            notes = read_exchange_files(page.parent)
            secret, time = (notes.get(note, b"").decode() for note in (SECRET, TIMESTAMP))
            yield Page(path.name, page, secret, time.strip())

    def _release(self, page: Page, notebook: str) -> None:
        """Copy one page to its place in the exchange, whole or not at all."""
        key = notebook_hash(secret=page.secret, notebook_id=notebook)
        target = Path(self.dest_path) / f"{key}.html"
        partial = target.with_name(f"{key}-tmp.html")
        shutil.copy(page.path, partial)
        partial.replace(target)
        time = visible(page.time) or "an unknown time"
        self.log.info("Released to %s, for what was submitted at %s", visible(page.student), time)


def _problem(page: Page, times_used: Counter[str]) -> str:
    """Say why a page can't be released, "" if it can."""
    if not page.secret:
        return (
            "It did not come through the exchange, or was not graded since: there is no "
            f"{SECRET}. Run `autograder grade` and `autograder feedback`; hand out the page of any "
            "other submission with `autograder feedback --zip`."
        )
    if times_used[page.secret] > 1:
        return f"Another student's submission has the same {SECRET}. Ask them to submit again."
    return ""
