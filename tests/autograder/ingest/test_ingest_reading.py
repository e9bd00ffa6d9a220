"""One regular file is read, by name and size; everything else is a reason."""

import hashlib
import os
import socket
from pathlib import Path

import pytest

from autograder.ingest import reading
from autograder.ingest.reading import read_submission, require_safe_name
from course.errors import GradingError
from course.notebook.rejecting import Rejected

CONTENT = b'{"cells": []}'


@pytest.fixture
def student(tmp_path: Path) -> Path:
    folder = tmp_path / "submitted" / "ada"
    (folder / "reshape").mkdir(parents=True)
    return folder


def reason(student: Path, assignment: str = "reshape") -> str:
    with pytest.raises(Rejected) as caught:
        read_submission(student, assignment)
    assert "\n" not in caught.value.reason
    return caught.value.reason


def test_a_regular_file_is_read_with_its_digest(student):
    (student / "reshape" / "reshape.ipynb").write_bytes(CONTENT)

    submission = read_submission(student, "reshape")

    assert submission.content == CONTENT
    assert submission.digest == hashlib.sha256(CONTENT).hexdigest()


def test_other_files_are_named_and_not_read(student):
    (student / "reshape" / "timestamp.txt").write_text("1970-01-01 00:00:00 UTC")
    (student / "reshape" / "numpy.py").write_text("raise SystemExit")
    (student / "reshape" / "numpy.py").chmod(0)
    (student / "reshape" / "data\n.csv").write_text("")

    assert "found instead: data .csv, numpy.py." in reason(student)
    (student / "reshape" / "reshape.ipynb").write_bytes(CONTENT)
    assert read_submission(student, "reshape").content == CONTENT


def test_a_flood_of_files_is_counted_not_listed(student):
    for number in range(50):
        (student / "reshape" / f"file{number:03}").touch()

    text = reason(student)

    assert "found instead: file000, file001" in text
    assert text.endswith("file019, and 30 more.")


def test_the_time_of_the_file_changes_nothing(student):
    notebook = student / "reshape" / "reshape.ipynb"
    notebook.write_bytes(CONTENT)
    before = read_submission(student, "reshape")
    os.utime(notebook, (1, 1))

    assert read_submission(student, "reshape") == before


def test_a_missing_notebook_is_named_with_what_is_there_instead(student):
    (student / "reshape" / "reshape(1).ipynb").write_bytes(CONTENT)

    assert reason(student) == "There is no reshape.ipynb; found instead: reshape(1).ipynb."


def test_a_missing_folder_is_a_reason(student):
    assert reason(student, "pooling") == "Nothing was handed in: the folder pooling is missing."
    assert "empty" in reason(student)


def test_a_missing_class_is_the_instructors_fault(tmp_path):
    with pytest.raises(GradingError, match="submitted"):
        read_submission(tmp_path / "submitted" / "ada", "reshape")


def test_a_link_in_the_place_of_the_notebook_is_not_followed(student, tmp_path):
    (tmp_path / "solution.ipynb").write_bytes(CONTENT)
    (student / "reshape" / "reshape.ipynb").symlink_to(tmp_path / "solution.ipynb")

    assert reason(student) == "reshape.ipynb is a link, not a regular file."


def test_a_dangling_link_is_a_link(student):
    (student / "reshape" / "reshape.ipynb").symlink_to("/nowhere")

    assert "is a link" in reason(student)


@pytest.mark.parametrize("level", ["student", "assignment"])
def test_a_link_in_the_place_of_a_folder_is_not_followed(student, tmp_path, level):
    other = tmp_path / "submitted" / "ben"
    (other / "reshape").mkdir(parents=True)
    (other / "reshape" / "reshape.ipynb").write_bytes(CONTENT)
    (student / "reshape").rmdir()
    if level == "assignment":
        (student / "reshape").symlink_to(other / "reshape")
    else:
        student.rmdir()
        student.symlink_to(other)

    assert "is a link, not a folder" in reason(student)


def test_a_class_folder_behind_a_link_is_the_instructors_choice(student, tmp_path):
    (student / "reshape" / "reshape.ipynb").write_bytes(CONTENT)
    (tmp_path / "linked").symlink_to(tmp_path / "submitted")

    assert read_submission(tmp_path / "linked" / "ada", "reshape").content == CONTENT


def test_a_hard_link_is_read_as_the_copy_that_it_is(student, tmp_path):
    # Refusing it would also refuse the file of whoever was linked to, and a restored backup.
    (tmp_path / "neighbor.ipynb").write_bytes(CONTENT)
    os.link(tmp_path / "neighbor.ipynb", student / "reshape" / "reshape.ipynb")

    assert read_submission(student, "reshape").content == CONTENT


def test_a_pipe_does_not_stop_the_class(student):
    os.mkfifo(student / "reshape" / "reshape.ipynb")

    assert reason(student) == "reshape.ipynb is a pipe, not a regular file."


def test_a_socket_is_refused(student, monkeypatch):
    monkeypatch.chdir(student / "reshape")  # names of sockets must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("reshape.ipynb")

        assert "is a socket" in reason(student)


def test_a_folder_called_like_the_notebook_is_refused(student):
    (student / "reshape" / "reshape.ipynb").mkdir()

    assert "is a folder" in reason(student)


def test_a_file_in_the_place_of_the_folder_is_refused(student):
    (student / "pooling").write_bytes(CONTENT)

    assert reason(student, "pooling") == "the folder pooling is a file, not a folder."


def test_a_notebook_of_a_gigabyte_is_refused_by_its_size(student):
    with (student / "reshape" / "reshape.ipynb").open("wb") as file:
        file.truncate(1_000_000_000)

    assert "larger than 200 MB" in reason(student)


def test_the_limit_is_exact(student, monkeypatch):
    (student / "reshape" / "reshape.ipynb").write_bytes(CONTENT)

    monkeypatch.setattr(reading, "MAX_BYTES", len(CONTENT))
    assert read_submission(student, "reshape").content == CONTENT
    monkeypatch.setattr(reading, "MAX_BYTES", len(CONTENT) - 1)
    assert "larger than" in reason(student)


@pytest.mark.parametrize(
    "name",
    [
        *["", " ", ".", "..", "../ben", "a/b", "/etc", "a\\b", "C:x", ".hidden", "a\0b", "a\nb"],
        *["x" * 256, "é" * 128, "\ud800", "\u202eabc"],
    ],
)
def test_names_that_lead_elsewhere_are_refused(name, student):
    with pytest.raises(Rejected):
        require_safe_name(name, "assignment")
    with pytest.raises(Rejected):
        read_submission(student, name)


@pytest.mark.parametrize("name", ["ada", "ada.lovelace@example.org", "Zoë Müller", "s-01_x", "李"])
def test_ordinary_names_are_accepted(name):
    assert require_safe_name(name, "student") == name
