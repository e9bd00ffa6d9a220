"""Lateness costs what the class's rules say, however often they are applied, and no more."""

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import AssignLatePenalties
from support.commands import invoke_autograder
from support.contract import POINTS
from support.graded_class import give, new_class
from traitlets.config import Config

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.database import open_gradebook
from autograder.gradebook.late_rules import apply_rules, percent_off, points_off
from autograder.gradebook.ledger import Taken, read_ledger, write_ledger
from autograder.gradebook.marks import exact
from autograder.gradebook.reader import read_class
from autograder.gradebook.rules_file import LateRules, Rules, read_rules, rules_path, template
from autograder.nbgrader_plugins.autograde_steps import EnterRules, LatePolicy
from course.errors import GradingError

DUE = datetime(2026, 11, 1, 22, 59, tzinfo=UTC)
RULES = """\
timezone = "Europe/Berlin"
[due]
reshape = 2026-11-01T23:59:00
[late]
grace_minutes = 15
percent_per_day = 10
cap_percent = 30
"""


@pytest.fixture
def folder(registered: Path, tmp_path: Path) -> ClassFolder:
    """A class of three, of whom two are late, and one whose time nobody knows."""
    class_folder = new_class(registered, tmp_path / "class")
    late = {"ada": timedelta(minutes=-1), "ben": timedelta(hours=30), "chi": timedelta(days=9)}
    ledger = {}
    for student, by in late.items():
        give(class_folder, student, "reshape", {"scale_pixels": 3.33, "add_channel_axis": 6})
        time = (DUE + by).isoformat()
        ledger[student, "reshape"] = Taken(student, "reshape", "", "gradescope", "", "", time)
    give(class_folder, "dana", "reshape", POINTS["reshape"])
    ledger["dana", "reshape"] = Taken("dana", "reshape", "", "moodle", "", "")
    write_ledger(class_folder, ledger)
    rules_path(class_folder.root).write_text(RULES)
    return class_folder


def penalties(class_folder: ClassFolder) -> dict[str, float]:
    marks = read_class(class_folder).submissions.values()
    return {mark.student: float(mark.penalty) for mark in marks}


def rules(class_folder: ClassFolder, more: str) -> None:
    rules_path(class_folder.root).write_text(RULES + more)


@given(
    seconds=st.floats(0, 40 * 86_400),
    grace=st.integers(0, 600),
    per_day=st.integers(0, 60),
    cap=st.integers(0, 100),
    zero=st.one_of(st.none(), st.integers(1, 30)),
)
def test_the_price_is_grace_then_begun_days_then_the_cap(
    seconds: float, grace: int, per_day: int, cap: int, zero: int | None
) -> None:
    found = percent_off(LateRules(grace, per_day, cap, zero), seconds)

    late = Fraction(seconds)
    if late <= 60 * grace:
        assert found == 0
    elif zero is not None and late > 86_400 * zero:
        assert found == 100
    else:
        begun = -((-late) // 86_400)
        assert found == min(cap, begun * per_day)


@pytest.mark.parametrize(
    ("seconds", "percent"),
    [(0, 0), (900, 0), (901, 10), (86_400, 10), (86_401, 20), (10 * 86_400, 30)],
)
def test_the_price_at_its_edges(seconds: float, percent: float) -> None:
    assert percent_off(LateRules(15, 10, 30), seconds) == percent


def test_points_are_rounded_once_and_in_decimals() -> None:
    rules = Rules(late=LateRules(0, 10, 100))
    # 1.005 is stored as 1.00499…, and 1.15 + 2.3 is 3.4499…: each would lose a cent.
    assert points_off(rules, "a", "b", exact(10.05), 1) == Decimal("1.01")
    assert points_off(rules, "a", "b", exact(1.15 + 2.3), 1) == Decimal("0.35")


def test_the_rules_are_applied_by_the_systems_time(folder: ClassFolder) -> None:
    apply_rules(folder)

    # 9.33 points: nothing, two begun days, the cap, and nothing where no time is known.
    assert penalties(folder) == {"ada": 0.0, "ben": 1.87, "chi": 2.8, "dana": 0.0}
    finals = {mark.student: float(mark.final) for mark in read_class(folder).submissions.values()}
    assert finals == {"ada": 9.33, "ben": 7.46, "chi": 6.53, "dana": 10.0}


def test_applying_twice_is_applying_once_and_a_dry_run_is_not_at_all(folder: ClassFolder) -> None:
    said = apply_rules(folder, write=False)
    untouched = penalties(folder)
    apply_rules(folder)
    once = penalties(folder)
    again = apply_rules(folder)

    assert set(untouched.values()) == {0.0}
    assert [float(row.after) for row in said] == list(once.values())
    assert penalties(folder) == once
    assert [row.before for row in again] == [row.after for row in again]


@pytest.mark.parametrize(
    ("extension", "penalty"),
    [
        ("days = 2", 0.0),
        ("hours = 6", 0.93),
        ("until = 2026-11-03T05:00:00", 0.93),
        ("until = 2026-11-03", 0.0),
        ("excused = true", 0.0),
        ('assignment = "pooling"\ndays = 9', 1.87),
        ('assignment = "reshape"\ndays = 9', 0.0),
    ],
)
def test_an_extension_counts_for_who_has_it_and_can_be_taken_back(
    folder: ClassFolder, extension: str, penalty: float
) -> None:
    apply_rules(folder)
    rules(folder, f'[[extension]]\nstudent = "ben"\n{extension}\nreason = "ill"\n')
    rows = {row.student: row for row in apply_rules(folder)}
    with_it = penalties(folder)
    rules(folder, "")
    apply_rules(folder)

    assert with_it == {"ada": 0.0, "ben": penalty, "chi": 2.8, "dana": 0.0}
    assert ("ill" in rows["ben"].note) == ("pooling" not in extension)
    assert penalties(folder)["ben"] == 1.87


def test_a_manual_mark_stays_and_its_penalty_follows_it(folder: ClassFolder) -> None:
    apply_rules(folder)
    with open_gradebook(folder) as gradebook:
        grade = gradebook.find_grade("test_scale_pixels", "reshape", "reshape", "ben")
        grade.manual_score, grade.extra_credit = 1.0, 0.5
        gradebook.db.commit()
    apply_rules(folder)

    mark = read_class(folder).submissions["ben", "reshape"]
    assert (mark.score, mark.penalty, mark.final) == (7.5, 1.5, 6.0)


def test_canvas_s_word_that_something_is_in_time_counts(folder: ClassFolder) -> None:
    ledger = read_ledger(folder)
    ledger["ben", "reshape"].late = False
    write_ledger(folder, ledger)

    apply_rules(folder)

    assert penalties(folder)["ben"] == 0.0


@pytest.mark.parametrize(
    "left", ["", RULES.replace("reshape =", "pooling =")], ids=["file", "line"]
)
def test_a_due_date_that_is_removed_takes_its_penalty_with_it(
    folder: ClassFolder, left: str
) -> None:
    apply_rules(folder)
    before = penalties(folder)
    rules_path(folder.root).unlink()
    if left:
        rules_path(folder.root).write_text(left)

    said = {row.student: row.note for row in apply_rules(folder)}

    assert before["ben"] == 1.87
    assert set(penalties(folder).values()) == {0.0}
    assert ("2026-11-01 22:59 UTC is not in rules.toml: removed" in said["ben"]) == bool(left)


def test_nbgraders_own_step_comes_to_the_same_penalties(
    folder: ClassFolder, course: CourseFolder
) -> None:
    from autograder.gradebook.nbgrader_quirks import without_its_warnings
    from autograder.nbgrader_plugins.configuration import class_config

    assert issubclass(LatePolicy, BasePlugin)
    rules(folder, '[[extension]]\nstudent = "chi"\nexcused = true\n')
    config: Config = class_config(course.root, folder.root)
    assert config.Autograde.autograde_preprocessors == [EnterRules, AssignLatePenalties]
    for student in ("ada", "ben", "chi", "dana"):
        known = {"student": student, "assignment": "reshape", "notebook": "reshape"}
        resources = {"nbgrader": known | {"db_url": folder.db_url}}
        with without_its_warnings():
            for step in config.Autograde.autograde_preprocessors:
                step(config=config).preprocess(nbformat.v4.new_notebook(), resources)
    by_nbgrader = penalties(folder)
    apply_rules(folder)

    assert by_nbgrader == {"ada": 0.0, "ben": 1.87, "chi": 0.0, "dana": 0.0}
    assert penalties(folder) == by_nbgrader


def test_the_template_is_a_file_that_counts_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(template(["reshape"]))
    found = read_rules(path)
    assert found is not None
    assert (found.due, found.extensions) == ({}, ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[due]\nreshape = 7", "[due] reshape"),
        ("[late]\npercent_per_week = 10", "percent_per_week"),
        ("[late]\npercent_per_day = -1", "percent_per_day"),
        ("[late]\ncap_percent = 101", "cap_percent"),
        ("timezone = 'Mars/Olympus'", "Mars/Olympus"),
        ("[[extension]]\ndays = 3", "names no student"),
        ("[[extension]]\nstudent = 'ada'", "needs one of"),
        ("[[extension]]\nstudent = 'ada'\ndays = 3\nexcused = true", "needs one of"),
        ("deadline = 3", "deadline"),
        ("[due", "can't be read"),
    ],
)
def test_a_rule_that_would_count_for_nothing_is_an_error(
    tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    with pytest.raises(GradingError) as error:
        read_rules(path)
    assert words in str(error.value)


def test_the_command_shows_whom_lateness_costs_what(
    folder: ClassFolder, course: CourseFolder
) -> None:
    arguments = ["late", "--class", str(folder.root), "--course", str(course.root)]
    _, said = invoke_autograder(*arguments, "--dry-run")
    assert "2 penalties would change" in said
    assert "1 d 06:00" in said
    assert set(penalties(folder).values()) == {0.0}
    assert "2 penalties changed" in invoke_autograder(*arguments)[1]
    assert "0 penalties changed" in invoke_autograder(*arguments)[1]
    assert math.isclose(sum(penalties(folder).values()), 4.67)


def test_the_penalties_of_rules_that_were_removed_can_be_removed(
    folder: ClassFolder, course: CourseFolder
) -> None:
    where = ["--class", str(folder.root), "--course", str(course.root)]
    invoke_autograder("late", *where)
    rules_path(folder.root).unlink()

    stale = invoke_autograder("export", "--format", "questions", *where)[1]
    removed = invoke_autograder("late", *where)
    again = invoke_autograder("late", *where)

    assert "2 late penalties are out of date: run `autograder late` first." in stale
    assert (removed[0], "2 penalties changed" in removed[1]) == (0, True)
    assert set(penalties(folder).values()) == {0.0}
    assert (again[0], "has no rules.toml" in again[1]) == (2, True)


def test_a_mistake_is_an_error_before_anything_is_graded(
    course: CourseFolder, tmp_path: Path
) -> None:
    where = ["--class", str(tmp_path), "--course", str(course.root)]
    rules_path(tmp_path).write_text("[due]\nreshap = 2026-11-01\n")
    wrong = invoke_autograder("late", *where)
    rules_path(tmp_path).write_text("[due]\nreshape = 2026-11-01\n")
    right = invoke_autograder("late", *where)

    assert (wrong[0], "line 2: there is no assignment 'reshap'." in wrong[1]) == (2, True)
    assert (right[0], "Nothing is graded in" in right[1]) == (2, True)
