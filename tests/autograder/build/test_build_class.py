"""A class's own quiz: drawn from its seed or a private bank, and graded with its own key."""

import nbformat
import pytest
from support.reference import reference

from autograder.build.answer_files import hand_in
from autograder.build.release import build_for_class, publish
from autograder.folders import ClassFolder
from autograder.grading.class_run import grade_class
from autograder.grading.conditions import GradeOptions
from autograder.grading.plan import read_source
from course.errors import QuizError


@pytest.fixture
def class_folder(tmp_path):
    return ClassFolder(tmp_path)


def test_two_seeds_draw_two_quizzes_and_one_seed_the_same(course, class_folder):
    one, again, other = (build_for_class(course, class_folder, seed) for seed in (7, 7, 8))
    release = class_folder.release("quiz")
    assert one == again
    assert one[release] != other[release]
    assert b"CANARY" not in one[release]


def test_the_checkout_stays_as_it_is(course, class_folder):
    before = course.source("quiz").read_bytes()
    publish(build_for_class(course, class_folder, 7))
    assert course.source("quiz").read_bytes() == before
    assert read_source(course, "quiz", class_folder) == nbformat.read(
        class_folder.source("quiz"), as_version=4
    )


def test_a_private_bank_takes_the_place_of_the_graded_one(course, class_folder, tmp_path):
    text = (course.solutions / "quiz.md").read_text(encoding="utf-8")
    bank = tmp_path / "mine.md"
    bank.write_text(text.replace("What is pooling?", "What, pray, is pooling?"), encoding="utf-8")
    files = build_for_class(course, class_folder, 0, bank)
    assert b"What, pray, is pooling?" in files[class_folder.release("quiz")]


def test_a_malformed_private_bank_is_refused_with_its_line(course, class_folder, tmp_path):
    text = (course.solutions / "quiz.md").read_text(encoding="utf-8")
    bank = tmp_path / "mine.md"
    bank.write_text(text.replace("topic: pooling", "topic: swimming", 1), encoding="utf-8")
    with pytest.raises(QuizError, match=r"mine\.md, line \d+"):
        build_for_class(course, class_folder, 0, bank)
    assert not class_folder.source("quiz").exists()


def test_grading_takes_the_key_of_the_class(course, class_folder, course_images):
    publish(build_for_class(course, class_folder, 7))
    own, other = reference(class_folder, "quiz"), reference(course, "quiz")
    assert own.gaps != other.gaps
    for student, answers in (("right", own), ("neighbor", other)):
        hand_in(class_folder.release("quiz"), answers, class_folder.submitted, student, "quiz")

    summary = grade_class(course, class_folder, ["quiz"], GradeOptions())

    scores = {result.student: result.score for result in summary.iter_results()}
    assert summary.failures == []
    assert scores["right"] == 20.0
    assert scores["neighbor"] < 14.0
