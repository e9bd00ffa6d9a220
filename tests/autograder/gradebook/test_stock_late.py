"""Late marks of a stock nbgrader course: its own policy, or a rules.toml for every command."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.commands import invoke_autograder
from support.stock_course import answer, ordinary_test, write_notebook
from traitlets.config import Config

from autograder.build.coursedir import StockCourse, find_stock_course
from autograder.build.stock_source import read_assignment, register_assignment
from autograder.gradebook.database import make_gradebook, open_gradebook
from autograder.gradebook.handed_in import handed_in
from autograder.gradebook.nbgrader_quirks import without_its_warnings
from autograder.gradebook.reader import read_marks
from autograder.gradebook.rules_file import rules_path
from autograder.gradebook.stock_writer import NotebookMarks, enter_notebooks
from course.errors import BuildError
from course.notebook.verdict import Verdict

STRUCTURE = "{assignment_id}/{nbgrader_step}/{student_id}"
RULES = """\
[due]
one = 2026-11-01T23:59:00
[late]
percent_per_day = 20
"""
STAMPS = {"ada": "2026-11-03 00:59:00.000000 UTC", "ben": "2026-11-01 23:00:00.000000 UTC"}
LINES = """
from pathlib import Path
from autograder.nbgrader_plugins.configuration import use_late_rules
use_late_rules(c, Path(__file__).parent)
"""


@pytest.fixture
def course(tmp_path: Path) -> StockCourse:
    """A course with two notebooks of ten points, of which two students have all."""
    (tmp_path / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.directory_structure = {STRUCTURE!r}\n{LINES}"
    )
    for name in ("a", "b"):
        cells = [answer("f = 1", "g"), ordinary_test("assert f", "test_f", 10)]
        write_notebook(tmp_path / "one" / "source" / f"{name}.ipynb", cells)
    found = find_stock_course_in(tmp_path)
    make_gradebook(found.class_folder)
    register_assignment(found, "one")
    full = [Verdict("test_f", 10.0, 10.0, "correct")]
    for student, stamp in STAMPS.items():
        folder = found.submission(student, "one")
        for name in ("a", "b"):
            write_notebook(folder / f"{name}.ipynb", [answer("f = 1", "g")])
        (folder / "timestamp.txt").write_text(stamp)
        with open_gradebook(found.class_folder) as gradebook:
            for name in ("a", "b"):
                enter_notebooks(gradebook, [NotebookMarks(f"one/{name}", student, full, [])])
    rules_path(found.class_folder.root).write_text(RULES)
    return found


def find_stock_course_in(folder: Path) -> StockCourse:
    found = find_stock_course(folder)
    assert found is not None
    return found


def finals(course: StockCourse) -> dict[str, float]:
    marks = read_marks(course.class_folder).submissions.values()
    return {mark.student: float(mark.final) for mark in marks}


def by_nbgrader(course: StockCourse) -> None:
    """Run nbgrader's own `autograde`, all but the steps that run notebooks."""
    from nbgrader.converters import Autograde
    from nbgrader.coursedir import CourseDirectory

    config = Config(course.config)
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.assignment_id = "one"
    config.Autograde.sanitize_preprocessors = []
    config.Autograde.autograde_preprocessors = config.Autograde.autograde_preprocessors[-3:-1]
    with without_its_warnings():
        Autograde(coursedir=CourseDirectory(config=config), config=config).start()


def test_the_rules_count_for_every_command(course: StockCourse) -> None:
    by_nbgrader(course)
    theirs = finals(course)
    status, said = invoke_autograder("late", "--course", str(course.root))

    assert theirs == finals(course) == {"ada": 12.0, "ben": 20.0}
    assert status == 0
    assert "0 penalties changed" in said


def test_a_due_date_that_is_removed_takes_its_penalty_with_it(course: StockCourse) -> None:
    by_nbgrader(course)
    rules_path(course.class_folder.root).write_text(RULES.replace("one", "# one"))
    assert invoke_autograder("late", "--course", str(course.root))[0] == 0
    assert finals(course) == {"ada": 20.0, "ben": 20.0}


def test_a_misspelt_assignment_is_an_error_of_each_command(course: StockCourse) -> None:
    rules_path(course.class_folder.root).write_text(RULES.replace("one", "ones"))
    words = "line 2: there is no assignment 'ones'. Did you mean 'one'?"
    with pytest.raises(SystemExit, match=words.replace("?", r"\?")):
        by_nbgrader(course)
    status, said = invoke_autograder("late", "--course", str(course.root))
    assert (status, words in said) == (2, True)


def test_the_time_is_read_where_the_course_puts_a_submission(course: StockCourse) -> None:
    when = handed_in(course.class_folder, {}, "ada", "one")
    assert when.time == datetime(2026, 11, 3, 0, 59, tzinfo=UTC)


def test_what_systems_put_beside_students_is_no_student(course: StockCourse) -> None:
    for name in (".ipynb_checkpoints", "__pycache__"):
        write_notebook(course.submission(name, "one") / "a.ipynb", [])
    assert course.students("one") == ["ada", "ben"]


@pytest.mark.parametrize("points", [-1, float("nan"), float("inf"), "x", True], ids=str)
def test_points_that_are_none_are_one_line(course: StockCourse, points: object) -> None:
    test = ordinary_test("assert f", "test_f", 2)
    test.metadata.nbgrader.points = points
    write_notebook(course.source("one") / "a.ipynb", [answer("f = 1", "g"), test])

    with pytest.raises(BuildError) as error:
        read_assignment(course, "one")

    assert str(error.value) == (
        f"one/a.ipynb: the cell 'test_f' has {points!r} points. "
        "Points are 0 or more; correct them in Create Assignment."
    )


def test_penalties_of_nbgraders_own_policy_are_not_out_of_date_and_stay(
    course: StockCourse,
) -> None:
    rules_path(course.class_folder.root).unlink()
    with open_gradebook(course.class_folder) as gradebook:
        for notebook in gradebook.find_submission("one", "ada").notebooks:
            notebook.late_submission_penalty = 2.0
        gradebook.db.commit()
    where = ("--course", str(course.root))

    status, exported = invoke_autograder("export", "--format", "questions", *where)
    late = invoke_autograder("late", *where)

    assert (status, "out of date" in exported) == (0, False)
    assert (late[0], "has no rules.toml" in late[1]) == (2, True)
    assert finals(course) == {"ada": 16.0, "ben": 20.0}
