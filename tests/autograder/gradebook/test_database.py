"""The gradebook is where the class is, whatever its folder is called, or a line says why not."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import nbformat
import pytest
from support.commands import run_command
from support.stock_course import answer, ordinary_test, write_notebook

from autograder.build.coursedir import find_stock_course
from autograder.cli.show_exchange import enter_students
from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.database import make_gradebook, open_gradebook, register
from autograder.gradebook.roster import People, Person
from autograder.gradebook.writer import GradebookWriter, enter
from autograder.grading.results import SubmissionResult
from autograder.grading.stock_run import _read_all
from course.errors import CourseError, GradingError

NAMES = ("cl?ss", "cla#s%20", "chloé", "a@b:c", "a b&c=d", "100%")


@pytest.mark.parametrize("name", NAMES)
def test_a_class_may_have_any_name(registered: Path, tmp_path: Path, name: str) -> None:
    folder = ClassFolder(tmp_path / name)
    folder.root.mkdir()
    folder.gradebook.write_bytes(registered.read_bytes())

    try:
        with open_gradebook(folder) as gradebook:
            assert len(gradebook.assignments) == 2
        with GradebookWriter(folder, {}) as writer:
            enter(writer._open(), [SubmissionResult("ada", "reshape", "digest", "none", [])])
    except CourseError as error:  # an older SQLAlchemy
        assert "?" in name
        assert "question mark" in str(error)

    assert [path.name for path in tmp_path.iterdir()] == [name]


@contextmanager
def no_file_over(size: int) -> Iterator[None]:
    """Let no file grow beyond a size: what SQLite tells of a full disk, on this disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def people(count: int) -> People:
    found = People()
    for number in range(count):
        found.add(Person(f"student-{number}", f"Ada Lovelace {number}" * 9))
    return found


def test_a_full_disk_is_one_line_where_the_gradebook_is_made(tmp_path: Path) -> None:
    folder = ClassFolder(tmp_path)
    with no_file_over(8192), pytest.raises(CourseError) as error:
        make_gradebook(folder)
    assert "free the disk" in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_line_where_students_are_entered(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = ClassFolder(tmp_path)
    make_gradebook(folder)
    size = folder.gradebook.stat().st_size
    with no_file_over(size), pytest.raises(CourseError) as error:
        enter_students(folder, people(100))
    assert "free the disk" in str(error.value)
    assert "\n" not in str(error.value)
    assert caplog.text == ""


def test_a_full_disk_is_one_line_where_nbgrader_enters_an_assignment(
    course: CourseFolder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = ClassFolder(tmp_path)
    make_gradebook(folder)
    source = nbformat.read(course.source("reshape"), as_version=4)
    size = folder.gradebook.stat().st_size
    with no_file_over(size), pytest.raises(CourseError) as error:
        register(source, "reshape", folder)
    assert str(error.value).startswith(f"{folder.gradebook} can't be used (")
    assert str(error.value).endswith("then grade again.")
    assert "\n" not in str(error.value)
    # Python prints what nobody takes of a log, such as the traceback that nbgrader's API writes.
    assert caplog.text == ""


def test_a_full_disk_is_told_before_a_class_is_graded(course: CourseFolder, tmp_path: Path) -> None:
    folder = ClassFolder(tmp_path)
    make_gradebook(folder)
    sources = {"reshape": nbformat.read(course.source("reshape"), as_version=4)}
    size = folder.gradebook.stat().st_size
    with GradebookWriter(folder, sources) as writer:
        with no_file_over(size), pytest.raises(GradingError, match="free the disk"):
            writer.prepare()
        with locked(folder.gradebook):
            writer.prepare()  # whoever has it may be done when the first result is there


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lock a database as another program does that writes in it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


def test_a_full_disk_is_one_line_where_a_stock_course_is_entered(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cells = [answer("f = 1", "g"), ordinary_test(f"assert f  # {'x' * 99_999}", "test_f", 10)]
    write_notebook(tmp_path / "source" / "one" / "a.ipynb", cells)
    course = find_stock_course(tmp_path)
    assert course is not None
    make_gradebook(course.class_folder)
    size = course.class_folder.gradebook.stat().st_size
    with no_file_over(size), pytest.raises(GradingError) as error:
        _read_all(["one"], course)
    assert f"{course.class_folder.gradebook} can't be used (" in str(error.value)
    assert "\n" not in str(error.value)
    assert caplog.text == ""


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    folder = ClassFolder(tmp_path)
    folder.gradebook.write_text("student,mark\n" * 100)
    with pytest.raises(CourseError, match="not a database"), open_gradebook(folder):
        pass


def test_a_name_is_read_as_utf_8_whatever_the_locale(course: CourseFolder, tmp_path: Path) -> None:
    (tmp_path / "chloé").mkdir()
    arguments = ("late", "--class", tmp_path / "chloé", "--course", course.root)
    done = run_command("autograder", *arguments, LC_ALL="C", PYTHONUTF8="0")
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        2,
        f"Error: {tmp_path}/chloé has no rules.toml. Run `autograder late --init` to write one.",
    )
