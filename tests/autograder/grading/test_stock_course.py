"""`autograder grade` in a stock nbgrader course: the marks are those of `nbgrader autograde`."""

import csv
import shutil
from pathlib import Path

import pytest
from support.commands import invoke_autograder
from support.stock_course import (
    answer,
    automatic_scores,
    cell,
    hand_in,
    manual,
    nbgrader,
    ordinary_test,
    quickstart,
    task,
    write_notebook,
)

from autograder.build.coursedir import StockCourse, find_stock_course
from autograder.build.stock_source import read_assignment
from autograder.grading.conditions import GradeOptions
from autograder.grading.results import iter_results
from autograder.grading.stock_run import grade_stock_class
from autograder.grading.where_tests_run import FAILS
from autograder.sandbox import Sandbox
from course.errors import BuildError

QUICK = GradeOptions(jobs=2, warm=True)
SQUARES = """\
def squares(n):
    ### BEGIN SOLUTION
    return [i ** 2 for i in range(1, n + 1)]
    ### END SOLUTION"""


FORGED = {
    "return [i ** 2 for i in range(1, n + 1)]": "return Equal()",
    "def squares(n):": "class Equal(list):\\n    __eq__ = lambda *a: True\\n"
    "    __getitem__ = lambda *a: Equal()\\ndef squares(n):",
    "return sum(numbers)": "class Equal(float):\\n        __eq__ = lambda *a: True\\n"
    "    return Equal()",
    "raise ValueError(x)": "return (one for one in [x])",
}
"""Answers whose values are equal to everything, or cannot cross."""


def rows(root: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Read grades.csv by student and exercise."""
    with (root / "grades.csv").open(newline="", encoding="utf-8") as file:
        return {(row["student"], row["exercise"]): row for row in csv.DictReader(file)}


@pytest.mark.slow
def test_the_quickstart_course_gets_the_marks_that_nbgrader_gives(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    ours, stock = quickstart(tmp_path / "ours"), tmp_path / "stock"
    nbgrader(ours, "generate_assignment", "ps1")
    (ours / "gradebook.db").unlink()
    hand_in(ours / "source" / "ps1", ours / "submitted" / "ref" / "ps1")
    hand_in(ours / "release" / "ps1", ours / "submitted" / "blank" / "ps1")
    hand_in(ours / "source" / "ps1", ours / "submitted" / "wrong" / "ps1", {"i ** 2": "i ** 3"})
    shutil.copytree(ours, stock)
    nbgrader(stock, "generate_assignment", "ps1", "--force")
    nbgrader(stock, "autograde", "--assignment=ps1")

    summary = grade_stock_class(_course(ours), [], QUICK)

    assert not summary.failures
    for student in ("ref", "blank", "wrong"):
        expected = automatic_scores(stock / "gradebook.db", student)
        assert len(expected) == 9
        assert automatic_scores(ours / "gradebook.db", student) == expected
    assert (ours / "autograded" / "ref" / "ps1" / "problem2.ipynb").is_file()
    assert rows(ours)["wrong", "problem1/correct_squares"]["status"] == "incorrect"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Path:
    """A graded course in which every kind of cell occurs, and files beside the notebooks."""
    root = tmp_path_factory.mktemp("small")
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        "c.CourseDirectory.source_directory = 'masters'\n"
        "c.CourseDirectory.directory_structure = '{assignment_id}/{nbgrader_step}/{student_id}'\n"
        "c.CourseDirectory.db_url = 'sqlite:///marks.db'\n"
        "c.ClearHiddenTests.begin_test_delimeter = 'BEGIN SECRET'\n"
        "c.ClearHiddenTests.end_test_delimeter = 'END SECRET'\n"
    )
    source = root / "one" / "masters"
    write_notebook(
        source / "." / "first.ipynb",
        [
            cell("import csv\nfrom beside import triple\n"),
            answer(SQUARES, "any-id"),
            ordinary_test("assert squares(2) == [1, 4], 'two squares'", "t1", 2),
            ordinary_test(
                "assert squares(1) == [1]\n### BEGIN SECRET\nassert squares(3)[2] == 9, 'nine'\n"
                "### END SECRET",
                "t2",
            ),
            ordinary_test("points = 1.5\npoints if squares(3)[0] == 1 else 0.5", "t3", 2),
            ordinary_test("assert list(csv.reader(open('data.csv'))) == [['1', '2']]", "t4"),
            ordinary_test("assert triple(2) == 6", "t5"),
            manual("The reference's words.", "text"),
            manual("drawn = 1", "code", kind="code"),
            task("Draw something below.", "draw"),
        ],
    )
    write_notebook(
        source / "third.ipynb",
        [
            cell("import numpy as np\nlimit = 3"),
            cell("start = [1, 2]", "given", locked=True),
            answer("def total(numbers):\n    return sum(numbers)", "total"),
            answer("def draw():\n    return np.random.random()", "draw"),
            answer("def refuse(x):\n    raise ValueError(x)", "refuse"),
            ordinary_test("import math\nassert total(start) == limit", "names"),
            ordinary_test("wanted = 6.0\nnp.random.seed(1)\nassert draw() < 0.42", "seeded"),
            ordinary_test("assert math.isclose(total([1, 2, 3]), wanted)", "earlier"),
            ordinary_test(
                "try:\n    refuse(1)\nexcept Exception:\n    pass\nelse:\n    assert False",
                "raises",
            ),
            ordinary_test(
                "from course.checks import exercise\nwith exercise('total') as check:\n"
                "    check.equals_number(total([1, 2]), 3)",
                "exercise",
            ),
            ordinary_test("import inspect\nassert inspect.getsource(total)", "text"),
            ordinary_test("assert eval('total([])') == 0", "runs"),
            ordinary_test("assert total([2]) == 3", "broken"),
        ],
    )
    write_notebook(source / "second.ipynb", [ordinary_test("import math\nmath.sin(0)", "t1")])
    (source / "data.csv").write_text("1,2\n")
    (source / "beside.py").write_text("def triple(x):\n    return 3 * x\n")
    right = root / "one" / "submitted" / "right"
    hand_in(source, right)
    hand_in(source, root / "one" / "submitted" / "forger", FORGED)
    (right / "data.csv").write_text("forged\n")
    (right / "beside.py").write_text("raise SystemExit\n")
    cube = {"i ** 2 for i": "i ** 3 for i", "'nine'": "'deleted by hand'"}
    hand_in(source, root / "one" / "submitted" / "wrong", cube)
    hand_in(source, root / "one" / "submitted" / "half", {"i ** 2 for": "min(i * i, 4) for"})
    (root / "one" / "submitted" / "half" / "second.ipynb").unlink()
    (root / "one" / "submitted" / "half" / "notes.ipynb").write_text("{}")
    summary = grade_stock_class(_course(root), [], QUICK)
    assert not summary.failures
    (root / "left_over").write_text("\n".join(f"{x.student} {x.path}" for x in summary.not_graded))
    return root


def _course(root: Path) -> StockCourse:
    course = find_stock_course(root)
    assert course is not None
    return course


@pytest.mark.parametrize(
    ("student", "exercise", "score", "status"),
    [
        ("right", "first/t1", 2, "correct"),
        ("right", "first/t2", 1, "correct"),
        ("right", "first/t3", 1.5, "partial"),
        ("right", "first/t4", 1, "correct"),
        ("right", "first/t5", 1, "correct"),
        ("right", "first/text", 0, "manual"),
        ("right", "first/code", 0, "manual"),
        ("right", "first/draw", 0, "manual"),
        ("right", "second/t1", 0, "incorrect"),  # its last value, 0.0, is a part mark
        ("wrong", "first/t1", 0, "incorrect"),
        ("wrong", "first/t4", 1, "correct"),
        ("right", "third/names", 1, "correct"),
        ("right", "third/seeded", 1, "correct"),
        ("right", "third/earlier", 1, "correct"),
        ("right", "third/raises", 1, "correct"),
        ("right", "third/text", 1, "correct"),
        ("right", "third/exercise", 1, "correct"),
        ("forger", "third/exercise", 0, "incorrect"),
        ("right", "third/runs", 1, "correct"),
        ("right", "third/broken", 0, "incorrect"),
        ("forger", "first/t1", 0, "error"),
        ("forger", "first/t2", 0, "error"),
        ("forger", "third/names", 0, "error"),
        ("forger", "third/raises", 0, "incorrect"),
        ("half", "first/t1", 2, "correct"),
        ("half", "first/t2", 0, "incorrect"),
        ("half", "second/t1", 0, "rejected"),
    ],
)
def test_every_kind_of_cell_has_its_mark(
    small: Path, student: str, exercise: str, score: float, status: str
) -> None:
    row = rows(small)[student, exercise]
    assert (float(row["score"]), row["status"]) == (score, status)


def test_a_test_runs_outside_where_the_reference_solution_passes_there(small: Path) -> None:
    inside = {
        one.assignment: one.inside
        for one in iter_results(_course(small).class_folder)
        if one.student == "right"
    }
    assert inside["one/first"] == {"t4": "it uses `open`"}
    assert inside["one/second"] == {"t1": FAILS}
    assert inside["one/third"] == {
        "text": "it uses `inspect.getsource`",
        "runs": "it uses `eval`",
        "broken": FAILS,
    }


def test_a_failed_test_says_the_assertion_s_text_but_none_of_a_hidden_one(small: Path) -> None:
    results = {
        (one.student, gap.exercise): gap.message
        for one in iter_results(_course(small).class_folder)
        for gap in one.gaps
        if one.assignment == "one/first"
    }
    assert results["wrong", "t1"] == "AssertionError: two squares"
    assert "nine" not in results["half", "t2"]
    assert "hidden" in results["half", "t2"]


def test_a_notebook_that_is_not_the_assignment_s_is_listed(small: Path) -> None:
    listed = (small / "left_over").read_text()
    assert "notes.ipynb" in listed
    assert "half" in listed


def test_a_second_run_keeps_results_and_a_person_s_marks(small: Path) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{small / 'marks.db'}") as gradebook:
        gradebook.find_grade("text", "first", "one", "right").manual_score = 1
        gradebook.find_grade("t1", "first", "one", "wrong").manual_score = 2
        gradebook.db.commit()
    summary = grade_stock_class(_course(small), [], QUICK)
    assert summary.unchanged == 11  # all but the notebook that is missing
    assert float(rows(small)["right", "first/text"]["score"]) == 1
    assert float(rows(small)["wrong", "first/t1"]["score"]) == 2


def test_older_metadata_is_read_and_another_language_is_refused_in_one_line(
    tmp_path: Path,
) -> None:
    source = tmp_path / "source"
    old = cell("1 + 1", "old-id", points=1, grade=True, locked=True)
    del old.metadata.nbgrader["schema_version"], old.metadata.nbgrader["task"]
    write_notebook(source / "old" / "a.ipynb", [old])
    write_notebook(source / "r" / "b.ipynb", [cell("x <- 1")], language="R")
    course = _course(tmp_path)
    assert course.assignments() == ["old", "r"]
    [notebook] = read_assignment(course, "old").notebooks
    assert [each["id"] for each in notebook.source.cells] == ["old-id"]
    with pytest.raises(BuildError, match=r"r/b.ipynb can't be graded here: .*'R', not Python"):
        read_assignment(course, "r")


def test_what_does_not_work_in_a_stock_course_is_said_in_one_line(tmp_path: Path) -> None:
    quickstart(tmp_path / "course101")
    course = ["--course", str(tmp_path / "course101")]
    status, printed = invoke_autograder("grade", *course)
    assert (status, "There is nothing to grade in" in printed) == (2, True)
    status, printed = invoke_autograder("grade", "--class", "there", *course)
    assert (status, "--class does not work in" in printed) == (2, True)


def test_a_configuration_with_an_error_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n1 / 0\n")
    with pytest.raises(BuildError, match=r"nbgrader_config.py can't be read: ZeroDivisionError"):
        find_stock_course(tmp_path)


@pytest.mark.parametrize("name", ["a #b", "50% é", "my%20course"])
def test_the_gradebook_lies_in_the_course_s_folder_or_the_folder_is_refused(
    tmp_path: Path, name: str
) -> None:
    root = tmp_path / name
    write_notebook(root / "source" / "one" / "a.ipynb", [answer("f = 1", "f")])

    try:
        found = find_stock_course(root)
    except BuildError as error:
        assert "Rename that folder." in str(error)
        assert name == "my%20course"
    else:
        assert found is not None
        assert found.class_folder.gradebook == root / "gradebook.db"
