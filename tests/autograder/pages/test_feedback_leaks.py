"""No hidden test reaches a student by a feedback page, whatever their notebook prints or raises."""

import nbformat
import pytest
from nbconvert import HTMLExporter
from rich.console import Console
from support.leaks import LEAKY, hidden_lines, page_text, squeezed
from support.places import SUBMISSIONS

from autograder.build.answer_files import hand_in, read_answers
from autograder.cli.show_pages import run_feedback
from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.class_run import GradeOptions, grade_class


@pytest.fixture(scope="module")
def leaky(course: CourseFolder, tmp_path_factory: pytest.TempPathFactory) -> ClassFolder:
    """A graded class with feedback pages, whose every submission fails hidden checks."""
    folder = ClassFolder(tmp_path_factory.mktemp("leaky"))
    for student, assignment in LEAKY.items():
        answers = read_answers(SUBMISSIONS / "stock" / f"leaky_{assignment}.py")
        hand_in(course.release(assignment), answers, folder.submitted, student, assignment)
    assert grade_class(course, folder, list(LEAKY.values()), GradeOptions()).failures == []
    run_feedback(course, folder, [], Console(quiet=True))
    return folder


def page_of(folder: ClassFolder, student: str) -> str:
    name = LEAKY[student]
    return (folder.feedback / student / name / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("student", LEAKY)
def test_a_feedback_page_quotes_no_hidden_test(
    course: CourseFolder, leaky: ClassFolder, student: str
) -> None:
    page = page_of(leaky, student)

    assert "CANARY" not in page
    assert "HIDDEN TESTS" not in page
    text = page_text(page)
    secrets = hidden_lines(course, LEAKY[student])
    assert len(secrets) > 5
    assert {line for line in secrets if line in text} == set()


def test_the_proof_finds_a_hidden_test_on_a_stock_page(
    course: CourseFolder, leaky: ClassFolder
) -> None:
    # nbgrader's own page prints hidden tests: if this finds none, the test above proves nothing.
    path = leaky.autograded / "wrong" / "reshape" / "reshape.ipynb"

    page, _ = HTMLExporter().from_notebook_node(nbformat.read(path, as_version=4))

    secrets = hidden_lines(course, "reshape")
    assert {line for line in secrets if line in page_text(page)} == secrets


def test_a_feedback_page_still_shows_answer_marks_and_message(leaky: ClassFolder) -> None:
    text = page_text(page_of(leaky, "wrong"))

    assert squeezed("reshape: 0 of 10 points") in text
    assert squeezed("else images.max())") in text
    assert squeezed("passes the visible checks, but not a hidden one") in text
