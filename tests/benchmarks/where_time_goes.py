"""Where a submission's time goes in `autograder grade`, by assignment and phase.

    python tests/benchmarks/where_time_goes.py [STUDENTS] [JOBS]

Each figure is the mean of a class's submissions in milliseconds: wall time, and in brackets the
processor time of the grader's own process and of the worker. The processor time of the student's
process has a row of its own. Several submissions run at a time, and wait for each other.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from support.bench_class import environment, hand_in_class, note
from support.contract import ASSIGNMENTS
from support.phases import ALL, FILE, STUDENT, WORKER, Seconds, watch_run
from support.places import COURSE

from autograder.folders import ClassFolder

FORK_WORKER = "fork of the worker"
ROWS = (
    "reading in",
    "waiting for imports",
    FORK_WORKER,
    "walls",
    "fork",
    "start of the kernel",
    "cells",
    "calls across",
    "tests",
    "end of the kernel",
    "result",
    "gradebook",
    "page",
    "the rest",
    STUDENT,
)


def grade(class_folder: Path, jobs: str) -> None:
    """Grade in this process, watched; print what was found as JSON."""
    phases = watch_run()
    from autograder.cli import app

    arguments = ["grade", "--class", str(class_folder), *(["--jobs", jobs] if jobs else [])]
    with Path(os.devnull).open("w") as nowhere:
        stdout, sys.stdout = sys.stdout, nowhere
        app(arguments, standalone_mode=False)
        sys.stdout = stdout
    print(json.dumps(phases.found))


def measure(students: int, jobs: str) -> tuple[dict[str, Seconds], int, float]:
    """Return the sums by assignment and phase, the number of students, and the run's seconds."""
    with tempfile.TemporaryDirectory(prefix="convpool-bench-") as name:
        class_folder, file = ClassFolder(Path(name) / "class"), Path(name) / "phases"
        count = len(hand_in_class(class_folder, students, ASSIGNMENTS))
        note(f"autograder grade, {count} students")
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, __file__, "--grade", str(class_folder.root), jobs],
            cwd=COURSE.root,
            env=environment(class_folder, **{FILE: str(file)}),
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        seconds = time.perf_counter() - started
        found: dict[str, Seconds] = json.loads(done.stdout)
        for line in file.read_text().splitlines():
            _add(found, *json.loads(line))
    return found, count, seconds


def _add(found: dict[str, Seconds], assignment: str, of_worker: Seconds) -> None:
    """Add what a worker measured; what the run waited for it beyond that was its fork."""
    sums = found[assignment]
    inside = of_worker.pop(ALL)[0]
    fork = sums.setdefault(FORK_WORKER, [0.0, 0.0])
    wall, processor = sums.pop(WORKER, (0.0, 0.0))
    fork[0], fork[1] = fork[0] + wall - inside, fork[1] + processor
    for phase, (wall, processor) in of_worker.items():
        of_both = sums.setdefault(phase, [0.0, 0.0])
        of_both[0], of_both[1] = of_both[0] + wall, of_both[1] + processor


def main(students: int = 4, jobs: str = "") -> None:
    """Print a row for each phase and a column for each assignment."""
    found, count, seconds = measure(students, jobs)
    print(f"{f'milliseconds, mean of {count}':22}" + "".join(f"{name:>18}" for name in ASSIGNMENTS))
    sums: Counter[tuple[str, int]] = Counter()
    for row in ROWS:
        cells = []
        for name in ASSIGNMENTS:
            both = [1000 * value / count for value in found[name].get(row, (0.0, 0.0))]
            sums.update({(name, place): value for place, value in enumerate(both)})
            cells.append(_cell(*both))
        print(f"{row:22}" + "".join(cells))
    print(f"{ALL:22}" + "".join(_cell(sums[name, 0], sums[name, 1]) for name in ASSIGNMENTS))
    print(
        f"the run took {seconds:.1f} s from start to end, for {count * len(ASSIGNMENTS)} notebooks"
    )


def _cell(wall: float, processor: float) -> str:
    """Lay out wall and processor time."""
    return f"{f'{wall:.1f} ({processor:.1f})':>18}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--grade"]:
        grade(Path(sys.argv[2]), sys.argv[3])
    else:
        main(*map(int, sys.argv[1:2]), *sys.argv[2:3])
