"""What a learner waits for, from the command to the answer, beside `nbgrader validate`.

    python tests/benchmarks/learner_wait.py [ROUNDS]

All rows are of the same solved `reshape` in one learner's folder, except the lesson's. They take
turns, so that a busy machine slows all alike; the first round fills caches and does not count.
Each round's ratio is to the `nbgrader validate` of the same round.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from jupyter_client.manager import start_new_kernel
from support.bench_class import answers, note
from support.commands import command_line, with_environment
from support.lab_session import course_lab, environment
from support.places import COURSE

from autograder.build.answer_files import hand_in
from course.notebook.cell_marks import mark_of

ASSIGNMENT = "reshape"
STOCK = f"nbgrader validate {ASSIGNMENT}"
PATIENCE = 300  # seconds for one cell


class Learner:
    """A learner's folder with a solved exercise, and settings of its own."""

    def __init__(self, place: Path) -> None:
        self.folder, self.home = place / "notebooks", place / "home"
        self.env = with_environment(**{**environment(self.home), "NBGRADER_EXECUTION": None})
        self.run("course", "lab", self.folder, "--no-start")
        hand_in(
            COURSE.release(ASSIGNMENT),
            answers("reference", ASSIGNMENT),
            self.folder.parent,
            self.folder.name,
            ASSIGNMENT,
        )

    def run(self, *command: object) -> float:
        """Run a command in the folder; return its seconds, show what it printed if it failed."""
        started = time.perf_counter()
        done = subprocess.run(
            command_line(*map(str, command)),
            cwd=self.folder if self.folder.is_dir() else None,
            env=self.env,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            sys.exit(f"{command}: status {done.returncode}\n{done.stdout}\n{done.stderr}")
        return time.perf_counter() - started

    def open_lab(self) -> float:
        """Run `course lab`; return the seconds until it has answered with JupyterLab's page."""
        started = time.perf_counter()
        with course_lab(self.folder, self.home, NBGRADER_EXECUTION="") as address:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            while True:
                try:
                    opener.open(f"{address}/lab", timeout=PATIENCE).read()
                    return time.perf_counter() - started
                except urllib.error.URLError:  # It names its address before it listens there.
                    time.sleep(0.01)

    def run_cells(self, path: Path, is_last: Callable[[dict], bool]) -> float:
        """Start a kernel as JupyterLab does, and run code cells up to the last one wanted.

        Returns the seconds until that cell is done.
        """
        started = time.perf_counter()
        cells = json.loads((self.folder / path).read_text(encoding="utf-8"))["cells"]
        km, kc = start_new_kernel(
            kernel_name="python3",
            cwd=str((self.folder / path).parent),
            env=self.env,
            stderr=subprocess.DEVNULL,
        )
        try:
            for cell in cells:
                if cell["cell_type"] != "code":
                    continue
                code = "".join(cell["source"])
                reply = kc.execute_interactive(
                    code, timeout=PATIENCE, output_hook=lambda message: None
                )
                if reply["content"]["status"] != "ok":
                    sys.exit(f"{path}: {reply['content']['evalue']} in\n{code}")
                if is_last(cell):
                    return time.perf_counter() - started
            sys.exit(f"{path} has not the cell that is waited for.")
        finally:
            kc.stop_channels()
            km.shutdown_kernel(now=True)


def waits(learner: Learner) -> dict[str, Callable[[], float]]:
    """Return what gives the seconds of a wait, by the words of its row."""
    notebook = Path(ASSIGNMENT, f"{ASSIGNMENT}.ipynb")
    return {
        STOCK: lambda: learner.run("nbgrader", "validate", notebook),
        "course status": lambda: learner.run("course", "status"),
        f"course check {ASSIGNMENT}": lambda: learner.run("course", "check", ASSIGNMENT),
        "first check in its notebook": lambda: learner.run_cells(
            notebook, lambda cell: mark_of(cell).is_test
        ),
        "course lab, until its page": learner.open_lab,
        "lesson: kernel, TensorFlow, images": lambda: learner.run_cells(
            Path("lesson.ipynb"), lambda cell: "load_data()" in "".join(cell["source"])
        ),
    }


def main(rounds: int = 5) -> None:
    """Print a row for each wait: median, range, and the median of the ratios."""
    with tempfile.TemporaryDirectory(prefix="convpool-bench-") as name:
        timed = waits(Learner(Path(name)))
        seconds: dict[str, list[float]] = {row: [] for row in timed}
        for number in range(rounds + 1):
            for row, wait in timed.items():
                note(f"round {number} of {rounds}: {row}")
                took = wait()
                if number:
                    seconds[row].append(took)
    print(f"{f'seconds, median of {rounds}':36}{'median':>8}{'range':>16}{'of stock':>10}")
    for row, each in seconds.items():
        ratios = [one / stock for one, stock in zip(each, seconds[STOCK], strict=True)]
        middle, span = statistics.median(each), f"{min(each):.2f} to {max(each):.2f}"
        print(f"{row:36}{middle:8.2f}{span:>16}{statistics.median(ratios):10.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
