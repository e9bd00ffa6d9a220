"""No hidden test reaches a student by a traceback or a release, where stock nbgrader grades."""

from pathlib import Path

import pytest
from support.contract import ASSIGNMENTS
from support.leaks import LEAKY, hidden_lines, squeezed
from support.places import SUBMISSIONS
from support.stock_class import StockClass

from autograder.build.answer_files import read_answers
from autograder.folders import CourseFolder

ANSWERS = SUBMISSIONS / "stock"

# Every pair of gap and words that its message must hold.
MESSAGES = {
    ("wrong", "scale_pixels"): "passes the visible checks, but not a hidden one: a batch of",
    ("wrong", "add_channel_axis"): "passes the visible checks, but not a hidden one: another",
    ("raises", "output_size"): "raised ValueError in a hidden one: sizes, kernels",
    ("raises", "convolve2d"): "raised SystemExit in a hidden one: a square image",
    ("raises", "vertical_edge_kernel"): "right.",
    ("raises", "count_parameters"): "raised RecursionError",
    ("stopped", "max_pool2d"): "was stopped before it came to an end",
    ("stopped", "strided_convolve2d"): "passes the visible checks, but not a hidden one: stride 3",
    ("guesses", "q1"): "passes the visible checks, but not a hidden one: the answer",
    ("guesses", "q5"): "passes the visible checks, but not a hidden one: the answer",
    ("guesses", "q6"): "passes the visible checks, but not a hidden one: the answer",
}


@pytest.fixture(scope="module")
def leaky(graded_class: StockClass) -> StockClass:
    """A class whose every submission fails hidden checks."""
    for student, assignment in LEAKY.items():
        answers = read_answers(ANSWERS / f"leaky_{assignment}.py")
        graded_class.grade(student, assignment, answers)
    return graded_class


@pytest.mark.parametrize(("student", "gap"), MESSAGES)
def test_a_failure_is_told_by_its_kind_only(leaky: StockClass, student: str, gap: str) -> None:
    said = leaky.output(student, LEAKY[student], f"test_{gap}")

    assert MESSAGES[student, gap] in said
    assert "Traceback" not in said
    assert len(said.splitlines()) < 10


@pytest.mark.parametrize("student", LEAKY)
def test_what_fails_a_hidden_check_gets_no_point(leaky: StockClass, student: str) -> None:
    marks = leaky.marks(student, LEAKY[student])

    failed = [gap for who, gap in MESSAGES if who == student and MESSAGES[who, gap] != "right."]

    assert [gap for gap in failed if marks[gap]] == []


@pytest.mark.parametrize("student", LEAKY)
def test_outputs_of_a_graded_notebook_quote_no_hidden_test(leaky: StockClass, student: str) -> None:
    said = leaky.output(student, LEAKY[student])

    assert "CANARY" not in said
    leaked = {line for line in hidden_lines(leaky.course, LEAKY[student]) if line in squeezed(said)}
    assert leaked == set()


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_release_that_nbgrader_registers_is_the_committed_one(
    leaky: StockClass, course: CourseFolder, assignment: str
) -> None:
    # Registering writes exercises/ again; students must get the same bytes as before.
    released = leaky.course.release(assignment).read_bytes()

    assert released == course.release(assignment).read_bytes()
    assert b"CANARY" not in released


@pytest.mark.slow
def test_an_answer_that_never_ends_is_stopped_and_tells_nothing(
    course_copy: CourseFolder,
    tmp_path: Path,
    course_images: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("autograder.build.release.CELL_SECONDS", 20)
    stock = StockClass(course_copy, tmp_path)

    marks = stock.grade("endless", "pooling", read_answers(ANSWERS / "endless_pooling.py"))

    assert marks == {"max_pool2d": 0, "strided_convolve2d": 6}
    said = stock.output("endless", "pooling", "test_max_pool2d")
    assert "it took longer than the" in said
    secrets = hidden_lines(stock.course, "pooling")
    assert {line for line in secrets if line in squeezed(said)} == set()
