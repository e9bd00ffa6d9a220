"""An answer that stands only below its check is told from one that was never written."""

import nbformat
import pytest
from support.places import COURSE

from autograder.build.answer_files import Answers, fill
from course.learner.released_cells import rebuild_released

ANSWER = "def add_channel_axis(images):\n    return images[..., None]"
RELEASE = nbformat.read(COURSE.release("reshape"), as_version=4)
[STUB] = [cell.source for cell in RELEASE.cells if cell["id"] == "add_channel_axis"]


@pytest.mark.parametrize(
    ("gap", "below", "found"),
    [
        (STUB, ANSWER, True),
        ("# at the end", ANSWER, True),
        ("", ANSWER, True),
        ("def add_chanel_axis(images):\n    return images", ANSWER, True),
        (STUB, "", False),
        (STUB, "print(2)", False),
        (ANSWER, ANSWER, False),
        ("def add_channel_axis(images:\n    return images", ANSWER, False),
    ],
)
def test_an_answer_below_its_check_is_found(gap: str, below: str, found: bool) -> None:
    answers = Answers({"add_channel_axis": gap}, {"": [below]} if below else {})

    rebuilt = rebuild_released("reshape", fill(RELEASE, answers))

    assert ("add_channel_axis" in rebuilt.below_check) == found
    assert "scale_pixels" not in rebuilt.below_check


def test_an_answer_in_a_cell_above_its_check_is_not_below() -> None:
    answers = Answers({"add_channel_axis": STUB}, {"add_channel_axis": [ANSWER], "": [ANSWER]})

    assert rebuild_released("reshape", fill(RELEASE, answers)).below_check == ()
