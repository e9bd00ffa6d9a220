"""A run over a class: plan → place → submit → result on disk → gradebook → late rules → pages.

A result is on disk before anything else happens with it. All later steps can be repeated from
there. The next run does so: it runs each submission that has no current result, and for every
submission it sees to it that gradebook and notebooks agree with the result.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from nbformat import NotebookNode

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.grades_csv import write_grades
from autograder.gradebook.late_rules import apply_rules, late_notices
from autograder.gradebook.writer import GradebookWriter
from autograder.grading.autograded import write_autograded
from autograder.grading.conditions import GradeOptions, cluster_conditions, prepare_class
from autograder.grading.grades_rows import grades_rows
from autograder.grading.not_graded import NotGraded, not_graded
from autograder.grading.places import InFlight, Place, ThisMachine
from autograder.grading.plan import (
    Submission,
    enough_to_warm,
    find_submissions,
    longest_first,
    read_source,
)
from autograder.grading.preloading import uses_tensorflow
from autograder.grading.results import (
    Key,
    SubmissionResult,
    exclusive,
    iter_results,
    load,
    put,
    result_path,
    sweep,
    up_to_date,
)
from autograder.grading.submission_run import grade_submission
from autograder.grading.versions import key_of
from autograder.ingest.reading import Unreadable
from course.errors import CourseError, GradingError
from course.notebook.tampering import one_line

Progress = Callable[[str, int, int], None]
"""Called with what is done now, how many submissions are done, and how many there are."""

Step = Callable[[Sequence[SubmissionResult]], object]
"""What is done with results that are on disk; it must be safe to repeat."""


def no_progress(what: str, done: int, total: int) -> None:
    """Report nothing."""


@dataclass
class Summary:
    """What a run came to. The results stay on disk: those of a class may not fit into memory."""

    class_folder: ClassFolder
    graded: list[Submission] = field(default_factory=list)
    """Everything that has a result now."""
    unchanged: int = 0
    """How many of these had it before."""
    failures: list[str] = field(default_factory=list)
    """Submissions that could not be graded, each with the reason; they have no new mark."""
    unreadable: dict[Submission, str] = field(default_factory=dict)
    """Submissions that could not be opened, each with the reason; they have no mark."""
    not_graded: list[NotGraded] = field(default_factory=list)
    """Everything in `submitted/` that was not graded."""
    notices: list[str] = field(default_factory=list)
    """What an instructor should know of late rules and times."""

    def iter_results(self) -> Iterator[SubmissionResult]:
        """Read the results one after the other."""
        for student, assignment in self.graded:
            yield load(result_path(self.class_folder, student, assignment))


@dataclass
class ClassRun:
    """The loop of a run: every submission gets a current result, which then goes through steps.

    `grade_class` and the leaderboard are both such a run; they differ in sources, place and steps.
    """

    class_folder: ClassFolder
    keys: Mapping[str, Key]
    """What a current result of each assignment depends on."""
    place: Place
    new_result: Sequence[Step]
    """The steps of a result that this run made."""
    kept_result: Sequence[Step]
    """The steps of a current result of an earlier run."""
    force: bool
    """Run again also what has a current result."""
    progress: Progress
    total: int
    """How many submissions there are."""

    def __post_init__(self) -> None:
        """Begin with nothing graded."""
        self.summary = Summary(self.class_folder)

    def grade(self, submissions: Iterable[Submission]) -> Summary:
        """Give every submission its result, and take each result through its steps."""
        in_flight = InFlight(self._outdated(submissions), self.place)
        self._report("starting")
        try:
            for done in in_flight.finished():
                self._finish(done)
        except BaseException:
            # The disk is full, the gradebook stays locked, or someone pressed Ctrl-C: nothing new
            # is started, and the next run finds the results of what runs now.
            self._report("stopping: what runs now is finished first")
            for submission, future in in_flight.drain():
                with suppress(Exception):
                    self._put(self.place.read(submission, future))
            raise
        return self.summary

    def kept(self, student: str, name: str) -> SubmissionResult | None:
        """Return the result on disk if grading again would give the same."""
        return up_to_date(self.class_folder, student, name, self.keys[name])

    def _outdated(self, submissions: Iterable[Submission]) -> Iterator[Submission]:
        """Yield what has to run; take the current results through their steps."""
        for student, name in submissions:
            kept = None
            if not self.force:
                kept = self.kept(student, name)
            if kept is None:
                yield student, name
            else:
                self.summary.unchanged += 1
                self._take_through([kept], self.kept_result)

    def _finish(self, done: Sequence[tuple[Submission, "Future[Any]"]]) -> None:
        """Keep results, on disk first; note failures of the grader."""
        results: list[SubmissionResult] = []
        for submission, future in done:
            try:
                result = self.place.read(submission, future)
            except Unreadable as error:
                self.summary.unreadable[submission] = str(error)
            # Whatever one submission raises is a failure of this one; the others are graded.
            except Exception as error:
                self._fail(submission, error)
            else:
                self._put(result)
                results.append(result)
        if results:
            self._take_through(results, self.new_result)

    def _fail(self, submission: Submission, error: Exception) -> None:
        """Note that a submission could not be graded, and why, to be told after the others."""
        student, name = submission
        self.summary.failures.append(f"{name} of {student}: {_reason(error)}")
        self._report(f"{name} of {student}")

    def _put(self, result: SubmissionResult) -> None:
        """Write the result to disk."""
        result.key = self.keys[result.assignment]
        put(self.class_folder, result)

    def _take_through(self, results: Sequence[SubmissionResult], steps: Sequence[Step]) -> None:
        """Do the steps in their order, then count the submissions.

        A gradebook that stays locked and a full disk stop the run: they concern every submission.
        """
        try:
            for step in steps:
                step(results)
        except (CourseError, OSError):
            raise
        except Exception as error:
            if len(results) == 1:
                self._fail((results[0].student, results[0].assignment), error)
                return
            # Each by itself: one that can't be entered does not keep the others out.
            for result in results:
                self._take_through([result], steps)
            return
        for result in results:
            self.summary.graded.append((result.student, result.assignment))
            self._report(f"{result.assignment} of {result.student}")

    def _report(self, what: str) -> None:
        """Report progress."""
        summary = self.summary
        done = len(summary.graded) + len(summary.failures) + len(summary.unreadable)
        self.progress(what, done, self.total)


def _reason(error: Exception) -> str:
    """Return an error as one line; an unexpected one with the name of its type."""
    if isinstance(error, CourseError):
        return str(error)
    return one_line(f"{type(error).__name__}: {error}", 600)


def grade_class(
    course: CourseFolder,
    class_folder: ClassFolder,
    assignments: list[str],
    options: GradeOptions,
    progress: Progress = no_progress,
    meanwhile: Callable[[], None] = lambda: None,
) -> Summary:
    """Grade every submission of the named assignments (all, if none is named).

    `meanwhile` is called once, in this thread, while the fork servers import.
    Raises GradingError if `submitted/` is empty.
    """
    wanted = course.require(assignments)
    submissions = find_submissions(class_folder, wanted)
    if not submissions:
        meanwhile()
        if left_over := not_graded(course, class_folder, wanted, iter(())):
            return Summary(class_folder, not_graded=left_over)
        raise GradingError(
            f"There is nothing to grade in {class_folder.submitted}.",
            "It holds <student>/<assignment>/<assignment>.ipynb, as nbgrader collects them.",
        )
    total = len(submissions)
    sources = {name: read_source(course, name, class_folder) for name in wanted}
    with (
        exclusive(class_folder),
        GradebookWriter(
            class_folder, sources, lambda what: progress(what, 0, total), options.patience_seconds
        ) as gradebook,
    ):
        if options.warm is None:
            warm = enough_to_warm(class_folder, submissions, sources, force=options.force)
            options = replace(options, warm=warm)
        sweep(class_folder)

        def write_notebooks(results: Sequence[SubmissionResult]) -> None:
            for result in results:
                write_autograded(class_folder, result, sources[result.assignment])

        def prepare_others() -> None:
            # nbgrader's modules import each other in a circle, which fails in two threads at once.
            import nbgrader.api  # noqa: F401

            gradebook.prepare()
            meanwhile()

        with _open_place(course, class_folder, sources, options, prepare_others) as place:
            run = ClassRun(
                class_folder,
                keys={name: key_of(sources[name], place.conditions) for name in sources},
                place=place,
                new_result=[gradebook.enter, write_notebooks],
                # `ensure` leaves alone what a person has settled since then.
                kept_result=[gradebook.ensure, write_notebooks],
                force=options.force,
                progress=progress,
                total=total,
            )
            summary = run.grade(longest_first(submissions, sources, place.conditions))
        # These read what every earlier run entered, too. Late rules come last: if rules.toml has an
        # error, the marks are complete without them.
        gradebook.close()
        write_grades(class_folder, grades_rows(iter_results(class_folder)))
        rows = apply_rules(class_folder, known=course.assignments())
        summary.notices = late_notices(class_folder, rows)
    summary.not_graded = not_graded(
        course, class_folder, wanted, summary.iter_results(), summary.unreadable
    )
    progress("graded", total, total)
    return summary


@contextmanager
def _open_place(
    course: CourseFolder,
    class_folder: ClassFolder,
    sources: Mapping[str, NotebookNode],
    options: GradeOptions,
    meanwhile: Callable[[], None],
) -> Iterator[Place]:
    """Prepare this machine or a cluster to run submissions; call `meanwhile` once it has begun."""
    if options.cluster:
        from autograder.grading.cluster import open_cluster

        with (
            cluster_conditions(class_folder, options) as conditions,
            open_cluster(options, class_folder.submitted, sources, conditions) as cluster,
        ):
            meanwhile()
            yield cluster
        return
    tensorflow = any(map(uses_tensorflow, sources.values()))
    with (
        prepare_class(course, class_folder, options, tensorflow=tensorflow) as preparation,
        ThreadPoolExecutor(options.jobs, "submission") as executor,
    ):
        meanwhile()
        conditions = preparation.prove()
        yield ThisMachine(executor, options.jobs, class_folder.submitted, sources, conditions)


def grade_one(
    course: CourseFolder, class_folder: ClassFolder, student: str, assignment: str
) -> tuple[SubmissionResult, NotebookNode]:
    """Grade one submission as a run of its own; return its result and its source notebook.

    The caller writes the autograded notebook. Raises GradingError if the grader failed.
    """
    source = read_source(course, assignment, class_folder)
    with (
        exclusive(class_folder),
        prepare_class(course, class_folder, GradeOptions()) as preparation,
    ):
        conditions = preparation.prove()
        folder = class_folder.submitted / student
        result = grade_submission(source, folder, student, assignment, conditions)
        result.key = key_of(source, conditions)
        put(class_folder, result)
        with GradebookWriter(class_folder, {assignment: source}) as gradebook:
            gradebook.enter([result])
    return result, source
