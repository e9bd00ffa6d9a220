"""comments.csv: texts to paste into formgrader, printed and in the report; a mistake has a line."""

from pathlib import Path

import pytest
from support.commands import invoke_autograder
from support.contract import POINTS
from support.graded_class import give, new_class
from support.page_material import text_of
from support.places import COURSE

from autograder.folders import ClassFolder
from autograder.gradebook.standing_comments import StandingComment, read_comments
from course.errors import GradingError

HEAD = "assignment,exercise,comment\n"
GOOD = f'{HEAD}reshape,scale_pixels,"Divide by 255,\nnot by the maximum <b>"\n'


def read(tmp_path: Path, text: str) -> list[StandingComment]:
    path = tmp_path / "comments.csv"
    path.write_text(text, encoding="utf-8")
    return read_comments(path, ["reshape", "cnn"], {"reshape": POINTS["reshape"]})


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"\ufeff{GOOD}",
        "sep=;\n" + GOOD.replace(",", ";").replace("255;", "255,"),
        f"\n\n{GOOD.replace('assignment', ' Assignment ')}",
    ],
    ids=["commas", "mark", "sep", "blank lines"],
)
def test_a_comment_is_read_with_its_line_ends(tmp_path: Path, text: str) -> None:
    comment = "Divide by 255,\nnot by the maximum <b>"

    assert read(tmp_path, text) == [StandingComment("reshape", "scale_pixels", comment)]


def test_exercises_of_an_assignment_without_marks_are_not_checked(tmp_path: Path) -> None:
    assert read(tmp_path, f"{HEAD}cnn,anything,hello\n")[0].exercise == "anything"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty. Begin it with the line assignment,exercise,comment."),
        ("gap,text\na,b\n", "line 1: the headings are gap, text. Write assignment,exercise,"),
        (f"{HEAD}\nreshap,scale_pixels,x\n", "line 3: there is no assignment 'reshap'. Did you"),
        (f"{HEAD}reshape,scale,x\n", "line 2: there is no exercise 'scale'. "),
        (f"{HEAD}reshape,scale_pixels,\n", "line 2: the comment is missing. Complete or delete"),
        (f"{HEAD}reshape,scale_pixels\n", "line 2: the comment is missing. "),
        (f"{HEAD}reshape,scale_pixels,a, b\n", "line 2: it has 4 cells, the line of headings 3."),
        (f'{HEAD}reshape,scale_pixels,"a\n', "line 2: a quotation mark is not closed"),
    ],
    ids=range(8),
)
def test_a_mistake_is_named_with_its_line_and_the_next_step(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(GradingError) as raised:
        read(tmp_path, text)

    assert said in str(raised.value)


def test_the_comments_are_printed_and_stand_in_the_report_but_in_no_anonymous_one(
    registered: Path, tmp_path: Path
) -> None:
    folder = new_class(registered, tmp_path / "class")
    give(folder, "ada", "reshape", {})
    (folder.root / "comments.csv").write_text(GOOD, encoding="utf-8")
    where = ("--class", folder.root, "--course", COURSE.root)

    printed = invoke_autograder("formgrader", "--comments", *where)
    invoke_autograder("report", *where)
    invoke_autograder("report", "--anonymous", *where)

    text = "Divide by 255,\nnot by the maximum <b>"
    assert printed == (0, f"# reshape, scale_pixels\n{text}\n")
    page = (folder.root / "report.html").read_text(encoding="utf-8")
    assert '<pre class="comment">Divide by 255,\nnot by the maximum &lt;b&gt;</pre>' in page
    assert "Divide by" not in text_of((folder.root / "report-anonymous.html").read_text("utf-8"))


def test_a_class_without_comments_says_so(tmp_path: Path) -> None:
    folder = ClassFolder(tmp_path)

    status, said = invoke_autograder(
        "formgrader", "--comments", "--class", folder.root, "--course", COURSE.root
    )

    assert (status, "has no comments.csv" in said) == (2, True)
