"""Generates what is handed out: sources, releases, the learner's notebooks and the contents page.

The order, for every assignment: read the script (`script`), check its contract (`script`), let
nbgrader's own pipeline clear solutions and hidden tests. `publish` then writes all files or none.
"""

import os
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions as NbgraderClearSolutions
from traitlets.config import Config

from autograder.build.contract import as_notebook, require_contract, require_own_files
from autograder.build.coursedir import captured_log, reason_in, require_database
from autograder.build.notebook_source import read_notebook
from autograder.build.quiz_cells import quiz_cells
from autograder.build.script import Expand, read_script
from autograder.build.sections import require_known_sections, require_sections
from autograder.folders import ClassFolder, CourseFolder, sqlite_url
from course.errors import BuildError, CourseError
from course.learner.lab import LEARNERS_NOTEBOOKS, LEARNERS_PLACES
from course.lessons.contents import contents_text
from course.quiz import read_bank

CELL_SECONDS = 300
"""Longest run of one cell: training in a slow container, and no endless loop."""
DEFAULT_SEED = 0
QUIZ = "quiz"
KEEP_ABOVE = "### KEEP ABOVE"


def build(
    course: CourseFolder, names: list[str], seed: int = DEFAULT_SEED, bank: Path | None = None
) -> dict[Path, bytes]:
    """Generate the named assignments; return the content of every file by its path.

    The learner's notebooks and the contents page are included if no assignment is named, which
    means all. Nothing is written to the checkout: see `publish`. `seed` draws the quiz; a private
    `bank` replaces the one that the quiz's script names. Raises `BuildError`.
    """
    wanted = course.require(names)
    with_lessons = not names and (course.lessons / "contents.md").is_file()
    if with_lessons:
        require_sections(course)
    try:
        with tempfile.TemporaryDirectory(prefix="convpool-build-") as folder:
            expand = partial(_questions, seed=seed, private=bank)
            files = _build_in(CourseFolder(Path(folder).resolve()), course, wanted, expand)
    except OSError as error:
        raise BuildError(
            f"The build can't write its temporary files ({error.strerror}); nothing was changed.",
            f"Free {tempfile.gettempdir()}, or name another folder in TMPDIR.",
        ) from error
    if with_lessons:
        releases = {name: files[course.release(name)] for name in wanted}
        files |= _learners_notebooks(course) | contents_page(course, releases)
    return files


def build_for_class(
    course: CourseFolder, class_folder: ClassFolder, seed: int, bank: Path | None = None
) -> dict[Path, bytes]:
    """Generate a class's own quiz, drawn from its seed or its private bank, in the class folder.

    The checkout stays as it is; grading prefers a class's own source notebook.
    """
    files = build(course, [QUIZ], seed, bank)
    return {
        class_folder.source(QUIZ): files[course.source(QUIZ)],
        class_folder.release(QUIZ): files[course.release(QUIZ)],
    }


def _questions(bank: Path, seed: int, private: Path | None) -> str:
    """Return the cells of a bank's questions, as drawn for one class."""
    return quiz_cells(read_bank(private or bank), seed)


def _build_in(
    staging: CourseFolder, course: CourseFolder, wanted: list[str], expand: Expand
) -> dict[Path, bytes]:
    """Generate the named assignments in a staging folder and read them back."""
    for name in wanted:
        with as_notebook(course, name):
            require_own_files(course, name)
            notebook = _read(course, name, expand)
            require_contract(name, notebook)
            require_known_sections(course, name, notebook)
        source = staging.source(name)
        source.parent.mkdir(parents=True)
        source.write_text(_source_bytes(notebook).decode(), encoding="utf-8")
    files: dict[Path, bytes] = {}
    for name in wanted:
        generate(staging, name)
        files[course.source(name)] = staging.source(name).read_bytes()
        files[course.release(name)] = staging.release(name).read_bytes()
    return files


def _read(course: CourseFolder, name: str, expand: Expand) -> NotebookNode:
    """Read an assignment as it is written: its script, else its notebook."""
    script = course.script(name)
    return read_script(script, expand) if script.is_file() else read_notebook(course.source(name))


def build_config(root: Path, gradebook: Path) -> Config:
    """Configure the release: where sources and releases lie, and how solutions are cleared."""
    from nbgrader.converters import GenerateAssignment

    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = "convpool"
    config.CourseDirectory.source_directory = "solutions"
    config.CourseDirectory.release_directory = "exercises"
    config.CourseDirectory.db_url = sqlite_url(gradebook)
    pipeline = GenerateAssignment.preprocessors.default_args[0]
    config.GenerateAssignment.preprocessors = [
        ClearSolutions if step is NbgraderClearSolutions else step for step in pipeline
    ]
    return config


def generate(staging: CourseFolder, name: str, gradebook: Path | None = None) -> None:
    """Run nbgrader's GenerateAssignment on one staged source notebook.

    Its cells are entered in `gradebook` if one is given. Raises `BuildError` with nbgrader's log,
    and sqlite3.OperationalError where the gradebook's file is the reason.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory

    config = build_config(staging.root, gradebook or staging.root / "gradebook.db")
    config.CourseDirectory.assignment_id = name
    if gradebook is None:
        # A release needs no gradebook: these two are what `--no-db` sets.
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
    with captured_log() as log:
        converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
        try:
            converter.start()
        except (NbGraderException, SystemExit) as error:
            require_database(log.getvalue())
            reason = reason_in(log.getvalue()) or str(error)
            raise BuildError(f"{name}: nbgrader refused the source. {reason}") from error


class ClearSolutions(NbgraderClearSolutions):
    """Clear solutions as nbgrader does, but leave no `raise` in a gap that holds a value.

    A solution region with `### KEEP ABOVE` in it is replaced by nothing: the lines before it
    (`q1 = None`) are released, and the notebook still runs from top to bottom.
    """

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        if KEEP_ABOVE not in cell.source:
            return bool(super()._replace_solution_region(cell, language))
        stubs: dict[str, str] = self.code_stub  # type: ignore[has-type]
        self.code_stub = {**stubs, language: ""}
        try:
            replaced = super()._replace_solution_region(cell, language)
        finally:
            self.code_stub = stubs
        cell.source = cell.source.rstrip()
        return bool(replaced)


def _learners_notebooks(course: CourseFolder) -> dict[Path, bytes]:
    """Generate the lesson's and the other ungraded notebooks beside their scripts."""
    notebooks = [course.lessons / name for name in LEARNERS_NOTEBOOKS]
    return {
        path: (nbformat.writes(read_script(path.with_suffix(".py"))) + "\n").encode()
        for path in notebooks
    }


def contents_page(course: CourseFolder, releases: Mapping[str, bytes]) -> dict[Path, bytes]:
    """Generate `exercises/README.md`: the learner's contents page with the checkout's links.

    `releases` are the assignments' released notebooks; each that the page does not name gets a row.
    """
    text = (course.lessons / "contents.md").read_text(encoding="utf-8")
    read = {name: nbformat.reads(content.decode(), 4) for name, content in releases.items()}
    text = contents_text(text, read)
    for inside, script in LEARNERS_PLACES.items():
        text = text.replace(f"]({inside})", f"](../course/lessons/{script})")
    note = "<!-- Generated from course/lessons/contents.md: edit that. -->\n"
    return {course.exercises / "README.md": (note + text).encode()}


def stale_sources(course: CourseFolder, class_folder: ClassFolder, names: list[str]) -> list[str]:
    """Say for each assignment that was changed since its last build what to do.

    A script has changed if it makes another source notebook; a notebook that is written by hand, if
    a build would write it otherwise. A class's own quiz is left out: it was drawn for the class.
    """
    expand = partial(_questions, seed=DEFAULT_SEED, private=None)
    lines = []
    for name in course.require(names):
        script, source = course.script(name), course.source(name)
        written = script if script.is_file() else source
        if class_folder.source(name).is_file() or not source.is_file():
            continue
        try:
            with as_notebook(course, name):
                is_stale = _source_bytes(_read(course, name, expand)) != source.read_bytes()
        except CourseError as error:
            lines.append(f"{error} Until then the last build of {name} is graded.")
            continue
        if is_stale:
            lines.append(
                f"{written.relative_to(course.root)} has changed since the last build, which is "
                f"what is graded. Run `autograder build {name}`, then grade again."
            )
    return lines


def _source_bytes(notebook: NotebookNode) -> bytes:
    return (nbformat.writes(notebook) + "\n").encode()


def changed_sources(course: CourseFolder, files: Mapping[Path, bytes]) -> dict[str, bytes]:
    """Return the source notebooks among `files` that differ from those on disk, by assignment.

    A notebook that is written by hand has changed if it, or what is released of it, differs.
    """
    changed = set(outdated(dict(files)))
    return {
        name: files[course.source(name)]
        for name in course.assignments()
        if course.source(name) in changed
        or (course.release(name) in changed and not course.script(name).is_file())
    }


def publish(files: dict[Path, bytes]) -> list[Path]:
    """Write all files or none; return those that changed.

    Every file is first written whole beside its target, so a full disk or a read-only folder
    leaves the old files as they were. Raises `BuildError`.
    """
    changed = outdated(files)
    written: list[tuple[Path, Path]] = []
    try:
        for path in changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{path.name}.{os.getpid()}.new")
            written.append((beside, path))
            beside.write_bytes(files[path])
        for beside, path in written:
            beside.replace(path)
    except OSError as error:
        raise BuildError(
            f"{error.filename or path} can't be written ({error.strerror}); nothing was changed.",
            "Free the disk or fix the folder's permissions, then run the build again.",
        ) from error
    finally:
        for beside, _ in written:
            beside.unlink(missing_ok=True)
    return changed


def outdated(files: dict[Path, bytes]) -> list[Path]:
    """List the files that are missing or whose content on disk differs."""
    return [path for path, content in files.items() if _content(path) != content]


def _content(path: Path) -> bytes | None:
    """Return the content of a file, None if there is none."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise BuildError(
            f"{path} can't be read ({error.strerror}).", "Move it away, then build again."
        ) from error
