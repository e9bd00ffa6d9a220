"""The paths of a course folder and of a class folder, and the class's secret."""

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from course.errors import BuildError, CourseError, GradingError
from course.notebook.release_folder import CONTENTS_PAGE, exercises_folder, in_order

COLAB_CELL_ID = "colab"
"""Id of a cell that every notebook made from a script has, and no other."""


@dataclass(frozen=True)
class CourseFolder:
    """The folder with `solutions/` and `exercises/`, as a checkout has it."""

    root: Path

    @property
    def solutions(self) -> Path:
        """The scripts, the graded questions and the generated source notebooks."""
        return self.root / "solutions"

    @property
    def exercises(self) -> Path:
        """The generated release notebooks."""
        return self.root / "exercises"

    def script(self, assignment: str) -> Path:
        """The hand-written script of an assignment, if it is written as a script."""
        return self.solutions / f"{assignment}.py"

    def source(self, assignment: str) -> Path:
        """The source notebook: solutions and hidden tests; generated, if there is a script."""
        return self.solutions / assignment / f"{assignment}.ipynb"

    def release(self, assignment: str) -> Path:
        """The generated release notebook: what students get."""
        return self.exercises / assignment / f"{assignment}.ipynb"

    @property
    def lessons(self) -> Path:
        """The learner's notebooks, which a private course has not."""
        return self.root / "course" / "lessons"

    @property
    def has_lessons(self) -> bool:
        """Whether the course has notebooks beside its exercises."""
        return self.lessons.is_dir()

    def assignments(self) -> list[str]:
        """List the assignments that have a script or a written notebook, in the course's order."""
        found = {path.stem for path in self.solutions.glob("*.py")}
        for path in self.solutions.glob("*/*.ipynb"):
            name = path.stem
            if name == path.parent.name and name not in found and not is_generated(path):
                found.add(name)
        return in_order(found, self._contents_page())

    def _contents_page(self) -> Path:
        """The page whose links give the order: of the release, else of the course."""
        page = self.exercises / CONTENTS_PAGE
        return page if page.is_file() else self.root / CONTENTS_PAGE

    def require(self, names: list[str]) -> list[str]:
        """Return the named assignments, all if none is named.

        Raises `BuildError`, which lists the known names, for a name without a script.
        """
        return require_known(names, self.assignments())


def is_generated(notebook: Path) -> bool:
    """Tell whether a notebook was made from a script.

    One that can't be read, or has no cell, is no one's work that a build could lose.
    """
    try:
        cells = json.loads(notebook.read_text("utf-8", "replace"))["cells"]
        return not cells or any(cell.get("id") == COLAB_CELL_ID for cell in cells)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return True


def require_known(names: list[str], known: list[str]) -> list[str]:
    """Return the names, all that are known if there are none; raise BuildError for any other."""
    for name in names:
        if name not in known:
            raise BuildError(
                f"There is no assignment called {name!r}.", f"Choose from: {', '.join(known)}."
            )
    return names or known


def in_course_order(names: Iterable[str]) -> list[str]:
    """Sort names of assignments in the order of the installed course, any others by name behind."""
    try:
        page = exercises_folder() / CONTENTS_PAGE
    except CourseError:
        return sorted(names)
    return in_order(names, page)


def find_course(folder: Path | None = None) -> CourseFolder:
    """Return the course in `folder`, or in the working directory if that is None.

    Raises `BuildError` if the folder has no `solutions/`.
    """
    root = (folder or Path.cwd()).resolve()
    if not (root / "solutions").is_dir():
        raise BuildError(
            f"{root} has no folder `solutions`.",
            "Run this in a checkout of convpool-course or in an nbgrader course (with `source` or "
            "nbgrader_config.py), or name one with --course DIR.",
        )
    return CourseFolder(root)


@dataclass(frozen=True)
class ClassFolder:
    """One class in nbgrader's layout; git ignores it."""

    root: Path

    def source(self, assignment: str) -> Path:
        """The class's own source notebook, if one was generated for it."""
        return self.root / "source" / assignment / f"{assignment}.ipynb"

    def release(self, assignment: str) -> Path:
        """The class's own release notebook, if one was generated for it."""
        return self.root / "release" / assignment / f"{assignment}.ipynb"

    @property
    def submitted(self) -> Path:
        """The submissions: `<student>/<assignment>/<assignment>.ipynb`."""
        return self.root / "submitted"

    def submission(self, student: str, assignment: str) -> Path:
        """The folder of what a student handed in."""
        return self.submitted / student / assignment

    @property
    def autograded(self) -> Path:
        """The notebooks after grading."""
        return self.root / "autograded"

    @property
    def feedback(self) -> Path:
        """The feedback pages for students."""
        return self.root / "feedback"

    @property
    def gradebook(self) -> Path:
        """nbgrader's database."""
        return self.root / "gradebook.db"

    @property
    def db_url(self) -> str:
        """The database's URL for SQLAlchemy."""
        return sqlite_url(self.gradebook)

    @property
    def course_id(self) -> str:
        """The course's id in the database: nbgrader's own for a course that sets none."""
        return "default_course"


CLUTTER = {
    "__MACOSX",
    "__pycache__",
    "Thumbs.db",
    "desktop.ini",
    "timestamp.txt",
    "submission_secret.txt",
}
"""Names that systems and nbgrader make; names that begin with a dot are ignored too."""


def is_ignored(name: str) -> bool:
    """Whether an entry of `submitted/` was made by a system rather than handed in by a student."""
    return name.startswith(".") or name in CLUTTER


def is_there(path: Path) -> bool:
    """Whether there is a file that a class may have or not, such as `rules.toml`.

    Raises GradingError where that can't be found out, and for a link that leads nowhere, as to a
    drive that is not connected: without the file, marks would differ and nobody would know.
    """
    try:
        path.stat()
    except OSError as error:
        for part in (path, *path.parents):
            if os.path.lexists(part) and not os.path.exists(part):  # noqa: PTH110 -- never raises
                raise GradingError(
                    f"{part} is a link to {part.readlink()}, which can't be opened.",
                    "Restore what it leads to, or remove the link; then run it again.",
                ) from error
        if not isinstance(error, FileNotFoundError):
            raise GradingError(
                f"{path} can't be read ({error.strerror}).",
                f"Make {path.parent} a folder that you can read.",
            ) from error
        return False
    return True


def sqlite_url(path: Path) -> str:
    """Return a database's URL for SQLAlchemy.

    Raises CourseError for a path that the installed SQLAlchemy can't write as a URL: before version
    2.1 a path ends there at its first `?`.
    """
    from sqlalchemy.engine import URL, make_url

    text = URL.create("sqlite", database=str(path)).render_as_string()
    if make_url(text).database != str(path):
        raise CourseError(
            f"nbgrader's gradebook can't be opened in {path.parent}: its path has a question mark.",
            "Rename that folder.",
        )
    return text


def find_class(folder: Path | None = None) -> ClassFolder:
    """Return the class in `folder`, else in `CLASS_DIR`, else in `class/`.

    Raises GradingError for a link that leads nowhere: a class would be made where it leads.
    """
    path = folder or Path(os.environ.get("CLASS_DIR") or "class")
    is_there(path)
    return ClassFolder(path.resolve())


def class_secret(class_folder: ClassFolder) -> bytes:
    """Return the class's secret; create it, readable to its owner only, if there is none.

    It makes the inputs of hidden checks unpredictable to students.
    """
    path = class_folder.root / ".secret"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))
    return path.read_bytes()
