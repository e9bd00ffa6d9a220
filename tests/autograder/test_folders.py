"""A file that a class may have is there, is not there, or is an error: a link to nowhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.commands import invoke_autograder
from support.lms_archives import brightspace_folder, notebook_bytes, write_zip
from support.places import COURSE

from autograder.build.coursedir import find_stock_course
from autograder.doctor.class_files import (
    examine_comments,
    examine_folders,
    examine_gradebook,
    examine_roster,
)
from autograder.folders import ClassFolder, CourseFolder, is_there
from autograder.gradebook.database import make_gradebook
from autograder.gradebook.late_rules import apply_rules
from autograder.gradebook.ledger import read_ledger
from autograder.gradebook.people_lists import read_roster, write_roster
from autograder.gradebook.reader import read_class, read_marks
from autograder.gradebook.roster import People
from autograder.gradebook.standing_comments import standing_comments
from autograder.grading.dry_run import _copied
from autograder.grading.plan import find_submissions, read_source
from autograder.grading.regrade_requests import _read
from autograder.nbgrader_plugins.exporters import JsonExport
from autograder.pages.feedback.assignment import read_assignment
from course.errors import GradingError

NEXT = "which can't be opened. Restore what it leads to, or remove the link; then run it again."


def dry_run(folder: ClassFolder) -> None:
    with _copied(folder):
        pass


def by_nbgrader(folder: ClassFolder) -> None:
    JsonExport(roster=str(folder.root / "roster.csv")).export(None)


READERS: dict[str, tuple[str, Callable[[ClassFolder], Any]]] = {
    "comments": ("comments.csv", lambda folder: standing_comments(folder, ["reshape"])),
    "times of the LMS": ("collected.json", read_ledger),
    "regrade requests": ("regrade-requests.json", _read),
    "marks": ("gradebook.db", read_marks),
    "marks and roster": ("gradebook.db", read_class),
    "late penalties": ("gradebook.db", apply_rules),
    "a new gradebook": ("gradebook.db", make_gradebook),
    "submissions": ("submitted", lambda folder: find_submissions(folder, ["reshape"])),
    "the class's quiz": (
        "source/quiz/quiz.ipynb",
        lambda folder: read_source(COURSE, "quiz", folder),
    ),
    "all the class's sources": ("source", lambda folder: read_source(COURSE, "quiz", folder)),
    "feedback's quiz": (
        "release/quiz/quiz.ipynb",
        lambda folder: read_assignment(COURSE, folder, "quiz"),
    ),
    "a dry run": ("rules.toml", dry_run),
    "a dry run's sources": ("source", dry_run),
    "a dry run's gradebook": ("gradebook.db", dry_run),
    "people": ("roster.csv", read_roster),
    "people to write": ("roster.csv", lambda folder: write_roster(folder, People())),
    "nbgrader's export": ("roster.csv", by_nbgrader),
    "a configuration": ("nbgrader_config.py", lambda folder: find_stock_course(folder.root)),
}


@pytest.mark.parametrize("case", READERS)
def test_a_link_that_leads_nowhere_does_not_count_as_a_missing_file(
    tmp_path: Path, case: str
) -> None:
    name, read = READERS[case]
    link = tmp_path / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(tmp_path / "unplugged")

    with pytest.raises(GradingError) as error:
        read(ClassFolder(tmp_path))

    assert str(error.value) == f"{link} is a link to {tmp_path}/unplugged, {NEXT}"
    assert link.is_symlink()


def test_the_doctor_names_such_links(tmp_path: Path) -> None:
    folder = ClassFolder(tmp_path)
    for name in ("comments.csv", "roster.csv", "gradebook.db", "submitted"):
        (tmp_path / name).symlink_to(tmp_path / "unplugged")

    found = {
        "comments": list(examine_comments(folder, [])),
        "roster": list(examine_roster(folder)),
        "gradebook": list(examine_gradebook(folder)),
    }

    assert [[one.level for one in findings] for findings in found.values()] == [["wrong"]] * 3
    assert all("unplugged, which can't be" in str(one) for (one,) in found.values())
    assert "submitted: it is a link that leads nowhere" in str(next(examine_folders(folder)))


def test_a_link_to_a_file_is_that_file_and_none_is_none(tmp_path: Path) -> None:
    (tmp_path / "kept.toml").write_text("")
    (tmp_path / "rules.toml").symlink_to("kept.toml")

    assert is_there(tmp_path / "rules.toml")
    assert not is_there(tmp_path / "none.toml")
    assert not is_there(tmp_path / "no folder" / "none.toml")


def test_a_file_in_the_place_of_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "class").write_text("")

    with pytest.raises(GradingError, match=r"rules.toml can't be read \(Not a directory\)"):
        is_there(tmp_path / "class" / "rules.toml")


def test_a_folder_in_the_place_of_a_gradebook_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "gradebook.db").mkdir()
    (tmp_path / "rules.toml").write_text("[due]\n")

    status, said = invoke_autograder("late", "--class", tmp_path, "--course", COURSE.root)

    assert (status, "gradebook.db can't be used" in said) == (2, True)


def test_no_class_is_made_where_a_link_to_one_leads(tmp_path: Path) -> None:
    (tmp_path / "class").symlink_to(tmp_path / "drive")
    (tmp_path / "inbox").mkdir()

    places = ("--class", tmp_path / "class", "--course", COURSE.root)
    status, said = invoke_autograder("collect", tmp_path / "inbox", *places)

    assert (status, "is a link to" in said) == (2, True)
    assert not (tmp_path / "drive").exists()


def test_only_one_option_says_whose_files_are(tmp_path: Path) -> None:
    options = ("--student", "ada", "--pattern", "(?P<student_id>.+)/(?P<file_id>.+)")
    status, said = invoke_autograder("collect", tmp_path, *options, "--course", COURSE.root)

    assert (status, "both say whose the files are" in said) == (2, True)


def test_times_of_an_lms_are_in_the_zone_of_the_rules(tmp_path: Path, course: CourseFolder) -> None:
    folder = ClassFolder(tmp_path / "class")
    folder.root.mkdir()
    (folder.root / "rules.toml").write_text('timezone = "Europe/Berlin"\n')
    name = brightspace_folder("Ada Lovelace", "Nov 1, 2026 1130 PM")
    archive = write_zip(tmp_path / "a.zip", {f"{name}/reshape.ipynb": notebook_bytes(course)})
    places = ("--class", folder.root, "--course", course.root)

    for options, time in (((), "22:30"), (("--timezone", "UTC"), "23:30")):
        assert invoke_autograder("collect", archive, *places, *options, "--force")[0] == 0
        (kept,) = read_ledger(folder).values()
        assert f"2026-11-01T{time}" in kept.time
