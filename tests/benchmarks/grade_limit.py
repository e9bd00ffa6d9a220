"""The physical limit beside `autograder grade`: the same cells in forks, with no isolation.

    python tests/benchmarks/grade_limit.py [STUDENTS] [JOBS]

One process imports TensorFlow, NumPy and IPython, then forks for each submission; a fork runs the
notebook's own cells and its test cells one after the other, and nothing else: no sandbox, no
kernel, no boundary, no second process, no gradebook. As many run at a time as `autograder grade`
runs by itself. TensorFlow runs as it comes; to do without its graph optimizer is part of ours.

`autograder grade` is timed from its start to its end, imports included. So the ratio is given
twice: to the cells alone, and to the cells with the imports of their process.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from support.bench_class import environment, hand_in_class, note
from support.commands import command_line
from support.contract import ASSIGNMENTS
from support.places import COURSE

from autograder.folders import ClassFolder
from autograder.forkserver import server as forks
from autograder.grading.conditions import cores, usual_jobs

ROUNDS = 3
WARM = (
    "matplotlib.pyplot",
    "scipy.signal",
    "tensorflow",
    "keras.layers",
    "IPython.core.interactiveshell",
    "course.checks",
)


def cells_of(class_folder: ClassFolder, names: list[str]) -> list[list[str]]:
    """Take the submissions in, and return the code cells of each, tests included."""
    import nbformat

    from autograder.ingest.intake import released_texts, take_in
    from autograder.ingest.reading import read_submission

    sources = {name: nbformat.read(COURSE.source(name), as_version=4) for name in ASSIGNMENTS}
    found = []
    for student in names:
        for assignment, source in sources.items():
            content = read_submission(class_folder.submitted / student, assignment).content
            intake = take_in(content, assignment, source, released_texts(source))
            assert intake.rebuilt is not None
            cells = intake.rebuilt.notebook.cells
            found.append([cell.source for cell in cells if cell.cell_type == "code"])
    return found


def run_all(cells: list[list[str]], jobs: int) -> float:
    """Run each list of cells in a fork of this process, `jobs` at a time; return the seconds."""
    started, running = time.perf_counter(), 0
    for own in cells:
        if running == jobs:
            os.wait()
            running -= 1
        if os.fork() == 0:
            _run(own)
        running += 1
    while running:
        os.wait()
        running -= 1
    return time.perf_counter() - started


def _run(cells: list[str]) -> None:
    """Run cells as a notebook does, and end the process whatever they did."""
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell

    HistoryManager.enabled = False  # its database would let one fork wait for another
    with contextlib.suppress(BaseException), Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        shell = InteractiveShell.instance()
        for cell in cells:
            shell.run_cell(cell)
    os._exit(0)


def worker(cells: Path, jobs: int) -> None:
    """Warm up, run, and print both times; this is a process of its own."""
    started = time.perf_counter()
    forks.import_all(list(WARM))
    warm = time.perf_counter() - started
    print(json.dumps([warm, run_all(json.loads(cells.read_text()), jobs)]), flush=True)


def main(students: int = 6, jobs: int | None = None) -> None:
    """Run the limit and `autograder grade` in turn on the same class; print medians and ratio."""
    from course.data import write_subset

    jobs = jobs or usual_jobs()
    with tempfile.TemporaryDirectory(prefix="convpool-bench-") as name:
        folder = Path(name)
        ours = [ClassFolder(folder / f"class-{number}") for number in range(ROUNDS)]
        for one in ours:
            names = hand_in_class(one, students, ASSIGNMENTS)
        cells = folder / "cells.json"
        cells.write_text(json.dumps(cells_of(ours[0], names)))
        write_subset(folder / "data")
        threads = str(max(1, cores() // jobs))
        env = environment(
            ours[0],
            NBGRADER_EXECUTION="autograde",
            CONVPOOL_SUBSET_DIR=str(folder / "data"),
            TF_CPP_MIN_LOG_LEVEL="3",
            CUDA_VISIBLE_DEVICES="-1",
            MPLBACKEND="agg",
            TF_NUM_INTRAOP_THREADS=threads,
            TF_NUM_INTEROP_THREADS=threads,
            OMP_NUM_THREADS=threads,
        )
        rounds = []
        for one in ours:
            note(f"the cells alone: {len(names) * len(ASSIGNMENTS)} notebooks, {jobs} at a time")
            command = [sys.executable, __file__, "--worker", str(cells), str(jobs)]
            done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
            note("autograder grade")
            rounds.append([*json.loads(done.stdout), _grade(one, jobs)])
        warm, limit, total = (median(each) for each in zip(*rounds, strict=True))
    count = len(names) * len(ASSIGNMENTS)
    print(f"{'':34}{'seconds':>9}{'per notebook':>14}")
    print(f"{'cells alone, in forks':34}{limit:9.1f}{limit / count:14.2f}")
    print(f"{'their process, once: its imports':34}{warm:9.1f}")
    print(f"{'autograder grade, start to end':34}{total:9.1f}{total / count:14.2f}")
    print(
        f"limit: {total / limit:.2f} x the cells alone, {total / (limit + warm):.2f} x with the "
        f"imports ({count} notebooks, {jobs} at a time)"
    )


def _grade(class_folder: ClassFolder, jobs: int) -> float:
    """Grade everything with `autograder grade`, and return its seconds."""
    started = time.perf_counter()
    command = command_line("autograder", "grade", "--class", class_folder.root)
    subprocess.run(
        [*command, "--jobs", str(jobs)],
        cwd=COURSE.root,
        env=environment(class_folder),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main(*map(int, sys.argv[1:3]))
