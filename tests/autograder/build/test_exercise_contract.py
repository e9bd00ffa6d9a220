"""The released notebooks keep the contract of the exercises: names, points, pairs, no answers."""

import re

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.folders import ASSIGNMENTS, CourseFolder

CONTRACT = {
    "reshape": {"scale_pixels": 4, "add_channel_axis": 6},
    "convolution": {
        "output_size": 4,
        "convolve2d": 8,
        "vertical_edge_kernel": 4,
        "count_parameters": 4,
    },
    "pooling": {"max_pool2d": 9, "strided_convolve2d": 6},
    "cnn": {"prepare": 5, "build_cnn": 15, "layer_shapes": 5, "train": 5, "evaluate": 5},
    "quiz": {f"q{number}": 2 for number in range(1, 11)},
}

# What would tell a student an answer, or that there is something to find.
FORBIDDEN = (
    "BEGIN SOLUTION",
    "END SOLUTION",
    "BEGIN HIDDEN",
    "END HIDDEN",
    "KEEP ABOVE",
    "CANARY",
    "check.hidden",
    "check.chosen",
    "check.equals_number",
    "check.mark",
)


def release(course: CourseFolder, assignment: str) -> NotebookNode:
    return nbformat.read(course.release(assignment), as_version=4)


def source(course: CourseFolder, assignment: str) -> NotebookNode:
    return nbformat.read(course.source(assignment), as_version=4)


def marked(notebook: NotebookNode, role: str) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get(role)]


def test_the_course_has_the_five_assignments_in_order(course: CourseFolder) -> None:
    assert course.assignments() == list(CONTRACT) == list(ASSIGNMENTS)


@pytest.mark.parametrize("assignment", CONTRACT)
def test_gaps_and_points_are_those_of_the_contract(course: CourseFolder, assignment: str) -> None:
    tests = marked(release(course, assignment), "grade")

    points = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points for c in tests}

    assert points == {f"test_{gap}": number for gap, number in CONTRACT[assignment].items()}


def test_all_points_together_are_100(course: CourseFolder) -> None:
    tests = [cell for a in CONTRACT for cell in marked(release(course, a), "grade")]

    assert sum(cell.metadata.nbgrader.points for cell in tests) == 100


@pytest.mark.parametrize("assignment", CONTRACT)
def test_each_gap_is_followed_by_its_test(course: CourseFolder, assignment: str) -> None:
    cells = release(course, assignment).cells
    gaps = [i for i, cell in enumerate(cells) if cell.metadata.get("nbgrader", {}).get("solution")]

    followers = {cells[i].metadata.nbgrader.grade_id: cells[i + 1] for i in gaps}

    assert list(followers) == list(CONTRACT[assignment])
    for gap, test in followers.items():
        assert test.metadata.nbgrader.grade_id == f"test_{gap}"
        assert test.metadata.nbgrader.locked


@pytest.mark.parametrize("assignment", CONTRACT)
def test_each_gap_defines_its_own_name(course: CourseFolder, assignment: str) -> None:
    for cell in marked(release(course, assignment), "solution"):
        name = re.escape(cell["id"])
        assert re.search(rf"^(def {name}\(|{name} = )", cell.source, re.M), cell.source


@pytest.mark.parametrize("assignment", CONTRACT)
def test_a_release_holds_no_answer_and_no_hidden_test(
    course: CourseFolder, assignment: str
) -> None:
    text = course.release(assignment).read_text(encoding="utf-8")

    assert [word for word in FORBIDDEN if word in text] == []


@pytest.mark.parametrize("assignment", CONTRACT)
def test_no_line_of_a_solution_or_a_hidden_test_is_released(
    course: CourseFolder, assignment: str
) -> None:
    # Whole lines, so that a line that also stands in sight (`import numpy as np`) is no leak.
    removed = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS)\n(.*?)### END \1", re.S)
    in_sight, taken_out = set(), set()
    for cell in source(course, assignment).cells:
        in_sight |= set(map(str.strip, removed.sub("", cell.source).splitlines()))
        for _, region in removed.findall(cell.source):
            taken_out |= set(map(str.strip, region.splitlines()))
    secrets = {line for line in taken_out - in_sight if len(line) > 3}

    released = {
        line.strip() for c in release(course, assignment).cells for line in c.source.splitlines()
    }

    assert secrets, "the regions were not found, so this test would prove nothing"
    assert secrets & released == set()


@pytest.mark.parametrize("assignment", CONTRACT)
def test_a_release_has_never_been_run(course: CourseFolder, assignment: str) -> None:
    code = [cell for cell in release(course, assignment).cells if cell.cell_type == "code"]

    assert code
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


@pytest.mark.parametrize("assignment", CONTRACT)
def test_each_hidden_test_carries_its_own_canary(course: CourseFolder, assignment: str) -> None:
    for cell in marked(source(course, assignment), "grade"):
        hidden = cell.source.split("### BEGIN HIDDEN TESTS", 1)[1].split("### END HIDDEN TESTS")[0]
        name = cell["id"].removeprefix("test_")
        assert f"# CANARY-HIDDEN-{assignment}-{name}\n" in hidden


@pytest.mark.parametrize("assignment", CONTRACT)
def test_the_notebooks_are_valid(course: CourseFolder, assignment: str) -> None:
    nbformat.validate(release(course, assignment))
    nbformat.validate(source(course, assignment))


@pytest.mark.parametrize("assignment", CONTRACT)
def test_no_check_counts_on_the_size_of_the_whole_set(
    course: CourseFolder, assignment: str
) -> None:
    # Grading uses a subset: a check with these numbers would refuse right answers.
    fixed = re.compile(r"\b(60_?000|10_?000|784)\b|28 ?\* ?28 ?\* ?1\b|train_images|test_images")

    for cell in marked(source(course, assignment), "grade"):
        assert not fixed.search(cell.source), cell["id"]


@pytest.mark.parametrize("assignment", CONTRACT)
def test_a_notebook_says_what_it_is_generated_from(course: CourseFolder, assignment: str) -> None:
    first = release(course, assignment).cells[0].source

    assert first.startswith(f"<!-- Generated from solutions/{assignment}.py: edit that. -->")
