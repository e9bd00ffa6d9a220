"""Nothing in `submitted/` vanishes: what is not graded is a row with its reason and a next step."""

import csv
import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.commands import invoke_autograder
from support.fake_grading import faked
from support.places import COURSE
from support.reference import reference

from autograder.build.answer_files import hand_in
from autograder.cli import show_grading
from autograder.folders import ClassFolder
from autograder.gradebook.reader import read_class
from autograder.grading.class_run import Summary, grade_class
from autograder.grading.conditions import GradeOptions
from autograder.grading.not_graded import NotGraded
from autograder.grading.results import result_path
from course.errors import GradingError
from course.learner.lab import notebooks

NOTEBOOK = "reshape.ipynb"


@pytest.fixture
def folder(tmp_path: Path) -> ClassFolder:
    """A class in which ben has handed in reshape as he should."""
    folder = ClassFolder(tmp_path / "class")
    hand_in(
        COURSE.release("reshape"), reference(COURSE, "reshape"), folder.submitted, "ben", "reshape"
    )
    return folder


@pytest.fixture
def cnn(folder: ClassFolder) -> Path:
    """A notebook of another assignment, kept outside the class."""
    outside = folder.root.parent / "elsewhere"
    return hand_in(COURSE.release("cnn"), reference(COURSE, "cnn"), outside, "any", "cnn")


def ben(folder: ClassFolder) -> Path:
    return folder.submitted / "ben" / "reshape" / NOTEBOOK


def put(folder: ClassFolder, place: str, content: bytes | None = None) -> Path:
    """Write a file below `submitted/`: ben's notebook, if no content is given."""
    path = folder.submitted / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(ben(folder).read_bytes() if content is None else content)
    return path


def grade(folder: ClassFolder, *assignments: str) -> Summary:
    with faked():
        return grade_class(COURSE, folder, list(assignments or ["reshape"]), GradeOptions(jobs=2))


def only_row(folder: ClassFolder, *assignments: str) -> NotGraded:
    """Grade; require one row."""
    rows = grade(folder, *assignments).not_graded
    assert len(rows) == 1, rows
    return rows[0]


@pytest.mark.parametrize(
    "place",
    [
        NOTEBOOK,
        "Reshape.ipynb",
        "reshape (1).ipynb",
        "my homework.ipynb",
        "it's mine.IPYNB",
        "reshape.ipynb.txt",
        "reshape.json",
        "Exercise1/reshape.ipynb",
        "Reshape/Reshape.ipynb",
        "Reshape/reshape.ipynb",
        "exercises/reshape/reshape.ipynb",
        "reshape/reshape (1).ipynb",
        "reshape/reshape/reshape.ipynb",
        "reshape/Reshape.ipynb",
        "pooling/reshape.ipynb",
    ],
)
def test_a_misplaced_notebook_is_known_by_its_cells_and_the_next_step_mends_it(
    folder: ClassFolder, place: str
) -> None:
    put(folder, f"ann/{place}")
    row = only_row(folder, "reshape", "pooling")

    assert row.student == "ann"
    subprocess.run(["/bin/sh", "-ec", row.next_step], cwd=folder.submitted, check=True)
    for empty in (folder.submitted / "ann" / "pooling",):
        shutil.rmtree(empty, ignore_errors=True)
    left = grade(folder, "reshape", "pooling")

    scores = {key: mark.final for key, mark in read_class(folder).submissions.items()}
    assert scores["ann", "reshape"] == scores["ben", "reshape"] == 10
    assert all("empty" in row.reason for row in left.not_graded), left.not_graded


@pytest.mark.parametrize(
    ("place", "content", "reason", "step"),
    [
        ("ann/notes.pdf", b"%PDF", "not a notebook", "Look at it"),
        (
            "ann/ann-submission.zip",
            b"PK",
            "not a notebook",
            "autograder collect ann/ann-submission",
        ),
        ("ann/work.rar", b"Rar!", "not a notebook", "Unpack it"),
        ("ann/Week 1/a.py", b"pass", "The folder Week 1 is no assignment", "Look at it"),
        ("ann/reshape.ipynb", b"", "empty", "Ask the student"),
        ("ann/reshape.ipynb", b'{"cells": [', "cut off", "Ask the student"),
        ("ann/reshape", None, "a file, not a folder", "Ask the student"),
        ("ben/reshape/plot.png", b"PNG", "Only reshape.ipynb is graded", "Look at it"),
        ("ben/reshape/copy.ipynb", None, "the same file", "Delete it"),
        ("ben/reshape.ipynb", None, "the same file", "Delete it"),
        ("reshape.ipynb", None, "in no student's folder", "STUDENT/reshape"),
        ("all.zip", b"PK", "in no student's folder", "autograder collect all.zip"),
        ("ann/reshape/reshape.ipynb", b'{"cells": [', "cut off", "Ask the student"),
        ("ann/reshape/notes.txt", b"?", "There is no reshape.ipynb", "Ask the student"),
    ],
)
def test_everything_else_is_a_row_with_a_reason_and_a_next_step(
    folder: ClassFolder, place: str, content: bytes | None, reason: str, step: str
) -> None:
    put(folder, place, content)

    row = only_row(folder)

    assert reason in row.reason
    assert step in row.next_step
    assert place.startswith(row.path)


@pytest.mark.parametrize(
    "place",
    [
        "ann/.DS_Store",
        "ann/.ipynb_checkpoints/reshape-checkpoint.ipynb",
        "ben/reshape/.ipynb_checkpoints/reshape-checkpoint.ipynb",
        "ben/reshape/timestamp.txt",
        "ann/__MACOSX/ann/._reshape.ipynb",
        "Thumbs.db",
        ".ipynb_checkpoints/reshape/reshape.ipynb",
    ],
)
def test_what_systems_write_is_no_row(folder: ClassFolder, place: str) -> None:
    put(folder, place)

    assert grade(folder).not_graded == []


@pytest.mark.parametrize("place", ["ann", "ann/work", "ann/reshape", "ann/reshape.ipynb"])
def test_a_link_is_not_followed_and_is_a_row(folder: ClassFolder, place: str) -> None:
    path = folder.submitted / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(folder.submitted / "ben" / "reshape")

    assert "link" in only_row(folder).reason
    assert ("ann", "reshape") not in {
        key for key, mark in read_class(folder).submissions.items() if mark.final
    }


def test_a_dangling_link_and_a_folder_without_files_are_rows(folder: ClassFolder) -> None:
    (folder.submitted / "ann").symlink_to("nowhere")
    (folder.submitted / "ben" / "Work").mkdir()

    reasons = {row.path: row.reason for row in grade(folder).not_graded}

    assert "link" in reasons["ann"]
    assert "empty" in reasons["ben/Work"]


def test_another_assignments_notebook_is_a_row_of_its_own_assignment(
    folder: ClassFolder, cnn: Path
) -> None:
    put(folder, "ann/reshape/reshape.ipynb", cnn.read_bytes())

    rejected = only_row(folder)
    assert "not the notebook of reshape" in rejected.reason

    put(folder, "ann/cnn.ipynb", cnn.read_bytes())
    assert only_row(folder) == rejected  # cnn was not asked for
    found = grade(folder, "reshape", "cnn").not_graded
    assert [row.assignment for row in found] == ["cnn", "reshape"]


def test_of_two_notebooks_one_counts_and_the_rows_say_so(folder: ClassFolder, cnn: Path) -> None:
    put(folder, "ann/one.ipynb")
    put(folder, "ann/two.ipynb")
    put(folder, "ben/newer.ipynb", ben(folder).read_bytes() + b"\n")

    rows = {row.path: row for row in grade(folder).not_graded}

    assert rows["ann/one.ipynb"].next_step.startswith(
        "One of 2; if it counts: mkdir -p ann/reshape"
    )
    assert "Another reshape.ipynb counts" in rows["ben/newer.ipynb"].reason
    assert rows["ben/newer.ipynb"].next_step.startswith("If this one counts: mv ben/newer.ipynb")


def test_the_lesson_is_not_mistaken_for_the_open_exercise(folder: ClassFolder) -> None:
    lessons = ("lesson.ipynb", "practice.ipynb", "further.ipynb")
    for name in lessons:
        put(folder, f"ann/{name}", notebooks()[name].read_bytes())
    put(folder, "ann/best.ipynb", notebooks()["improve/improve.ipynb"].read_bytes())

    rows = {row.path: row for row in grade(folder).not_graded}

    for name in lessons:
        assert "no assignment's of this course" in rows[f"ann/{name}"].reason
    assert rows["ann/best.ipynb"].next_step.endswith("mv ann/best.ipynb ann/improve/improve.ipynb")


def test_a_name_cannot_put_a_command_into_the_next_step(folder: ClassFolder) -> None:
    put(folder, "ann/$(touch ran);`touch ran`\x1b[2J.ipynb")

    row = only_row(folder)
    subprocess.run(["/bin/sh", "-c", row.next_step], cwd=folder.submitted, check=False)

    assert not (folder.submitted / "ran").exists()
    assert row.path.isprintable()
    assert row.next_step.isprintable()


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    """Let nothing of a name be opened: tests may run as root, whom no permission stops."""

    def close(name: str, number: int) -> None:
        real_open, real_scan, real_list = os.open, os.scandir, os.listdir

        def refuse(path: Any) -> None:
            if isinstance(path, str | Path) and Path(path).name == name:
                raise OSError(number, os.strerror(number), str(path))

        def opened(path: Any, *rest: Any, **named: Any) -> int:
            refuse(path)
            return real_open(path, *rest, **named)

        def scanned(path: Any = ".") -> Any:
            refuse(path)
            return real_scan(path)

        def listed(path: Any = ".") -> Any:
            refuse(path)
            return real_list(path)

        monkeypatch.setattr(os, "open", opened)
        monkeypatch.setattr(os, "scandir", scanned)
        monkeypatch.setattr(os, "listdir", listed)

    return close


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE, errno.EMFILE])
@pytest.mark.parametrize("name", [NOTEBOOK, "ann"])
def test_what_the_grader_cannot_open_has_no_mark_and_is_tried_again(
    folder: ClassFolder,
    closed: Callable[[str, int], None],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    number: int,
) -> None:
    put(folder, f"ann/reshape/{NOTEBOOK}")
    if name == NOTEBOOK:
        shutil.rmtree(folder.submitted / "ben")
    with monkeypatch.context():
        closed(name, number)
        summary = grade(folder)
    monkeypatch.undo()

    rows = [row for row in summary.not_graded if row.student == "ann"]
    assert any(os.strerror(number) in row.reason for row in rows), rows
    assert all("chmod -R u+rX ann" in row.next_step for row in rows)
    assert not result_path(folder, "ann", "reshape").exists()
    assert ("ann", "reshape") not in read_class(folder).submissions
    assert "ann," not in (folder.root / "grades.csv").read_text()

    assert grade(folder).not_graded == []
    assert read_class(folder).submissions["ann", "reshape"].final == 10


def test_an_unknown_folder_that_cannot_be_opened_is_a_row(
    folder: ClassFolder, closed: Callable[[str, int], None]
) -> None:
    put(folder, "ann/Week1/reshape.ipynb")
    put(folder, "ann/Week2/inner/reshape.ipynb")
    closed("Week1", errno.EACCES)
    closed("inner", errno.EACCES)

    rows = {row.path: row for row in grade(folder).not_graded}

    for path in ("ann/Week1", "ann/Week2/inner"):
        assert "can't be opened" in rows[path].reason
        assert f"chmod -R u+rX {path}" in rows[path].next_step


def test_a_mark_of_an_earlier_run_stays_while_the_file_cannot_be_opened(
    folder: ClassFolder, closed: Callable[[str, int], None]
) -> None:
    grade(folder)
    before = read_class(folder).submissions
    closed("ben", errno.EACCES)

    row = next(row for row in grade(folder).not_graded if row.assignment)

    assert "mark of an earlier run stays" in row.reason
    assert read_class(folder).submissions == before


@pytest.fixture
def arguments(
    folder: ClassFolder, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., tuple[int, str]]]:
    """Run `autograder grade` with the stub, on a terminal wide enough not to wrap a reason."""
    monkeypatch.setenv("COLUMNS", "400")

    def run(*more: str) -> tuple[int, str]:
        return invoke_autograder(
            "grade", "reshape", "--course", COURSE.root, "--class", folder.root, *more
        )

    with faked():
        yield run


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_the_command_shows_the_table_and_ends_with_its_own_status(
    folder: ClassFolder, arguments: Callable[..., tuple[int, str]], more: tuple[str, ...]
) -> None:
    status, printed = arguments(*more)
    assert status == 0
    assert "Not graded" not in printed

    put(folder, "ann/reshape/reshape.ipynb", b"{")
    put(folder, "dan/reshape.ipynb")
    status, printed = arguments(*more)

    assert status == 3
    assert "Not graded, and why" in printed
    assert "cut off" in printed
    assert "mkdir -p dan/reshape && mv dan/reshape.ipynb dan/reshape/reshape.ipynb" in printed
    if not more:
        assert f"0 {show_grading.REJECTED}" in printed


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_without_a_sandbox_the_banner_is_shown_by_every_kind_of_run(
    arguments: Callable[..., tuple[int, str]], more: tuple[str, ...]
) -> None:
    assert "NO SANDBOX" not in arguments(*more)[1]
    assert "NO SANDBOX" in arguments("--unsafe-no-sandbox", *more)[1]


def test_a_class_of_misplaced_files_only_is_a_table_too(
    folder: ClassFolder, arguments: Callable[..., tuple[int, str]]
) -> None:
    put(folder, "ann/reshape.ipynb")
    shutil.rmtree(folder.submitted / "ben")

    status, printed = arguments()

    assert status == 3
    assert "mv ann/reshape.ipynb" in printed


def test_an_empty_class_is_an_error(folder: ClassFolder) -> None:
    shutil.rmtree(folder.submitted / "ben")

    with pytest.raises(GradingError, match="nothing to grade"):
        grade(folder)


def test_grades_csv_has_a_rejected_row_for_each_exercise_that_could_not_be_read(
    folder: ClassFolder,
) -> None:
    put(folder, "ann/reshape/reshape.ipynb", b"{")
    grade(folder)

    with (folder.root / "grades.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["student"] == "ann"]

    assert [(row["status"], row["score"]) for row in rows] == [("rejected", "0")] * 2
