"""What the text of a notebook tells of a gap without points reaches its verdict."""

import json
from pathlib import Path

import pytest
from support.places import COURSE

from autograder.build.answer_files import Answers, hand_in
from autograder.folders import ClassFolder
from autograder.grading import submission_run
from autograder.grading.conditions import Conditions
from autograder.grading.plan import read_source
from autograder.grading.results import SubmissionResult, save
from autograder.grading.taking_in import take_in_there
from course.notebook.verdict import Verdict

BELOW = Answers({}, {"": ["def add_channel_axis(images):\n    return images[..., None]"]})
TAKEN = Answers({"scale_pixels": "from course.checks.arrays import is_close as scale_pixels"})


def grade(answers: Answers, score: float, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    """Grade answers to `reshape` by a worker that gives every gap so many points."""

    def carry_out(order: Path, *_: object) -> str:
        said = json.loads(order.read_text())
        take_in_there(order.parent, "reshape", Path(said["notebook"]))
        result = SubmissionResult("ada", "reshape", said["digest"], "none")
        for gap in ("scale_pixels", "add_channel_axis"):
            result.gaps.append(Verdict(gap, score, 4.0, "incorrect", "wrong"))
        save(result, Path(said["result"]))
        return ""

    monkeypatch.setattr(submission_run, "_carry_out", carry_out)
    hand_in(COURSE.release("reshape"), answers, folder, "ada", "reshape")
    source = read_source(COURSE, "reshape", ClassFolder(folder / "class"))
    conditions = Conditions(b"x", folder, folder, False, "none", {})
    result = submission_run.grade_submission(source, folder / "ada", "ada", "reshape", conditions)
    return {gap.exercise: gap for gap in result.gaps} | {"flags": [f.kind for f in result.flags]}


def test_an_untouched_gap_was_not_attempted(tmp_path: Path, monkeypatch) -> None:
    found = grade(Answers(), 0.0, tmp_path, monkeypatch)

    assert found["scale_pixels"].status == found["add_channel_axis"].status == "not_attempted"


def test_an_answer_below_its_check_is_named(tmp_path: Path, monkeypatch) -> None:
    found = grade(BELOW, 0.0, tmp_path, monkeypatch)

    assert "below" in found["add_channel_axis"].message
    assert found["scale_pixels"].message == "wrong"


def test_an_answer_taken_from_the_package_is_named_and_flagged(tmp_path: Path, monkeypatch) -> None:
    found = grade(TAKEN, 0.0, tmp_path, monkeypatch)

    assert found["scale_pixels"].status == "error"
    assert "course.checks.arrays.is_close" in found["scale_pixels"].message
    assert "answers_taken" in found["flags"]


@pytest.mark.parametrize("answers", [BELOW, TAKEN])
def test_points_stay_as_they_are(answers: Answers, tmp_path: Path, monkeypatch) -> None:
    found = grade(answers, 4.0, tmp_path, monkeypatch)

    assert [found[gap].message for gap in ("scale_pixels", "add_channel_axis")] == ["wrong"] * 2
