"""Hints: three for every gap, none of them the solution, which only the instructor gives out."""

import json
import re

import nbformat
import pytest
from support.contract import ASSIGNMENTS
from support.learner_folder import run_course
from support.reference import reference

from autograder.build.answer_files import solutions_file
from autograder.folders import ClassFolder
from autograder.ingest.attempts import scan
from course.checks import exercise
from course.checks.failures import CheckFailed, NotAttempted, has_hints
from course.errors import CourseError
from course.learner import hints
from course.learner.hints import read_hints
from course.notebook.release_folder import all_gaps


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """A learner without a past, in a folder without solutions."""
    monkeypatch.setenv("COURSE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("COURSE_SOLUTIONS", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def solutions(course):
    """The reference solutions by gap."""
    return {gap: code for name in ASSIGNMENTS for gap, code in reference(course, name).gaps.items()}


def test_every_gap_has_three_different_hints_and_no_other_name_has_any():
    found = read_hints()

    assert list(found) == list(all_gaps())
    assert {len(set(tiers)) for tiers in found.values()} == {3}
    assert all(len(hint) > 30 for tiers in found.values() for hint in tiers)


def test_failed_checks_point_to_the_gaps_that_have_hints_and_to_no_other_name():
    names = [*read_hints(), "q0", "q11", "model", "a_gap_of_another_course"]

    assert {name for name in names if has_hints(name)} == set(read_hints())


def test_no_hint_holds_a_line_of_its_solution(solutions):
    for gap, tiers in read_hints().items():
        region = solutions[gap].partition("### BEGIN SOLUTION")[2].partition("### END")[0]
        lines = {line.strip(" ,") for line in region.splitlines()}
        given = {"", ")", "]", "[", "}", "### KEEP ABOVE", "layer_shapes = {"}
        assert lines - given, f"{gap}: the solution was not found"
        for hint in tiers:
            held = [line for line in lines - given if line in hint]
            assert held == [], f"{gap}: {held}"


def test_no_hint_of_the_quiz_names_an_option_or_a_drawn_answer(solutions):
    for gap, tiers in read_hints().items():
        if re.fullmatch(r"q\d+", gap):
            key = re.search(rf"### KEEP ABOVE\n{gap} = (.*)", solutions[gap]).group(1).strip('"')
            for hint in tiers:
                assert not re.search(rf"(?<![\w.·]) ?\b{re.escape(key)}\b *(is right|\)|$)", hint)
                assert "option " + key not in hint


def test_hints_come_one_after_the_other_and_end_without_the_solution(solutions):
    shown = [hints.next_hint("add_channel_axis") for _ in range(5)]

    for tier, text in enumerate(shown[:3], start=1):
        assert f"Hint {tier} of 3" in text
        assert read_hints()["add_channel_axis"][tier - 1] in text
    assert shown[3] == shown[4]
    assert "once your instructor hands them out" in shown[3]
    assert "images.reshape(*images.shape, 1)" not in "".join(shown)


def test_reset_begins_anew_with_one_gap_only():
    for gap in ("scale_pixels", "train", "train"):
        hints.next_hint(gap)

    hints.forget("train")

    assert hints.hints_seen() == {"scale_pixels": 1}
    assert "Hint 1 of 3" in hints.next_hint("train")


def test_handed_out_solution_comes_after_the_last_hint(course, state, solutions):
    mine = ClassFolder(state / "class")
    (path, content) = next(iter(solutions_file(course, mine, ["reshape", "cnn"]).items()))
    (state / "solutions.json").write_bytes(content)

    shown = [hints.next_hint("scale_pixels") for _ in range(4)]
    for _ in range(3):
        hints.next_hint("output_size")

    assert path == mine.root / "release" / "solutions.json"
    assert "return images / 255.0" not in "".join(shown[:3])
    assert "return images / 255.0" in shown[3]
    assert "SOLUTION" not in content.decode()
    # Not handed out with these two:
    assert "once your instructor" in hints.next_hint("output_size")


def test_handed_out_solutions_run_as_they_are(course, state):
    content = next(iter(solutions_file(course, ClassFolder(state), []).values()))
    solutions = json.loads(content)

    assert list(solutions) == list(all_gaps())
    for gap, code in solutions.items():
        names = {}
        exec(code, names)
        assert names[gap] is not None


def test_damaged_solutions_and_damaged_memory_count_as_none(state):
    (state / "solutions.json").write_text("[1, 2")
    (state / "state").mkdir()
    (state / "state" / "hints.json").write_text('{"train": "three"}')

    assert "Hint 1 of 3" in hints.next_hint("train")


def test_unknown_gap_names_the_closest():
    with pytest.raises(CourseError, match="Did you mean add_channel_axis"):
        hints.hint("add_chanel_axis")


def test_looking_while_it_is_graded_shows_and_counts_nothing(monkeypatch, capsys):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")

    hints.hint("train")

    assert capsys.readouterr().out == ""
    assert hints.hints_seen() == {}


def test_a_cell_that_asks_for_a_hint_is_no_flag():
    cell = nbformat.v4.new_code_cell('import course\ncourse.hint("train")')

    assert scan(nbformat.v4.new_notebook(cells=[cell])) == []


def test_hint_of_the_quiz_quotes_its_question():
    assert "> What is pooling?" in hints.next_hint("q2")


def test_failed_check_points_to_its_hints_but_not_while_it_is_graded(monkeypatch):
    with pytest.raises(CheckFailed) as failed, exercise("train") as check:
        check.fail("no.")
    line = 'Stuck? import course; course.hint("train")'

    assert failed.value._render_traceback_()[-1] == line
    assert NotAttempted("`train`: later.")._render_traceback_() == ["✗ `train`: later."]
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert line not in failed.value._render_traceback_()


def test_command_gives_hints_lists_them_and_begins_anew(state):
    def say(*arguments):
        result = run_course("hint", *arguments, cwd=state, state=state / "state")
        assert (result.returncode, result.stderr) == (0, "")
        return result.stdout

    assert say("train").startswith("Hint 1 of 3 for `train`")
    assert "Hint 2 of 3" in say("train")
    assert re.search(r"^train +2 of 3 hints seen$", say(), re.M)
    assert "Hint 1 of 3" in say("train", "--reset")


def test_state_that_cannot_be_kept_still_gives_the_first_hint(state):
    result = run_course("hint", "train", cwd=state, state="/dev/null/state")

    assert result.returncode == 0
    assert "Hint 1 of 3" in result.stdout
