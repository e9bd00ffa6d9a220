"""`make validity` finds a wrong mark, a wrong name and a verdict that differs from the others.

A run that was stopped goes on where it was.
"""

from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.validity import Job, difference, follow, is_valid, jobs
from support.bank import Entry, entries
from support.bank_ways import Outcome
from support.verdict_record import VerdictRecord, conditions

from autograder.build.answer_files import Answers

WRONG = Entry(Path("a.py"), False, "double", "one-bias", ("bias-forgotten",), 0.0, Answers())
RIGHT = Entry(Path("b.py"), True, "double", "", (), 4.0, Answers())
WAYS = (
    "in the notebook",
    "course check",
    "in one process",
    "autograder grade",
    "stock nbgrader",
)


def everywhere(outcome: Outcome, **others: Outcome) -> dict[str, Outcome]:
    """Give every way the same outcome, but those that are named."""
    changed = {name.replace("_", " "): other for name, other in others.items()}
    return {way: changed.get(way, outcome) for way in WAYS}


FAILED = Outcome(WRONG, 0.0, "one-bias", "3 was expected. One bias.")
IN_HIDDEN = Outcome(WRONG, 0.0, "one-bias", "passes, but not a hidden one: large. One bias.")
PASSED = Outcome(WRONG, 4.0, "", "✓ double: right.")


@pytest.mark.parametrize(
    ("found", "agree"),
    [
        (everywhere(FAILED), True),
        (everywhere(FAILED, stock_nbgrader=PASSED), False),
        (everywhere(FAILED, stock_nbgrader=replace(FAILED, misconception="")), False),
        (everywhere(FAILED, stock_nbgrader=replace(FAILED, misconception="bias-forgotten")), True),
        (everywhere(FAILED, course_check=replace(FAILED, misconception="padding-same")), False),
        (everywhere(FAILED, course_check=PASSED), False),
        (everywhere(FAILED, course_check=PASSED, in_the_notebook=PASSED), False),
        (everywhere(IN_HIDDEN, course_check=PASSED, in_the_notebook=PASSED), True),
        (everywhere(Outcome(RIGHT, 4.0, "")), True),
        (everywhere(Outcome(RIGHT, 4.0, ""), course_check=Outcome(RIGHT, 0.0, "")), False),
    ],
)
def test_verdicts_agree_or_the_difference_is_told(found: dict[str, Outcome], agree: bool) -> None:
    assert bool(difference(found)) != agree


@pytest.mark.parametrize(
    ("found", "valid"),
    [
        (everywhere(FAILED), True),
        (everywhere(replace(FAILED, score=4.0)), False),
        (everywhere(replace(FAILED, misconception="padding-same")), False),
        (everywhere(replace(FAILED, misconception="")), False),
        (everywhere(Outcome(RIGHT, 4.0, "")), True),
        (everywhere(Outcome(RIGHT, 0.0, "")), False),
        (everywhere(Outcome(RIGHT, 4.0, "one-bias")), False),
    ],
)
def test_one_wrong_mark_or_name_is_enough(found: dict[str, Outcome], valid: bool) -> None:
    assert is_valid({way: [outcome] for way, outcome in found.items()}) == valid


QUIZ = [entry for entry in entries() if entry.assignment == "quiz"]


def answered(result: list[Outcome] | Exception) -> Future[list[Outcome]]:
    future: Future[list[Outcome]] = Future()
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
    return future


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    record = VerdictRecord(tmp_path, "as it is")
    every = {entry.name for job in jobs(["a", "b"], QUIZ, record) for entry in job.chosen}
    first = Outcome(QUIZ[0], 1.5, "letter-without-quotes", "Two\nlines, “quoted”.")

    record.keep("a", [first])
    with next(tmp_path.iterdir()).open("a", encoding="utf-8") as file:
        file.write('{"way": "b", "answer"')  # the stop came in the middle of a line
    read_again = VerdictRecord(tmp_path, "as it is")
    read_again.keep("b", [replace(first, score=0.5)])
    waiting = jobs(["a", "b"], QUIZ, VerdictRecord(tmp_path, "as it is"))

    assert every == {entry.name for entry in QUIZ}
    assert read_again.find("a", QUIZ[0]) == first
    assert VerdictRecord(tmp_path, "as it is").find("b", QUIZ[0]) == replace(first, score=0.5)
    assert QUIZ[0].name not in {entry.name for job in waiting for entry in job.chosen}
    assert len(waiting[0].chosen) == len(QUIZ) - 1


def test_a_verdict_holds_for_its_answer_and_its_code_only(tmp_path: Path) -> None:
    record = VerdictRecord(tmp_path, "as it is")
    record.keep("a", [Outcome(QUIZ[0], 0.0, "")])
    changed = replace(QUIZ[0], answers=Answers({QUIZ[0].gap: "q1 = 'c'"}))
    expected_otherwise = replace(QUIZ[0], misconception="one-bias")

    assert record.find("a", changed) is None
    assert VerdictRecord(tmp_path, "with other code").find("a", QUIZ[0]) is None
    found = record.find("a", expected_otherwise)
    assert found is not None
    assert not found.named


def test_a_change_in_the_code_or_the_images_makes_all_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "course").mkdir()
    code = tmp_path / "course" / "checks.py"
    found = set()
    for text, images in [("a = 1\n", ""), ("a = 2\n", ""), ("a = 2\n", "standin")]:
        code.write_text(text)
        monkeypatch.setenv("COURSE_DATA", images)
        found.add(conditions(tmp_path))
        assert conditions(tmp_path) in found

    assert len(found) == 3


def test_one_failed_job_loses_no_verdict_and_is_raised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = VerdictRecord(tmp_path, "as it is")
    running = {
        answered(RuntimeError("no kernel")): Job("a", QUIZ[:1]),
        answered([Outcome(QUIZ[1], 0.0, "")]): Job("a", QUIZ[1:2]),
    }

    with pytest.raises(RuntimeError, match="no kernel"):
        follow(running, record)

    assert VerdictRecord(tmp_path, "as it is").find("a", QUIZ[1])
    assert "of 2 verdicts" in capsys.readouterr().out
