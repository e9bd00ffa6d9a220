"""A run over the class of a stock nbgrader course: every notebook of every submission.

It does what `nbgrader autograde` would do for all assignments, behind the sandbox: a run as in
`class_run`, whose units are notebooks (`ps1/problem1`), because an assignment may have several.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

from autograder.build.coursedir import StockCourse, captured_log
from autograder.build.stock_source import (
    StockAssignment,
    StockNotebook,
    read_assignment,
    register_assignment,
)
from autograder.folders import class_secret, is_there
from autograder.gradebook.database import database_errors, open_gradebook
from autograder.gradebook.grades_csv import write_grades
from autograder.gradebook.handed_in import handed_in
from autograder.gradebook.late_rules import apply_rules, late_notices
from autograder.gradebook.ledger import Ledger, read_ledger
from autograder.gradebook.nbgrader_quirks import put_scripts_on_path
from autograder.gradebook.rules_file import rules_path
from autograder.gradebook.stock_writer import (
    NotebookMarks,
    StockGradebook,
    apply_late_penalties,
    knows_notebooks,
)
from autograder.grading.autograded import (
    autograded_notebook,
    pass_on_exchange_files,
    write_changed,
    written,
)
from autograder.grading.class_run import ClassRun, Progress, Summary, no_progress
from autograder.grading.conditions import Conditions, GradeOptions, prepare
from autograder.grading.grades_rows import grades_rows
from autograder.grading.places import ThisMachine
from autograder.grading.plan import ENOUGH_TO_WARM, Submission
from autograder.grading.preloading import stock_modules
from autograder.grading.results import (
    Key,
    SubmissionResult,
    exclusive,
    load,
    result_path,
    sweep,
)
from autograder.grading.stock_not_graded import stock_not_graded
from autograder.grading.stock_results import results_of
from autograder.grading.stock_submission import TestPlaces, grade_stock_notebook, read_handed_in
from autograder.grading.versions import digest_of_files, key_of
from autograder.grading.where_tests_run import digest_of_places, places_of
from autograder.ingest.reading import Unreadable
from course.errors import BuildError, GradingError
from course.notebook.rejecting import Rejected


@dataclass
class StockClassRun(ClassRun):
    """The loop of a run over notebooks of submissions."""

    course: StockCourse
    notebooks: Mapping[str, StockNotebook] = field(default_factory=dict)

    def kept(self, student: str, name: str) -> SubmissionResult | None:
        """Return the result on disk if grading again would give the same."""
        notebook = self.notebooks[name]
        folder = self.course.submission(student, notebook.assignment)
        try:
            kept = load(result_path(self.class_folder, student, name))
            digest = read_handed_in(folder, notebook.name).digest
        except (OSError, ValueError, KeyError, TypeError, Rejected, Unreadable):
            return None
        return kept if kept.key == self.keys[name] and kept.digest == digest else None


class StockMachine(ThisMachine):
    """Runs notebooks of submissions on this machine."""

    def __init__(
        self,
        executor: ThreadPoolExecutor,
        jobs: int,
        course: StockCourse,
        assignments: Mapping[str, StockAssignment],
        conditions: Conditions,
        places: Mapping[str, TestPlaces],
    ) -> None:
        """Read submissions where the course has them; run `jobs` of them at a time."""
        super().__init__(executor, jobs, course.class_folder.submitted, {}, conditions)
        self._course, self._assignments, self._places = course, assignments, places
        self._notebooks = {one.unit: one for each in assignments.values() for one in each.notebooks}

    def _grade(self, submission: Submission) -> SubmissionResult:
        student, name = submission
        started = monotonic()
        notebook = self._notebooks[name]
        folder = self._course.submission(student, notebook.assignment)
        files = self._assignments[notebook.assignment].files
        places = self._places[name]
        result = grade_stock_notebook(notebook, files, folder, student, self.conditions, places)
        result.times["total"] = monotonic() - started
        return result


def grade_stock_class(
    course: StockCourse,
    names: list[str],
    options: GradeOptions,
    progress: Progress = no_progress,
) -> Summary:
    """Grade every submission of the named assignments (all, if none is named).

    An assignment that can't be graded here is a failure of its own; the others are graded. Raises
    GradingError if there is nothing to grade.
    """
    class_folder = course.class_folder
    wanted = course.require(names)
    students = {name: course.students(name) for name in wanted}
    if not any(students.values()):
        raise GradingError(
            f"There is nothing to grade in {class_folder.submitted}.",
            "It holds what students handed in, as `nbgrader collect` puts it there.",
        )
    put_scripts_on_path()
    with exclusive(class_folder):
        sweep(class_folder)
        assignments, failures = _read_all([name for name in wanted if students[name]], course)
        notebooks = {one.unit: one for each in assignments.values() for one in each.notebooks}
        submissions = [
            (student, one.unit)
            for name, assignment in assignments.items()
            for student in students[name]
            for one in assignment.notebooks
        ]
        summary = Summary(class_folder)
        if submissions:
            summary = _run(course, assignments, notebooks, submissions, options, progress)
            # Late rules come last: if the course's policy has an error, the marks are complete.
            write_grades(class_folder, grades_rows(results_of(course, class_folder)))
            summary.notices = _apply_late_rules(course, summary.graded)
        summary.failures = failures + summary.failures
    rejected = summary.iter_results()
    summary.not_graded = list(stock_not_graded(course, wanted, rejected, summary.unreadable))
    return summary


def _read_all(
    names: Sequence[str], course: StockCourse
) -> tuple[dict[str, StockAssignment], list[str]]:
    """Read the assignments and enter them in the gradebook; return those that work, and why not."""
    found: dict[str, StockAssignment] = {}
    failures = []
    for name in names:
        try:
            assignment = read_assignment(course, name)
            sources = {one.name: one.source for one in assignment.notebooks}
            with open_gradebook(course.class_folder) as gradebook:
                known = knows_notebooks(gradebook, name, sources)
            if not known:
                with database_errors(course.class_folder):
                    register_assignment(course, name)
            found[name] = assignment
        except BuildError as error:
            failures.append(str(error))
    return found, failures


def _run(
    course: StockCourse,
    assignments: Mapping[str, StockAssignment],
    notebooks: Mapping[str, StockNotebook],
    submissions: Sequence[Submission],
    options: GradeOptions,
    progress: Progress,
) -> Summary:
    """Run what has no current result; take every result through its steps."""
    class_folder = course.class_folder
    options = replace(options, limits={**time_limits(course), **options.limits})
    if options.cluster:
        raise GradingError("A stock course is graded on this machine.", "Leave out --cluster.")
    if options.warm is None:
        options = replace(options, warm=len(submissions) >= ENOUGH_TO_WARM)
    beside = {path for each in assignments.values() for path in each.files}
    modules = stock_modules([one.source for one in notebooks.values()], beside)
    ledger = read_ledger(class_folder)
    hidden = (class_folder.root / ".secret", *_samples(course, assignments))
    gradebook = StockGradebook(class_folder, {}, patience_seconds=options.patience_seconds)
    with (
        gradebook,
        prepare(options, class_secret(class_folder), hidden, stock=modules) as preparation,
        ThreadPoolExecutor(options.jobs, "submission") as executor,
    ):
        preparation.data.mkdir()
        conditions = preparation.prove()
        keys = {
            one.unit: _key(one, assignments[one.assignment], conditions)
            for one in notebooks.values()
        }
        progress("running the reference solutions", 0, len(submissions))

        def place_of(one: StockNotebook) -> TestPlaces:
            files = assignments[one.assignment].files
            return places_of(one, files, conditions, class_folder, keys[one.unit])

        places = dict(zip(notebooks, executor.map(place_of, notebooks.values()), strict=True))
        keys = {
            unit: {**key, "places": digest_of_places(places[unit])} for unit, key in keys.items()
        }
        place = StockMachine(executor, options.jobs, course, assignments, conditions, places)

        def enter(results: Sequence[SubmissionResult]) -> None:
            gradebook.enter_notebooks([_marks(result, course, ledger) for result in results])

        def ensure(results: Sequence[SubmissionResult]) -> None:
            gradebook.ensure_notebooks([_marks(result, course, ledger) for result in results])

        def write(results: Sequence[SubmissionResult]) -> None:
            for result in results:
                _write_autograded(course, result, notebooks[result.assignment])

        run = StockClassRun(
            class_folder,
            keys=keys,
            place=place,
            new_result=[enter, write],
            kept_result=[ensure, write],
            force=options.force,
            progress=progress,
            total=len(submissions),
            course=course,
            notebooks=notebooks,
        )
        return run.grade(submissions)


def time_limits(course: StockCourse) -> dict[str, float]:
    """Return the fields of `Limits` that a course's configuration decides."""
    seconds = course.cell_seconds
    return {"cell_seconds": seconds, "notebook_seconds": max(600.0, 2 * seconds)}


def _key(notebook: StockNotebook, assignment: StockAssignment, conditions: Conditions) -> Key:
    """Return what a notebook's results depend on: the files beside it, too."""
    key = key_of(notebook.source, conditions)
    return {**key, "files": digest_of_files(assignment.files)}


def _samples(course: StockCourse, assignments: Mapping[str, StockAssignment]) -> list[Path]:
    """Name source notebooks, for the sandbox to try and fail to read."""
    paths = [path for name in assignments for path in sorted(course.source(name).glob("*.ipynb"))]
    return paths[:5]


def _marks(result: SubmissionResult, course: StockCourse, ledger: Ledger) -> NotebookMarks:
    """Return what the gradebook takes of a result."""
    assignment = result.assignment.partition("/")[0]
    when = handed_in(course.class_folder, ledger, result.student, assignment)
    time = when.time.replace(tzinfo=None) if when.time else None
    return NotebookMarks(result.assignment, result.student, result.gaps, result.unanswered, time)


def _apply_late_rules(course: StockCourse, graded: Sequence[Submission]) -> list[str]:
    """Apply the class's rules.toml, else the course's own policy; return what is to be said."""
    class_folder = course.class_folder
    if not is_there(rules_path(class_folder.root)):
        with captured_log():
            apply_late_penalties(class_folder, course.config, graded)
        return list(_doubts(course, graded))
    rows = apply_rules(class_folder, known=course.assignments())
    notices = late_notices(class_folder, rows)
    if not course.config.EnterRules.get("rules"):
        notices.append(_NOT_IN_NBGRADER)
    return notices


def _doubts(course: StockCourse, graded: Sequence[Submission]) -> Iterator[str]:
    """Yield why the time of a submission may be wrong."""
    ledger = read_ledger(course.class_folder)
    for student, name in sorted({(one, unit.partition("/")[0]) for one, unit in graded}):
        when = handed_in(course.class_folder, ledger, student, name)
        if when.note:
            yield f"{student}, {name}: {when.note}."


_NOT_IN_NBGRADER = (
    "`nbgrader autograde` does not apply rules.toml yet: add two lines to nbgrader_config.py, "
    "see docs/instructor.md."
)


def _write_autograded(
    course: StockCourse, result: SubmissionResult, notebook: StockNotebook
) -> None:
    """Put the graded notebook where nbgrader looks for it, unless it is there already."""
    folder = course.autograded(result.student, notebook.assignment)
    content = written(autograded_notebook(result, notebook.source))
    write_changed(folder / f"{notebook.name}.ipynb", content)
    pass_on_exchange_files(course.submission(result.student, notebook.assignment), folder)
