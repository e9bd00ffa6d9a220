"""How valid the marks are: the whole bank under stock nbgrader, `autograder grade`, and in-process.

`python tests/benchmarks/validity.py [ASSIGNMENT …]` prints the table; `make validity` runs it.
The answers of different gaps share a notebook, so that the graders have few to run.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from support.bank import Entry, entries, judged, packed
from support.contract import CODE_ASSIGNMENTS
from support.final_scores import final_scores
from support.places import COURSE
from support.stock_class import StockClass

from autograder.build.answer_files import hand_in
from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.class_run import grade_class
from autograder.grading.conditions import GradeOptions
from autograder.grading.results import iter_results
from course import load_data
from course.checks.misconceptions import named_in

CHECKOUT = ("solutions", "exercises", "nbgrader_config.py")
NEEDED = 0.95


@dataclass(frozen=True)
class Outcome:
    """What a grader gave an answer."""

    entry: Entry
    score: float
    misconception: str

    @property
    def false_accept(self) -> bool:
        """A wrong answer got more than it must."""
        return not self.entry.right and self.score > self.entry.score + 1e-4

    @property
    def false_reject(self) -> bool:
        """A right answer, or the right part of a wrong one, got less than it must."""
        return self.score < self.entry.score - 1e-4

    @property
    def well_named(self) -> bool:
        """The misconception is the one that the answer stands for."""
        return self.misconception == self.entry.misconception


Grader = Callable[[str], list[Outcome]]
"""Grades every answer of one assignment."""


def in_process(assignment: str) -> list[Outcome]:
    """Run answers and test cells in this process, as the quick tests do."""
    import tensorflow as tf

    # Where a check looks at the notebook's images, it loads what the notebook has loaded.
    os.environ["NBGRADER_EXECUTION"] = "validate"
    (train_images, train_labels), (test_images, test_labels) = load_data()
    names = {
        "tf": tf,
        "train_images": train_images,
        "train_labels": train_labels,
        "test_images": test_images,
        "test_labels": test_labels,
    }
    chosen = [entry for entry in entries() if entry.assignment == assignment]
    verdicts = [(entry, judged(entry, names)) for entry in chosen]
    return [Outcome(entry, v.score, v.misconception) for entry, v in verdicts]


def by_autograder(assignment: str) -> list[Outcome]:
    """Hand the answers in and run `autograder grade`; marks are read from the gradebook."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = ClassFolder(Path(temporary))
        students = _hand_in(assignment, folder)
        summary = grade_class(COURSE, folder, [assignment], GradeOptions())
        if summary.failures:
            raise RuntimeError(summary.failures[0])
        marks = {s: final_scores(folder, assignment, s) for s in students}
        named = {
            (result.student, gap.exercise): gap.misconception
            for result in iter_results(folder)
            for gap in result.gaps
        }
    return [
        Outcome(entry, marks[student][gap], named[student, gap])
        for student, chosen in students.items()
        for gap, entry in chosen.items()
    ]


def by_stock(assignment: str) -> list[Outcome]:
    """Let stock nbgrader grade; the misconception is found again in what the test cell showed."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary) / "course"
        root.mkdir()
        for name in CHECKOUT:
            source = COURSE.root / name
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, root / name)
        graded = StockClass(CourseFolder(root), Path(temporary) / "class")
        outcomes = []
        for number, (answers, chosen) in enumerate(packed(assignment)):
            student = f"pack-{number:02}"
            marks = graded.grade(student, assignment, answers)
            for gap, entry in chosen.items():
                shown = graded.output(student, assignment, f"test_{gap}")
                outcomes.append(Outcome(entry, marks[gap], named_in(shown)))
    return outcomes


def _hand_in(assignment: str, folder: ClassFolder) -> dict[str, dict[str, Entry]]:
    """Write the packed notebooks as submissions; return what each holds."""
    students = {}
    for number, (answers, chosen) in enumerate(packed(assignment)):
        student = f"pack-{number:02}"
        hand_in(COURSE.release(assignment), answers, folder.submitted, student, assignment)
        students[student] = chosen
    return students


GRADERS: dict[str, Grader] = {
    "in one process": in_process,
    "autograder grade": by_autograder,
    "stock nbgrader": by_stock,
}


def grade_all(grader: Grader, assignments: Iterable[str]) -> list[Outcome]:
    """Run a grader on each assignment, two at a time, each in a process of its own."""
    with ProcessPoolExecutor(2, max_tasks_per_child=1, initializer=_silence) as pool:
        return [outcome for found in pool.map(grader, assignments) for outcome in found]


def _silence() -> None:
    """Drop what kernels and TensorFlow log; an exception still reaches the caller."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def named_share(outcomes: list[Outcome]) -> float:
    """Share of the wrong answers whose misconception is named rightly."""
    wrong = [outcome for outcome in outcomes if not outcome.entry.right]
    return sum(outcome.well_named for outcome in wrong) / len(wrong)


def table(results: dict[str, list[Outcome]]) -> Table:
    """Lay the counts out, a grader a row."""
    drawn = Table(title="Validity of the marks over the bank of answers")
    drawn.add_column("graded by")
    for heading in ("wrong", "right", "false accepts", "false rejects", "named rightly"):
        drawn.add_column(heading, justify="right")
    for name, outcomes in results.items():
        right = sum(outcome.entry.right for outcome in outcomes)
        counts = [
            len(outcomes) - right,
            right,
            sum(outcome.false_accept for outcome in outcomes),
            sum(outcome.false_reject for outcome in outcomes),
        ]
        drawn.add_row(name, *map(str, counts), f"{named_share(outcomes):.1%}")
    return drawn


def amiss(outcomes: list[Outcome]) -> list[str]:
    """List every outcome that is not what the bank says."""
    return [
        f"{o.entry.name}: {o.score:g} points of {o.entry.score:g} due, "
        f"named {o.misconception or 'nothing'}, not {o.entry.misconception or 'nothing'}"
        for o in outcomes
        if o.false_accept or o.false_reject or not o.well_named
    ]


def main(assignments: list[str]) -> int:
    """Grade with every grader, print the table and what is amiss; 1 if the marks are not valid."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if not os.environ.get("FASHION_MNIST_DIR"):
        os.environ["COURSE_DATA"] = "standin"
    console, results = Console(width=100), {}
    for name, grader in GRADERS.items():
        console.print(f"{name} …")
        results[name] = grade_all(grader, assignments)
    console.print(table(results))
    for name, outcomes in results.items():
        for line in amiss(outcomes):
            console.print(f"{name}: {line}")
    marks = [o.false_accept or o.false_reject for found in results.values() for o in found]
    return int(any(marks) or min(map(named_share, results.values())) < NEEDED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or CODE_ASSIGNMENTS))
