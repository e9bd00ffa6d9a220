"""Grade a class: every submission gets a result, and results become marks, pages and a CSV.

A result is on disk before anything else happens with it. Whatever comes after can be made again
from there, and the next run does that: for each submission it runs what has no result yet, or an
outdated one, then sees to it that gradebook and pages say what the results say.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from nbformat import NotebookNode

from autograder.build.contract import read_source_notebook
from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.grades_csv import write_grades
from autograder.gradebook.late_rules import apply_rules
from autograder.gradebook.writer import GradebookWriter
from autograder.grading.autograded import write_autograded
from autograder.grading.conditions import GradeOptions, conditions, conditions_for_others
from autograder.grading.places import (
    Here,
    InFlight,
    Place,
    Submission,
    enough_to_warm,
    find_submissions,
    longest_first,
)
from autograder.grading.preloading import uses_tensorflow
from autograder.grading.results import (
    Key,
    SubmissionResult,
    all_results,
    exclusive,
    grades_rows,
    iter_results,
    load,
    put,
    result_path,
    sweep,
    up_to_date,
)
from autograder.grading.submission_run import Conditions, grade_submission
from autograder.grading.versions import key_of
from course.errors import GradingError

__all__ = [
    "GradeOptions",
    "Summary",
    "all_results",
    "conditions",
    "grade_class",
    "keep",
    "load",
    "read_source",
    "result_path",
]

Progress = Callable[[str, int, int], None]
"""Called with what is done now, how many are done, and how many there are."""


@dataclass
class Summary:
    """What a run came to. The results stay on disk: a class may not fit into memory."""

    class_folder: ClassFolder
    graded: list[Submission] = field(default_factory=list)
    """Everything that has a result now."""
    unchanged: int = 0
    """How many of these had it before."""
    failures: list[str] = field(default_factory=list)
    """Submissions that the grader itself failed on, each with the reason."""

    def iter_results(self) -> Iterator[SubmissionResult]:
        """Read the results one after the other, without their notebooks."""
        for student, assignment in self.graded:
            yield replace(load(result_path(self.class_folder, student, assignment)), notebook={})

    @property
    def results(self) -> list[SubmissionResult]:
        """The results at once, without their notebooks."""
        return list(self.iter_results())


def grade_class(
    course: CourseFolder,
    class_folder: ClassFolder,
    assignments: list[str],
    options: GradeOptions,
    progress: Progress = lambda what, done, total: None,
) -> Summary:
    """Grade every submission of the named assignments (all, if none is named)."""
    wanted = course.require(assignments)
    pending = find_submissions(class_folder, wanted)
    if not pending:
        raise GradingError(
            f"There is nothing to grade in {class_folder.submitted}.",
            "It holds <student>/<assignment>/<assignment>.ipynb, as nbgrader collects them.",
        )
    sources = {name: read_source(course, name, class_folder) for name in wanted}
    with ExitStack() as stack:
        stack.enter_context(exclusive(class_folder))
        if options.warm is None:
            warm = enough_to_warm(class_folder, pending, sources, force=options.force)
            options = replace(options, warm=warm)
        sweep(class_folder)
        writer = GradebookWriter(
            class_folder,
            sources,
            lambda what: progress(what, 0, len(pending)),
            options.patience_seconds,
        )
        stack.enter_context(writer)
        # The gradebook is made ready while the warm processes import.
        place = _place(course, class_folder, sources, options, partial(_prepare, writer))
        common, where = stack.enter_context(place)
        run = _Run(class_folder, sources, common, options, progress, len(pending), writer)
        run.grade(longest_first(pending, sources, common), where)
        write_grades(class_folder, grades_rows(iter_results(class_folder)))
        writer.close()
        apply_rules(class_folder)
    progress("graded", len(pending), len(pending))
    return run.summary


def _prepare(writer: GradebookWriter) -> None:
    """Make the gradebook ready, and the main thread import what threads will use.

    nbgrader imports itself in a circle, which two threads at once get wrong.
    """
    import nbgrader.api  # noqa: F401

    writer.prepare()


class _Run:
    """One run over a class: work goes out to an executor, what comes back is kept here."""

    def __init__(
        self,
        class_folder: ClassFolder,
        sources: dict[str, NotebookNode],
        common: Conditions,
        options: GradeOptions,
        progress: Progress,
        total: int,
        writer: GradebookWriter,
    ) -> None:
        self.summary = Summary(class_folder)
        self._folder, self._sources, self._common = class_folder, sources, common
        self._keys: dict[str, Key] = {name: key_of(sources[name], common) for name in sources}
        self._force, self._progress, self._total = options.force, progress, total
        self.writer = writer

    def grade(self, pending: Iterable[Submission], place: Place) -> None:
        """Give every submission its result, and enter it."""
        in_flight = InFlight(self._outdated(pending), place.submit, place.most)
        self._tell("starting")
        try:
            for submission, future in in_flight.done():
                self._finish(place, submission, future)
        except BaseException:
            # The disk is full, the gradebook stays locked, or someone pressed Ctrl-C: nothing new
            # is started, and what comes to its end is there for the next run.
            self._tell("stopping: what runs now is finished first")
            for submission, future in in_flight.rest():
                with suppress(OSError, GradingError):
                    self._put(place.read(submission, future))
            raise

    def _outdated(self, pending: Iterable[Submission]) -> Iterator[Submission]:
        """Pass on what has to run; see to the marks and pages of what need not."""
        for student, name in pending:
            kept = None
            if not self._force:
                kept = up_to_date(self._folder, student, name, self._keys[name])
            if kept is None:
                yield student, name
                continue
            self.writer.ensure(student, name, kept.gaps)
            write_autograded(self._folder, kept, self._sources[name])
            self.summary.unchanged += 1
            self._count(student, name)

    def _finish(self, place: Place, submission: Submission, future: "Future[Any]") -> None:
        """Keep one result, on disk first; a failure of the grader's is noted."""
        student, name = submission
        try:
            result = place.read(submission, future)
        except GradingError as error:
            self.summary.failures.append(f"{name} of {student}: {error}")
            return
        self._put(result)
        self.writer.enter(student, name, result.gaps)
        write_autograded(self._folder, result, self._sources[name])
        self._count(student, name)

    def _put(self, result: SubmissionResult) -> None:
        result.key = self._keys[result.assignment]
        put(self._folder, result)

    def _count(self, student: str, name: str) -> None:
        self.summary.graded.append((student, name))
        self._tell(f"{name} of {student}")

    def _tell(self, what: str) -> None:
        done = len(self.summary.graded) + len(self.summary.failures)
        self._progress(what, done, self._total)


@contextmanager
def _place(
    course: CourseFolder,
    class_folder: ClassFolder,
    sources: dict[str, NotebookNode],
    options: GradeOptions,
    meanwhile: Callable[[], None],
) -> Iterator[tuple[Conditions, Place]]:
    """Make ready where submissions run: here, or on a cluster; `meanwhile` is called once."""
    submitted = class_folder.submitted
    if options.cluster:
        from autograder.grading.cluster import open_cluster

        with (
            conditions_for_others(class_folder, options) as common,
            open_cluster(options.cluster, options, submitted, sources, common) as cluster,
        ):
            meanwhile()
            yield common, cluster
        return
    with (
        conditions(
            class_folder,
            options,
            [course.solutions],
            meanwhile,
            tensorflow=any(map(uses_tensorflow, sources.values())),
        ) as common,
        ThreadPoolExecutor(options.jobs, "submission") as executor,
    ):
        yield (
            common,
            Here(executor, options.jobs, submitted, sources, common, grade_submission),
        )


def read_source(course: CourseFolder, assignment: str, class_folder: ClassFolder) -> NotebookNode:
    """Read the class's own source notebook, else the course's; say what makes a missing one."""
    own = class_folder.source(assignment)
    return read_source_notebook(own if own.is_file() else course.source(assignment))


def keep(
    class_folder: ClassFolder, result: SubmissionResult, source: NotebookNode, *, pages: bool = True
) -> None:
    """Put a result on disk first, then into the gradebook and its pages."""
    put(class_folder, result)
    with GradebookWriter(class_folder, {result.assignment: source}) as writer:
        writer.enter(result.student, result.assignment, result.gaps)
    if pages:
        write_autograded(class_folder, result, source)
