"""What three machines do with 1,000, 10,000 and 100,000 submissions, computed from measured costs.

    python tests/benchmarks/scaling.py [CORE_SECONDS]

The costs of the one process that keeps the class are measured here, on this machine, in seconds.
CORE_SECONDS is what one notebook takes of one core in its sandbox and its tests. It follows from
the last line of `make bench`: (seconds of ours - START_SECONDS) x cores / notebooks.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from support.bench_class import KINDS, hand_in_class
from support.contract import ASSIGNMENTS
from support.places import COURSE

from autograder.folders import ClassFolder
from autograder.gradebook.grades_csv import write_grades
from autograder.gradebook.writer import GradebookWriter
from autograder.grading.autograded import write_autograded
from autograder.grading.grades_rows import grades_rows
from autograder.grading.plan import read_source
from autograder.grading.preloading import sockets_for
from autograder.grading.results import SubmissionResult, iter_results, load, put, save
from autograder.grading.taking_in import found_in, lay_out, take_in_there
from autograder.ingest.reading import read_submission
from course.notebook.verdict import Verdict

MEASURED = 0.57
"""Core-seconds of one notebook, the mean of the five assignments: (45.5 - 3) x 2 / 150."""

START_SECONDS = 3.0
"""Once a run: imports, the proof, fork servers. Six students took 11.4 s, thirty 45.5."""

BATCH = 30
"""Submissions that go in together; up to two for each core can wait for the writer."""

NO_SERVERS: Any = SimpleNamespace(first=str, last=str, is_complete=lambda: True)

SIZES = (1_000, 10_000, 100_000)
MACHINES = {"one 8-core machine": 8, "one 64-core node": 64, "20 nodes of 64 cores": 20 * 64}


@dataclass(frozen=True)
class Costs:
    """Seconds that the process of the class folder spends on one submission."""

    order: float
    """Reading it, and laying it out for a worker, which takes it in."""
    keep: float
    """Its result, read from the worker and written to disk."""
    enter: float
    """Its marks into the gradebook, one transaction."""
    page: float
    """Its autograded notebook."""
    row: float
    """Its rows of grades.csv, at the end."""

    @property
    def hand(self) -> float:
        """All that is done while others run."""
        return self.order + self.keep + self.enter + self.page


def measure(students: int = 12) -> Costs:
    """Measure with a class that hands in all five assignments, and results that look real."""
    with tempfile.TemporaryDirectory(prefix="convpool-bench-") as name:
        folder = ClassFolder(Path(name))
        names = hand_in_class(folder, students, ASSIGNMENTS)
        sources = {each: read_source(COURSE, each, folder) for each in ASSIGNMENTS}
        count = len(names) * len(ASSIGNMENTS)
        results: list[SubmissionResult] = []

        here, rebuilt = folder.root / "order", folder.root / "order" / "notebook.json"
        here.mkdir()

        def order(student: str, each: str) -> None:
            submission = read_submission(folder.submitted / student, each)
            sockets_for(sources[each], submission.content, NO_SERVERS)
            assert submission.digest
            lay_out(here, submission.content, sources[each])

        def keep(number: int) -> None:
            put(folder, load(here / f"{number}.json"))
            assert found_in(here)

        pairs = [(student, each) for student in names for each in sources]
        for number, (student, each) in enumerate(pairs):
            order(student, each)  # once before it is timed: each source is cleared once in a run
            take_in_there(here, each, rebuilt)
            results.append(_result(student, each, json.loads(rebuilt.read_text())))
            save(results[-1], here / f"{number}.json")
        with GradebookWriter(folder, sources) as writer:
            for each in ASSIGNMENTS:
                writer._require_registered(each)  # once a class, whatever its size
            return Costs(
                order=_each(count, lambda: [order(*pair) for pair in pairs]),
                keep=_each(count, lambda: [keep(number) for number in range(count)]),
                enter=_each(count, lambda: [writer.enter(some) for some in _batches(results)]),
                page=_each(
                    count,
                    lambda: [write_autograded(folder, r, sources[r.assignment]) for r in results],
                ),
                row=_each(count, lambda: write_grades(folder, grades_rows(iter_results(folder)))),
            )


def _batches(results: list[SubmissionResult]) -> Iterator[list[SubmissionResult]]:
    """Cut into what is entered together while the writer is the bottleneck."""
    for first in range(0, len(results), BATCH):
        yield results[first : first + BATCH]


def _each(count: int, work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) / count


def _result(student: str, assignment: str, notebook: dict) -> SubmissionResult:
    gaps = []
    for cell in notebook["cells"]:
        mark = cell["metadata"].get("nbgrader", {})
        if mark.get("grade"):
            points = float(mark["points"])
            gaps.append(Verdict(mark["grade_id"].removeprefix("test_"), 0, points, "incorrect"))
            cell["outputs"] = []
    return SubmissionResult(student, assignment, "digest", "none", gaps, notebook=notebook)


def estimate(submissions: int, cores: int, seconds: float, costs: Costs) -> tuple[float, str]:
    """Return the seconds of a run, and what they are spent on for the most part.

    Cores work while the one process that keeps the class does; the slower of the two decides.
    """
    work = submissions * seconds / cores
    writer = submissions * costs.hand
    slower = "the cores" if work >= writer else "the writer"
    return START_SECONDS + max(work, writer) + submissions * costs.row, slower


def _shown(seconds: float) -> str:
    """Write a time as a person would."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def main(seconds: float = MEASURED) -> None:
    """Print the costs, then the table."""
    assert KINDS
    costs = measure()
    print("milliseconds for each submission, in the one process that keeps the class:")
    for name, value in vars(costs).items():
        print(f"  {name:<8}{1000 * value:8.2f}")
    print(f"core-seconds for each submission, in its sandbox and its tests: {seconds}\n")
    heads = "".join(f"{size:>24,}" for size in SIZES)
    print(f"{'submissions':<22}{heads}")
    for machine, cores in MACHINES.items():
        found = [estimate(size, cores, seconds, costs) for size in SIZES]
        cells = "".join(f"{f'{_shown(took)} ({slower})':>24}" for took, slower in found)
        print(f"{machine:<22}{cells}")
    print(f"\nThe writer is the bottleneck from {seconds / costs.hand:.0f} cores on.")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:2]))
