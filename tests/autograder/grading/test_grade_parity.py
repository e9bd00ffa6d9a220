"""Honest submissions get the same marks from `autograder grade` and from stock nbgrader."""

from pathlib import Path

import pytest
from support.contract import ASSIGNMENTS
from support.final_scores import final_scores
from support.places import SUBMISSIONS
from support.reference import reference
from support.stock_class import StockClass

from autograder.build.answer_files import Answers, hand_in, read_answers
from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.class_run import grade_class
from autograder.grading.conditions import GradeOptions

# The lesson's own code is ben's cnn; mallory and trudy are no honest students.
HONEST = {
    "reshape": ("reference", "blank", "chi", "noisy"),
    "convolution": ("reference", "blank", "chi"),
    "pooling": ("reference", "blank", "chi", "eli"),
    "quiz": ("reference", "blank"),
    "cnn": ("reference", "blank", "ben", "noisy"),
}


def answers_of(course: CourseFolder, student: str, assignment: str) -> Answers:
    if student == "reference":
        return reference(course, assignment)
    if student == "blank":
        return Answers()
    if student == "noisy":
        return read_answers(SUBMISSIONS / "stock" / f"noisy_{assignment}.py")
    return read_answers(SUBMISSIONS / "demo" / student / f"{assignment}.py")


@pytest.mark.parametrize(
    "assignment",
    [pytest.param(name, marks=pytest.mark.slow if name == "cnn" else []) for name in HONEST],
)
def test_both_give_the_same_marks_gap_by_gap(
    course: CourseFolder, graded_class: StockClass, tmp_path: Path, assignment: str
) -> None:
    ours = ClassFolder(tmp_path)
    release, students = course.release(assignment), HONEST[assignment]
    for student in students:
        answers = answers_of(course, student, assignment)
        hand_in(release, answers, ours.submitted, student, assignment)

    summary = grade_class(course, ours, [assignment], GradeOptions())

    assert summary.failures == []
    got = {student: final_scores(ours, assignment, student) for student in students}
    stock = {
        student: graded_class.grade(student, assignment, answers_of(course, student, assignment))
        for student in students
    }
    assert got == stock
    # Equal because both are 0 would prove nothing.
    assert got["blank"] == dict.fromkeys(got["blank"], 0.0)
    assert all(got["reference"].values())


def test_every_honest_submission_is_compared() -> None:
    kept = {(path.parent.name, path.stem) for path in (SUBMISSIONS / "demo").glob("*/*.py")}
    honest = {(s, a) for s, a in kept if s not in ("mallory", "trudy")}

    assert set(HONEST) == set(ASSIGNMENTS)
    assert honest <= {(student, a) for a, students in HONEST.items() for student in students}
