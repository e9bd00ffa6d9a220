"""The order of all examinations: the machine, the class, the course, then its tests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.build.coursedir import AnyCourse, find_any_course
from autograder.doctor.class_files import (
    examine_comments,
    examine_folders,
    examine_gradebook,
    examine_roster,
    examine_rules,
)
from autograder.doctor.course_source import (
    CourseNotebook,
    class_of,
    hidden_files,
    read_notebooks,
    secrets_in,
    texts_for_students,
    texts_installed,
)
from autograder.doctor.exchange_folder import examine_exchange
from autograder.doctor.finding import Finding, fine, from_error, note
from autograder.doctor.giveaways import giveaways
from autograder.doctor.machine import (
    examine_disk,
    examine_sandbox,
    examine_versions,
    existing,
)
from autograder.doctor.running_tests import Progress, findings_of, run_tests
from autograder.folders import ClassFolder, require_known
from autograder.grading.conditions import GradeOptions
from course.errors import CourseError

Examination = Callable[[], Iterator[Finding]]


@dataclass(frozen=True)
class Wanted:
    """What is to be examined."""

    course: Path | None = None
    """None: the working directory."""
    class_folder: Path | None = None
    assignments: tuple[str, ...] = ()
    """Empty for all."""
    tests: bool = True
    """Run the tests on reference solutions and releases."""


def examine(wanted: Wanted, options: GradeOptions, progress: Progress) -> Iterator[Finding]:
    """Examine everything, the quick things first; yield each finding as soon as it is made.

    Raises CourseError for a named assignment that the course does not have, and for the class of a
    stock course.
    """
    course, findings = _course(wanted)
    known = course.assignments() if course else []
    named = require_known(list(wanted.assignments), known) if course else []
    class_folder = class_of(course, wanted.class_folder)
    quick = _quick(course, class_folder, known, wanted)
    proven = True
    for count, (what, examination) in enumerate(quick.items()):
        progress(what, count, len(quick))
        for finding in _guarded(what, examination):
            proven = proven and not (what == "sandbox" and finding.level == "wrong")
            yield finding
    yield from findings
    if course is None:
        return
    progress("the course", 0, 1)
    notebooks, findings = read_notebooks(course, class_folder, named)
    yield from findings
    yield from _guarded("answers", lambda: _search(course, class_folder, notebooks))
    if wanted.tests and proven:
        yield from _guarded("tests", lambda: _tests(course, notebooks, options, progress))
    elif wanted.tests:
        yield note("tests", "they were not run, because the sandbox is not proven")


def _quick(
    course: AnyCourse | None, class_folder: ClassFolder, known: list[str], wanted: Wanted
) -> dict[str, Examination]:
    """Return the examinations of the machine and the class, in their order."""
    root = course.root if course else (wanted.course or Path.cwd())
    hidden = hidden_files(course, class_folder)
    return {
        "versions": examine_versions,
        "sandbox": lambda: examine_sandbox(hidden),
        "disk": lambda: examine_disk(class_folder.root),
        "class folder": lambda: examine_folders(class_folder),
        "gradebook": lambda: examine_gradebook(class_folder),
        "roster": lambda: examine_roster(class_folder),
        "rules": lambda: examine_rules(class_folder, known),
        "comments": lambda: examine_comments(class_folder, known),
        "exchange": lambda: examine_exchange(existing(root.resolve()), class_folder),
    }


def _course(wanted: Wanted) -> tuple[AnyCourse | None, list[Finding]]:
    """Find the course; a finding says why there is none."""
    try:
        return find_any_course(wanted.course), []
    except (CourseError, OSError) as error:
        return None, [from_error("course", error, "Name its folder with --course.")]


def _tests(
    course: AnyCourse, notebooks: list[CourseNotebook], options: GradeOptions, progress: Progress
) -> Iterator[Finding]:
    """Run the tests, and say what came of them."""
    for runs in run_tests(course, notebooks, options, progress):
        yield from findings_of(runs)


def _search(
    course: AnyCourse, class_folder: ClassFolder, notebooks: list[CourseNotebook]
) -> Iterator[Finding]:
    """Search what students get for what they must not."""
    secrets = secrets_in(course, notebooks)
    given = list(giveaways(secrets, texts_for_students(course, class_folder, notebooks)))
    yield from given
    if secrets and not given:
        found = f"{len(secrets)} solutions, hidden tests and explanations: none in the release"
        yield fine("answers", found)
    yield from giveaways(secrets, texts_installed(course, covered=False))
    yield from giveaways(secrets, texts_installed(course, covered=True), covered=True)


def _guarded(what: str, examination: Examination) -> Iterator[Finding]:
    """An error in one examination is its finding: the others are made."""
    try:
        yield from examination()
    except (CourseError, OSError) as error:
        yield from_error(what, error, "Correct this, then run it again.")
