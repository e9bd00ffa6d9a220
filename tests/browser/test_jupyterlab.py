"""A learner's way through an exercise in the real JupyterLab: answers typed, run, and judged."""

import socket
from urllib.parse import urlsplit

import pytest
from support.reference import reference

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """Yield the address of a JupyterLab that `course lab` started; see that it ends with it."""
    # Imported here: without playwright, the browser's fixture has skipped by now.
    from support.lab_session import course_lab

    with course_lab(tmp_path_factory.mktemp("learner"), tmp_path_factory.mktemp("home")) as address:
        yield address
    port = urlsplit(address).port
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0, "JupyterLab outlived `course lab`"


@pytest.fixture
def open_notebook(browser, lab):
    """Open an exercise of the learner's folder."""
    from support.lab_session import Notebook

    notebooks = []

    def open_it(assignment):
        notebooks.append(Notebook(browser, lab, assignment))
        return notebooks[-1]

    yield open_it
    for notebook in notebooks:
        notebook.close()


def test_typed_reference_answers_pass_their_checks(open_notebook, course):
    answers = reference(course, "reshape")
    notebook = open_notebook("reshape")

    for gap, answer in answers.gaps.items():
        notebook.type_answer(gap, answer)
    notebook.run_all()

    later = "right. More checks run when it is graded."
    assert notebook.message("scale_pixels") == f"✓ scale_pixels: {later}"
    assert notebook.message("add_channel_axis") == f"✓ add_channel_axis: {later}"
    ready = notebook.page.locator(".jp-CodeCell").get_by_text("shape: (100, 28, 28, 1)")
    ready.first.wait_for()


def test_typed_mistake_is_explained_without_a_traceback(open_notebook):
    notebook = open_notebook("pooling")

    notebook.type_answer(
        "max_pool2d", "def max_pool2d(feature_map, size=2):\n    return feature_map[::size, ::size]"
    )
    notebook.run_all()

    message = notebook.message("max_pool2d")
    assert message.startswith("✗ `max_pool2d`: ")
    assert "Traceback" not in message
    assert message.count("\n") <= 3


def test_blank_exercise_is_not_attempted_yet(open_notebook):
    notebook = open_notebook("convolution")

    notebook.run_all()

    message = notebook.message("output_size")
    assert message == "✗ `output_size`: not attempted yet. Fill the gap, then run both cells."
