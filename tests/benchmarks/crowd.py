"""Fifty hostile notebooks at once on 3.5 GiB: what their honest neighbours get, what is left.

`python tests/benchmarks/crowd.py` prints the figures, as root also for an ordinary user; `make
crowd` runs it.
"""

import os
import sys

from support.crowd import AT_ONCE, HOSTILE, MEMORY, USER, Outcome, run_crowd

from autograder.sandbox.limits import GIB


def told(who: str, outcome: Outcome) -> str:
    """Say in one line what came of a run."""
    full = sum(points == 10.0 for points in outcome.honest)
    return (
        f"{who}: {HOSTILE} hostile notebooks, {AT_ONCE} at once, on {MEMORY / GIB:g} GiB: "
        f"{full} of {len(outcome.honest)} honest neighbours with full marks, "
        f"{outcome.graded} results, {len(outcome.failures)} without one, "
        f"{len(outcome.left_behind)} things left behind, "
        f"peak {outcome.peak_bytes / GIB:.2f} GiB, {outcome.seconds:.0f} s"
    )


def main() -> int:
    """Print the figures; 1 if a neighbour was harmed or something was left behind, 2 if not run."""
    users = [("this user", None), ("an ordinary user", USER)][: 2 if os.geteuid() == 0 else 1]
    harmed = missing = False
    for who, user in users:
        try:
            outcome = run_crowd(user)
        except RuntimeError as error:
            print(f"{who}: NOT MEASURED: {error}", flush=True)
            missing = True
            continue
        print(told(who, outcome), flush=True)
        for line in [*outcome.failures, *outcome.left_behind]:
            print(f"  {line[:300]}")
        harmed |= set(outcome.honest) != {10.0} or bool(outcome.left_behind)
    return 1 if harmed else 2 * int(missing)


if __name__ == "__main__":
    sys.exit(main())
