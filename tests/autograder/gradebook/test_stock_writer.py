"""The marks of a stock course's notebooks in nbgrader's gradebook."""

from datetime import datetime
from pathlib import Path

import pytest
from support.stock_course import answer, automatic_scores, manual, ordinary_test, write_notebook

from autograder.build.coursedir import StockCourse, find_stock_course
from autograder.build.stock_source import read_assignment, register_assignment
from autograder.gradebook.database import make_gradebook, open_gradebook
from autograder.gradebook.reader import read_marks
from autograder.gradebook.stock_writer import (
    NotebookMarks,
    apply_late_penalties,
    enter_notebooks,
    has_notebook,
    knows_notebooks,
)
from course.notebook.verdict import Verdict

HALF = [Verdict("test_f", 1.0, 2.0, "partial"), Verdict("f", 0.0, 3.0, "manual")]


@pytest.fixture
def course(tmp_path: Path) -> StockCourse:
    """A registered course whose two notebooks have cells of the same names."""
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
    )
    for name in ("a", "b"):
        cells = [answer("f = 1", "g"), ordinary_test("assert f", "test_f", 2), manual("w", "f", 3)]
        write_notebook(tmp_path / "source" / "one" / f"{name}.ipynb", cells)
    found = find_stock_course(tmp_path)
    assert found is not None
    make_gradebook(found.class_folder)
    register_assignment(found, "one")
    return found


def test_each_notebook_has_its_own_marks(course: StockCourse) -> None:
    none = [Verdict("test_f", 0.0, 2.0, "incorrect"), Verdict("f", 0.0, 3.0, "not_attempted")]
    with open_gradebook(course.class_folder) as gradebook:
        enter_notebooks(gradebook, [NotebookMarks("one/a", "ada", HALF, [])])
        enter_notebooks(gradebook, [NotebookMarks("one/b", "ada", none, ["f", "g"])])
        assert has_notebook(gradebook, NotebookMarks("one/a", "ada", HALF, []))
        assert not has_notebook(gradebook, NotebookMarks("one/b", "ada", HALF, []))
        assert gradebook.find_comment("f", "b", "one", "ada").auto_comment == "No response."
        assert gradebook.find_comment("f", "a", "one", "ada").auto_comment is None
    assert automatic_scores(course.class_folder.gradebook, "ada") == {
        "one/a/test_f": (1.0, False),
        "one/a/f": (None, True),
        "one/b/test_f": (0.0, False),
        "one/b/f": (0.0, False),
    }
    found = read_marks(course.class_folder).submissions["ada", "one"]
    # `test_f` keeps its whole name: `f` has points of its own.
    assert [one.exercise for one in found.exercises] == ["a/f", "a/test_f", "b/f", "b/test_f"]


def test_a_changed_source_is_noticed(course: StockCourse) -> None:
    sources = {one.name: one.source for one in read_assignment(course, "one").notebooks}
    with open_gradebook(course.class_folder) as gradebook:
        assert knows_notebooks(gradebook, "one", sources)
        sources["b"].cells[1].source = "assert f == 1"
        assert not knows_notebooks(gradebook, "one", sources)
        assert not knows_notebooks(gradebook, "two", sources)


def test_the_course_s_late_policy_counts(course: StockCourse) -> None:
    with open_gradebook(course.class_folder) as gradebook:
        gradebook.find_assignment("one").duedate = datetime(2026, 1, 1)
        for student, month in (("late", 2), ("early", 1)):
            handed_in = datetime(2026, month, 1)
            enter_notebooks(gradebook, [NotebookMarks("one/a", student, HALF, [], handed_in)])
    graded = [("late", "one/a"), ("early", "one/a")]
    apply_late_penalties(course.class_folder, course.config, graded)
    marks = read_marks(course.class_folder).submissions
    assert (marks["late", "one"].final, marks["early", "one"].final) == (0, 1)
