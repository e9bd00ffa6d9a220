"""No hidden test reaches a student: not by feedback, not by a traceback, not by a release."""

import html
import re
from pathlib import Path

import nbformat
import pytest
from support.places import TESTS
from support.stock_class import StockClass

from autograder.build.answer_files import read_answers
from autograder.folders import ASSIGNMENTS, CourseFolder
from autograder.nbgrader_plugins import configuration as nbgrader_setup

ANSWERS = TESTS / "submissions" / "stock"

# Who hands in what: each answer passes the checks in sight and fails a hidden one in its own way.
LEAKY = {
    "wrong": "reshape",
    "raises": "convolution",
    "stopped": "pooling",
    "guesses": "quiz",
}
# Every pair of gap and words that its message must hold.
MESSAGES = {
    ("wrong", "scale_pixels"): "passes the checks in sight, but not a hidden one: a dark batch",
    ("wrong", "add_channel_axis"): "passes the checks in sight, but not a hidden one: another",
    ("raises", "output_size"): "raised ValueError in a hidden one: sizes, kernels",
    ("raises", "convolve2d"): "raised SystemExit in a hidden one: a square image",
    ("raises", "vertical_edge_kernel"): "right.",
    ("raises", "count_parameters"): "raised RecursionError",
    ("stopped", "max_pool2d"): "was stopped before it came to an end",
    ("stopped", "strided_convolve2d"): "passes the checks in sight, but not a hidden one: stride 3",
    ("guesses", "q1"): "passes the checks in sight, but not a hidden one: the answer",
    ("guesses", "q5"): "passes the checks in sight, but not a hidden one: the answer",
    ("guesses", "q6"): "passes the checks in sight, but not a hidden one: the answer",
}


@pytest.fixture(scope="module")
def leaky(graded_class: StockClass) -> StockClass:
    """A class whose every submission fails hidden checks."""
    for student, assignment in LEAKY.items():
        answers = read_answers(ANSWERS / f"leaky_{assignment}.py")
        graded_class.grade(student, assignment, answers)
    return graded_class


def hidden_lines(course: CourseFolder, assignment: str) -> set[str]:
    """Return the lines that stand in hidden tests and nowhere in sight."""
    region = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", re.S)
    source = nbformat.read(course.source(assignment), as_version=4)
    release = nbformat.read(course.release(assignment), as_version=4)
    hidden = "\n".join(part for cell in source.cells for part in region.findall(cell.source))
    in_sight = {squeezed(line) for cell in release.cells for line in cell.source.splitlines()}
    lines = {squeezed(line) for line in hidden.splitlines()} - in_sight
    # Of a shorter line, such as `]:`, one could not tell where it came from.
    return {line for line in lines if len(line) > 10}


def squeezed(text: str) -> str:
    """Drop what a page, a color or a line break may change."""
    return re.sub(r"\s+", "", text)


def page_text(page: str) -> str:
    """Return a page's text without its tags: the highlighter cuts every line into pieces."""
    return squeezed(html.unescape(re.sub(r"<[^>]+>", "", page)))


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


@pytest.mark.parametrize("student", LEAKY)
def test_a_feedback_page_quotes_no_hidden_test(leaky: StockClass, student: str) -> None:
    page = leaky.page(student, LEAKY[student])

    assert "CANARY" not in page
    assert "HIDDEN TESTS" not in page
    text = page_text(page)
    secrets = hidden_lines(leaky.course, LEAKY[student])
    assert len(secrets) > 5
    assert {line for line in secrets if line in text} == set()


def test_the_proof_finds_a_hidden_test_on_a_stock_page(leaky: StockClass) -> None:
    # nbgrader's own page prints hidden tests: if this finds none, the tests above prove nothing.
    from nbconvert import HTMLExporter

    page, _ = HTMLExporter().from_notebook_node(leaky.autograded("wrong", "reshape"))

    secrets = hidden_lines(leaky.course, "reshape")
    assert {line for line in secrets if line in page_text(page)} == secrets


def test_a_hidden_test_printed_by_a_student_is_withheld(leaky: StockClass) -> None:
    # `wrong` prints IPython's history, which holds the test cells, at the end of the notebook.
    assert "CANARY" in str(leaky.autograded("wrong", "reshape").cells[-1].outputs)

    page = leaky.page("wrong", "reshape")

    assert "This output quoted a hidden check and is not shown." in page
    assert "CANARY" not in page


def test_a_feedback_page_still_shows_answer_marks_and_message(leaky: StockClass) -> None:
    text = page_text(leaky.page("wrong", "reshape"))

    assert squeezed("Score: 0.0 / 10.0") in text
    assert squeezed("return images / images.max()") in text
    assert squeezed("wrong = mistakes.scaling(before)") in text
    assert squeezed("passes the checks in sight, but not a hidden one") in text


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
    stock_environment: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(nbgrader_setup, "CELL_SECONDS", 20)
    stock = StockClass(course_copy, tmp_path)

    marks = stock.grade("endless", "pooling", read_answers(ANSWERS / "endless_pooling.py"))

    assert marks == {"max_pool2d": 0, "strided_convolve2d": 6}
    said = stock.output("endless", "pooling", "test_max_pool2d")
    assert "it took too long" in said
    secrets = hidden_lines(stock.course, "pooling")
    assert {line for line in secrets if line in squeezed(said)} == set()
    text = page_text(stock.page("endless", "pooling"))
    assert {line for line in secrets if line in text} == set()
