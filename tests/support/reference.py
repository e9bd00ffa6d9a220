"""The answers of the reference solutions."""

import nbformat

from autograder.build.answer_files import Answers, reference_answers
from autograder.folders import ClassFolder, CourseFolder


def reference(folder: CourseFolder | ClassFolder, assignment: str) -> Answers:
    """Return the answers of an assignment's reference solution: the course's, or a class's own."""
    return reference_answers(nbformat.read(folder.source(assignment), as_version=4))


def only(gap: str, answers: Answers) -> Answers:
    """Return the answers with this one gap filled and no other."""
    return Answers(gaps={gap: answers.gaps[gap]})
