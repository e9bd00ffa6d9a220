"""Where submissions run: on this machine or on a cluster, a bounded number of them at a time."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from nbformat import NotebookNode

from autograder.grading.conditions import Conditions
from autograder.grading.plan import Submission
from autograder.grading.results import SubmissionResult
from autograder.grading.submission_run import grade_submission


class Place(Protocol):
    """This machine, or a cluster (`cluster.Cluster`)."""

    conditions: Conditions

    def submit(self, submission: Submission) -> "Future[Any]":
        """Start a submission; return the future that `read` takes."""

    def read(self, submission: Submission, future: "Future[Any]") -> SubmissionResult:
        """Return the result of a future that is done; raise GradingError if the grader failed."""

    def capacity(self) -> int:
        """Return how many submissions should be in flight now."""


class ThisMachine:
    """Runs each submission in a thread of an executor, which waits for processes of its own."""

    def __init__(
        self,
        executor: Executor,
        jobs: int,
        submitted: Path,
        sources: Mapping[str, NotebookNode],
        conditions: Conditions,
    ) -> None:
        """Read submissions from the folder `submitted`; run `jobs` of them at a time."""
        self.conditions = conditions
        self._executor, self._jobs = executor, jobs
        self._submitted, self._sources = submitted, sources

    def submit(self, submission: Submission) -> "Future[SubmissionResult]":
        """Give the submission to the executor."""
        return self._executor.submit(self._grade, submission)

    def read(self, submission: Submission, future: "Future[SubmissionResult]") -> SubmissionResult:
        """Return the result as it is."""
        return future.result()

    def capacity(self) -> int:
        """Return two for each job, one that runs and one that waits, so that no core is idle.

        While TensorFlow is imported, the import takes one of the cores and nothing waits, so that
        the notebooks that need TensorFlow start first as soon as they can.
        """
        pool = self.conditions.pool
        if pool is not None and not pool.is_complete():
            return max(1, self._jobs - 1)
        return 2 * self._jobs

    def _grade(self, submission: Submission) -> SubmissionResult:
        student, name = submission
        started = monotonic()
        folder = self._submitted / student
        result = grade_submission(self._sources[name], folder, student, name, self.conditions)
        result.times["total"] = monotonic() - started
        return result


class InFlight:
    """Submits submissions to a place as others finish.

    Memory is bounded by the place's capacity, not by the size of the class.
    """

    def __init__(self, submissions: Iterable[Submission], place: Place) -> None:
        """Take the submissions one by one."""
        self._submissions, self._place = iter(submissions), place
        self._futures: dict[Future[Any], Submission] = {}

    def finished(self) -> Iterator[list[tuple[Submission, "Future[Any]"]]]:
        """Yield the submissions that are done, or have failed, each with its future.

        Many are done at a time where one process keeps what many cores grade.
        """
        while True:
            free = max(0, self._place.capacity() - len(self._futures))
            for submission in islice(self._submissions, free):
                self._futures[self._started(submission)] = submission
            if not self._futures:
                return
            done, _ = wait(self._futures, return_when=FIRST_COMPLETED)
            yield [(self._futures[future], future) for future in done]
            # Only now: where one of them ends the run, `drain` has the others.
            for future in done:
                del self._futures[future]

    def _started(self, submission: Submission) -> "Future[Any]":
        """Submit one; an error of it is the future's, so that the others go on."""
        try:
            return self._place.submit(submission)
        except Exception as error:
            failed: Future[Any] = Future()
            failed.set_exception(error)
            return failed

    def drain(self) -> Iterator[tuple[Submission, "Future[Any]"]]:
        """Start nothing more, wait for what runs, and yield what came to a result."""
        for future in self._futures:
            future.cancel()
        wait(self._futures)
        for future, submission in self._futures.items():
            if not future.cancelled() and future.exception() is None:
                yield submission, future
        self._futures.clear()
