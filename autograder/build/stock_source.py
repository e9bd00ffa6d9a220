"""Reads an assignment of a stock course: its notebooks as they are graded and as they are released.

nbgrader's own pipeline makes both. The notebook to grade has gone through all steps but those that
clear solutions, hidden tests and mark schemes, so it has the header and the tests that nbgrader
would grade with.
"""

import shutil
import tempfile
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config

from autograder.build.coursedir import (
    StockCourse,
    captured_log,
    reason_in,
    require_database,
)
from autograder.build.notebook_source import name_cells, require_points
from course.errors import BuildError
from course.notebook.parsing import require_python
from course.notebook.rejecting import Rejected

SOURCE, RELEASE = "convpool-source", "convpool-release"
"""Folders of a staged copy, beside links to everything in the course's folder."""


@dataclass(frozen=True)
class StockNotebook:
    """One source notebook of an assignment."""

    assignment: str
    name: str
    """The file's name without `.ipynb`."""
    source: NotebookNode
    """With solutions and hidden tests; every cell has an id."""
    released: list[str]
    """The text of each cell as students get it."""

    @property
    def unit(self) -> str:
        """The name of this notebook in a run: `ps1/problem1`."""
        return f"{self.assignment}/{self.name}"


@dataclass(frozen=True)
class StockAssignment:
    """An assignment's notebooks, and the files beside them."""

    name: str
    notebooks: list[StockNotebook]
    files: dict[str, Path] = field(default_factory=dict)
    """Files that are handed out and are there when a submission is graded, by relative path."""


def read_assignment(course: StockCourse, name: str) -> StockAssignment:
    """Read an assignment's source; raise BuildError if nbgrader can't use it."""
    with tempfile.TemporaryDirectory(prefix="convpool-stock-") as folder:
        staging = Path(folder).resolve()
        _stage(course, name, staging)
        graded = _converted(course, name, staging, clear=False)
        released = _converted(course, name, staging, clear=True)
    notebooks = []
    for stem, notebook in sorted(graded.items()):
        name_cells(notebook)
        texts = [cell.source for cell in released[stem].cells]
        if len(texts) != len(notebook.cells):
            raise BuildError(f"{name}/{stem}: the release has other cells than the source.")
        notebooks.append(StockNotebook(name, stem, notebook, texts))
    return StockAssignment(name, notebooks, files_beside(course, name))


def register_assignment(course: StockCourse, name: str) -> None:
    """Enter an assignment's cells and points in the gradebook, as nbgrader does for a release.

    That release goes to a temporary folder. Raises BuildError with nbgrader's reason, and
    sqlite3.OperationalError where the gradebook's file is the reason.
    """
    with tempfile.TemporaryDirectory(prefix="convpool-stock-") as folder:
        staging = Path(folder).resolve()
        _stage(course, name, staging)
        config = _staged_config(course, name, staging)
        config.CourseDirectory.db_url = course.class_folder.db_url
        _generate(name, config)


def files_beside(course: StockCourse, name: str) -> dict[str, Path]:
    """Return the files beside an assignment's notebooks, by their path relative to them."""
    from nbgrader.utils import find_all_files

    folder = course.source(name)
    found = find_all_files(str(folder), [*course.coursedir.ignore, "*.ipynb"])
    return {str(Path(path).relative_to(folder)): Path(path) for path in sorted(found)}


def _stage(course: StockCourse, name: str, staging: Path) -> None:
    """Copy an assignment's source; bring nbgrader's older metadata up to date in the copy."""
    from nbgrader.nbgraderformat import MetadataValidator

    # Configured paths, such as the header's, are relative to the folder of the course.
    for entry in course.root.iterdir():
        (staging / entry.name).symlink_to(entry)
    target = staging / SOURCE / name
    shutil.copytree(course.source(name), target, ignore=shutil.ignore_patterns(".*"))
    for path in sorted(target.glob("*.ipynb")):
        try:
            notebook = nbformat.read(path, as_version=4)
            require_python(notebook.metadata)
            with captured_log():
                MetadataValidator().upgrade_notebook_metadata(notebook)
            require_points(notebook, f"{name}/{path.name}")
            nbformat.write(notebook, path)
        except BuildError:
            raise
        except Rejected as rejected:
            raise BuildError(
                f"{name}/{path.name} can't be graded here: {rejected.reason}",
                "Use nbgrader's own command for this assignment.",
            ) from rejected
        except Exception as error:  # nbformat and the schema raise many kinds
            reason = " ".join(str(error).split())[:300]
            raise BuildError(f"{name}/{path.name} can't be read: {reason}") from error


def _staged_config(course: StockCourse, name: str, staging: Path) -> Config:
    """Return the course's configuration with the staging folder in place of the course's."""
    config = deepcopy(course.config)
    del config["CourseDirectory"]
    config.CourseDirectory.root = str(staging)
    config.CourseDirectory.source_directory = SOURCE
    config.CourseDirectory.release_directory = RELEASE
    config.CourseDirectory.course_id = course.coursedir.course_id
    config.CourseDirectory.ignore = course.coursedir.ignore
    config.CourseDirectory.db_url = f"sqlite:///{staging / 'no-gradebook.db'}"
    config.CourseDirectory.assignment_id = name
    return config


def _converted(
    course: StockCourse, name: str, staging: Path, *, clear: bool
) -> dict[str, NotebookNode]:
    """Run nbgrader's pipeline without its gradebook; return the notebooks by name."""
    from nbgrader import preprocessors
    from nbgrader.converters import GenerateAssignment

    config = _staged_config(course, name, staging)
    config.GenerateAssignment.no_database = True
    config.SaveCells.enabled = False
    if not clear:
        cleared = (
            preprocessors.ClearSolutions,
            preprocessors.ClearHiddenTests,
            preprocessors.ClearMarkScheme,
        )
        pipeline = GenerateAssignment(config=config).preprocessors
        kept = [step for step in pipeline if not _is_one_of(step, cleared)]
        config.GenerateAssignment.preprocessors = kept
    _generate(name, config)
    release = staging / RELEASE / name
    notebooks = {path.stem: nbformat.read(path, as_version=4) for path in release.glob("*.ipynb")}
    shutil.rmtree(release)
    return notebooks


def _is_one_of(step: Any, kinds: tuple[type, ...]) -> bool:
    """Whether a step of a pipeline, a class or the name of one, is one of these."""
    if isinstance(step, str):
        return step.rpartition(".")[2] in {kind.__name__ for kind in kinds}
    return isinstance(step, type) and issubclass(step, kinds)


def _generate(name: str, config: Config) -> None:
    """Run nbgrader's GenerateAssignment on the staged copy."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory

    with captured_log() as log:
        coursedir = CourseDirectory(config=config)
        converter = GenerateAssignment(coursedir=coursedir, config=config)
        converter.force = True
        try:
            converter.start()
        except (NbGraderException, SystemExit, OSError) as error:
            require_database(log.getvalue())
            reason = reason_in(log.getvalue()) or str(error)
            raise BuildError(f"{name}: nbgrader refuses its source. {reason}") from error
