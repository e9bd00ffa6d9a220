"""The instructor's two steps of nbgrader's exchange that read what students own.

They are `nbgrader collect` and `nbgrader release_feedback`, and formgrader's buttons for them. A
page lies in the exchange under a name that only its student can compute, from the secret that
`nbgrader submit` put beside the submission. Grading and `autograder feedback` pass that secret on.
"""

import os
import shutil
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nbgrader.exchange.default import ExchangeCollect, ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash

from autograder.folders import ClassFolder
from autograder.ingest.reading import SECRET, TIMESTAMP, read_exchange_files
from course.visible import visible

_AS_IT_IS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_DEEPEST = 20  # folders inside each other


class Collect(ExchangeCollect):
    """Collects regular files only, and names what it leaves out.

    nbgrader's own class follows links. A submission belongs to its student until it is collected,
    and so a link in it would hand the student, by way of the feedback, whatever file of the
    instructor's it leads to.
    """

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy what was handed in through a folder that its student can't change meanwhile."""
        with TemporaryDirectory(prefix="collected-") as held:
            inside = Path(held) / "submission"
            for left_out in copy_regular_files(Path(src), inside):
                self.log.warning(
                    "Not collected: %s of %s. It is a link, or no file that can be read.",
                    visible(left_out),
                    visible(src),
                )
            super().do_copy(str(inside), dest, log)


def copy_regular_files(source: Path, target: Path) -> list[str]:
    """Copy the regular files of a folder that somebody else owns; return the paths of the rest.

    No link is followed, at no place in the folder and even if it is put there during the copy.
    """
    target.mkdir(parents=True)
    parent = os.open(source.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        left_out = list(_copy_entry(parent, source.name, target))
    finally:
        os.close(parent)
    return [str(path.relative_to(target)) for path in left_out]


def _copy_entry(folder: int, name: str, place: Path, depth: int = 0) -> Iterator[Path]:
    """Copy one entry of an open folder to its place; yield the places of what is not copied."""
    try:
        descriptor = os.open(name, _AS_IT_IS, dir_fd=folder)
    except OSError:  # a link among others
        yield place
        return
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode) and depth <= _DEEPEST:
            place.mkdir(exist_ok=True)
            with os.scandir(descriptor) as entries:
                names = sorted(entry.name for entry in entries)
            for inner in names:
                yield from _copy_entry(descriptor, inner, place / inner, depth + 1)
        elif stat.S_ISREG(mode) and depth:
            with open(descriptor, "rb", closefd=False) as file, place.open("xb") as copy:
                shutil.copyfileobj(file, copy)
        else:
            yield place
    finally:
        os.close(descriptor)


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
        shutil.copyfile(page.path, partial)
        partial.chmod(0o664 if self.coursedir.groupshared else 0o644)  # whatever the umask
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
