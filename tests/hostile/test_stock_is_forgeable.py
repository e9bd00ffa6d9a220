"""Why there is a sandbox: under stock nbgrader these attacks earn every point, or spoil a class.

The same files earn nothing in `test_attacks.py`. If one of these tests fails, that attack proves
nothing any more.
"""

from pathlib import Path

import pytest
from support.contract import POINTS
from support.stock_class import StockClass

from autograder.build.answer_files import read_answers

ATTACKS = Path(__file__).parent / "attacks"
FULL = POINTS["reshape"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["strips_asserts", "transforms_input", "patched_run_cell", "patched_checks"]
)
def test_stock_nbgrader_gives_this_attack_every_point(graded_class: StockClass, name: str) -> None:
    marks = graded_class.grade(name, "reshape", read_answers(ATTACKS / f"{name}.py"))

    assert marks == FULL


@pytest.mark.slow
def test_stock_nbgrader_lets_an_honest_wrong_answer_fail(graded_class: StockClass) -> None:
    wrong = '# %% gap="scale_pixels"\ndef scale_pixels(images):\n    return images\n'

    assert graded_class.grade("wrong", "reshape", wrong) == dict.fromkeys(FULL, 0)
