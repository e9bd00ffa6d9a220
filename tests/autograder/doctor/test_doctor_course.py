"""The doctor's lines on a course: what the release gives away, and what its tests do."""

import json
import zipfile
from pathlib import Path

import pytest
from support.commands import invoke_autograder
from support.stock_course import answer, cell, manual, ordinary_test, write_notebook

from autograder.build.coursedir import StockCourse, find_stock_course
from autograder.cli import show_doctor
from autograder.doctor import examining
from autograder.doctor.course_source import (
    CourseNotebook,
    read_notebooks,
    secrets_in,
    texts_for_students,
    texts_installed,
)
from autograder.doctor.examining import Wanted, examine
from autograder.doctor.finding import Finding, fine, note, wrong
from autograder.doctor.giveaways import explanations_in, giveaways
from autograder.doctor.running_tests import TestRuns, findings_of, run_tests
from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.conditions import GradeOptions
from autograder.sandbox import Sandbox

SQUARES = "def squares(n):\n    ### BEGIN SOLUTION\n    return [i ** 2 for i in range(n)]\n    {}"
SQUARES = SQUARES.format("### END SOLUTION")
ANSWER = "return [i ** 2 for i in range(n)]"
HIDDEN = (
    "assert squares(2) == [0, 1]\n### BEGIN HIDDEN TESTS\nassert squares(4)[3] == 9\n"
    "### END HIDDEN TESTS"
)


def add_notebook(root: Path, *more: object, name: str = "one") -> None:
    cells = [answer(SQUARES, "squares"), ordinary_test(HIDDEN, "test", 2), *more]
    write_notebook(root / "source" / "ps1" / f"{name}.ipynb", cells)


def read(root: Path) -> tuple[StockCourse, list[CourseNotebook], list[Finding]]:
    course = find_stock_course(root)
    assert course is not None
    notebooks, findings = read_notebooks(course, course.class_folder, ["ps1"])
    return course, notebooks, findings


def given_away(root: Path) -> list[Finding]:
    course, notebooks, _ = read(root)
    secrets = secrets_in(course, notebooks)
    return list(giveaways(secrets, texts_for_students(course, course.class_folder, notebooks)))


def put_release(root: Path, text: str, name: str = "one.ipynb") -> None:
    path = root / "release" / "ps1" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A stock course with one notebook: an answer and a test with a hidden part."""
    add_notebook(tmp_path)
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    return tmp_path


def test_what_the_build_makes_gives_nothing_away(root: Path) -> None:
    assert given_away(root) == []


def test_a_solution_left_in_the_release_is_wrong(root: Path) -> None:
    put_release(root, (root / "source" / "ps1" / "one.ipynb").read_text())
    (found,) = given_away(root)
    assert (found.level, found.what) == ("wrong", "release/ps1/one.ipynb")
    assert found.found == "gives away the solution of squares, a hidden part of test"


@pytest.mark.parametrize(
    ("name", "text", "gives"),
    [
        ("helper.py", "def f(n):\n  return [i**2 for i in range(n)]\n", "solution of squares"),
        ("notes.md", "Try `x`:\n\n    assert squares(4)[3] == 9\n", "hidden part of test"),
        (
            "kept.json",
            json.dumps({"a": "return [i ** 2 for i in range(n)]"}),
            "solution of squares",
        ),
    ],
    ids=["py", "md", "json"],
)
def test_a_file_beside_the_notebooks_that_gives_an_answer_is_wrong(
    root: Path, name: str, text: str, gives: str
) -> None:
    (root / "source" / "ps1" / name).write_text(text)
    (found,) = given_away(root)
    assert (found.level, found.what) == ("wrong", f"source/ps1/{name}")
    assert gives in found.found


def test_a_checkpoint_in_the_release_is_searched_too(root: Path) -> None:
    folder = root / "release" / "ps1" / ".ipynb_checkpoints"
    folder.mkdir(parents=True)
    (folder / "one-checkpoint.ipynb").write_text((root / "source/ps1/one.ipynb").read_text())
    (found,) = given_away(root)
    assert found.what == "release/ps1/.ipynb_checkpoints/one-checkpoint.ipynb"


def test_an_archive_beside_the_notebooks_is_searched_too(root: Path) -> None:
    with zipfile.ZipFile(root / "source" / "ps1" / "all.zip", "w") as archive:
        archive.writestr("inner/answer.py", ANSWER)
    (found,) = given_away(root)
    assert found.what == "source/ps1/all.zip, inner/answer.py"


def test_an_answer_in_another_cell_of_the_same_notebook_is_wrong(root: Path) -> None:
    add_notebook(root, cell("def squares_again(n):\n    return [i ** 2 for i in range(n)]"))
    (found,) = given_away(root)
    assert (found.level, found.what) == ("wrong", "the release of ps1/one")


def test_an_answer_in_words_is_looked_for_too(root: Path) -> None:
    words = "Because the kernel slides over the image."
    add_notebook(root, manual(words, "why"), cell(words, kind="markdown"))
    (found,) = given_away(root)
    assert "the solution of why" in found.found


def test_a_short_value_is_worth_knowing_and_a_short_line_is_nothing(root: Path) -> None:
    q1 = 'q1 = None\n### BEGIN SOLUTION\nq1 = "b"\n### END SOLUTION'
    one = "def one():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
    add_notebook(root, answer(q1, "q1"), answer(one, "one"), cell("q1='b'; x = 1\n\nreturn 1"))
    assert given_away(root) == []
    add_notebook(root, answer(q1, "q1"), cell('q1 = "b"'))
    (found,) = given_away(root)
    assert (found.level, found.found) == ("note", "gives away the solution of q1")


def test_lines_that_the_stub_shows_are_no_secret(root: Path) -> None:
    text = "def squares(n):\nassert squares(2) == [0, 1]"
    (root / "source" / "ps1" / "readme.md").write_text(text)
    assert given_away(root) == []


def test_a_release_that_is_not_what_the_source_gives_is_noted(root: Path) -> None:
    put_release(root, (root / "source" / "ps1" / "one.ipynb").read_text())
    _, _, findings = read(root)
    (found,) = [one for one in findings if one.level == "note"]
    assert "differs from what its source gives now" in found.found


def test_a_source_that_nbgrader_refuses_is_wrong(root: Path) -> None:
    write_notebook(root / "source" / "ps1" / "two.ipynb", [cell("1")], language="R")
    _, notebooks, findings = read(root)
    assert notebooks == []
    assert [one.level for one in findings] == ["wrong"]
    assert "course, ps1" in findings[0].what


def test_explanations_of_a_question_bank_are_secrets(tmp_path: Path) -> None:
    text = "## q\n- [x] a\n  > The kernel slides over the image.\n  > No.\n"
    (tmp_path / "quiz.md").write_text(text)
    (secret,) = explanations_in(tmp_path / "quiz.md")
    assert secret.is_in({"Thekernelslidesovertheimage."})


def test_this_courses_releases_give_nothing_away(course: CourseFolder, tmp_path: Path) -> None:
    own = ClassFolder(tmp_path)
    notebooks, _ = read_notebooks(course, own, ["reshape", "quiz"])
    secrets = secrets_in(course, notebooks)
    assert len(secrets) > 60
    assert list(giveaways(secrets, texts_for_students(course, own, notebooks))) == []
    assert list(giveaways(secrets, texts_installed(course, covered=False))) == []


def test_an_answer_in_a_wheel_or_in_the_quiz_s_release_is_wrong(
    course: CourseFolder, tmp_path: Path
) -> None:
    copy = CourseFolder(tmp_path)
    notebooks, _ = read_notebooks(course, ClassFolder(tmp_path / "class"), ["quiz"])
    bank = (course.solutions / "quiz.md").read_text(encoding="utf-8")
    (tmp_path / "dist").mkdir()
    with zipfile.ZipFile(tmp_path / "dist" / "convpool.whl", "w") as wheel:
        wheel.writestr("course/more/quiz.md", bank)
        wheel.writestr("course/quiz/practice.md", bank)
    (found,) = giveaways(
        explanations_in(course.solutions / "quiz.md"), texts_installed(copy, covered=False)
    )
    assert (found.level, found.what) == ("wrong", "dist/convpool.whl, course/more/quiz.md")
    key = notebooks[0].notebook.source
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "solutions.json").write_text(json.dumps(key))
    (found, *_) = giveaways(
        secrets_in(copy, notebooks),
        texts_for_students(copy, ClassFolder(tmp_path / "c"), notebooks),
    )
    assert found.level == "wrong" and "a hidden part of test_q1" in found.found


RUNS = TestRuns("ps1/one", {"a": 2, "b": 1}, reference={"a": 2, "b": 1}, released={"a": 0, "b": 0})


def lines_of(**changes: object) -> dict[str, str]:
    runs = TestRuns(**{**vars(RUNS), **changes})  # type: ignore[arg-type]
    return {one.what: one.level for one in findings_of(runs)}


def test_tests_that_run_outside_are_one_line() -> None:
    (found,) = findings_of(RUNS)
    assert str(found) == (
        "✓ tests of ps1/one: 2 outside the student's process, 0 inside; outside: a, b"
    )


def test_a_test_inside_is_noted_with_its_reason() -> None:
    runs = TestRuns(**{**vars(RUNS), "inside": {"b": "it uses `eval`"}})
    found = list(findings_of(runs))
    assert [one.level for one in found] == ["fine", "note"]
    assert found[1].what == "ps1/one, b" and "it uses `eval`" in found[1].found


def test_what_the_reference_or_the_release_gets_is_looked_at() -> None:
    assert lines_of(reference={"a": 1, "b": 1})["ps1/one, a"] == "wrong"
    assert lines_of(released={"a": 0.5, "b": 0})["ps1/one, a"] == "note"
    assert lines_of(failure="no kernel") == {"tests of ps1/one": "wrong"}


@pytest.mark.slow
def test_the_tests_of_a_stock_course_are_run(root: Path, sandbox: Sandbox) -> None:
    add_notebook(
        root,
        ordinary_test("assert callable(squares)", "weak", 3),
        ordinary_test("import inspect\nassert inspect.getsource(squares)[0]", "inside"),
        ordinary_test("assert squares(2) == [1, 4]", "broken"),
        ordinary_test("print('none')", "free", 0),
    )
    course, notebooks, _ = read(root)

    (runs,) = run_tests(course, notebooks, GradeOptions(jobs=2), lambda *_: None)

    assert runs.failure == ""
    assert runs.reference == {"test": 2, "weak": 3, "inside": 1, "broken": 0, "free": 0}
    lines = "\n".join(map(str, findings_of(runs)))
    assert "outside: test, weak" in lines
    assert "! ps1/one, inside: it runs inside" in lines and "it uses `inspect.getsource`" in lines
    assert "! ps1/one, weak: the untouched release gets 3 of 3 points" in lines
    assert "✗ ps1/one, broken: the reference solution gets 0 of 1 points" in lines
    assert "ps1/one, test" not in lines
    assert sorted(path.name for path in root.iterdir()) == ["nbgrader_config.py", "source"]


@pytest.mark.slow
def test_the_tests_of_this_project_s_own_kind_are_run(
    course: CourseFolder, sandbox: Sandbox, course_images: None, tmp_path: Path
) -> None:
    notebooks, _ = read_notebooks(course, ClassFolder(tmp_path), ["reshape"])
    (runs,) = run_tests(course, notebooks, GradeOptions(jobs=2), lambda *_: None)
    assert (runs.failure, runs.inside) == ("", {})
    assert runs.reference == runs.points == {"test_scale_pixels": 4, "test_add_channel_axis": 6}
    assert set(runs.released.values()) == {0}


def test_everything_is_examined_and_nothing_is_written(root: Path, sandbox: Sandbox) -> None:
    (root / "source" / "ps1" / "helper.py").write_text(ANSWER)
    found = list(examine(Wanted(root, tests=False), GradeOptions(), lambda *_: None))
    matters = {one.what for one in found if one.level == "fine"}
    assert {"versions", "sandbox", "disk", "class folder", "gradebook", "exchange"} <= matters
    assert [one.what for one in found if one.level == "wrong"] == ["source/ps1/helper.py"]
    assert sorted(path.name for path in root.iterdir()) == ["nbgrader_config.py", "source"]


@pytest.mark.parametrize(
    ("file", "matter"),
    [("roster.csv", "roster"), ("rules.toml", "rules"), ("comments.csv", "comments")],
)
def test_a_file_of_the_class_that_can_not_be_read_is_among_the_findings(
    root: Path, sandbox: Sandbox, file: str, matter: str
) -> None:
    (root / file).write_text('no "such [file\n')
    found = list(examine(Wanted(root, tests=False), GradeOptions(), lambda *_: None))
    assert [one.what for one in found if one.level == "wrong"] == [matter]


def test_a_folder_without_a_course_is_wrong_and_the_rest_is_examined(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    found = list(examine(Wanted(tmp_path), GradeOptions(), lambda *_: None))
    assert [one.what for one in found if one.level == "wrong"] == ["course"]
    assert "sandbox" in {one.what for one in found if one.level == "fine"}


def test_tests_are_not_run_where_the_sandbox_is_not_proven(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = wrong("sandbox", "it leaks", "Mend it.")
    monkeypatch.setattr(examining, "examine_sandbox", lambda _: iter([refused]))
    monkeypatch.setattr(examining, "run_tests", lambda *_: pytest.fail("they were run"))
    found = list(examine(Wanted(root), GradeOptions(), lambda *_: None))
    assert [one.what for one in found if one.level == "wrong"] == ["sandbox"]
    assert found[-1].what == "tests"


def test_a_course_without_an_assignment_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examining, "examine_sandbox", lambda _: iter([]))
    (tmp_path / "source").mkdir()
    found = list(examine(Wanted(tmp_path), GradeOptions(), lambda *_: None))
    assert ["holds no assignment" in one.found for one in found if one.level == "wrong"] == [True]


def test_an_assignment_that_is_not_there_is_the_command_s_own_error(root: Path) -> None:
    code, message = invoke_autograder("doctor", "ps2", "--course", root)
    assert (code, "no assignment called 'ps2'" in message) == (2, True)


def test_another_class_of_a_stock_course_is_the_command_s_own_error(root: Path) -> None:
    code, message = invoke_autograder("doctor", "--class", root, "--course", root)
    assert (code, "--class does not work" in message) == (2, True)


@pytest.mark.parametrize(
    ("findings", "status", "last"),
    [
        ([fine("a", "b")], 0, "1 fine, 0 worth knowing (!), 0 wrong (✗)."),
        ([note("a", "b")], 0, "0 fine, 1 worth knowing (!), 0 wrong (✗)."),
        (
            [fine("a", "b"), wrong("c", "[red]d", "e")],
            1,
            "1 fine, 0 worth knowing (!), 1 wrong (✗).",
        ),
    ],
    ids=["fine", "note", "wrong"],
)
def test_the_exit_status_says_whether_something_is_wrong(
    monkeypatch: pytest.MonkeyPatch, findings: list[Finding], status: int, last: str
) -> None:
    monkeypatch.setattr(show_doctor, "examine", lambda *_: iter(findings))
    code, printed = invoke_autograder("doctor")
    assert code == status
    assert printed.splitlines()[-1] == last
    assert all(str(one) in printed for one in findings)
