"""nbgrader's own exchange works with this course: released, fetched, submitted, collected."""

import os
from pathlib import Path

import nbformat
import pytest
from support.commands import SCRIPTS, run_command
from support.reference import reference

from autograder.build.answer_files import fill
from autograder.folders import CourseFolder

COURSE = ("--course", "convpool")


@pytest.mark.slow
def test_what_a_student_submits_through_the_exchange_is_collected_as_it_was_written(
    course_copy: CourseFolder, tmp_path: Path
) -> None:
    exchange, student, class_folder = (tmp_path / name for name in ("exchange", "student", "class"))
    exchange.mkdir()
    exchange.chmod(0o777)
    student.mkdir()
    path = os.pathsep.join((str(SCRIPTS), os.environ.get("PATH", os.defpath)))
    environment = {"PATH": path, "CLASS_DIR": str(class_folder)}

    def nbgrader(folder: Path, *arguments: str) -> None:
        line = ("nbgrader", *arguments, f"--Exchange.root={exchange}")
        done = run_command(*line, cwd=folder, **environment)
        assert done.returncode == 0, done.stderr

    nbgrader(course_copy.root, "generate_assignment", "reshape", "--force")
    nbgrader(course_copy.root, "release_assignment", "reshape")
    nbgrader(student, "fetch_assignment", "reshape", *COURSE)
    handed_in = student / "reshape" / "reshape.ipynb"
    answered = fill(nbformat.read(handed_in, as_version=4), reference(course_copy, "reshape"))
    nbformat.write(answered, handed_in)
    nbgrader(student, "submit", "reshape", *COURSE)
    nbgrader(course_copy.root, "collect", "reshape")

    (collected,) = (class_folder / "submitted").glob("*/reshape/reshape.ipynb")
    assert collected.read_bytes() == handed_in.read_bytes()
    assert collected.with_name("timestamp.txt").is_file()
