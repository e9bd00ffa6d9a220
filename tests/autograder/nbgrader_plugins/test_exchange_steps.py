"""The exchange's two steps that read what students own: collecting, and releasing feedback."""

import os
import stat
from pathlib import Path

import pytest
from support.exchange_class import ExchangeClass
from support.graded_class import new_class
from support.page_material import text_of

from autograder.folders import CourseFolder
from autograder.ingest.reading import SECRET, read_exchange_files
from autograder.nbgrader_plugins.exchange import copy_regular_files


@pytest.fixture
def desk(course: CourseFolder, registered: Path, tmp_path: Path) -> ExchangeClass:
    """Ada and Ben have handed in, and are graded; the pages are written."""
    desk = ExchangeClass(course, new_class(registered, tmp_path / "class"), tmp_path)
    desk.step("ReleaseAssignment")
    desk.hand_in("ada", "ben")
    desk.step("Collect")
    desk.grade("ada", 6)
    desk.grade("ben", 0)
    desk.write_feedback()
    return desk


def test_each_student_fetches_their_own_page(desk: ExchangeClass) -> None:
    desk.step("ReleaseFeedback")

    (ada,), (ben,) = desk.fetched("ada"), desk.fetched("ben")
    assert "6 of 10 points" in text_of(ada) and "ada" in text_of(ada)
    assert "0 of 10 points" in text_of(ben) and "ben" in text_of(ben)


def test_what_came_another_way_is_named_and_stops_nobody(
    desk: ExchangeClass, caplog: pytest.LogCaptureFixture
) -> None:
    desk.grade("aaron", 6)
    desk.write_feedback()

    desk.step("ReleaseFeedback")

    assert "Not released: reshape of aaron" in caplog.text
    assert len(desk.fetched("ada")) == len(desk.fetched("ben")) == 1


def test_a_release_of_no_page_fails(desk: ExchangeClass, caplog: pytest.LogCaptureFixture) -> None:
    from nbgrader.exchange import ExchangeError

    for path in desk.class_folder.feedback.glob(f"*/*/{SECRET}"):
        path.unlink()

    with pytest.raises(ExchangeError, match="No feedback on reshape was released"):
        desk.step("ReleaseFeedback")
    with pytest.raises(
        ExchangeError, match=r"no feedback pages. Run `autograder feedback pooling`"
    ):
        desk.step("ReleaseFeedback", assignment_id="pooling")


def test_a_later_submission_has_no_page_until_it_is_graded(desk: ExchangeClass) -> None:
    desk.hand_in("ada")
    desk.step("Collect")
    desk.write_feedback()
    desk.step("ReleaseFeedback")
    (first,) = desk.fetched("ada")

    desk.grade("ada", 0)
    desk.write_feedback()
    desk.step("ReleaseFeedback")

    assert "6 of 10 points" in text_of(first)
    old, new = desk.fetched("ada")
    assert old == first
    assert "0 of 10 points" in text_of(new)


def test_two_students_with_one_secret_see_no_page_of_each_other(
    desk: ExchangeClass, caplog: pytest.LogCaptureFixture
) -> None:
    # As if Ben had copied the whole folder of Ada's submission, the secret included.
    secret = (desk.class_folder.submitted / "ada" / "reshape" / SECRET).read_bytes()
    (desk.class_folder.submitted / "ben" / "reshape" / SECRET).write_bytes(secret)
    desk.grade("ben", 0)
    desk.grade("cleo", 0)
    desk.write_feedback()
    other = desk.class_folder.feedback / "cleo" / "reshape" / SECRET
    other.write_text("f" * 128)

    desk.step("ReleaseFeedback")

    assert caplog.text.count("Another student's submission has the same") == 2
    assert desk.fetched("ada") == []


def test_students_may_read_a_page_whatever_the_graders_umask(desk: ExchangeClass) -> None:
    before = os.umask(0o077)
    try:
        desk.write_feedback()
        desk.step("ReleaseFeedback")
    finally:
        os.umask(before)

    pages = list((desk.exchange / "convpool" / "feedback").iterdir())
    assert [stat.S_IMODE(page.stat().st_mode) for page in pages] == [0o644, 0o644]


def test_only_the_page_itself_is_released(desk: ExchangeClass) -> None:
    # nbgrader copies what a student hands in beside a notebook, links included, to the feedback.
    desk.class_folder.feedback.joinpath("ada", "reshape", "gradebook.html").write_text("secret")

    desk.step("ReleaseFeedback")

    assert len(list((desk.exchange / "convpool" / "feedback").iterdir())) == 2


def test_one_student_can_be_named_or_left_out(desk: ExchangeClass) -> None:
    desk.step("ReleaseFeedback", student_id="ada")
    assert desk.fetched("ben") == []
    assert len(desk.fetched("ada")) == 1

    desk.step("ReleaseFeedback", student_id_exclude="ada")
    assert len(desk.fetched("ben")) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b" \n", b"\xff\xfe", b"x" * 5_000],
    ids=["empty", "blank", "no-text", "long"],
)
def test_a_secret_that_no_exchange_wrote_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / SECRET).write_bytes(content)

    assert read_exchange_files(tmp_path) == {}


def test_a_secret_is_read_through_no_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("the instructor's")
    folder = tmp_path / "reshape"
    folder.mkdir()
    (folder / SECRET).symlink_to(tmp_path / "elsewhere")

    assert read_exchange_files(folder) == {}


@pytest.mark.parametrize("name", ["reshape.ipynb", "more.csv", "folder", ""])
def test_no_link_of_a_students_is_followed(
    desk: ExchangeClass, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    # With nbgrader's own class `reshape.ipynb` would be the solution, and so would the feedback.
    solution = desk.course.source("reshape")
    desk.hand_in("cleo")
    (mine,) = (desk.exchange / "convpool" / "inbound").glob("cleo+*")
    entry = mine / name if name else mine
    aside = entry.rename(desk.folder / "aside") if entry.exists() else None
    entry.symlink_to(solution.parent if name in ("folder", "") else solution)

    desk.step("Collect")

    collected = desk.class_folder.submitted / "cleo" / "reshape"
    found = [path for path in collected.rglob("*") if path.is_file()]
    assert solution.read_bytes() not in [path.read_bytes() for path in found]
    assert not any(path.is_symlink() for path in collected.rglob("*"))
    assert f"Not collected: {name or '.'} of " in caplog.text
    assert aside is None or aside.exists()
    if name not in ("reshape.ipynb", ""):
        assert (collected / "reshape.ipynb").is_file()


def test_everything_regular_is_collected_as_it_is(tmp_path: Path) -> None:
    source = tmp_path / "ada+reshape"
    (source / "data" / "deep").mkdir(parents=True)
    (source / "reshape.ipynb").write_bytes(b"\xef\xbb\xbf{}")
    (source / "data" / "deep" / "a b.csv").write_text("1")
    os.mkfifo(source / "pipe")

    left_out = copy_regular_files(source, tmp_path / "copy")

    assert left_out == ["pipe"]
    copied = {p.relative_to(tmp_path / "copy"): p for p in (tmp_path / "copy").rglob("*")}
    assert {str(name) for name, p in copied.items() if p.is_file()} == {
        "reshape.ipynb",
        "data/deep/a b.csv",
    }
    assert (tmp_path / "copy" / "reshape.ipynb").read_bytes() == b"\xef\xbb\xbf{}"
