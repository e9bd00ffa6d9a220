"""Everything in `submitted/` that was not graded: where it lies, why, and what to do next.

A submission is `submitted/<student>/<assignment>/<assignment>.ipynb`. Whatever else lies there is a
row, so that nothing handed in is overlooked. Files are read as data; links are not followed.
"""

import os
import stat
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from shlex import quote

import nbformat
from nbformat import NotebookNode

from autograder.folders import ClassFolder, CourseFolder, is_ignored
from autograder.grading.plan import read_source
from autograder.grading.results import SubmissionResult, result_path
from autograder.ingest.reading import MAX_BYTES, Unreadable, read_submission
from course.crossing import is_text
from course.errors import CourseError
from course.learner.lab import notebooks
from course.lessons.improve_rules import NAME as OPEN_EXERCISE
from course.notebook.parsing import parse_notebook
from course.notebook.recognizing import assignment_of
from course.notebook.regrade_request import REGRADE
from course.notebook.rejecting import Rejected
from course.notebook.tampering import one_line

_MOST_FILES = 1000  # of one folder that is no assignment
_MOST_NAMED = 5  # names in one reason
_ASK = "Ask the student for the notebook again."
_ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz")


@dataclass(frozen=True)
class NotGraded:
    """One thing that was handed in and not graded."""

    student: str
    """The student's folder; "" for a file that lies in none."""
    assignment: str
    """The assignment that the folder or the cells name; "" if neither does."""
    path: str
    """The path below `submitted/`, in one printable line."""
    reason: str
    next_step: str
    """What to do; commands are to be run in `submitted/`."""
    target: str = ""
    """Where the grader would look for this notebook; "" for other things."""


def not_graded(
    course: CourseFolder,
    class_folder: ClassFolder,
    wanted: Collection[str],
    results: Iterator[SubmissionResult],
    unreadable: Mapping[tuple[str, str], str] | None = None,
) -> list[NotGraded]:
    """List what was not graded, by its path: rejected notebooks, and what `submitted/` holds else.

    `wanted` are the assignments that were graded; what belongs to others is left out, except the
    open exercise, which no other command looks for.
    `unreadable` has what a run could not open, and why, by student and assignment.
    """
    search = _Search(course, class_folder)
    rows = [search.rejected(one) for one in results if one.rejected and one.assignment in wanted]
    rows += search.rows()
    known = {(row.student, row.assignment) for row in rows}
    for (student, assignment), reason in (unreadable or {}).items():
        if (student, assignment) not in known:
            rows.append(search.unreadable(student, assignment, reason))
    others = {*search.known} - {*wanted, OPEN_EXERCISE}
    kept = [row for row in rows if row.assignment not in others]
    return _with_rivals(sorted(kept, key=lambda row: (row.student, row.path)))


def _with_rivals(rows: list[NotGraded]) -> list[NotGraded]:
    """Say where several notebooks could be the same submission: only one of them counts."""
    counts = Counter(row.target for row in rows if row.target)
    return [
        replace(row, next_step=f"One of {counts[row.target]}; if it counts: {row.next_step}")
        if counts[row.target] > 1
        else row
        for row in rows
    ]


class _Search:
    """Looks through the folder of every student."""

    def __init__(self, course: CourseFolder, class_folder: ClassFolder) -> None:
        self._course, self._class = course, class_folder
        self._root = class_folder.submitted
        self.known = [*course.assignments(), OPEN_EXERCISE]

    @cached_property
    def sources(self) -> dict[str, NotebookNode]:
        """The notebooks that a file's cells are compared with; read only if there is a file."""
        found = {}
        for name in self._course.assignments():
            try:
                found[name] = read_source(self._course, name, self._class)
            except CourseError:
                continue  # not built yet, and thus not graded in this run
        found[OPEN_EXERCISE] = nbformat.read(
            notebooks()[f"{OPEN_EXERCISE}/{OPEN_EXERCISE}.ipynb"], 4
        )
        return found

    def rows(self) -> Iterator[NotGraded]:
        """Yield what lies in `submitted/` and is no submission."""
        if not self._root.is_dir():
            return
        for path in self._entries(self._root):
            if not is_text(path.name):
                yield self._row(path, "Its name is not UTF-8, so it can be nobody's.", _RENAME)
            elif path.is_symlink() and not self._has_submission(path):
                yield self._row(path, "It is a link, and links are not followed.", _COPY)
            elif path.is_symlink():
                continue  # each of its submissions has a result that says so
            elif path.is_dir():
                yield from self._in_folder(path, self._of_student)
            else:
                yield self._file(path, "It lies in no student's folder.")

    def _has_submission(self, student: Path) -> bool:
        return any(os.path.lexists(student / name) for name in self.known)

    def _of_student(self, path: Path) -> Iterator[NotGraded]:
        """Yield what is wrong with one entry of a student's folder."""
        if path.name not in self.known:
            yield from self._strange(path, "It lies in no assignment's folder.")
        elif path.is_dir() and not path.is_symlink():
            yield from self._of_assignment(path)

    def _of_assignment(self, folder: Path) -> Iterator[NotGraded]:
        """Yield what lies beside the notebook that is graded, or why that can't be opened."""
        student, name = folder.parent, folder.name
        try:
            read_submission(student, name)
        except Unreadable as error:
            yield self.unreadable(student.name, name, str(error))
            return
        except Rejected:
            if not os.path.lexists(folder / f"{name}.ipynb"):
                return  # the result's reason names what lies there instead
        expected = {f"{name}.ipynb", *self._released(name)}
        for path in self._entries(folder):
            # A regrade request has a list of its own; see `regrade_requests`.
            if path.name not in expected and path.name.casefold() != REGRADE:
                yield from self._strange(path, f"Only {name}.ipynb is graded in this folder.")

    def _released(self, assignment: str) -> set[str]:
        """Return the names of the files that were handed out with an assignment."""
        folders = (self._course.release(assignment), self._class.release(assignment))
        return {
            one.name for path in folders if path.parent.is_dir() for one in path.parent.iterdir()
        }

    def _strange(self, path: Path, why: str) -> Iterator[NotGraded]:
        """Yield a row for a file, or for every notebook below a folder and one for its rest."""
        if path.is_symlink() or not path.is_dir():
            yield self._file(path, why)
            return
        files = list(self._below(path))
        if path.parent.parent == self._root:
            why = f"The folder {one_line(path.name, 60)} is no assignment of this course."
        rest = []
        for file in files[:_MOST_FILES]:
            if _may_be_notebook(file) or file.is_symlink() or file.is_dir():
                yield self._file(file, why)
            else:
                rest.append(file)
        if rest or not files or len(files) > _MOST_FILES:
            yield self._row(path, f"{why} {_listed(rest, path, len(files))}", _LOOK)

    def _below(self, folder: Path) -> Iterator[Path]:
        """Yield the files below a folder, and folders that can't be listed."""
        closed: list[OSError] = []
        for root, folders, files in os.walk(folder, onerror=closed.append):
            folders[:] = sorted(name for name in folders if not is_ignored(name))
            links = [name for name in folders if (Path(root) / name).is_symlink()]
            yield from (
                Path(root) / name for name in sorted([*files, *links]) if not is_ignored(name)
            )
        yield from (Path(error.filename) for error in closed)

    def _file(self, path: Path, why: str) -> NotGraded:
        """Return the row of a file; its cells may tell which assignment it is."""
        try:
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                return self._row(path, f"{why} It is a link, and links are not followed.", _COPY)
            if stat.S_ISDIR(mode):  # `_below` yields only folders that can't be listed
                return self._row(path, f"{why} It can't be opened.", self._open(path))
            if not stat.S_ISREG(mode):
                return self._row(path, f"{why} It is not a regular file.", _LOOK)
            if not _may_be_notebook(path):
                return self._row(path, f"{why} It is not a notebook.", self._for_other_file(path))
            content = _read(path)
        except OSError as error:
            reason = f"{why} It can't be opened ({error.strerror})."
            return self._row(path, reason, self._open(path))
        try:
            notebook = parse_notebook(content)
        except Rejected as rejected:
            return self._row(path, f"{why} {rejected.reason}", _ASK)
        name = assignment_of(notebook, self.sources)
        if not name:
            return self._row(path, f"{why} Its cells are no assignment's of this course.", _LOOK)
        return self._of_cells(path, content, name, why)

    def _of_cells(self, path: Path, content: bytes, name: str, why: str) -> NotGraded:
        """Return the row of a notebook whose assignment its cells tell."""
        student = self._student(path)
        target = self._root / (student or "STUDENT") / name / f"{name}.ipynb"
        move = f"mv {self._quoted(path)} {self._quoted(target)}"
        reason = f"{why} By its cells it is {name}."
        if target.is_file() and not target.is_symlink():
            if _same(target, content):
                return self._row(
                    path, f"{reason} {name}.ipynb is the same file.", "Delete it.", name
                )
            reason, step = f"{reason} Another {name}.ipynb counts.", f"If this one counts: {move}"
            return self._row(path, reason, step, name)
        if not target.parent.is_dir():
            move = f"mkdir -p {self._quoted(target.parent)} && {move}"
        return self._row(path, reason, move, name, target=str(target) if student else "")

    def rejected(self, result: SubmissionResult) -> NotGraded:
        """Return the row of a submission that was rejected, and so has 0 points."""
        folder = self._root / result.student / result.assignment
        path = folder / f"{result.assignment}.ipynb"
        step = _ASK
        if folder.is_symlink() or not folder.is_dir():
            path = folder
        elif not os.path.lexists(path):
            path = folder
            steps = [row.next_step for row in self._candidates(folder)]
            step = " Or: ".join(steps) or step
        return self._row(path, f"0 points: {result.rejected}", step, result.assignment)

    def _candidates(self, folder: Path) -> list[NotGraded]:
        """Return the notebooks below an assignment's folder that their cells give a place."""
        files = [path for path in self._below(folder) if _may_be_notebook(path)][:_MOST_FILES]
        rows = [self._file(path, "") for path in files]
        return [row for row in rows if row.target]

    def unreadable(self, student: str, assignment: str, reason: str) -> NotGraded:
        """Return the row of a submission that the grader could not open."""
        path = self._root / student / assignment
        kept = result_path(self._class, student, assignment).is_file()
        mark = "The mark of an earlier run stays." if kept else "It has no mark."
        step = self._open(path)
        return self._row(path, f"{reason} {mark}", step, assignment)

    def _open(self, path: Path) -> str:
        """Return what to do with something that can't be opened."""
        return f"Make it readable, such as with chmod -R u+rX {self._quoted(path)}; grade again."

    def _in_folder(
        self, folder: Path, rows_of: Callable[[Path], Iterator[NotGraded]]
    ) -> Iterator[NotGraded]:
        """Yield the rows of every entry of a folder, or one row if it can't be listed."""
        try:
            for path in self._entries(folder):
                yield from rows_of(path)
        except OSError as error:
            reason = f"The folder can't be opened ({error.strerror})."
            step = self._open(folder)
            yield self._row(folder, reason, step)

    @staticmethod
    def _entries(folder: Path) -> list[Path]:
        return sorted(path for path in folder.iterdir() if not is_ignored(path.name))

    def _for_other_file(self, path: Path) -> str:
        """Return what to do with a file that is no notebook."""
        if path.suffix.lower() == ".zip":
            student = self._student(path)
            whose = f" --student {quote(student)}" if student else ""
            return f"Run autograder collect {self._quoted(path)}{whose}, then delete it here."
        if path.suffix.lower() in _ARCHIVES:
            return "Unpack it, and run autograder collect on the folder."
        return _LOOK

    def _student(self, path: Path) -> str:
        parts = path.relative_to(self._root).parts
        return parts[0] if len(parts) > 1 or path.is_dir() or path.is_symlink() else ""

    def _quoted(self, path: Path) -> str:
        return quote(one_line(str(path.relative_to(self._root)), 500))

    def _row(
        self, path: Path, reason: str, next_step: str, assignment: str = "", *, target: str = ""
    ) -> NotGraded:
        """Return a row; an assignment's folder names the assignment where nothing else does."""
        parts = path.relative_to(self._root).parts
        if not assignment and len(parts) > 1 and parts[1] in self.known:
            assignment = parts[1]
        shown = one_line("/".join(parts), 200)
        student = one_line(self._student(path), 100)
        return NotGraded(student, assignment, shown, reason.strip(), next_step, target)


_COPY = "Put the files themselves in its place."
_RENAME = "Rename it to the student's name, such as with convmv or a file manager; grade again."
_LOOK = "Look at it; delete it if it does not count."


def _may_be_notebook(path: Path) -> bool:
    """Whether a file's name leaves it open that it is a notebook, such as `reshape.ipynb.txt`."""
    return ".ipynb" in path.name.lower() or path.suffix.lower() == ".json"


def _read(path: Path) -> bytes:
    """Read a regular file, at most a little more than is parsed."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(MAX_BYTES + 1)


def _same(path: Path, content: bytes) -> bool:
    """Whether a file holds these bytes; no if it can't be read."""
    try:
        return path.stat().st_size == len(content) and _read(path) == content
    except OSError:
        return False


def _listed(files: list[Path], folder: Path, count: int) -> str:
    """Name the files of a folder, the first few of many."""
    if not count:
        return "It is empty."
    names = [one_line(str(path.relative_to(folder)), 60) for path in files[:_MOST_NAMED]]
    more = len(files) - len(names)
    return f"It holds {', '.join(names)}{f' and {more} more' if more else ''}."
