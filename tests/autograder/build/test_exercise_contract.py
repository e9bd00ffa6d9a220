"""The released notebooks keep the contract of the exercises: names, points, pairs, no answers."""

import re

import nbformat
import pytest
from nbformat import NotebookNode
from support.contract import CODE_GAPS, POINTS
from support.leaks import forbidden_in, secret_lines

from autograder.folders import CourseFolder
from course.checks.examples import EXAMPLES, exercise
from course.errors import CourseError
from course.notebook.cell_marks import mark_of


def release(course: CourseFolder, assignment: str) -> NotebookNode:
    return nbformat.read(course.release(assignment), as_version=4)


def source(course: CourseFolder, assignment: str) -> NotebookNode:
    return nbformat.read(course.source(assignment), as_version=4)


def marked(notebook: NotebookNode, role: str) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if getattr(mark_of(cell), role)]


def test_the_course_has_its_assignments_in_order(course: CourseFolder) -> None:
    assert course.assignments()[: len(POINTS)] == list(POINTS)


@pytest.mark.parametrize("assignment", POINTS)
def test_gaps_and_points_are_those_of_the_contract(course: CourseFolder, assignment: str) -> None:
    tests = marked(release(course, assignment), "is_test")

    points = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points for c in tests}

    assert points == {f"test_{gap}": number for gap, number in POINTS[assignment].items()}


def test_all_points_together_are_100(course: CourseFolder) -> None:
    tests = [cell for a in POINTS for cell in marked(release(course, a), "is_test")]

    assert sum(cell.metadata.nbgrader.points for cell in tests) == 100


@pytest.mark.parametrize("assignment", POINTS)
def test_each_gap_is_followed_by_its_test(course: CourseFolder, assignment: str) -> None:
    cells = release(course, assignment).cells
    gaps = [i for i, cell in enumerate(cells) if mark_of(cell).is_gap]

    followers = {cells[i].metadata.nbgrader.grade_id: cells[i + 1] for i in gaps}

    assert list(followers) == list(POINTS[assignment])
    for gap, test in followers.items():
        assert test.metadata.nbgrader.grade_id == f"test_{gap}"
        assert test.metadata.nbgrader.locked


@pytest.mark.parametrize("assignment", POINTS)
def test_each_gap_defines_its_own_name(course: CourseFolder, assignment: str) -> None:
    gaps = marked(release(course, assignment), "is_gap")
    assert len(gaps) == len(POINTS[assignment])
    for cell in gaps:
        name = re.escape(cell["id"])
        assert re.search(rf"^(def {name}\(|{name} = )", cell.source, re.M), cell.source


@pytest.mark.parametrize("assignment", POINTS)
def test_a_release_holds_no_answer_and_no_hidden_test(
    course: CourseFolder, assignment: str
) -> None:
    text = course.release(assignment).read_text(encoding="utf-8")

    assert forbidden_in(text) == []


@pytest.mark.parametrize("assignment", POINTS)
def test_no_line_of_a_solution_or_a_hidden_test_is_released(
    course: CourseFolder, assignment: str
) -> None:
    released = {
        line.strip() for c in release(course, assignment).cells for line in c.source.splitlines()
    }

    assert secret_lines(course, assignment) & released == set()


@pytest.mark.parametrize("assignment", POINTS)
def test_a_release_has_never_been_run(course: CourseFolder, assignment: str) -> None:
    code = [cell for cell in release(course, assignment).cells if cell.cell_type == "code"]

    assert code
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


@pytest.mark.parametrize("assignment", POINTS)
def test_each_hidden_test_carries_its_own_canary(course: CourseFolder, assignment: str) -> None:
    tests = marked(source(course, assignment), "is_test")
    assert len(tests) == len(POINTS[assignment])
    for cell in tests:
        hidden = cell.source.split("### BEGIN HIDDEN TESTS", 1)[1].split("### END HIDDEN TESTS")[0]
        name = mark_of(cell).exercise
        assert f"# CANARY-HIDDEN-{assignment}-{name}\n" in hidden


@pytest.mark.parametrize("assignment", POINTS)
def test_a_visible_check_is_three_lines(course: CourseFolder, assignment: str) -> None:
    for cell in marked(release(course, assignment), "is_test"):
        name = mark_of(cell).exercise
        lines = [line for line in cell.source.splitlines() if line]

        assert lines[0] == "from course.checks import exercise"
        assert lines[1] == f'with exercise("{name}") as check:'
        assert lines[2].startswith("    check.")
        assert len(lines) == 3, cell.source


def test_each_gap_of_a_code_exercise_has_its_examples() -> None:
    assert list(EXAMPLES) == CODE_GAPS


def test_an_exercise_without_examples_says_where_checks_are_written() -> None:
    with pytest.raises(CourseError, match=r"no examples for 'of_my_own'.*into the test cell"):
        exercise("of_my_own").examples(1)


@pytest.mark.parametrize("assignment", POINTS)
def test_the_notebooks_are_valid(course: CourseFolder, assignment: str) -> None:
    nbformat.validate(release(course, assignment))
    nbformat.validate(source(course, assignment))


@pytest.mark.parametrize("assignment", POINTS)
def test_no_check_counts_on_the_size_of_the_whole_set(
    course: CourseFolder, assignment: str
) -> None:
    # Grading uses a subset: a check with these numbers would refuse right answers.
    fixed = re.compile(r"\b(60_?000|10_?000|784)\b|28 ?\* ?28 ?\* ?1\b|train_images|test_images")

    for cell in marked(source(course, assignment), "is_test"):
        assert not fixed.search(cell.source), cell["id"]


@pytest.mark.parametrize("assignment", POINTS)
def test_a_notebook_says_what_it_is_generated_from(course: CourseFolder, assignment: str) -> None:
    first = release(course, assignment).cells[0].source

    assert first.startswith(f"<!-- Generated from solutions/{assignment}.py: edit that. -->")
