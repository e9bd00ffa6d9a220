"""A crowd of hostile notebooks on little memory harms no honest neighbour and leaves nothing."""

import pytest
from support.crowd import HONEST, HOSTILE, run_crowd


@pytest.mark.measured
def test_fifty_hostile_notebooks_at_once_on_little_memory(sandbox: object) -> None:
    try:
        outcome = run_crowd()  # `make crowd` runs it as an ordinary user too
    except RuntimeError as error:
        pytest.skip(f"FIFTY NOTEBOOKS AT ONCE ARE NOT TESTED: {error}")

    assert outcome.honest == [10.0] * HONEST
    assert outcome.graded + len(outcome.failures) == HOSTILE + HONEST
    assert outcome.left_behind == []
