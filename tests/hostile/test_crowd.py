"""A crowd of hostile notebooks on little memory harms no honest neighbour and leaves nothing."""

import os

import pytest
from support.crowd import HONEST, HOSTILE, USER, run_crowd


@pytest.mark.slow
@pytest.mark.parametrize("user", [None, USER], ids=["this user", "an ordinary user"])
def test_fifty_hostile_notebooks_at_once_on_little_memory(
    sandbox: object, user: int | None
) -> None:
    if user is not None and os.geteuid() != 0:
        pytest.skip("ONLY THIS USER IS TESTED: root can become another one")
    try:
        outcome = run_crowd(user)
    except RuntimeError as error:
        pytest.skip(f"FIFTY NOTEBOOKS AT ONCE ARE NOT TESTED: {error}")

    assert outcome.honest == [10.0] * HONEST
    assert outcome.graded + len(outcome.failures) == HOSTILE + HONEST
    assert outcome.left_behind == []
