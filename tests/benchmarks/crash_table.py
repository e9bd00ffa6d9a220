"""The crash table: a run is stopped at each of its boundaries, and the next one ends it.

    python tests/benchmarks/crash_table.py

The same checks as `test_grade_never_lost.py` makes, as a table.
"""

import sys
import tempfile
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.crash_nursery import Nursery
from support.crash_phases import (
    PHASES,
    Prepared,
    kill_and_resume,
    new_class,
    on_a_small_disk,
    prepare,
)

from autograder.sandbox import detect_sandbox
from autograder.sandbox.bubblewrap_sandbox import BubblewrapSandbox
from course.errors import GradingError


def full_disk(prepared: Prepared, folder: Path) -> list[tuple[str, bool | None]]:
    """Try the small disk, if this machine can have one."""
    try:
        sandbox = detect_sandbox()
    except GradingError as error:
        return [(f"a full disk: NOT TRIED, {error}", None)]
    assert isinstance(sandbox, BubblewrapSandbox)
    return [
        (f"a full disk, {room:,} bytes of room: {kind}", bool(said) and after == prepared.expected)
        for room, (said, kind, after) in on_a_small_disk(sandbox, prepared, folder).items()
    ]


def main() -> int:
    """Print a row per boundary; return 1 if one differs."""
    print(f"{'stopped':<58}after the next run", flush=True)
    rows: list[tuple[str, bool | None]] = []
    with tempfile.TemporaryDirectory(prefix="convpool-crash-") as name, closing(Nursery()) as runs:
        folder = Path(name)
        prepared = prepare(folder)
        for number, (phase, kill) in enumerate(PHASES.items()):
            one = new_class(folder / f"class-{number}", prepared.before(phase))
            rows.append(
                (f"kill -9: {phase}", kill_and_resume(runs, one, kill) == prepared.expected)
            )
            _show(*rows[-1])
        for row in full_disk(prepared, folder):
            rows.append(row)
            _show(*row)
    print("A gradebook locked for a minute and a lost worker of a cluster: make test SLOW=1")
    return 0 if all(same is not False for _, same in rows) else 1


def _show(stopped: str, same: bool | None) -> None:
    """Print one row."""
    words = {True: "identical", False: "DIFFERS", None: "-"}
    print(f"{stopped:<58}{words[same]}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
