"""What the sandbox costs: a kernel's start and one round trip, with and without, side by side.

Run it with `python tests/benchmarks/sandbox_cost.py [ROUNDS]`. The two ways take turns, so that a
busy machine slows both alike; the table shows medians.
"""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from jupyter_client.manager import start_new_kernel

from autograder.sandbox import Sandbox, detect_sandbox, open_sandboxed_kernel
from autograder.sandbox.proof import prove
from autograder.sandbox.unprotected import NoSandbox

ROUND_TRIPS = 20


@contextlib.contextmanager
def plain() -> Iterator[object]:
    """Start a kernel as Jupyter does, with no wall and nothing between."""
    km, kc = start_new_kernel(kernel_name="python3", stderr=subprocess.DEVNULL)
    try:
        yield kc
    finally:
        kc.stop_channels()
        km.shutdown_kernel(now=True)


@contextlib.contextmanager
def through(sandbox: Sandbox) -> Iterator[object]:
    """Start a kernel in `sandbox`."""
    with open_sandboxed_kernel(sandbox) as kernel:
        yield kernel.kc


def measure(way) -> dict[str, float]:
    """Return the seconds of a start, of a round trip (the median of many) and of an end."""
    started = time.perf_counter()
    with way as kc:
        start = time.perf_counter() - started
        trips = []
        for _ in range(ROUND_TRIPS):
            sent = time.perf_counter()
            kc.execute_interactive("1 + 1", timeout=30, output_hook=lambda message: None)
            trips.append(time.perf_counter() - sent)
        ending = time.perf_counter()
    end = time.perf_counter() - ending
    return {"start": start, "round trip": statistics.median(trips), "end": end}


def main(rounds: int = 5) -> None:
    """Print the table, and how long the sandbox's proof takes."""
    sandbox, none = detect_sandbox(), NoSandbox()
    ways = {
        "plain kernel (tcp)": plain,
        "no sandbox (ipc)": lambda: through(none),
        sandbox.name: lambda: through(sandbox),
    }
    found: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            found[name].append(measure(way()))
    print(f"{'milliseconds, median of ' + str(rounds):30}{'start':>10}{'round trip':>12}{'end':>8}")
    for name, rows in found.items():
        start, trip, end = (
            1000 * statistics.median(row[column] for row in rows)
            for column in ("start", "round trip", "end")
        )
        print(f"{name:30}{start:10.0f}{trip:12.1f}{end:8.0f}")
    started = time.monotonic()
    proof = prove(sandbox)
    seconds = time.monotonic() - started
    print(f"proof: {len(proof.attempts)} attempts, {seconds:.2f} s, holds: {proof.holds}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
