"""The cost of a submission against the size of the class, and the memory of the grading process.

python tests/benchmarks/grade_size.py [SIZE]...
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from support.bench_class import environment, hand_in_class, note
from support.places import COURSE

from autograder.folders import ClassFolder
from autograder.grading.results import result_path

ASSIGNMENT = "reshape"
SIZES = (10, 30, 100, 300, 1000)

# Runs the command in this process, then says how much memory the process itself ever had.
PROBE = """
import json, pathlib, sys
from autograder.cli import app
try:
    app(sys.argv[2:], standalone_mode=False)
finally:
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    peak = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    pathlib.Path(sys.argv[1]).write_text(json.dumps(int(peak) * 1024))
"""


def measure(students: int) -> tuple[float, float, float]:
    """Return seconds in all, seconds a submission once the first is done, and MB at the peak."""
    with tempfile.TemporaryDirectory(prefix="convpool-bench-") as name:
        ours, peak = ClassFolder(Path(name) / "class"), Path(name) / "peak.json"
        names = hand_in_class(ours, students, (ASSIGNMENT,))
        command = [sys.executable, "-c", PROBE, str(peak), "grade", ASSIGNMENT]
        started = time.perf_counter()
        subprocess.run(
            [*command, "--class", str(ours.root)],
            cwd=COURSE.root,
            env=environment(ours),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        total = time.perf_counter() - started
        saved = sorted(result_path(ours, one, ASSIGNMENT).stat().st_mtime for one in names)
        each = (saved[-1] - saved[0]) / (len(saved) - 1)
        return total, each, json.loads(peak.read_text()) / 1e6


def main(*sizes: int) -> None:
    """Print a row per size."""
    print(f"{'submissions':>11}{'seconds':>9}{'per submission':>16}{'parent MB':>11}")
    for size in sizes or SIZES:
        note(f"{size} submissions of {ASSIGNMENT}")
        total, each, megabytes = measure(size)
        print(f"{size:11}{total:9.1f}{each:16.3f}{megabytes:11.0f}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
