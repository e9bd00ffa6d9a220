"""What an instructor does with a graded stock course: pages, marks by hand, exports, dry run."""

import csv
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.commands import invoke_autograder
from support.page_material import text_of
from support.stock_course import (
    answer,
    cell,
    hand_in,
    manual,
    ordinary_test,
    quickstart,
    task,
    write_notebook,
)

from autograder.build.coursedir import find_stock_course
from autograder.build.stock_source import read_assignment
from autograder.sandbox import Sandbox

DOUBLE = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
SECRET = "assert double(21) == 42, 'a secret number'"
TEST = f"assert double(1) == 2, 'one'\n### BEGIN HIDDEN TESTS\n{SECRET}\n### END HIDDEN TESTS"
SPY = """print(["assert double(21) " + "== 42, 'a secret " + "number'"])"""
RANGE = "np.max(numbers) - np.min(numbers)"
WORDS = "Because it is linear. <script>alert(1)</script>"


def write_course(root: Path) -> Path:
    """Write a course with every kind of graded cell, and hand in for three students."""
    source = root / "source" / "ps1"
    write_notebook(
        source / "code.ipynb",
        [
            cell("# Functions\n\n```\n# no heading\n```", kind="markdown"),
            answer(DOUBLE, "double"),
            ordinary_test(TEST, "test_double", 2),
            ordinary_test("import inspect\nassert inspect.getsource(double)", "source-text"),
            cell("", "", kind="code"),
        ],
    )
    write_notebook(
        source / "words.ipynb",
        [
            cell("## Why *linear*?", kind="markdown"),
            manual("The reference answer.", "why", 3),
            manual("sketch = 1", "cell-0123456789abcdef", 2, kind="code"),
            task("Draw it below.\n=== BEGIN MARK SCHEME ===\nrubric\n=== END MARK SCHEME ===", "t"),
        ],
    )
    write_notebook(
        root / "source" / "ps2" / "ps2.ipynb",
        [answer(DOUBLE, "double"), ordinary_test("assert double(2) == 4", "test_double", 1)],
    )
    submitted = root / "submitted"
    mine = {"The reference answer.": WORDS, "sketch = 1": "sketch = 2"}
    hand_in(source, submitted / "ada" / "ps1", mine)
    hand_in(source, submitted / "ben" / "ps1", {**mine, "return 2 * x": "return 3 * x"})
    hand_in(root / "source" / "ps2", submitted / "ada" / "ps2")
    hand_in(root / "source" / "ps2", submitted / "ben" / "PS2")
    (submitted / "download.zip").write_bytes(b"PK")
    status, printed = invoke_autograder("new", "averages", "--notebook", "--course", root)
    assert (status, printed.splitlines()[0]) == (0, "wrote source/averages/averages.ipynb")
    for student, returned in {"ada": "", "ben": "numbers[-1] - numbers[0]", "cy": "5"}.items():
        changes = {f"return {RANGE}": f"return {returned}"} if returned else {}
        hand_in(root / "source" / "averages", submitted / student / "averages", changes)
    path = submitted / "ada" / "ps1" / "code.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"][-1]["source"] = SPY
    path.write_text(json.dumps(notebook))
    words = submitted / "ben" / "ps1" / "words.ipynb"
    notebook = json.loads(words.read_text())
    notebook["cells"].append(cell("My drawing: /\\", kind="markdown"))
    words.write_text(json.dumps(notebook))
    return root


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> SimpleNamespace:
    """A graded course, and what each verb printed; a person has marked one answer."""
    root = write_course(tmp_path_factory.mktemp("course101"))

    def run(verb: str, *arguments: object) -> tuple[int, str]:
        status, printed = invoke_autograder(verb, *arguments, "--course", root)
        return status, " ".join(printed.split())

    graded = run("grade", "--jobs", "2")
    waiting = rows(root)
    mark_by_hand(root)
    return SimpleNamespace(root=root, run=run, graded=graded, waiting=waiting)


def mark_by_hand(root: Path) -> None:
    """Enter a mark and a comment as formgrader does."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("why", "words", "ps1", "ada")
        grade.manual_score, grade.needs_manual_grade = 2, False
        comment = gradebook.find_comment("why", "words", "ps1", "ada")
        comment.manual_comment = "Nearly: say what linear means."
        gradebook.db.commit()


def rows(root: Path) -> dict[tuple[str, str, str], dict[str, str]]:
    """Read grades.csv by student, assignment and exercise."""
    with (root / "grades.csv").open(newline="", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    return {(row["student"], row["assignment"], row["exercise"]): row for row in found}


def page_of(course: SimpleNamespace, student: str, name: str) -> str:
    path = course.root / "feedback" / student / f"{name}.html"
    if not path.is_file():
        assert course.run("feedback")[0] == 0
    return path.read_text(encoding="utf-8")


def test_grading_counts_what_waits_for_a_person(course: SimpleNamespace) -> None:
    status, printed = course.graded
    assert status == 3  # ben's PS2, and the zip
    assert "download.zip" in printed and "nbgrader zip_collect" in printed
    assert "6 cells wait for a person's mark." in printed
    assert "Run `autograder formgrader`" in printed
    assert "ben/PS2" in printed and "Rename it if" in printed
    assert "averages" not in printed.partition("Gradebook")[0], "its tests run outside"
    assert course.waiting["ada", "ps1", "words/why"]["status"] == "manual"


def test_a_new_notebook_passes_its_own_tests_and_tells_answers_apart(
    course: SimpleNamespace,
) -> None:
    marks = {
        student: (row["score"], row["status"])
        for (student, assignment, exercise), row in course.waiting.items()
        if (assignment, exercise) == ("averages", "averages_range")
    }
    assert marks == {"ada": ("5", "correct"), "ben": ("0", "incorrect"), "cy": ("0", "incorrect")}


def test_the_release_of_a_new_notebook_has_neither_solution_nor_hidden_test(
    course: SimpleNamespace,
) -> None:
    found = find_stock_course(course.root)
    assert found is not None
    [notebook] = read_assignment(found, "averages").notebooks
    released = "\n".join(notebook.released)
    assert "def averages_range(numbers):" in released and "<summary>Hints" in released
    for secret in (RANGE, "many numbers", "For the author", "default_rng"):
        assert secret in "\n".join(cell.source for cell in notebook.source.cells)
        assert secret not in released


def test_a_new_notebook_overwrites_nothing(course: SimpleNamespace) -> None:
    status, printed = course.run("new", "averages", "--notebook")
    assert (status, "averages exists." in printed) == (2, True)


def test_a_page_shows_marks_and_comments_by_hand_and_text_answers(course: SimpleNamespace) -> None:
    page = page_of(course, "ada", "ps1/words")
    shown = text_of(page)
    assert "ps1/words: 2 of 6 points" in shown
    assert "3 of the 6 points wait for a person’s mark." in shown
    assert "Why linear?: why 2 of 3" in shown
    assert "◐ Partly correct ; this mark was entered by hand" in shown
    assert "Nearly: say what linear means." in shown
    assert "Because it is linear." in shown and "<script>alert" not in page
    assert "… Waits for a person's mark" in shown
    assert "cell-0123456789abcdef" not in shown and "Read next" not in shown
    assert "rubric" not in page and "The reference answer" not in page


def test_what_stands_below_a_task_is_shown_with_it(course: SimpleNamespace) -> None:
    page = page_of(course, "ben", "ps1/words")
    part = page.partition('<h2 id="gap-3">')[2]
    assert "My drawing: /\\" in part.partition("</article>")[0]


def test_an_answer_is_shown_with_its_test_and_no_hidden_test_is(course: SimpleNamespace) -> None:
    page = page_of(course, "ben", "ps1/code")
    assert "Functions: double 0 of 2" in text_of(page)
    assert "3" in page.partition('<h2 id="gap-1">')[2].partition("</article>")[0]
    for student in ("ada", "ben"):
        assert "secret number" not in page_of(course, student, "ps1/code")
    assert "quoted a hidden check" in page_of(course, "ada", "ps1/code")


def test_the_report_counts_submissions_and_lists_tests_inside(course: SimpleNamespace) -> None:
    status, printed = course.run("report")
    assert (status, "Report on 6 submissions" in printed) == (0, True)
    page = text_of((course.root / "report.html").read_text(encoding="utf-8"))
    assert "5 cells wait for a person's mark." in page
    assert "ps1 code/source-text it uses inspect.getsource" in page
    outcome = "1 partly correct, 1 waits for a person's mark"
    assert outcome in " ".join(page.split())
    assert "ben/PS2" in page and "Lesson" not in page
    anonymous = course.run("report", "--anonymous")
    assert anonymous[0] == 0
    assert "ada" not in text_of((course.root / "report-anonymous.html").read_text("utf-8")).split()


def test_terminal_csv_and_report_have_one_mark(course: SimpleNamespace) -> None:
    before = course.waiting["ada", "ps1", "words/why"]
    status, printed = course.run("grade", "ps2")
    assert status == 3 and "5 cells wait" in printed
    after = rows(course.root)
    assert set(after) == set(course.waiting), "a run of one assignment names the other the same"
    row = after["ada", "ps1", "words/why"]
    assert (before["score"], row["score"], row["status"]) == ("0", "2", "partial")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("canvas", "ada,,,ada,,5,5,1"),
        ("moodle", ",,ada,,5,5,1"),
        ("questions", "ada,,ps1,words/why,2,3,,2,0,no,Nearly: say what linear means."),
    ],
)
def test_each_export_has_the_marks(course: SimpleNamespace, form: str, expected: str) -> None:
    status, printed = course.run("export", "--format", form)
    assert (status, "2 submissions need manual grading" in printed) == (0, True)
    text = (course.root / f"{form}.csv").read_text(encoding="utf-8")
    assert expected in text.splitlines()


def test_json_and_zips_and_similar_pairs_work_too(course: SimpleNamespace) -> None:
    assert course.run("export", "--format", "json")[0] == 0
    assert '"words/why"' in (course.root / "json.json").read_text()
    assert course.run("feedback", "--zip")[0] == 0
    assert (course.root / "feedback" / "ps1-students.zip").is_file()
    status, printed = course.run("similarity")
    assert (status, "No pair stands out" in printed) == (0, True)


def test_a_dry_run_names_what_changes_and_writes_nothing(course: SimpleNamespace) -> None:
    source = course.root / "source" / "ps2" / "ps2.ipynb"
    text = source.read_text()
    before = {path: path.read_bytes() for path in course.root.rglob("*") if path.is_file()}
    source.write_text(text.replace("double(2) == 4", "double(2) == 5"))
    try:
        status, printed = course.run("grade", "--dry-run", "ps2")
    finally:
        source.write_text(text)
    assert status == 3
    assert "1 change for 1 student: 0 marks up, 1 down." in printed
    after = {path: path.read_bytes() for path in course.root.rglob("*") if path.is_file()}
    assert after == before


def test_marks_by_hand_stay_when_everything_is_run_again(course: SimpleNamespace) -> None:
    status, printed = course.run("grade", "--force", "ps1")
    assert status == 3
    assert "6 cells wait for a person's mark (1 marked before, to be looked at again)." in printed
    row = rows(course.root)["ada", "ps1", "words/why"]
    assert (row["score"], row["status"]) == ("2", "partial")


def test_formgrader_opens_in_the_course_and_says_which_buttons_to_leave(
    course: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    monkeypatch.setenv("CLASS_DIR", "")
    monkeypatch.setenv("JUPYTERLAB_WORKSPACES_DIR", "")
    monkeypatch.setattr(
        "autograder.cli.formgrader_lab.start_lab", lambda folder, **more: opened.append(folder)
    )
    status, printed = course.run("formgrader", "--no-browser")
    assert (status, opened) == (0, [course.root])
    assert "students' code without the sandbox" in printed


@pytest.mark.parametrize(
    ("verb", "instead"),
    [
        ("build", "nbgrader generate_assignment"),
        ("collect x.zip", "nbgrader zip_collect"),
        ("demo", "submitted/test/"),
        ("late", "Run `autograder late --init`"),
        ("new ps3", "new --notebook"),
        ("solutions", "autograder grade"),
        ("report", "Run `autograder grade`"),
        ("feedback", "Run `autograder grade`"),
        ("export", "Run `autograder grade`"),
        ("similarity", "Run `autograder grade`"),
        ("formgrader", "Run `autograder grade`"),
        ("grade --dry-run", "nbgrader collect"),
        ("grade --class there", "Leave out --class"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(tmp_path: Path, verb: str, instead: str) -> None:
    root = quickstart(tmp_path / "course101")
    status, printed = invoke_autograder(*verb.split(), "--course", root)
    assert status == 2
    assert instead in printed and "no folder" not in printed
    assert len(printed.splitlines()) <= 2


def test_the_leaderboard_is_refused_in_a_stock_course(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(quickstart(tmp_path / "course101"))
    status, printed = invoke_autograder("improve")
    assert (status, "`autograder improve` does not work in" in printed) == (2, True)
