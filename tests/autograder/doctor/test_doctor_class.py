"""The doctor's lines on a class and the exchange: each matter has a test that makes it wrong."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from autograder.doctor import class_files
from autograder.doctor.class_files import (
    examine_comments,
    examine_folders,
    examine_gradebook,
    examine_roster,
    examine_rules,
)
from autograder.doctor.exchange_folder import examine_exchange
from autograder.doctor.finding import Finding
from autograder.folders import ClassFolder
from autograder.gradebook.nbgrader_quirks import make_tables


@pytest.fixture
def own(tmp_path: Path) -> ClassFolder:
    """A class with one student's folder, which only its owner may enter."""
    folder = ClassFolder(tmp_path / "class")
    (folder.submitted / "ada").mkdir(parents=True)
    return folder


def texts(findings: Iterator[Finding], level: str) -> list[str]:
    return [str(one) for one in findings if one.level == level]


def test_a_class_that_is_not_there_yet_is_fine_where_it_can_be_made(tmp_path: Path) -> None:
    (found,) = examine_folders(ClassFolder(tmp_path / "2026"))
    assert (found.level, "not there yet" in found.found) == ("fine", True)
    assert not (tmp_path / "2026").exists()


@pytest.mark.parametrize("place", ["/proc/class", "/proc"])
def test_a_folder_that_can_not_be_written_is_wrong(place: str) -> None:
    (found,) = texts(examine_folders(ClassFolder(Path(place))), "wrong")
    assert place in found


def test_a_folder_within_the_class_that_can_not_be_written_is_wrong(
    own: ClassFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.autograded.mkdir()
    make = tempfile.TemporaryFile

    def full(dir: Path) -> object:
        if dir == own.autograded:
            raise PermissionError(13, "Permission denied")
        return make(dir=dir)

    monkeypatch.setattr(class_files.tempfile, "TemporaryFile", full)
    (found,) = texts(examine_folders(own), "wrong")
    assert f"{own.autograded}: it can't be written to (Permission denied)" in found


def test_a_file_in_the_place_of_submitted_is_wrong(own: ClassFolder) -> None:
    shutil.rmtree(own.submitted)
    own.submitted.write_text("a file")
    (found,) = texts(examine_folders(own), "wrong")
    assert "submitted: it can't be read (Not a directory)" in found


def test_a_class_folder_that_is_a_file_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "class").write_text("a file")
    (found,) = texts(examine_folders(ClassFolder(tmp_path / "class")), "wrong")
    assert "is no folder" in found


@pytest.fixture
def open_class() -> Iterator[ClassFolder]:
    """A class that every user of the machine can reach."""
    root = Path(tempfile.mkdtemp(prefix="convpool-doctor-", dir="/tmp"))
    root.chmod(0o755)
    folder = ClassFolder(root)
    folder.submitted.mkdir(mode=0o700)
    yield folder
    shutil.rmtree(root)


def test_what_only_the_owner_can_reach_is_fine(open_class: ClassFolder) -> None:
    assert [one.level for one in examine_folders(open_class)] == ["fine"]


def test_marks_that_others_can_read_are_noted_and_that_they_can_change_are_wrong(
    open_class: ClassFolder,
) -> None:
    open_class.gradebook.touch()
    open_class.gradebook.chmod(0o644)
    (found,) = texts(examine_folders(open_class), "note")
    assert "can read" in found and "gradebook.db" in found and "chmod o-rx" in found

    open_class.gradebook.chmod(0o666)
    (found,) = texts(examine_folders(open_class), "wrong")
    assert "can change" in found and "gradebook.db" in found

    open_class.root.chmod(0o700)
    assert [one.level for one in examine_folders(open_class)] == ["fine"]


def test_a_secret_that_others_can_read_is_wrong(own: ClassFolder) -> None:
    (own.root / ".secret").write_bytes(b"x")
    (own.root / ".secret").chmod(0o640)
    (found,) = texts(examine_folders(own), "wrong")
    assert "chmod 600" in found


@pytest.fixture
def gradebook(own: ClassFolder) -> Path:
    make_tables(own.db_url)
    return own.gradebook


def test_a_gradebook_is_opened_and_left_as_it_is(own: ClassFolder, gradebook: Path) -> None:
    before = gradebook.read_bytes()
    (found,) = examine_gradebook(own)
    assert found.level == "fine"
    assert gradebook.read_bytes() == before


def test_a_file_that_is_no_gradebook_is_wrong(own: ClassFolder) -> None:
    for content in (b"no database", b""):
        own.gradebook.write_bytes(content)
        (found,) = examine_gradebook(own)
        assert found.level == "wrong" and "can't be used" in found.found


def test_a_locked_gradebook_is_wrong(
    own: ClassFolder, gradebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(class_files, "LOCK_SECONDS", 0.0)
    with closing(sqlite3.connect(gradebook)) as other:
        other.execute("BEGIN IMMEDIATE")
        (found,) = examine_gradebook(own)
    assert found.level == "wrong" and "locked" in found.found


def test_a_gradebook_of_another_nbgrader_is_wrong(own: ClassFolder, gradebook: Path) -> None:
    with closing(sqlite3.connect(gradebook)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = 'older'")
    (found,) = examine_gradebook(own)
    assert found.level == "wrong" and "nbgrader db upgrade" in found.next_step


def test_a_roster_is_counted_and_strangers_are_noted(own: ClassFolder) -> None:
    (own.root / "roster.csv").write_text("student,name\nada,Ada\n")
    assert [one.level for one in examine_roster(own)] == ["fine"]

    (own.submitted / "bob").mkdir()
    (own.submitted / ".ipynb_checkpoints").mkdir()
    (found,) = texts(examine_roster(own), "note")
    assert "submitted/: bob." in found


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"student,name\n", "names no students"),
        (b"nonsense\nada\n", "names no students"),
        (b"student,name\nj\xfcrgen,x\n", "UTF-8"),
    ],
    ids=["empty", "headings", "encoding"],
)
def test_a_roster_with_a_mistake_is_wrong(own: ClassFolder, content: bytes, words: str) -> None:
    (own.root / "roster.csv").write_bytes(content)
    (found,) = texts(examine_roster(own), "wrong")
    assert words in found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[late]\npercent = 3\n", "percent"),
        ("due = [\n", "rules.toml"),
        ("[due]\ncn = 2026-11-01T23:59:00\n", "no assignment called cn"),
        ('[[extension]]\nstudent = "bob"\ndays = 1\n', "bob"),
        ('[[extension]]\nstudent = "ada"\nassignment = "rehsape"\ndays = 1\n', "rehsape"),
    ],
    ids=["key", "syntax", "due", "student", "assignment"],
)
def test_rules_with_a_mistake_are_wrong(own: ClassFolder, text: str, words: str) -> None:
    (own.root / "rules.toml").write_text(text)
    found = texts(examine_rules(own, ["cnn", "reshape"]), "wrong")
    assert len(found) == 1 and words in found[0]


def test_rules_behind_a_link_that_leads_nowhere_are_wrong(own: ClassFolder) -> None:
    (own.root / "rules.toml").symlink_to(own.root / "unplugged.toml")
    (found,) = texts(examine_rules(own, ["cnn"]), "wrong")
    assert "rules.toml is a link to " in found and "Restore what it leads to" in found


def test_rules_without_one_are_fine(own: ClassFolder) -> None:
    (own.root / "rules.toml").write_text(
        '[due]\ncnn = 2026-11-01T23:59:00\n[[extension]]\nstudent = "ada"\ndays = 1\n'
    )
    (found,) = examine_rules(own, ["cnn"])
    assert (found.level, "1 due date in" in found.found) == ("fine", True)


def test_rules_of_a_class_without_students_have_their_line(own: ClassFolder) -> None:
    shutil.rmtree(own.submitted)
    (own.root / "rules.toml").write_text('[[extension]]\nstudent = "ada"\ndays = 1\n')
    assert [one.level for one in examine_rules(own, [])] == ["fine"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("cnn,build_cnn,Well, done", "line 2: it has 4 cells"),
        ("cmn,build_cnn,Well done", "there is no assignment 'cmn'"),
        (",build_cnn,Well done", "line 2: the assignment is missing"),
    ],
)
def test_comments_with_a_mistake_are_wrong(own: ClassFolder, line: str, words: str) -> None:
    (own.root / "comments.csv").write_text(f"assignment,exercise,comment\n{line}\n")
    (found,) = texts(examine_comments(own, ["cnn"]), "wrong")
    assert words in found


def test_comments_are_counted_and_a_class_without_them_needs_no_line(own: ClassFolder) -> None:
    assert list(examine_comments(own, ["cnn"])) == []
    (own.root / "comments.csv").write_text("assignment,exercise,comment\ncnn,build_cnn,Well done\n")
    (found,) = examine_comments(own, ["cnn"])
    assert (found.level, found.found[:18]) == ("fine", "1 standing comment")


def course_with(root: Path, *lines: str) -> Path:
    (root / "nbgrader_config.py").write_text("\n".join(["c = get_config()", *lines, ""]))
    return root


def test_an_exchange_is_needed_only_where_one_is_named(tmp_path: Path, own: ClassFolder) -> None:
    root = course_with(tmp_path, f"c.Exchange.root = {str(tmp_path / 'gone')!r}")
    (found,) = examine_exchange(root, own)
    assert found.level == "wrong" and "mkdir -p" in found.next_step


def test_an_exchange_that_students_can_not_write_to_is_wrong(
    tmp_path: Path, own: ClassFolder
) -> None:
    folder = tmp_path / "exchange"
    folder.mkdir()
    named = f"c.Exchange.root = {str(folder)!r}", "c.CourseDirectory.course_id = 'one'"
    root = course_with(tmp_path, *named)
    folder.chmod(0o755)
    (found,) = examine_exchange(root, own)
    assert found.level == "wrong" and "chmod ugo+rwx" in found.next_step

    folder.chmod(0o777)
    (found,) = examine_exchange(root, own)
    assert found.level == "fine" and "course one" in found.found

    (found,) = examine_exchange(course_with(tmp_path, named[0]), own)
    assert found.level == "wrong" and "course_id" in found.next_step


def test_a_configuration_that_can_not_be_read_is_wrong(tmp_path: Path, own: ClassFolder) -> None:
    (found,) = examine_exchange(course_with(tmp_path, "1 / 0"), own)
    assert found.level == "wrong" and "ZeroDivisionError" in found.found


def test_looking_at_the_exchange_makes_no_class(
    course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This project's own nbgrader_config.py makes the class folder, wherever it is read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CLASS_DIR", raising=False)
    list(examine_exchange(course.root, ClassFolder(tmp_path / "class")))
    assert list(tmp_path.iterdir()) == []
