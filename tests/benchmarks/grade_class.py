"""One class graded twice in one run: with stock `nbgrader autograde`, and with `autograder grade`.

    python tests/benchmarks/grade_class.py [STUDENTS] [JOBS]

Stock is timed as its users run it: one `nbgrader autograde` for each assignment, over all of its
students. Its `generate_assignment` is left out of its time. Ours is one `autograder grade` over
everything, from its start to its end: registering, proving the sandbox, marks, pages and the CSV.
It is timed before stock and once more after it, and the mean counts: a machine that grows slower or
faster meanwhile favors neither. The marks must be identical for every student and gap.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from support.bench_class import environment, hand_in_class, marks, note
from support.commands import command_line
from support.contract import ASSIGNMENTS
from support.places import COURSE, ROOT, TESTS

from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.results import iter_results

STOCK_CONFIG = """
from pathlib import Path
from autograder.folders import CourseFolder, find_class
from support.stock_nbgrader import stock_config

c = get_config()
c.merge(stock_config(CourseFolder(Path.cwd()), find_class()))
"""


@dataclass
class Row:
    """One assignment."""

    assignment: str
    stock: float
    """Seconds of its one command."""
    ours: float
    """Seconds that its submissions took, added up; several ran at a time."""
    notebooks: int
    differences: list[str]


def checkout(folder: Path) -> CourseFolder:
    """Copy what nbgrader's commands need: they write the release again."""
    for name in ("solutions", "exercises"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "nbgrader_config.py").write_text(STOCK_CONFIG)
    return CourseFolder(folder)


def timed(command: list[str], folder: Path, env: dict[str, str]) -> float:
    """Run a command in a folder and return its seconds; show what it printed if it failed."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}\n{done.stderr}")
    return seconds


def run(students: int, jobs: int | None) -> tuple[list[Row], float]:
    """Grade both ways; return a row per assignment, and the seconds of our one command."""
    with tempfile.TemporaryDirectory(prefix="convpool-bench-") as name:
        folder = Path(name)
        course = checkout(folder / "checkout")
        stock = ClassFolder(folder / "stock")
        names = hand_in_class(stock, students, ASSIGNMENTS)
        before, after = (ClassFolder(folder / each) for each in ("before", "after"))
        for ours in (before, after):
            shutil.copytree(stock.root, ours.root)
        first = _grade(before, jobs)
        env = environment(stock, PYTHONPATH=str(TESTS))
        seconds: dict[str, float] = {}
        for assignment in ASSIGNMENTS:
            generate = command_line("nbgrader", "generate_assignment", assignment, "--force")
            timed(generate, course.root, env)
            note(f"stock nbgrader: {assignment} of {students}")
            seconds[assignment] = timed(
                command_line("nbgrader", "autograde", assignment), course.root, env
            )
        total = (first + _grade(after, jobs)) / 2
        took = dict.fromkeys(ASSIGNMENTS, 0.0)
        for ours in (before, after):
            for result in iter_results(ours):
                took[result.assignment] += result.times["total"] / 2
        return [
            Row(
                name,
                seconds[name],
                took[name],
                students,
                [d for ours in (before, after) for d in _differences(stock, ours, names, name)],
            )
            for name in ASSIGNMENTS
        ], total


def _grade(ours: ClassFolder, jobs: int | None) -> float:
    """Grade everything with our one command, and return its seconds."""
    note("autograder: the whole class")
    command = command_line("autograder", "grade", "--class", ours.root)
    command += ["--jobs", str(jobs)] if jobs else []
    return timed(command, COURSE.root, environment(ours))


def _differences(
    stock: ClassFolder, ours: ClassFolder, names: list[str], assignment: str
) -> list[str]:
    """Compare gap by gap; what only one of them has differs too."""
    one, other = marks(stock, names, assignment), marks(ours, names, assignment)
    return [
        f"{assignment} of {gap}: stock {one.get(gap)}, ours {other.get(gap)}"
        for gap in sorted(one | other)
        if one.get(gap) != other.get(gap)
    ]


def main(students: int = 6, jobs: int | None = None) -> int:
    """Print the table; return 1 if a mark differs."""
    rows, total = run(students, jobs)
    print(f"{'assignment':<14}{'notebooks':>9}{'stock s':>9}{'each':>7}{'ours each':>11}  marks")
    for row in rows:
        each = f"{row.stock / row.notebooks:7.1f}{row.ours / row.notebooks:11.1f}"
        same = "identical" if not row.differences else f"{len(row.differences)} differ"
        print(f"{row.assignment:<14}{row.notebooks:>9}{row.stock:9.1f}{each}  {same}")
    stock, count = sum(row.stock for row in rows), sum(row.notebooks for row in rows)
    differences = [text for row in rows for text in row.differences]
    print(*differences, sep="\n", end="\n" if differences else "")
    print(
        f"speedup: {stock / total:.1f} x (stock {stock:.1f} s, ours {total:.1f} s, "
        f"{count} notebooks, marks identical: {'no' if differences else 'yes'})"
    )
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
