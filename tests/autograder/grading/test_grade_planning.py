"""What a run begins with, and when it keeps processes warm for it."""

import subprocess
import sys
from types import SimpleNamespace

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from support.commands import with_environment

from autograder.folders import ClassFolder
from autograder.grading.plan import ENOUGH_TO_WARM, enough_to_warm, longest_first
from autograder.grading.results import SubmissionResult, put, result_path
from autograder.grading.versions import grader_version, libraries_version, source_version

SOURCES = {
    name: new_notebook(cells=[new_code_cell(f"import {library}", id="first")])
    for name, library in (("reshape", "numpy"), ("quiz", "numpy"), ("cnn", "keras"))
}
CLASS = [(f"student-{n}", name) for n in range(ENOUGH_TO_WARM) for name in SOURCES]


@pytest.fixture
def graded(tmp_path) -> ClassFolder:
    """Give a class of which everything was graded a moment ago."""
    class_folder = ClassFolder(tmp_path)
    for student, name in CLASS:
        result = SubmissionResult(student, name, "digest", "none")
        result.key = {"source": source_version(SOURCES[name]), "grader": grader_version()}
        put(class_folder, result)
    return class_folder


def is_enough(class_folder, pending=CLASS, sources=SOURCES, *, force=False) -> bool:
    return enough_to_warm(class_folder, pending, sources, force=force)


def test_it_pays_for_a_few_submissions(tmp_path):
    few = CLASS[: ENOUGH_TO_WARM - 1]

    assert not is_enough(ClassFolder(tmp_path), few)
    assert is_enough(ClassFolder(tmp_path), [*few, ("one-more", "reshape")])


def test_what_was_graded_a_moment_ago_does_not_count(graded):
    late = [(f"late-{n}", "reshape") for n in range(ENOUGH_TO_WARM)]

    assert not is_enough(graded)
    assert not is_enough(graded, [*CLASS, *late[:-1]])
    assert is_enough(graded, [*CLASS, *late])


def test_everything_counts_that_is_to_run_again(graded):
    assert is_enough(graded, force=True)


def test_an_assignment_counts_whose_tests_were_mended(graded):
    mended = new_notebook(cells=[new_code_cell("import numpy as np", id="first")])

    assert is_enough(graded, sources=SOURCES | {"quiz": mended})


def test_a_class_counts_that_another_version_has_graded(graded, monkeypatch):
    monkeypatch.setattr("autograder.grading.plan.grader_version", lambda: "another")

    assert is_enough(graded)


def test_a_damaged_result_counts(graded):
    for student, name in CLASS:
        if name == "quiz":
            result_path(graded, student, name).write_text("{")

    assert is_enough(graded)


def state(*, complete: bool) -> SimpleNamespace:
    return SimpleNamespace(pool=SimpleNamespace(is_complete=lambda: complete))


def test_what_trains_comes_first_as_soon_as_it_can_run():
    pending = [(student, name) for student in "ab" for name in ("reshape", "cnn", "quiz")]
    ready = state(complete=False)
    order = longest_first(pending, SOURCES, ready)

    first = [next(order), next(order)]
    ready.pool.is_complete = lambda: True

    assert first == [("a", "reshape"), ("a", "quiz")]
    assert list(order) == [("a", "cnn"), ("b", "cnn"), ("b", "reshape"), ("b", "quiz")]


def test_where_only_what_trains_is_left_it_waits_for_its_fork():
    order = longest_first([("a", "cnn")], SOURCES, state(complete=False))

    assert list(order) == [("a", "cnn")]


@pytest.mark.parametrize("module", ["autograder.grading.worker", "autograder.cli"])
def test_what_no_notebook_needs_is_not_imported(module):
    script = f"import sys, {module} as imported; print('lark' in sys.modules)"

    said = subprocess.run(
        [sys.executable, "-c", script],
        env=with_environment(PYTHONPATH=None),  # the tests' own hides the grammar
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout == "False\n"


def test_importing_the_package_changes_nothing_else():
    script = """
import sys
before = set(sys.modules)
import autograder
print(sorted(set(sys.modules) - before), sys.modules.get("rfc3987_syntax", "untouched"))
"""

    said = subprocess.run(
        [sys.executable, "-c", script],
        env=with_environment(PYTHONPATH=None),  # the tests' own hides the grammar
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout == "['autograder'] untouched\n"


def importing(*packages: str) -> NotebookNode:
    lines = "\n".join(f"import {name}" for name in packages)
    return new_notebook(cells=[new_code_cell(lines)])


def test_another_version_of_a_library_that_the_source_imports_makes_results_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = libraries_version(importing("sklearn.svm", "numpy"))
    assert before == libraries_version(importing("sklearn"))
    monkeypatch.setattr("autograder.grading.versions.metadata.version", lambda name: f"{name} 0")
    assert libraries_version(importing("sklearn")) != before


def test_libraries_of_the_grader_are_not_looked_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def looked_up() -> None:
        raise AssertionError("every installed distribution is listed")

    monkeypatch.setattr("autograder.grading.versions._distributions", looked_up)
    assert libraries_version(importing("numpy", "scipy.signal", "course", "os"))
