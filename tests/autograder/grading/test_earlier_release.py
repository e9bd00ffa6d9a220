"""What changed after the release is said once: a script not built, a check of an older release."""

import os
from io import StringIO
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from rich.console import Console
from support.commands import run_command
from support.rebuilding import rebuild

from autograder.build.new_assignment import new_assignment, start_course
from autograder.build.release import build, publish, stale_sources
from autograder.cli.show_grading import show_summary
from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.class_run import Summary
from autograder.grading.earlier_release import earlier_release_lines, personal_flags
from autograder.grading.grades_rows import grades_rows
from autograder.grading.results import Flag, SubmissionResult, iter_results, put
from autograder.pages.report import report_tables
from autograder.pages.report.graded_class import GradedClass
from course.notebook.verdict import Verdict

VISIBLE = "[([3, 8, 5], 5), "
HIDDEN = '("many numbers", 1000)'


@pytest.fixture
def small(tmp_path: Path) -> CourseFolder:
    """A private course with one assignment, built."""
    course = start_course(tmp_path / "course")
    new_assignment(course, "small")
    publish(build(course, []))
    return course


def change(course: CourseFolder, old: str, new: str) -> None:
    script = course.script("small")
    text = script.read_text(encoding="utf-8")
    assert old in text
    script.write_text(text.replace(old, new), encoding="utf-8")


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def kinds_of(course: CourseFolder, submitted: NotebookNode) -> set[str]:
    return {flag.kind for flag in rebuild(read(course.source("small")), submitted).flags}


def test_a_script_that_was_changed_is_named_until_it_is_built(small: CourseFolder) -> None:
    nobody = ClassFolder(small.root / "class")
    os.utime(small.script("small"))
    assert stale_sources(small, nobody, []) == [], "a time alone changes nothing"

    change(small, HIDDEN, '("many numbers", 900)')
    (line,) = stale_sources(small, nobody, [])
    assert line.startswith("solutions/small.py has changed since the last build")
    assert "Run `autograder build small`" in line
    for more in ([], ["--dry-run"]):
        arguments = ("--course", small.root, "--class", nobody.root, *more)
        assert line in run_command("autograder", "grade", *arguments).stdout

    publish(build(small, []))
    assert stale_sources(small, nobody, []) == []


def test_a_script_that_does_not_build_is_named_with_its_reason(small: CourseFolder) -> None:
    change(small, " points=5", "")

    (line,) = stale_sources(small, ClassFolder(small.root / "class"), [])

    assert "the test has no points" in line
    assert "the last build of small is graded" in line


def test_a_check_of_an_earlier_release_is_told_from_an_edited_one(small: CourseFolder) -> None:
    handed_out = read(small.release("small"))
    change(small, VISIBLE, "[([4, 9, 5], 5), ")
    publish(build(small, []))
    assert kinds_of(small, handed_out) == {"test_from_earlier_release"}
    assert kinds_of(small, read(small.release("small"))) == set()

    for cell in handed_out.cells:
        if cell["id"] == "test_small_range":
            cell.source += "\nassert True"
    assert kinds_of(small, handed_out) == {"test_edited"}


def test_a_check_whose_points_alone_changed_is_of_an_earlier_release(small: CourseFolder) -> None:
    handed_out = read(small.release("small"))
    change(small, " points=5", " points=4")
    change(small, "(5 points)", "(4 points)")
    change(small, "| **Points** | 5 |", "| **Points** | 4 |")
    publish(build(small, []))

    assert kinds_of(small, handed_out) == {"test_from_earlier_release"}


def result(student: str, *evidence: str) -> SubmissionResult:
    flags = [Flag("test_from_earlier_release", text) for text in evidence]
    gaps = [Verdict("small_range", 5.0, 5.0, "correct")]
    return SubmissionResult(student, "small", "", "none", gaps=gaps, flags=flags)


def test_what_many_have_of_an_earlier_release_is_one_line_and_no_flag() -> None:
    old = "test_x is as nbgrader released it once (text 01234567)"
    own = "test_x is as nbgrader released it once (text 89abcdef)"
    many = [result(f"student-{number}", old) for number in range(5)]
    results = [*many, result("mallory", own), result("ada")]

    (line,) = earlier_release_lines(results)
    assert line.startswith("small: 5 of 7 notebooks have test_x as in an earlier release.")
    assert [one.student for one, _ in personal_flags(results)] == ["mallory"]
    flags = {row.student: row.flags for row in grades_rows(results)}
    assert flags == {one.student: "" for one in results} | {"mallory": "test_from_earlier_release"}


def test_terminal_grades_csv_and_report_flag_the_same_students(tmp_path: Path) -> None:
    old = "test_x is as nbgrader released it once (text 01234567)"
    own = "test_x is as nbgrader released it once (text 89abcdef)"
    folder = ClassFolder(tmp_path)
    everybody = [result("ada", old), result("gone", old), result("mallory", own), result("zoe")]
    for one in everybody:
        put(folder, one)
    here = [(one.student, "small") for one in everybody if one.student != "gone"]
    terminal = Console(record=True, width=200, file=StringIO())

    show_summary(Summary(folder, graded=here), terminal)

    lines = terminal.export_text().splitlines()
    flagged = {line.split()[1] for line in lines if "test_from_earlier_release" in line}
    in_csv = {row.student for row in grades_rows(iter_results(folder)) if row.flags}
    graded = GradedClass("", ["small"], {}, list(iter_results(folder)))
    in_report = {row["student"] for row in report_tables.flags(graded)}
    assert flagged == in_csv == in_report == {"mallory"}


def test_the_only_one_who_handed_in_is_the_class() -> None:
    results = [result("ada", "test_x is as nbgrader released it once (text 01234567)")]

    assert earlier_release_lines(results)[0].startswith("small: ada has test_x")
    assert personal_flags(results) == []
