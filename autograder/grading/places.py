"""Work given to an executor, a bounded amount of it at a time."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any, Generic, Protocol, TypeVar

from nbformat import NotebookNode

from autograder.folders import ClassFolder
from autograder.grading.preloading import uses_tensorflow
from autograder.grading.results import SubmissionResult, load, result_path
from autograder.grading.submission_run import Conditions, grade_submission
from autograder.grading.versions import grader_version, source_version

Item = TypeVar("Item")
Given = TypeVar("Given")


class InFlight(Generic[Item, Given]):
    """Submits items as others are done: memory is bounded by `most`, not by the class."""

    def __init__(
        self,
        items: Iterable[Item],
        submit: Callable[[Item], "Future[Given]"],
        most: Callable[[], int],
    ) -> None:
        """Take the items one by one; `most` says how many may be under way at this time."""
        self._items, self._submit, self._most = iter(items), submit, most
        self._waiting: dict[Future[Given], Item] = {}

    def done(self) -> Iterator[tuple[Item, "Future[Given]"]]:
        """Yield each item with its future as soon as that is done, whatever came of it."""
        while True:
            for item in islice(self._items, max(0, self._most() - len(self._waiting))):
                self._waiting[self._submit(item)] = item
            if not self._waiting:
                return
            finished, _ = wait(self._waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                yield self._waiting.pop(future), future

    def rest(self) -> Iterator[tuple[Item, "Future[Given]"]]:
        """Start nothing more, and yield what was under way and came to a result."""
        for future in self._waiting:
            future.cancel()
        wait(self._waiting)
        for future, item in self._waiting.items():
            if not future.cancelled() and future.exception() is None:
                yield item, future
        self._waiting.clear()


# Where submissions run: a place takes one, and hands its result back.


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
        pool = self._common.pool
        if pool is not None and not pool.is_complete():
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


# What a run has to do, whether that is enough to keep processes warm for, and in which order.


ENOUGH_TO_WARM = 4
"""Fewer submissions are graded sooner than TensorFlow is imported twice."""


def find_submissions(class_folder: ClassFolder, assignments: Sequence[str]) -> list[Submission]:
    """List (student, assignment) of what was handed in, by student, in the course's order."""
    if not class_folder.submitted.is_dir():
        return []
    students = sorted(path.name for path in class_folder.submitted.iterdir())
    return [
        (student, name)
        for student in students
        for name in assignments
        # Also a file or a dangling link in its place was handed in: it gets a result.
        if os.path.lexists(class_folder.submitted / student / name)
    ]


def enough_to_warm(
    class_folder: ClassFolder,
    pending: Sequence[Submission],
    sources: Mapping[str, NotebookNode],
    *,
    force: bool,
) -> bool:
    """Guess, quickly, whether there is enough to run for warm processes to pay.

    One result of each assignment speaks for the others: all of a run are of the same versions.
    """
    kept = [] if force else [one for one in pending if result_path(class_folder, *one).exists()]
    examples = {name: (student, name) for student, name in reversed(kept)}
    current = {
        name
        for name, example in examples.items()
        if _is_of_now(class_folder, example, sources[name])
    }
    spared = sum(name in current for _, name in kept)
    return len(pending) - spared >= ENOUGH_TO_WARM


def _is_of_now(class_folder: ClassFolder, example: Submission, source: NotebookNode) -> bool:
    """Tell whether a result is of this source notebook and of this grader."""
    try:
        key = load(result_path(class_folder, *example)).key
    except (OSError, ValueError, KeyError, TypeError):
        return False  # not whole
    return (key.get("source"), key.get("grader")) == (source_version(source), grader_version())


def longest_first(
    pending: Sequence[Submission], sources: Mapping[str, NotebookNode], common: Conditions
) -> Iterator[Submission]:
    """Begin with the assignments that train, so that at the end no core waits for one of them.

    The others are given for as long as TensorFlow is still imported.
    """
    training = {name for name, source in sources.items() if uses_tensorflow(source)}
    long = deque(one for one in pending if one[1] in training)
    short = deque(one for one in pending if one[1] not in training)
    while long or short:
        ready = common.pool is None or common.pool.is_complete()
        yield (long if long and (ready or not short) else short).popleft()
