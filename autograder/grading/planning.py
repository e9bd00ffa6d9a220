"""What a run has to do, whether that is enough to keep processes warm for, and in which order."""

import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from nbformat import NotebookNode

from autograder.course_folder import ClassFolder
from autograder.grading.places import Submission
from autograder.grading.results import load
from autograder.grading.run import Conditions
from autograder.grading.store import result_path
from autograder.grading.versions import grader_version, source_version
from autograder.grading.warm import uses_tensorflow

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
        ready = common.warmth is None or common.warmth.is_complete()
        yield (long if long and (ready or not short) else short).popleft()
