"""Results become marks: manual ones stay, regrading changes nothing, the CSV has numbers."""

import csv
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from support.final_scores import final_scores
from support.snapshot import gradebook_dump

from autograder.folders import ClassFolder
from autograder.gradebook.database import make_gradebook, open_gradebook, register
from autograder.gradebook.grades_csv import COLUMNS, write_grades
from autograder.gradebook.nbgrader_quirks import alembic_version, put_scripts_on_path
from autograder.gradebook.writer import GradebookWriter, enter
from autograder.grading.grades_rows import grades_rows
from autograder.grading.results import Flag, SubmissionResult, load, save
from course.files import safe_cell
from course.notebook.verdict import Verdict

ASSIGNMENT = "reshape"


@pytest.fixture(scope="module")
def source(course):
    return nbformat.read(course.source(ASSIGNMENT), as_version=4)


@pytest.fixture(scope="module")
def registered(tmp_path_factory, source):
    folder = ClassFolder(tmp_path_factory.mktemp("registered"))
    register(source, ASSIGNMENT, folder)
    return folder


@pytest.fixture
def class_folder(tmp_path, registered):
    shutil.copy(registered.gradebook, tmp_path / "gradebook.db")
    return ClassFolder(tmp_path)


def result(student="ada", first=4.0, second=0.0, **more):
    gaps = [
        Verdict("scale_pixels", first, 4.0, "correct" if first == 4 else "partial"),
        Verdict("add_channel_axis", second, 6.0, "incorrect", "`add_channel_axis`: no."),
    ]
    return SubmissionResult(student, ASSIGNMENT, "d1", "bubblewrap (none)", gaps, **more)


def enter_result(gradebook, result):
    enter(gradebook, [result])


def test_marks_and_comments_are_in_the_gradebook(class_folder):
    with open_gradebook(class_folder) as gradebook:
        enter_result(gradebook, result())
        submission = gradebook.find_submission(ASSIGNMENT, "ada")
        comment = gradebook.find_comment("add_channel_axis", ASSIGNMENT, ASSIGNMENT, "ada")
        assert (submission.score, submission.max_score) == (4.0, 10.0)
        assert comment.auto_comment == "`add_channel_axis`: no."


def test_entering_twice_changes_nothing(class_folder):
    with open_gradebook(class_folder) as gradebook:
        enter_result(gradebook, result())
        enter_result(gradebook, result())
        assert final_scores(class_folder, ASSIGNMENT, "ada") == {
            "scale_pixels": 4.0,
            "add_channel_axis": 0.0,
        }
        assert len(gradebook.assignment_submissions(ASSIGNMENT)) == 1


def test_what_the_gradebook_has_lost_has_its_automatic_marks_in_the_csv(class_folder):
    with open_gradebook(class_folder) as gradebook:
        enter_result(gradebook, result())
        assert final_scores(class_folder, ASSIGNMENT, "ben") == {}

    write_grades(class_folder, grades_rows([result(), result("ben", first=2.5)]))

    with (class_folder.root / "grades.csv").open(newline="") as file:
        scores = [(row["student"], row["score"]) for row in csv.DictReader(file)]
    assert scores == [("ada", "4"), ("ada", "0"), ("ben", "2.5"), ("ben", "0")]


def test_manual_marks_survive_a_regrade_and_ask_to_be_looked_at(class_folder):
    with open_gradebook(class_folder) as gradebook:
        enter_result(gradebook, result())
        grade = gradebook.find_grade("test_add_channel_axis", ASSIGNMENT, ASSIGNMENT, "ada")
        grade.manual_score = 5.5
        gradebook.db.commit()

        enter_result(gradebook, result(first=0.0))

        assert final_scores(class_folder, ASSIGNMENT, "ada")["add_channel_axis"] == 5.5
        assert gradebook.find_grade(
            "test_add_channel_axis", ASSIGNMENT, ASSIGNMENT, "ada"
        ).needs_manual_grade


def test_csv_has_a_row_per_gap_with_the_final_score(class_folder, source):
    flagged = result(flags=[Flag("test-edited", "cell 3"), Flag("test-edited", "cell 5")])
    with GradebookWriter(class_folder, {ASSIGNMENT: source}) as writer:
        writer.enter([flagged, result("ben", first=2.5)])
    # A roster that names nobody is an error of collecting and exporting, not of grading.
    (class_folder.root / "roster.csv").write_text("student,name\n")
    with open_gradebook(class_folder) as gradebook:
        grade = gradebook.find_grade("test_scale_pixels", ASSIGNMENT, ASSIGNMENT, "ben")
        grade.manual_score = 3.25
        gradebook.db.commit()

    write_grades(class_folder, grades_rows([result("ben", first=2.5), flagged]))

    with (class_folder.root / "grades.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [(r["student"], r["exercise"], float(r["score"])) for r in rows] == [
        ("ada", "scale_pixels", 4.0),
        ("ada", "add_channel_axis", 0.0),
        ("ben", "scale_pixels", 3.25),
        ("ben", "add_channel_axis", 0.0),
    ]
    assert rows[0]["flags"] == "test-edited"
    assert {row["sandbox"] for row in rows} == {"bubblewrap (none)"}


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-2", "@sum", "\tx"])
def test_a_formula_in_a_name_is_neutralized(name):
    assert safe_cell(name) == f"'{name}"


@pytest.mark.parametrize("name", ["ada", "José, Jr.", '"q"', "王", "a=b"])
def test_ordinary_names_stay(name):
    assert safe_cell(name) == name


def test_a_result_is_read_back_as_it_was_saved(tmp_path):
    one = result(flags=[Flag("k", "e")], seconds=1.5, notebook={"cells": []})
    save(one, tmp_path / "r.json")
    assert load(tmp_path / "r.json") == one


def test_the_version_of_the_tables_is_the_one_that_nbgrader_asks_alembic_for() -> None:
    from nbgrader.api import get_alembic_version

    put_scripts_on_path()

    assert alembic_version() == get_alembic_version()


def test_a_new_gradebook_is_the_one_that_nbgrader_would_make(tmp_path: Path) -> None:
    from nbgrader.api import Gradebook

    def dump(path: Path) -> list[str]:
        with closing(sqlite3.connect(path)) as database:
            return sorted(database.iterdump())

    put_scripts_on_path()
    Gradebook(f"sqlite:///{tmp_path / 'theirs.db'}").close()
    ours = ClassFolder(tmp_path / "class")

    make_gradebook(ours)

    assert dump(ours.gradebook) == dump(tmp_path / "theirs.db")


def test_a_new_submission_has_the_rows_that_nbgrader_would_add(class_folder, tmp_path):
    theirs = ClassFolder(tmp_path / "theirs")
    theirs.root.mkdir()
    shutil.copy(class_folder.gradebook, theirs.gradebook)
    with open_gradebook(theirs) as gradebook:
        gradebook.add_student("ada")
        with gradebook.db.no_autoflush:
            gradebook.add_submission(ASSIGNMENT, "ada")

    with open_gradebook(class_folder) as gradebook:
        nothing = SubmissionResult("ada", ASSIGNMENT, "d1", "bubblewrap (none)", [])
        enter(gradebook, [nothing])

    assert gradebook_dump(class_folder.gradebook) == gradebook_dump(theirs.gradebook)


def test_many_at_a_time_are_entered_as_one_after_the_other(class_folder, tmp_path):
    single = ClassFolder(tmp_path / "single")
    single.root.mkdir()
    shutil.copy(class_folder.gradebook, single.gradebook)
    results = [result("ada"), result("ben", 2.0), result("ada", 0.0, 6.0), result("cleo")]

    for folder in (class_folder, single):
        with open_gradebook(folder) as gradebook:
            enter_result(gradebook, result("cleo", 0.0))
    with open_gradebook(class_folder) as gradebook:
        enter(gradebook, results)
    with open_gradebook(single) as gradebook:
        for each in results:
            enter_result(gradebook, each)

    assert gradebook_dump(class_folder.gradebook) == gradebook_dump(single.gradebook)
    assert final_scores(class_folder, ASSIGNMENT, "ada") == {
        "scale_pixels": 0.0,
        "add_channel_axis": 6.0,
    }


def test_an_error_while_entering_leaves_nothing_behind(class_folder):
    before = gradebook_dump(class_folder.gradebook)
    wrong = result("ben")
    wrong.gaps.append(Verdict("no_such_gap", 1.0, 1.0, "correct"))

    with open_gradebook(class_folder) as gradebook:
        with pytest.raises(KeyError):
            enter(gradebook, [result(), wrong])
        gradebook.db.commit()

    assert gradebook_dump(class_folder.gradebook) == before
