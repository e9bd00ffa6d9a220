"""Where submissions run: a place takes one, and hands its result back."""

from concurrent.futures import Executor, Future
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from nbformat import NotebookNode

from autograder.grading.results import SubmissionResult
from autograder.grading.run import Conditions, grade_submission

Submission = tuple[str, str]
"""A student and an assignment."""


class Place(Protocol):
    """This machine, or a cluster of them."""

    def submit(self, submission: Submission) -> "Future[Any]":
        """Begin with a submission, and give what will be its result."""

    def read(self, submission: Submission, future: "Future[Any]") -> SubmissionResult:
        """Return the result of one that is done; raise GradingError if the grader failed on it."""

    def most(self) -> int:
        """Say how many submissions to have under way now."""


class Here:
    """This machine: each submission waits in a thread of the executor for processes of its own."""

    def __init__(
        self,
        executor: Executor,
        jobs: int,
        submitted: Path,
        sources: dict[str, NotebookNode],
        common: Conditions,
        grade: Any = grade_submission,
    ) -> None:
        """Read submissions from the folder `submitted`."""
        self._executor, self._jobs, self._submitted = executor, jobs, submitted
        self._sources, self._common, self._grade = sources, common, grade

    def submit(self, submission: Submission) -> "Future[SubmissionResult]":
        """Give it to the executor."""
        return self._executor.submit(self._work, submission)

    def read(self, submission: Submission, future: "Future[SubmissionResult]") -> SubmissionResult:
        """Return it as it is."""
        return future.result()

    def most(self) -> int:
        """One that runs and one that waits for each job, so that no core is idle in between.

        While TensorFlow is still imported, that takes one of the cores, and nothing waits: what
        needs it comes first as soon as it can.
        """
        warmth = self._common.warmth
        if warmth is not None and not warmth.is_complete():
            return max(1, self._jobs - 1)
        return 2 * self._jobs

    def _work(self, submission: Submission) -> SubmissionResult:
        """Grade one submission."""
        student, name = submission
        started = monotonic()
        folder = self._submitted / student
        result = self._grade(self._sources[name], folder, student, name, self._common)
        result.times["total"] = monotonic() - started
        return result
