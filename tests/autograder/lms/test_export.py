"""Exports fit what Canvas, Moodle and nbgrader ask for, and warn before a mark would be lost."""

import csv
import io
import json
from pathlib import Path

import pytest
from support.commands import invoke_autograder
from support.contract import POINTS
from support.graded_class import give, new_class

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.database import open_gradebook
from autograder.gradebook.people_lists import write_roster
from autograder.gradebook.roster import People, Person
from autograder.nbgrader_plugins.exporters import EXPORTERS
from course.errors import CourseError
from course.files import plain_cell, safe_cell

TEMPLATE = """\
Student,ID,SIS User ID,SIS Login ID,Integration ID,Section,Reshape it (77),pooling (78),Final Score
    Points Possible,,,,,,10,15.5,(read only)
"Lovelace, Ada",1,s1,ada,,A,,,
"Test, ""Student"", =1",2,s2,@ben,,A,,,
"Left, Already",3,s3,chi,,A,,,
"""

CANVAS_COLUMNS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]


@pytest.fixture
def folder(registered: Path, tmp_path: Path) -> ClassFolder:
    class_folder = new_class(registered, tmp_path / "class")
    give(class_folder, "ada", "reshape", POINTS["reshape"])
    give(class_folder, "ada", "pooling", {"max_pool2d": 4.5})
    give(class_folder, "ben", "reshape", {"scale_pixels": 4})
    people = [
        Person("ada", "Lovelace, Ada", "ada@example.org", "ada", "1", "s1"),
        Person("ben", '=HYPERLINK("x")', "", "@ben", "2", "s2"),
        Person("chi", "Already Left", "chi@example.org", "chi"),
    ]
    write_roster(class_folder, People(people))
    return class_folder


def export(folder: ClassFolder, course: CourseFolder, *arguments: str) -> str:
    places = ("--class", folder.root, "--course", course.root)
    return invoke_autograder("export", *arguments, *places)[1]


def rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def test_canvas_gets_its_own_columns_and_rows_back(
    folder: ClassFolder, course: CourseFolder, tmp_path: Path
) -> None:
    template, to = tmp_path / "gradebook.csv", tmp_path / "upload.csv"
    template.write_text(TEMPLATE)
    own = ("--format", "canvas", "--template", str(template), "--to", str(to))

    refused = export(folder, course, *own)
    said = export(folder, course, *own, "--column", "reshape=Reshape it")

    assert "no column called 'reshape'" in refused
    assert rows(to) == [
        [*CANVAS_COLUMNS, "Reshape it (77)", "pooling (78)"],
        ["    Points Possible", "", "", "", "", "10", "15.5"],
        ["Lovelace, Ada", "1", "s1", "ada", "A", "10", "4.5"],
        ['Test, "Student", =1', "2", "s2", "'@ben", "A", "4", ""],
        ["Left, Already", "3", "s3", "chi", "A", "", ""],
    ]
    assert "15.5 points in Canvas, 15 here" in " ".join(said.split())
    assert "disarmed" in said


def test_a_file_that_is_not_canvas_s_is_no_template(
    folder: ClassFolder, course: CourseFolder, tmp_path: Path
) -> None:
    (tmp_path / "x.csv").write_text("name,mark\nada,1\n")
    said = export(folder, course, "--format", "canvas", "--template", str(tmp_path / "x.csv"))
    assert "no gradebook of Canvas" in said


def test_what_needs_a_person_s_eye_is_said(folder: ClassFolder, course: CourseFolder) -> None:
    with open_gradebook(folder) as gradebook:
        grade = gradebook.find_grade("test_scale_pixels", "reshape", "reshape", "ben")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2.25, 0.5, True
        gradebook.db.commit()

    said = export(folder, course, "reshape", "--format", "json")

    assert "1 submission needs manual grading" in said
    data = json.loads((folder.root / "json.json").read_text(encoding="utf-8"))
    (ben,) = [one for one in data["students"] if one["student"] == "ben"]
    assert ben["submissions"]["reshape"]["final"] == 2.75
    question = ben["submissions"]["reshape"]["questions"]["scale_pixels"]
    assert (question["auto_score"], question["manual_score"]) == (4.0, 2.25)


@pytest.mark.parametrize("form", ["canvas", "moodle", "questions", "json"])
def test_nbgraders_own_export_command_writes_the_same(
    folder: ClassFolder, course: CourseFolder, tmp_path: Path, form: str
) -> None:
    from nbgrader.apps import ExportApp

    from autograder.gradebook.nbgrader_quirks import without_its_warnings

    exporter = f"{EXPORTERS[form].__module__}.{EXPORTERS[form].__name__}"
    arguments = [f"--exporter={exporter}", f"--to={tmp_path / 'theirs'}"]
    with without_its_warnings(), pytest.MonkeyPatch.context() as patch:
        # Where the checkout's nbgrader_config.py is, as an instructor calls it.
        patch.chdir(course.root)
        patch.setenv("CLASS_DIR", str(folder.root))
        command = ExportApp()
        command.initialize([*arguments, "--assignment=reshape", "--student=ada"])
        command.start()
    ours = tmp_path / "ours"
    export(folder, course, "reshape", "--format", form, "--to", str(ours))

    theirs = (tmp_path / "theirs").read_text(encoding="utf-8")
    assert "ada" in theirs
    if form == "json":
        found = json.loads(ours.read_text(encoding="utf-8"))
        found["students"] = found["students"][:1]
        assert json.loads(theirs) == found
    else:
        kept = [line for line in ours.read_text().splitlines() if "ben" not in line]
        assert theirs.splitlines() == [line for line in kept if "chi" not in line]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", "＝1", "a=1", "'=1", "", "'a"]
)
def test_a_formula_sleeps_and_comes_back(text: str) -> None:
    assert safe_cell(text)[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n", "＝")
    known = text.replace("\r", "\n")  # every line end is written as a newline
    assert plain_cell(safe_cell(text)) == known or text == "'=1"


def test_wrong_arguments_are_one_line(folder: ClassFolder, course: CourseFolder) -> None:
    assert "no format 'word'" in export(folder, course, "--format", "word")
    assert "is not NAME=TITLE" in export(folder, course, "--column", "reshape")
    assert "no assignment called" in export(folder, course, "--column", "nonsense=x")
    empty = ClassFolder(folder.root / "none")
    assert "Nothing is graded" in export(empty, course)


def test_a_folder_in_the_place_of_the_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=f"{tmp_path} is a folder"):
        EXPORTERS["json"](to=str(tmp_path)).export(None)


def test_nbgraders_own_export_makes_no_folder_either(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="there is no folder"):
        EXPORTERS["json"](to=str(tmp_path / "missing" / "marks.json")).export(None)
