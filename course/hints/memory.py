"""Which tier of hints a learner has reached, kept in the state folder."""

from course.state import read_state, state_folder, write_state

_FILE = "hints.json"


def tiers() -> dict[str, int]:
    """Return how many hints were given for each gap."""
    kept = read_state(state_folder() / _FILE)
    return {name: n for name, n in kept.items() if isinstance(n, int) and n > 0}


def remember(gap: str, tier: int) -> None:
    """Keep how many were given; a folder that can't be written begins anew each time."""
    write_state(state_folder() / _FILE, tiers() | {gap: tier})


def forget(gap: str) -> None:
    """Begin anew with a gap."""
    write_state(state_folder() / _FILE, {n: tier for n, tier in tiers().items() if n != gap})
