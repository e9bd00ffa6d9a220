"""The marks that count in a class's gradebook, as a test compares them."""

from autograder.folders import ClassFolder
from autograder.gradebook.reader import read_class


def final_scores(class_folder: ClassFolder, assignment: str, student: str) -> dict[str, float]:
    """Read the points of one submission by exercise, a person's where there are any."""
    submission = read_class(class_folder, [assignment]).submissions.get((student, assignment))
    return {one.exercise: float(one.score) for one in submission.exercises} if submission else {}
