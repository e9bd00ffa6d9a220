"""Runs the tests of a course on its reference solutions and on its untouched releases.

Nothing of a class is read or written; the reference solutions run in the sandbox, as submissions.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace

import nbformat
from nbformat import NotebookNode

from autograder.build.coursedir import AnyCourse, StockCourse
from autograder.build.stock_source import StockNotebook
from autograder.doctor.course_source import CourseNotebook, tests_of
from autograder.doctor.finding import Finding, fine, names, note, wrong
from autograder.folders import ClassFolder
from autograder.grading.conditions import Conditions, GradeOptions, prepare, prepare_class
from autograder.grading.plan import ENOUGH_TO_WARM
from autograder.grading.preloading import stock_modules, uses_tensorflow
from autograder.grading.stock_run import time_limits
from autograder.grading.stock_submission import TestPlaces, run_rebuilt
from autograder.grading.submission_run import grade_content
from autograder.grading.where_tests_run import FAILS, REFERENCE, decide_places
from autograder.ingest.reading import Submission
from autograder.sandbox.owned_folders import owned_folder
from course.errors import CourseError
from course.notebook.cell_marks import mark_of
from course.notebook.matching import outline_of
from course.notebook.rebuild import rebuild_from

Progress = Callable[[str, int, int], None]
RUNS = 2
"""Runs of each notebook at least: its reference solution, its release."""


@dataclass(frozen=True)
class TestRuns:
    """What the tests of one notebook did."""

    __test__ = False  # for pytest

    unit: str
    points: dict[str, float]
    """Of each test that has some, by `grade_id`."""
    reference: dict[str, float] = field(default_factory=dict)
    """What the reference solution gets."""
    released: dict[str, float] = field(default_factory=dict)
    """What the untouched release gets."""
    inside: dict[str, str] = field(default_factory=dict)
    """The tests that run in the student's process, with the reason."""
    failure: str = ""
    """Why the grader could not run them."""


def run_tests(
    course: AnyCourse, notebooks: list[CourseNotebook], options: GradeOptions, progress: Progress
) -> Iterator[TestRuns]:
    """Run the tests of notebooks that have any; yield what came of each, in their order.

    Raises GradingError if the sandbox does not hold.
    """
    tested = [one for one in notebooks if tests_of(one.notebook)]
    if not tested:
        return
    options = replace(options, warm=RUNS * len(tested) >= ENOUGH_TO_WARM)
    progress("proving the sandbox", 0, len(tested))
    with (
        _conditions(course, tested, options) as conditions,
        ThreadPoolExecutor(options.jobs, "tests") as executor,
    ):
        is_stock = isinstance(course, StockCourse)
        done = executor.map(lambda one: _run(one, conditions, is_stock=is_stock), tested)
        progress("running reference solutions and releases", 0, len(tested))
        for count, runs in enumerate(done, start=1):
            progress(runs.unit, count, len(tested))
            yield runs


@contextmanager
def _conditions(
    course: AnyCourse, notebooks: list[CourseNotebook], options: GradeOptions
) -> Iterator[Conditions]:
    """Prepare a run in a class of its own, which is deleted afterwards."""
    with owned_folder() as folder:
        spare = ClassFolder(folder)
        if isinstance(course, StockCourse):
            limits = {**time_limits(course), **options.limits}
            paths = sorted(course.source(notebooks[0].notebook.assignment).glob("*.ipynb"))
            options = replace(options, limits=limits)
            beside = {path for one in notebooks for path in one.files}
            modules = stock_modules([one.notebook.source for one in notebooks], beside)
            with prepare(options, b"doctor", tuple(paths[:5]), stock=modules) as prepared:
                prepared.data.mkdir()
                yield prepared.prove()
        else:
            tensorflow = any(uses_tensorflow(one.notebook.source) for one in notebooks)
            with prepare_class(course, spare, options, tensorflow=tensorflow) as prepared:
                yield prepared.prove()


def _run(one: CourseNotebook, conditions: Conditions, *, is_stock: bool) -> TestRuns:
    """Run one notebook's tests; what goes wrong is part of the result."""
    runs = TestRuns(one.unit, tests_of(one.notebook))
    run = _run_stock if is_stock else _run_own
    try:
        return run(runs, one, conditions)
    except CourseError as error:
        return replace(runs, failure=str(error))
    except Exception as error:  # one notebook's trouble is no reason to leave out the others
        return replace(runs, failure=f"{type(error).__name__}: {error}")


def _run_stock(runs: TestRuns, one: CourseNotebook, conditions: Conditions) -> TestRuns:
    notebook = one.notebook
    places = decide_places(notebook, one.files, conditions)

    def scores(released: bool) -> dict[str, float]:
        handed_in = _handed_in(notebook, released=released)
        outline = outline_of(notebook.source, notebook.released)
        rebuilt = rebuild_from(outline, notebook.source, handed_in).notebook
        result = run_rebuilt(notebook, rebuilt, REFERENCE, "", conditions, one.files, {}, places)
        return {gap.exercise: gap.score for gap in result.gaps}

    return replace(
        runs, reference=scores(False), released=scores(True), inside=_inside(places, runs)
    )


def _inside(places: TestPlaces, runs: TestRuns) -> dict[str, str]:
    """Return the tests inside that have points."""
    return {name: why for name, why in places.inside.items() if name in runs.points}


def _run_own(runs: TestRuns, one: CourseNotebook, conditions: Conditions) -> TestRuns:
    """Run the tests of this project's own kind, which always run outside."""
    notebook = one.notebook
    marks = map(mark_of, notebook.source.cells)
    tests = {mark.exercise: mark.grade_id for mark in marks if mark.is_test}

    def scores(released: bool) -> dict[str, float]:
        content = nbformat.writes(_handed_in(notebook, released=released)).encode()
        result = grade_content(
            notebook.source, Submission(content), REFERENCE, notebook.assignment, conditions
        )
        return {tests[gap.exercise]: gap.score for gap in result.gaps}

    return replace(runs, reference=scores(False), released=scores(True))


def _handed_in(notebook: StockNotebook, *, released: bool) -> NotebookNode:
    """Return the reference solution, or the untouched release, as a student would hand it in."""
    handed_in = deepcopy(notebook.source)
    if released:
        for cell, text in zip(handed_in.cells, notebook.released, strict=True):
            cell.source = text
    return handed_in


def findings_of(runs: TestRuns) -> Iterator[Finding]:
    """Yield a line for the notebook, and one for each test that needs a look."""
    where = f"tests of {runs.unit}"
    if runs.failure:
        yield wrong(where, f"they can't be run: {runs.failure}", "Correct this; then run it again.")
        return
    outside = [name for name in runs.points if name not in runs.inside]
    counts = f"{len(outside)} outside the student's process, {len(runs.inside)} inside"
    yield fine(where, f"{counts}; outside: {names(outside, 100) or '–'}")
    for test, points in runs.points.items():
        yield from _findings_of_test(runs, test, points)


def _findings_of_test(runs: TestRuns, test: str, points: float) -> Iterator[Finding]:
    where, earned = f"{runs.unit}, {test}", runs.reference.get(test, 0.0)
    why = runs.inside.get(test, "")
    if earned < points:
        yield wrong(
            where,
            f"the reference solution gets {earned:g} of {points:g} points",
            "Correct the solution or the test: nobody can earn the rest.",
        )
    elif why and why != FAILS:
        yield note(
            where,
            f"it runs inside the student's process, where its mark can be forged: {why}",
            "See docs/trust.md, “What is not promised”.",
        )
    if runs.released.get(test, 0.0) > 0:
        got = runs.released[test]
        yield note(
            where,
            f"the untouched release gets {got:g} of {points:g} points",
            "Let it test something that only an answer does.",
        )
