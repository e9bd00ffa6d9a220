"""Where things lie: the folder of the course, and the folder of a class."""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from course.errors import BuildError
from course.lessons.released import ASSIGNMENTS


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
        """The hand-written script of an assignment."""
        return self.solutions / f"{assignment}.py"

    def source(self, assignment: str) -> Path:
        """The generated source notebook: solutions and hidden tests."""
        return self.solutions / assignment / f"{assignment}.ipynb"

    def release(self, assignment: str) -> Path:
        """The generated release notebook: what students get."""
        return self.exercises / assignment / f"{assignment}.ipynb"

    def assignments(self) -> list[str]:
        """Name the assignments that have a script, in the order of the course."""
        found = {path.stem for path in self.solutions.glob("*.py")}
        known = [name for name in ASSIGNMENTS if name in found]
        return known + sorted(found - set(known))

    def require(self, names: list[str]) -> list[str]:
        """Return the named assignments, or all; refuse a name that has no script."""
        known = self.assignments()
        for name in names:
            if name not in known:
                raise BuildError(
                    f"There is no assignment called {name!r}.",
                    f"Choose from: {', '.join(known)}.",
                )
        return names or known


def find_course(folder: Path | None = None) -> CourseFolder:
    """Return the course folder named, or the working directory if it holds `solutions/`."""
    root = (folder or Path.cwd()).resolve()
    if not (root / "solutions").is_dir():
        raise BuildError(
            f"{root} holds no folder `solutions`.",
            "Run this in a checkout of convpool-course, or name one with --course DIR.",
        )
    return CourseFolder(root)


@dataclass(frozen=True)
class ClassFolder:
    """One class in nbgrader's layout; never part of the checkout."""

    root: Path

    def source(self, assignment: str) -> Path:
        """The class's own source notebook, where one was drawn for it."""
        return self.root / "source" / assignment / f"{assignment}.ipynb"

    def release(self, assignment: str) -> Path:
        """The class's own release notebook, where one was drawn for it."""
        return self.root / "release" / assignment / f"{assignment}.ipynb"

    @property
    def submitted(self) -> Path:
        """What students handed in: `<student>/<assignment>/<assignment>.ipynb`."""
        return self.root / "submitted"

    @property
    def autograded(self) -> Path:
        """The notebooks after grading."""
        return self.root / "autograded"

    @property
    def feedback(self) -> Path:
        """The pages for students."""
        return self.root / "feedback"

    @property
    def gradebook(self) -> Path:
        """nbgrader's database."""
        return self.root / "gradebook.db"

    @property
    def db_url(self) -> str:
        """The database as SQLAlchemy names it."""
        return f"sqlite:///{self.gradebook}"


def find_class(folder: Path | None = None) -> ClassFolder:
    """Return the class folder named, else `CLASS_DIR`, else `class/` in the working directory."""
    return ClassFolder((folder or Path(os.environ.get("CLASS_DIR") or "class")).resolve())


_BYTES = 32


def class_secret(class_folder: ClassFolder) -> bytes:
    """Read the class's secret; make one, readable to its owner only, if there is none yet.

    Whoever knows it can foresee the inputs of the hidden checks.
    """
    path = class_folder.root / ".secret"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
    return Path(path).read_bytes()


def submission_seed(secret: bytes, digest: str, assignment: str) -> str:
    """Derive the seed of one submission (HMAC-SHA256, hexadecimal): the same at every regrade."""
    return hmac.new(secret, f"{assignment}:{digest}".encode(), hashlib.sha256).hexdigest()
