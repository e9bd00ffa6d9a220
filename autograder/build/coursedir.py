"""A stock nbgrader course: found by its folder, read through nbgrader's own configuration.

Where things lie is what nbgrader's `CourseDirectory` says. `nbgrader_config.py` is the instructor's
own code and runs here, as it does in nbgrader's commands.
"""

import glob
import logging
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any

from traitlets.config import Config

from autograder.folders import (
    ClassFolder,
    CourseFolder,
    find_course,
    is_ignored,
    is_there,
    require_known,
    sqlite_url,
)
from course.errors import BuildError

CONFIGURATION = "nbgrader_config.py"
SQLITE = "sqlite:///"
USUAL_SECONDS = 120.0
"""Longest run of a cell where the course sets no limit."""


class StockClass(ClassFolder):
    """The class of a stock course: it lies where the course's configuration says."""

    def __init__(self, root: Path, coursedir: Any) -> None:
        """Take the places from an nbgrader `CourseDirectory`."""
        super().__init__(root)
        object.__setattr__(self, "_coursedir", coursedir)

    def _step(self, name: str) -> Path:
        return self.root / getattr(self._coursedir, f"{name}_directory")  # type: ignore[attr-defined]

    @property
    def submitted(self) -> Path:
        """The step's folder; the course's structure may put a submission elsewhere."""
        return self._step("submitted")

    def submission(self, student: str, assignment: str) -> Path:
        """The folder of what a student handed in, in the course's structure of folders."""
        coursedir = self._coursedir  # type: ignore[attr-defined]
        return self.root / coursedir.format_path(coursedir.submitted_directory, student, assignment)

    @property
    def autograded(self) -> Path:
        """The step's folder for notebooks after grading."""
        return self._step("autograded")

    @property
    def feedback(self) -> Path:
        """The step's folder for feedback pages."""
        return self._step("feedback")

    @property
    def gradebook(self) -> Path:
        """The file that `db_url` names; a relative one lies in the course's folder."""
        from sqlalchemy.engine import make_url

        return self.root / str(make_url(self._coursedir.db_url).database)  # type: ignore[attr-defined]

    @property
    def db_url(self) -> str:
        """The database's URL for SQLAlchemy."""
        return sqlite_url(self.gradebook)

    @property
    def course_id(self) -> str:
        """The course's id in the gradebook."""
        return self._coursedir.course_id or super().course_id  # type: ignore[attr-defined]


@dataclass(frozen=True)
class StockCourse:
    """The folder of a stock nbgrader course."""

    root: Path
    config: Config

    @cached_property
    def coursedir(self) -> Any:
        """Return nbgrader's own object of the course's folders."""
        from nbgrader.coursedir import CourseDirectory

        return CourseDirectory(config=self.config, **self._root())

    def _root(self) -> dict[str, str]:
        has_root = "root" in self.config.CourseDirectory
        return {} if has_root else {"root": str(self.root)}

    @property
    def class_folder(self) -> StockClass:
        """The class, which lies in the course's own folder."""
        return StockClass(Path(self.coursedir.root), self.coursedir)

    @property
    def cell_seconds(self) -> float:
        """`Execute.timeout`, as nbgrader's commands apply it."""
        from nbgrader.preprocessors import Execute

        seconds = Execute(config=self.config).timeout
        return float(seconds) if seconds and seconds > 0 else USUAL_SECONDS

    def source(self, assignment: str) -> Path:
        """The folder with an assignment's source notebooks and the files beside them."""
        return self._path("source", ".", assignment)

    def submission(self, student: str, assignment: str) -> Path:
        """The folder of what a student handed in."""
        return self.class_folder.submission(student, assignment)

    def autograded(self, student: str, assignment: str) -> Path:
        """The folder of a submission's notebooks after grading."""
        return self._path("autograded", student, assignment)

    def feedback(self, student: str, assignment: str) -> Path:
        """The folder of a submission's feedback pages, one for each notebook."""
        return self._path("feedback", student, assignment)

    def _path(self, step: str, student: str, assignment: str) -> Path:
        folder = getattr(self.coursedir, f"{step}_directory")
        return Path(self.coursedir.format_path(folder, student, assignment))

    def assignments(self) -> list[str]:
        """List the folders below the source folder that hold a notebook, by name."""
        found = self._matches("source", ".", r"[^/]+", "*")
        return sorted(name for name in found if self.notebooks(name))

    def notebooks(self, assignment: str) -> list[str]:
        """List the names of an assignment's source notebooks, without `.ipynb`."""
        return sorted(path.stem for path in self.source(assignment).glob("*.ipynb"))

    def students(self, assignment: str) -> list[str]:
        """List who handed in an assignment."""
        return sorted(self._matches("submitted", r"[^/]+", re.escape(assignment), "*", "student"))

    def of_no_assignment(self) -> list[tuple[str, Path]]:
        """List what lies where a submission would and has no assignment's name, by student."""
        known = set(self.assignments())
        folder = self.coursedir.submitted_directory
        named = r"(?P<student>[^/]+)", r"(?P<assignment>[^/]+)"
        pattern = self.coursedir.format_path(folder, *named, escape=True)
        places = self.coursedir.format_path(folder, "*", "*")
        found = []
        for path in sorted(glob.glob(places)):  # noqa: PTH207 -- a pattern of nbgrader's
            name = re.fullmatch(pattern, path)
            if name and name["assignment"] not in known:
                found.append((name["student"], Path(path)))
        return found

    def _matches(
        self, step: str, student: str, assignment: str, star: str, wanted: str = "assignment"
    ) -> Iterator[str]:
        """Find the names that stand for a star in the course's structure of folders."""
        folder = getattr(self.coursedir, f"{step}_directory")
        pattern = self.coursedir.format_path(
            folder,
            f"(?P<student>{re.escape(student) if student == '.' else student})",
            f"(?P<assignment>{assignment})",
            escape=True,
        )
        plain = assignment.replace("\\", "") if wanted == "student" else star
        places = self.coursedir.format_path(folder, star if wanted == "student" else ".", plain)
        for path in glob.glob(places):  # noqa: PTH207 -- a pattern of nbgrader's
            name = re.fullmatch(pattern, path)
            if name and not is_ignored(name[wanted]):
                yield name[wanted]

    def require(self, names: list[str]) -> list[str]:
        """Return the named assignments, all if none is named; raise BuildError for others."""
        known = self.assignments()
        if not known:
            raise BuildError(
                f"{self._path('source', '.', '')} holds no assignment.",
                "An assignment is a folder there with one notebook or several.",
            )
        return require_known(names, known)


class TrialClass(StockClass):
    """A copy of a stock course's class: marks and notebooks go there, submissions are the class's.

    Whatever the course's configuration says, the copy is in the layout of `ClassFolder`.
    """

    def __init__(self, root: Path, course: StockCourse) -> None:
        """Take the submissions and the course's id from the class itself."""
        super().__init__(root, course.coursedir)
        own = StockClass(Path(course.coursedir.root), course.coursedir)
        object.__setattr__(self, "_submitted", own.submitted)

    @property
    def submitted(self) -> Path:
        """The class's own folder."""
        return Path(self._submitted)  # type: ignore[attr-defined]

    @property
    def gradebook(self) -> Path:
        """The copied database."""
        return self.root / "gradebook.db"


@dataclass(frozen=True)
class TrialCourse(StockCourse):
    """A stock course that is graded into a copy of its class."""

    copy: Path

    @property
    def class_folder(self) -> StockClass:
        """The copy."""
        return TrialClass(self.copy, self)

    def autograded(self, student: str, assignment: str) -> Path:
        """The folder of a submission's notebooks after grading, in the copy."""
        return self.copy / "autograded" / student / assignment


AnyCourse = CourseFolder | StockCourse
"""A course of this project's own form, or a stock one."""


def find_stock_course(folder: Path | None = None) -> StockCourse | None:
    """Return the stock course in `folder`, or in the working directory; None if there is none.

    A folder whose `solutions/` holds scripts is a course of this project's own form. Raises
    `BuildError` where the course's configuration can't be used.
    """
    root = (folder or Path.cwd()).resolve()
    own = any((root / "solutions").glob("*.py"))
    if own or not (is_there(root / CONFIGURATION) or (root / "source").is_dir()):
        return None
    if "?" in str(root):
        raise BuildError(
            f"The path {root} has a question mark, where nbgrader ends the gradebook's path.",
            "Rename that folder.",
        )
    course = StockCourse(root, read_configuration(root))
    if not course.coursedir.db_url.startswith(SQLITE):
        raise BuildError(
            "The course's gradebook is no SQLite file, which this command can't write.",
            "Set CourseDirectory.db_url to sqlite:///… or use nbgrader's own command.",
        )
    _require_own_gradebook(course)
    return course


def _require_own_gradebook(course: StockCourse) -> None:
    """Raise BuildError where SQLAlchemy reads `%20` in nbgrader's usual path as a space."""
    usual = Path(course.coursedir.root) / "gradebook.db"
    is_usual = course.coursedir.db_url == f"{SQLITE}{usual}"
    if is_usual and course.class_folder.gradebook != usual:
        raise BuildError(
            f"nbgrader looks for the gradebook of {course.root} in another folder, because the "
            "path has a percent sign and two digits.",
            "Rename that folder.",
        )


def find_any_course(folder: Path | None = None) -> AnyCourse:
    """Return the course in `folder`, or in the working directory; raise BuildError for none."""
    return find_stock_course(folder) or find_course(folder)


def read_configuration(root: Path) -> Config:
    """Load the configuration as nbgrader's commands do when they start in the course's folder."""
    from nbgrader.apps.baseapp import NbGrader

    with chdir(root), captured_log() as log:
        sys.path.insert(0, str(root))  # as nbgrader does: a configuration may import its neighbors
        try:
            application = NbGrader(log_level=logging.CRITICAL, raise_config_file_errors=True)
            application.load_config_file()
        except (Exception, SystemExit) as error:
            reason = " ".join(f"{error} {log.getvalue()}".split())[:400]
            raise BuildError(
                f"{root / CONFIGURATION} can't be read: {type(error).__name__}: {reason}",
                "Run `nbgrader --help-all` there; it reads the same file.",
            ) from error
        finally:
            sys.path.remove(str(root))
    return Config(application.config)


API_LOG = "tornado.application"
"""Where nbgrader's API writes an error of the database, with its traceback, before it raises it."""


@contextmanager
def captured_log(*names: str) -> Iterator[StringIO]:
    """Collect what nbgrader writes into these logs, by default into all, instead of printing it."""
    text = StringIO()
    handler = logging.StreamHandler(text)
    handler.setLevel(logging.WARNING)
    loggers = [logging.getLogger(name) for name in names or ("traitlets", API_LOG)]
    before = [(logger, logger.propagate, logger.handlers) for logger in loggers]
    for logger in loggers:
        logger.propagate, logger.handlers = False, [handler]
    try:
        yield text
    finally:
        for logger, propagate, handlers in before:
            logger.propagate, logger.handlers = propagate, handlers


_EXCEPTION = re.compile(r"^[\w.]*(?:Error|Exception|Exit|Entry): .+", re.MULTILINE)


def reason_in(log: str, limit: int = 400) -> str:
    """Return why nbgrader stopped, in one line: the last exception of its log, else its end."""
    found = _EXCEPTION.findall(log)
    lines = [line for line in log.splitlines() if line.strip()]
    return " ".join((found[-1] if found else " ".join(lines[-4:])).split())[:limit]


_DATABASE = re.compile(r"\(sqlite3\.(?:Operational|Database)Error\) (.+)")


def require_database(log: str) -> None:
    """Raise sqlite3.OperationalError where nbgrader stopped because of the gradebook's file."""
    if found := _DATABASE.search(log):
        raise sqlite3.OperationalError(found[1])
