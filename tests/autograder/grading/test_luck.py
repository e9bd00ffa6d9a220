"""Marks don't depend on luck."""

import pytest
from benchmarks.luck import HONEST, TIMES, marks


@pytest.mark.slow
def test_an_honest_training_gets_all_the_points_whatever_the_seed() -> None:
    found = marks()

    assert len(HONEST) == 5
    assert len(found) == 6
    assert found == dict.fromkeys(found, [5.0] * TIMES)
