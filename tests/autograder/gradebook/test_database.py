"""The gradebook is where the class is, whatever its folder is called, or a line says why not."""

from pathlib import Path

import pytest

from autograder.folders import ClassFolder
from autograder.gradebook.database import open_gradebook
from autograder.gradebook.writer import GradebookWriter, enter
from course.errors import CourseError

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
            enter(writer._open(), "ada", "reshape", [])
    except CourseError as error:  # an older SQLAlchemy
        assert "?" in name
        assert "question mark" in str(error)

    assert [path.name for path in tmp_path.iterdir()] == [name]
