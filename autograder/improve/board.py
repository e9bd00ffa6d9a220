"""Every submission of a class through the grader; results are kept, as those of the marks are."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.course_folder import ClassFolder
from autograder.grading.conditions import GradeOptions, prepared
from autograder.grading.grade import Progress
from autograder.grading.in_flight import InFlight
from autograder.grading.lock import exclusive
from autograder.grading.planning import find_submissions
from autograder.grading.results import SubmissionResult
from autograder.grading.run import Conditions, grade_submission
from autograder.grading.secret import class_secret
from autograder.grading.store import put, sweep, up_to_date
from autograder.grading.versions import Key, key_of
from autograder.improve.images import hidden_file, lay_out
from autograder.improve.source import NAME, scoring_source
from course.errors import GradingError

LIMITS: dict[str, Any] = {"cell_seconds": 600.0, "notebook_seconds": 600.0, "cpu_seconds": 2400}
"""Ten minutes for a notebook, as its text says."""


@dataclass(frozen=True)
class Board(ClassFolder):
    """The part of a class folder for this exercise: its results stay apart from the marks."""

    @property
    def submitted(self) -> Path:
        """What students handed in lies with all the rest."""
        return self.root.parent / "submitted"


@dataclass
class Run:
    """What a run came to."""

    results: list[SubmissionResult] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """Submissions that the grader itself failed on, each with the reason."""


def run_board(
    class_folder: ClassFolder,
    options: GradeOptions,
    progress: Progress = lambda what, done, total: None,
) -> Run:
    """Run every `improve` that was handed in, unless its result is there and up to date."""
    board = Board(class_folder.root / NAME)
    pending = find_submissions(board, [NAME])
    if not pending:
        raise GradingError(
            f"Nobody has handed in {NAME} in {board.submitted}.",
            f"It holds <student>/{NAME}/{NAME}.ipynb, as nbgrader collects them.",
        )
    secret = class_secret(class_folder)
    forbidden = (class_folder.root / ".secret",)
    board.root.mkdir(parents=True, exist_ok=True)

    def write(data: Path) -> None:
        lay_out(data, secret)

    with exclusive(board), prepared(options, secret, forbidden, write) as common:
        sweep(board)
        return _run_all(board, common, options, pending, progress)


def _run_all(
    board: Board,
    common: Conditions,
    options: GradeOptions,
    pending: list[tuple[str, str]],
    progress: Progress,
) -> Run:
    source = scoring_source(hidden_file(common.data))
    # The hidden images follow from the secret and the data, which the key has already.
    key = key_of(scoring_source("hidden"), common)
    run = Run()

    def work(student: str) -> SubmissionResult:
        kept = None if options.force else up_to_date(board, student, NAME, key)
        return kept or _graded(source, board, student, key, common)

    with ThreadPoolExecutor(options.jobs, "network") as executor:
        submit: Callable[[str], Future[SubmissionResult]] = lambda one: executor.submit(work, one)  # noqa: E731
        students = [student for student, _ in pending]
        for student, future in InFlight(students, submit, lambda: 2 * options.jobs).done():
            try:
                run.results.append(future.result())
                put(board, run.results[-1])
            except GradingError as error:
                run.failures.append(f"{NAME} of {student}: {error}")
            done = len(run.results) + len(run.failures)
            progress(f"network of {student}", done, len(pending))
    return run


def _graded(
    source: Any, board: Board, student: str, key: Key, common: Conditions
) -> SubmissionResult:
    result = grade_submission(source, board.submitted / student, student, NAME, common)
    result.key = key
    return result
