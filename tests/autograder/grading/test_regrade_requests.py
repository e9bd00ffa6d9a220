"""Regrade requests are listed as text, with the marks that changed since; none of it is run."""

import json
import shutil
from pathlib import Path

import pytest
from support.commands import invoke_autograder
from support.contract import POINTS
from support.fake_grading import faked
from support.graded_class import give, new_class
from support.page_material import text_of
from support.places import COURSE
from support.stock_course import answer, ordinary_test, quickstart, write_notebook
from support.stock_course import hand_in as hand_in_stock

from autograder.folders import ClassFolder
from autograder.gradebook.database import open_gradebook
from autograder.grading.class_run import grade_class
from autograder.grading.conditions import GradeOptions
from autograder.grading.regrade_requests import regrade_requests
from autograder.ingest.files_beside import files_handed_in

UGLY = "\x1b[31m[red]\x07 \u202e<script>alert(1)</script>\n" + "line\n" * 20_000


@pytest.fixture
def folder(registered: Path, tmp_path: Path) -> ClassFolder:
    """A class in which ada has 4 points for `scale_pixels` and nothing for the other gap."""
    folder = new_class(registered, tmp_path / "class")
    for student in ("ada", "ben"):
        give(folder, student, "reshape", {"scale_pixels": POINTS["reshape"]["scale_pixels"]})
        notebook = folder.submission(student, "reshape") / "reshape.ipynb"
        notebook.parent.mkdir(parents=True)
        shutil.copyfile(COURSE.release("reshape"), notebook)
    return folder


def ask(folder: ClassFolder, text: str, student: str = "ada", name: str = "regrade.md") -> Path:
    path = folder.submission(student, "reshape") / name
    path.write_text(text, encoding="utf-8")
    return path


def listed(folder: ClassFolder, *more: object) -> tuple[int, str]:
    return invoke_autograder(
        "regrade-requests", "--class", folder.root, "--course", COURSE.root, *more
    )


def enter(folder: ClassFolder, points: float) -> None:
    """Give ada points for the second gap, as formgrader does."""
    with open_gradebook(folder) as gradebook:
        grade = gradebook.find_grade("test_add_channel_axis", "reshape", "reshape", "ada")
        grade.manual_score = points
        gradebook.db.commit()


def test_a_request_has_a_row_with_the_gap_that_it_names(folder: ClassFolder) -> None:
    ask(folder, "# Regrade\n\n- `add_channel_axis` gives (n, 1, h, w), as the text asks\n")

    status, shown = listed(folder)

    words = " ".join(shown.replace("│", " ").split())
    assert status == 0
    assert "ada" in words and "gives (n, 1, h," in words and "scale_pixels" not in words
    assert words.endswith("1 request, 1 open")


def test_a_mark_that_changes_after_the_first_list_closes_the_request(folder: ClassFolder) -> None:
    ask(folder, "add_channel_axis, please")
    before = regrade_requests(COURSE, folder, ["reshape"])
    enter(folder, 5)

    after = regrade_requests(COURSE, folder, ["reshape"])

    assert [one.state for one in before] == ["open"]
    assert [one.state for one in after] == ["marks changed: add_channel_axis 0 → 5"]
    assert not after[0].is_open


def test_a_request_that_came_before_grading_is_compared_with_its_first_marks(
    folder: ClassFolder,
) -> None:
    ask(folder, "add_channel_axis, please")
    marks = folder.gradebook.rename(folder.root / "kept.db")
    regrade_requests(COURSE, folder, ["reshape"])
    marks.rename(folder.gradebook)

    graded = regrade_requests(COURSE, folder, ["reshape"])
    enter(folder, 5)
    changed = regrade_requests(COURSE, folder, ["reshape"])

    assert [one.state for one in graded] == ["open"]
    assert [one.is_open for one in changed] == [False]


def test_a_request_is_handled_when_said_so_and_open_again_with_another_text(
    folder: ClassFolder,
) -> None:
    ask(folder, "look again")
    status, shown = listed(folder, "--handled", "ada/reshape")
    ask(folder, "look again, please")

    again = listed(folder)[1]

    assert (status, shown.split("\n")[-2]) == (0, "1 request, 0 open")
    assert again.split("\n")[-2] == "1 request, 1 open"


@pytest.mark.parametrize("wrong", ["ada", "ada/", "ben/reshape", "nobody/reshape"])
def test_what_is_no_request_can_not_be_handled(folder: ClassFolder, wrong: str) -> None:
    ask(folder, "look again")

    status, shown = listed(folder, "--handled", wrong)

    assert status == 2 and "\n" not in shown and ("STUDENT" in shown or "no regrade" in shown)


def test_a_class_without_requests_says_so_in_one_line(folder: ClassFolder, tmp_path: Path) -> None:
    empty = ClassFolder(tmp_path / "empty")

    assert listed(folder) == listed(empty) == (0, "No student has handed in a regrade.md.\n")
    assert not empty.root.exists()


def test_an_ugly_request_is_one_line_on_the_terminal_and_text_in_the_report(
    folder: ClassFolder,
) -> None:
    ask(folder, UGLY)

    _, shown = listed(folder)
    report = folder.root / "report.html"
    invoke_autograder("report", "--class", folder.root, "--course", COURSE.root)
    page = report.read_text(encoding="utf-8")

    assert not {"\x1b", "\x07", "\u202e"} & {*shown, *page}
    assert "[red]" in shown and shown.count("line") == 1  # the heading of the column
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
    assert page.count("line\n") < 500


def test_the_report_links_to_formgrader_and_an_anonymous_one_has_no_request(
    folder: ClassFolder,
) -> None:
    ask(folder, "I, Ada, ask")
    to = folder.root / "page.html"

    def report(*more: object) -> str:
        where = ("--class", folder.root, "--course", COURSE.root, "--to", to)
        assert invoke_autograder("report", *where, *more)[0] == 0
        return to.read_text(encoding="utf-8")

    page, anonymous = report("--formgrader", "https://hub/services/c101/"), report("--anonymous")

    link = "https://hub/services/c101/formgrader/manage_students/ada/reshape"
    assert f'href="{link}"' in page and "I, Ada, ask" in text_of(page)
    assert "I, Ada, ask" not in anonymous and "formgrader/manage" not in anonymous
    where = ("report", "--class", folder.root, "--course", COURSE.root)
    assert invoke_autograder(*where, "--formgrader", "javascript:x")[0] == 2


def test_a_request_of_somebody_who_is_not_graded_yet_stands_in_the_report(
    folder: ClassFolder,
) -> None:
    new = folder.submission("eve", "reshape")
    new.mkdir(parents=True)
    (new / "reshape.ipynb").write_text("{}")
    (new / "regrade.md").write_text("look")

    status, _ = invoke_autograder("report", "--class", folder.root, "--course", COURSE.root)

    assert status == 0 and "eve" in (folder.root / "report.html").read_text()


def test_a_link_is_not_followed_and_is_a_row(folder: ClassFolder, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the key")
    (folder.submission("ada", "reshape") / "regrade.md").symlink_to(secret)

    status, shown = listed(folder)

    assert status == 3 and "the key" not in shown
    assert "is a link" in " ".join(shown.replace("│", " ").split())


@pytest.mark.parametrize("name", ["regrade.md", "Regrade.MD"])
def test_a_request_is_not_among_what_was_not_graded(folder: ClassFolder, name: str) -> None:
    ask(folder, "look", name=name)

    with faked():
        rows = grade_class(COURSE, folder, ["reshape"], GradeOptions(jobs=2)).not_graded

    assert not rows
    assert len(regrade_requests(COURSE, folder, ["reshape"])) == 1


def test_damaged_notes_are_one_line(folder: ClassFolder) -> None:
    ask(folder, "look")
    (folder.root / "regrade-requests.json").write_text(json.dumps([{"student": "ada"}]))

    status, shown = listed(folder)

    assert status == 2 and "regrade-requests.json is damaged" in shown


def test_a_stock_course_has_requests_too_which_no_notebook_can_read(tmp_path: Path) -> None:
    root = quickstart(tmp_path / "course101")
    cells = [answer("x = 1", "x"), ordinary_test("assert x == 1", "test_x", 1)]
    write_notebook(root / "source" / "small" / "small.ipynb", cells)
    folder = root / "submitted" / "ada" / "small"
    hand_in_stock(root / "source" / "small", folder)
    (folder / "regrade.md").write_text("x is right")

    status, shown = invoke_autograder("regrade-requests", "--course", root)

    assert (status, shown.split("\n")[-2]) == (0, "1 request, 1 open")
    assert not files_handed_in(folder)
