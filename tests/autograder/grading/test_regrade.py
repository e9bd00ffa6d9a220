"""A dry run says what grading again would change, and changes nothing."""

import hashlib
from pathlib import Path

import pytest
from support.contract import POINTS
from support.graded_class import give, new_class

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.database import open_gradebook
from autograder.gradebook.reader import read_class
from autograder.grading.class_run import Progress, Summary
from autograder.grading.conditions import GradeOptions
from autograder.grading.dry_run import Change, dry_run


@pytest.fixture
def folder(registered: Path, tmp_path: Path) -> ClassFolder:
    """Three students, one of them with a manual mark and a comment."""
    class_folder = new_class(registered, tmp_path / "class")
    (class_folder.root / ".secret").write_bytes(b"secret")
    (class_folder.submitted / "ada" / "reshape").mkdir(parents=True)
    give(class_folder, "ada", "reshape", POINTS["reshape"])
    give(class_folder, "ben", "reshape", {"scale_pixels": 4})
    give(class_folder, "chi", "reshape", {})
    with open_gradebook(class_folder) as gradebook:
        grade = gradebook.find_grade("test_scale_pixels", "reshape", "reshape", "chi")
        grade.manual_score = 2.5
        comment = gradebook.find_comment("scale_pixels", "reshape", "reshape", "chi")
        comment.manual_comment = "good idea"
        gradebook.db.commit()
    return class_folder


def mended(
    course: CourseFolder,
    folder: ClassFolder,
    assignments: list[str],
    options: GradeOptions,
    progress: Progress,
) -> Summary:
    """Stand in for grading with a mended test: ben gains, chi's automatic mark too, dana is new."""
    assert (folder.root / ".secret").read_bytes() == b"secret"
    assert (folder.submitted / "ada").is_dir()
    give(folder, "ada", "reshape", POINTS["reshape"])
    give(folder, "ben", "reshape", POINTS["reshape"])
    give(folder, "chi", "reshape", {"scale_pixels": 4})
    give(folder, "dana", "reshape", {"add_channel_axis": 3})
    return Summary(folder)


def contents(folder: ClassFolder) -> dict[str, str]:
    files = [path for path in folder.root.rglob("*") if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_dry_run_names_every_change_and_leaves_the_class_as_it_is(
    folder: ClassFolder, course: CourseFolder
) -> None:
    before, marks = contents(folder), read_class(folder)

    found, _ = dry_run(course, folder, ["reshape"], GradeOptions(), grade=mended)

    assert found == [
        Change("ben", "reshape", "add_channel_axis", "0 incorrect", "6 correct", 6.0),
        Change(
            "chi",
            "reshape",
            "scale_pixels",
            "0 incorrect",
            "4 correct",
            0.0,
            "the manual mark 2.5 stays",
        ),
        Change(
            "dana", "reshape", "add_channel_axis", "–", "3 partial", 3.0, "add_channel_axis: no"
        ),
        Change("dana", "reshape", "scale_pixels", "–", "0 incorrect", 0.0, "scale_pixels: no"),
    ]
    assert contents(folder) == before
    assert read_class(folder) == marks


def test_grading_then_does_what_was_said_and_keeps_manual_marks_and_comments(
    folder: ClassFolder, course: CourseFolder
) -> None:
    said, _ = dry_run(course, folder, [], GradeOptions(), grade=mended)
    before = {one.student: one.final for one in read_class(folder).submissions.values()}
    mended(course, folder, [], GradeOptions(), lambda what, done, total: None)

    for mark in read_class(folder).submissions.values():
        points = sum(one.points for one in said if one.student == mark.student)
        assert mark.final == before.get(mark.student, 0) + points
    found, summary = dry_run(course, folder, [], GradeOptions(), grade=mended)
    assert (found, summary.not_graded) == ([], [])
    with open_gradebook(folder) as gradebook:
        grade = gradebook.find_grade("test_scale_pixels", "reshape", "reshape", "chi")
        comment = gradebook.find_comment("scale_pixels", "reshape", "reshape", "chi")
        assert (grade.manual_score, comment.manual_comment) == (2.5, "good idea")
