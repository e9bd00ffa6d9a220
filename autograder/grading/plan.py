"""What a run over a class has to do: the submissions, their source notebooks, and the order."""

import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from nbformat import NotebookNode

from autograder.build.script import read_source_notebook
from autograder.folders import ClassFolder, CourseFolder, is_ignored, is_there
from autograder.grading.conditions import Conditions
from autograder.grading.preloading import uses_tensorflow
from autograder.grading.results import load, result_path
from autograder.grading.versions import grader_version, source_version
from course.crossing import is_text

Submission = tuple[str, str]
"""A student and an assignment."""

ENOUGH_TO_WARM = 4
"""Fewer submissions are graded sooner without fork servers, which import TensorFlow twice."""


def find_submissions(class_folder: ClassFolder, assignments: Sequence[str]) -> list[Submission]:
    """List what was handed in, by student, then in the order of `assignments`.

    A folder whose name is not UTF-8 is no student of the gradebook; `not_graded` lists it.
    """
    if not is_there(class_folder.submitted) or not class_folder.submitted.is_dir():
        return []
    names = (path.name for path in class_folder.submitted.iterdir())
    students = sorted(name for name in names if not is_ignored(name) and is_text(name))
    return [
        (student, name)
        for student in students
        for name in assignments
        # A file or a dangling link in the folder's place was handed in too: it gets a result.
        if os.path.lexists(class_folder.submitted / student / name)
    ]


def read_source(course: CourseFolder, assignment: str, class_folder: ClassFolder) -> NotebookNode:
    """Read the class's own source notebook if it has one, else the course's.

    Raises GradingError that names the command to run if neither exists.
    """
    own = class_folder.source(assignment)
    return read_source_notebook(own if is_there(own) else course.source(assignment))


def enough_to_warm(
    class_folder: ClassFolder,
    submissions: Sequence[Submission],
    sources: Mapping[str, NotebookNode],
    *,
    force: bool,
) -> bool:
    """Estimate, quickly, whether enough submissions must run for fork servers to pay.

    One result of each assignment stands for the others: all results of a run have one version.
    """
    kept = [] if force else [one for one in submissions if result_path(class_folder, *one).exists()]
    examples = {name: (student, name) for student, name in reversed(kept)}
    current = {
        name
        for name, example in examples.items()
        if _is_current(class_folder, example, sources[name])
    }
    unchanged = sum(name in current for _, name in kept)
    return len(submissions) - unchanged >= ENOUGH_TO_WARM


def _is_current(class_folder: ClassFolder, example: Submission, source: NotebookNode) -> bool:
    """Tell whether a result was made from this source notebook by this version of the grader."""
    try:
        key = load(result_path(class_folder, *example)).key
    except (OSError, ValueError, KeyError, TypeError):
        return False  # the file is damaged
    return (key.get("source"), key.get("grader")) == (source_version(source), grader_version())


def longest_first(
    submissions: Sequence[Submission],
    sources: Mapping[str, NotebookNode],
    conditions: Conditions,
) -> Iterator[Submission]:
    """Yield the assignments that train first, so that at the end no core waits for one of them.

    While the fork server still imports TensorFlow, the other assignments are yielded.
    """
    training = {name for name, source in sources.items() if uses_tensorflow(source)}
    long = deque(one for one in submissions if one[1] in training)
    short = deque(one for one in submissions if one[1] not in training)
    while long or short:
        ready = conditions.pool is None or conditions.pool.is_complete()
        yield (long if long and (ready or not short) else short).popleft()
