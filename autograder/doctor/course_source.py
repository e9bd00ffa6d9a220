"""Reads a course, this project's own or a stock nbgrader one, into the same form: its notebooks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

import course as learners_package
from autograder.build.coursedir import AnyCourse, StockCourse
from autograder.build.release import build, outdated
from autograder.build.stock_source import StockNotebook, read_assignment
from autograder.doctor.finding import Finding, fine, from_error, names, note, wrong
from autograder.doctor.giveaways import (
    Secret,
    Text,
    explanations_in,
    released_text,
    secrets_of,
    texts_below,
    texts_of,
)
from autograder.folders import ClassFolder, CourseFolder, find_class
from autograder.grading.plan import read_source
from autograder.ingest.intake import released_texts
from course.counted import counted
from course.errors import CourseError, GradingError
from course.notebook.answer_modules import answer_folders
from course.notebook.cell_marks import mark_of

_INSTALLED = "the installed package"


@dataclass(frozen=True)
class CourseNotebook:
    """One notebook of a course, and the files beside it."""

    notebook: StockNotebook
    files: Mapping[str, Path] = field(default_factory=dict)

    @property
    def unit(self) -> str:
        """What it is called: `cnn`, or `ps1/problem1` in a stock course."""
        own = self.notebook
        return own.assignment if own.assignment == own.name else own.unit


def class_of(course: AnyCourse | None, folder: Path | None) -> ClassFolder:
    """Return the class to examine; raise GradingError if a stock course is given another one."""
    if not isinstance(course, StockCourse):
        return find_class(folder)
    if folder is not None:
        raise GradingError(
            "--class does not work in a stock nbgrader course.",
            "Its class lies in the course's own folder.",
        )
    return course.class_folder


def hidden_files(course: AnyCourse | None, class_folder: ClassFolder) -> tuple[Path, ...]:
    """Name a few files that a submission must not be able to read."""
    folder = course.solutions if isinstance(course, CourseFolder) else None
    if isinstance(course, StockCourse):
        folder = course.source(next(iter(course.assignments()), ""))
    sources = sorted(folder.rglob("*.*"))[:5] if folder else []
    return (class_folder.root / ".secret", *sources)


def read_notebooks(
    course: AnyCourse, class_folder: ClassFolder, wanted: list[str]
) -> tuple[list[CourseNotebook], list[Finding]]:
    """Read the source notebooks of assignments; return them, and what can't be read or is old."""
    found: list[CourseNotebook] = []
    findings: list[Finding] = []
    if not wanted:
        step = "Write one with `autograder new NAME`."
        return [], [wrong("course", f"{course.root} holds no assignment", step)]
    for name in wanted:
        try:
            found += _notebooks_of(course, class_folder, name)
        except (CourseError, OSError) as error:
            findings.append(from_error(f"course, {name}", error, "Correct it."))
    if isinstance(course, CourseFolder):
        findings += _examine_build(course, wanted)
    else:
        findings += _examine_releases(course, found)
    if not any(one.level == "wrong" for one in findings):
        kinds = "a stock nbgrader course" if isinstance(course, StockCourse) else "a course"
        counts = f"{counted(len(wanted), 'assignment')}, {counted(len(found), 'notebook')}"
        findings.insert(0, fine("course", f"{kinds} in {course.root}: {counts}"))
    return found, findings


def _notebooks_of(
    course: AnyCourse, class_folder: ClassFolder, name: str
) -> Iterator[CourseNotebook]:
    """Yield an assignment's notebooks, each with what students see of it."""
    if isinstance(course, StockCourse):
        assignment = read_assignment(course, name)
        for notebook in assignment.notebooks:
            yield CourseNotebook(notebook, assignment.files)
    else:
        source = read_source(course, name, class_folder)
        yield CourseNotebook(StockNotebook(name, name, source, released_texts(source)))


def _examine_build(course: CourseFolder, wanted: list[str]) -> Iterator[Finding]:
    """Build the course without writing anything; compare with what is on disk."""
    everything = wanted == course.assignments()
    try:
        stale = outdated(build(course, [] if everything else wanted))
    except (CourseError, OSError) as error:
        yield from_error("build", error, "Correct it, then run `autograder build`.")
        return
    if stale:
        shown = names([str(path.relative_to(course.root)) for path in stale], 4)
        yield wrong("build", f"out of date: {shown}", "Run `autograder build`.")
    else:
        yield fine("build", "the notebooks in solutions/ and exercises/ are what the scripts make")


def _examine_releases(course: StockCourse, found: list[CourseNotebook]) -> Iterator[Finding]:
    """Compare a stock course's releases on disk with what nbgrader would make of the sources."""
    for one in found:
        path = release_folder(course, one.notebook.assignment) / f"{one.notebook.name}.ipynb"
        if not path.is_file():
            continue
        try:
            texts = [cell.source for cell in nbformat.read(path, as_version=4).cells]
        except Exception as error:  # nbformat raises many kinds
            yield wrong("release", f"{path} can't be read ({error})", "Generate it again.")
            continue
        if texts != one.notebook.released:
            yield note(
                "release",
                f"{path} differs from what its source gives now",
                f"Run `nbgrader generate_assignment {one.notebook.assignment} --force`, and hand "
                "it out again if it was handed out.",
            )


def release_folder(course: StockCourse, assignment: str) -> Path:
    """Return the folder of a stock course's release."""
    folder = course.coursedir.release_directory
    return Path(course.coursedir.format_path(folder, ".", assignment))


def secrets_in(course: AnyCourse, notebooks: list[CourseNotebook]) -> list[Secret]:
    """Return everything that students must not find."""
    found = [secret for one in notebooks for secret in secrets_of(one.notebook)]
    banks = sorted(course.solutions.glob("*.md")) if isinstance(course, CourseFolder) else []
    return found + [secret for bank in banks for secret in explanations_in(bank)]


def texts_for_students(
    course: AnyCourse, class_folder: ClassFolder, notebooks: list[CourseNotebook]
) -> Iterator[Text]:
    """Yield what students get: releases, and the files beside their notebooks."""
    if isinstance(course, CourseFolder):
        yield from texts_below(course.exercises, "exercises")
        yield from texts_below(class_folder.root / "release", f"{class_folder.root.name}/release")
        return
    for name in dict.fromkeys(one.notebook.assignment for one in notebooks):
        folder = release_folder(course, name)
        yield from texts_below(folder, _place(course, folder))
    for one in notebooks:
        folder = release_folder(course, one.notebook.assignment)
        if not (folder / f"{one.notebook.name}.ipynb").is_file():
            yield released_text(one.notebook, f"the release of {one.unit}")
        for path in one.files.values():
            yield from texts_of(path, _place(course, path))


def texts_installed(course: AnyCourse, *, covered: bool) -> Iterator[Text]:
    """Yield what this package gives to learners: its modules, and wheels that were built.

    The `covered` ones are those that a process has not while a notebook is graded in it.
    """
    if isinstance(course, StockCourse):
        return
    package = Path(learners_package.__file__).resolve().parent
    folders = {folder: str(folder.relative_to(package.parent)) for folder in answer_folders()}
    if covered:
        for folder, inside in folders.items():
            yield from texts_below(folder, f"{_INSTALLED}, {inside}")
        return
    yield from texts_below(package, f"{_INSTALLED}, course", [package / "exercises", *folders])
    prefixes = tuple(f"{inside}/" for inside in folders.values())
    for wheel in sorted((course.root / "dist").glob("*.whl")):
        for text in texts_of(wheel, f"dist/{wheel.name}"):
            if not text.place.rpartition(", ")[2].startswith(prefixes):
                yield text


def _place(course: AnyCourse, path: Path) -> str:
    return str(path.relative_to(course.root) if path.is_relative_to(course.root) else path)


def tests_of(notebook: StockNotebook) -> dict[str, float]:
    """Return the tests of a notebook that have points, with these, by `grade_id`."""
    marks = map(mark_of, notebook.source.cells)
    return {mark.grade_id: mark.points for mark in marks if mark.is_test and mark.points}
