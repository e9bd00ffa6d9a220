"""How valid the marks are: the whole bank by every way in which an answer is checked or graded.

`python tests/benchmarks/validity.py [ASSIGNMENT …] [--way WAY …]` prints the table; `make validity`
runs it. The answers of different gaps share a notebook, so that there are few to run. A learner's
two ways know the checks in sight only: what these refuse, the graders must refuse in equal words.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from rich.console import Console
from rich.table import Table
from support.bank import Entry, entries, judged, packed, run_answer
from support.contract import CODE_ASSIGNMENTS, POINTS
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
from course.learner.check import check_work
from course.learner.folder import Work
from course.learner.gap_check import judge
from course.notebook.cell_marks import mark_of

CHECKOUT = ("solutions", "exercises", "nbgrader_config.py")
NEEDED = 0.92


@dataclass(frozen=True)
class Outcome:
    """What a grader gave an answer."""

    entry: Entry
    score: float
    misconception: str
    hidden: bool = False
    """Whether it was a hidden check that failed."""

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

    @property
    def misleading(self) -> bool:
        """A misconception is named that the answer does not have."""
        return self.misconception not in ("", self.entry.misconception)


Grader = Callable[[str], list[Outcome]]
"""Grades every answer of one assignment."""


def in_process(assignment: str) -> list[Outcome]:
    """Run answers and test cells in this process, as the quick tests do."""
    names = _names_of_locked_cells()
    chosen = [entry for entry in entries() if entry.assignment == assignment]
    verdicts = [(entry, judged(entry, names)) for entry in chosen]
    return [Outcome(entry, v.score, v.misconception, HIDDEN in v.said) for entry, v in verdicts]


def in_the_notebook(assignment: str) -> list[Outcome]:
    """Run answers and the released checks in this process, as a learner's kernel does."""
    names = _names_of_locked_cells()
    release = nbformat.read(COURSE.release(assignment), as_version=4)
    tests = {mark_of(c).exercise: c.source for c in release.cells if mark_of(c).is_test}
    outcomes = []
    for entry in entries():
        if entry.assignment != assignment:
            continue
        namespace = {"np": np, **names}
        run_answer(entry, namespace)
        verdict = judge(entry.gap, POINTS[assignment][entry.gap], tests[entry.gap], namespace)
        outcomes.append(Outcome(entry, verdict.score, verdict.misconception))
    return outcomes


def by_course_check(assignment: str) -> list[Outcome]:
    """Fill the released notebook and run `course check` on it."""
    outcomes = []
    release = COURSE.release(assignment)
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["XDG_STATE_HOME"] = temporary  # where the command notes what it has found
        for number, (answers, chosen) in enumerate(packed(assignment)):
            student = f"pack-{number:02}"
            hand_in(release, answers, Path(temporary), student, assignment)
            path = Path(temporary) / student / assignment / f"{assignment}.ipynb"
            report = check_work(Work(assignment, path), lambda *_: None)
            found = {verdict.exercise: verdict for verdict in report.verdicts}
            for gap, entry in chosen.items():
                verdict = found[gap]
                outcomes.append(Outcome(entry, verdict.score, verdict.misconception))
    return outcomes


def _names_of_locked_cells() -> dict[str, Any]:
    import tensorflow as tf

    # Where a check looks at the notebook's images, it loads what the notebook has loaded.
    os.environ["NBGRADER_EXECUTION"] = "validate"
    (train_images, train_labels), (test_images, test_labels) = load_data()
    return {
        "tf": tf,
        "train_images": train_images,
        "train_labels": train_labels,
        "test_images": test_images,
        "test_labels": test_labels,
    }


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
            (result.student, gap.exercise): (gap.misconception, HIDDEN in gap.message)
            for result in iter_results(folder)
            for gap in result.gaps
        }
    return [
        Outcome(entry, marks[student][gap], *named[student, gap])
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
                hidden = HIDDEN in " ".join(shown.split())
                outcomes.append(Outcome(entry, marks[gap], named_in(shown), hidden))
    return outcomes


def _hand_in(assignment: str, folder: ClassFolder) -> dict[str, dict[str, Entry]]:
    """Write the packed notebooks as submissions; return what each holds."""
    students = {}
    for number, (answers, chosen) in enumerate(packed(assignment)):
        student = f"pack-{number:02}"
        hand_in(COURSE.release(assignment), answers, folder.submitted, student, assignment)
        students[student] = chosen
    return students


HIDDEN = "passes the checks in sight"
LEARNERS: dict[str, Grader] = {
    "in the notebook": in_the_notebook,
    "course check": by_course_check,
}
"""What a learner runs: the checks in sight."""
GRADERS: dict[str, Grader] = {
    "in one process": in_process,
    "autograder grade": by_autograder,
    "stock nbgrader": by_stock,
}
WAYS = LEARNERS | GRADERS


def grade_all(grader: Grader, assignments: Iterable[str]) -> list[Outcome]:
    """Run a grader on each assignment, two at a time, each in a process of its own."""
    with ProcessPoolExecutor(2, max_tasks_per_child=1, initializer=_silence) as pool:
        return [outcome for found in pool.map(grader, assignments) for outcome in found]


def _silence() -> None:
    """Drop what kernels and TensorFlow log; an exception still reaches the caller."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def named_share(outcomes: list[Outcome]) -> float:
    """Share of the wrong answers that lost points whose misconception is named rightly."""
    wrong = [o for o in outcomes if not o.entry.right and o.score < _full(o.entry) - 1e-4]
    return sum(outcome.well_named for outcome in wrong) / max(len(wrong), 1)


def _full(entry: Entry) -> float:
    return POINTS[entry.assignment][entry.gap]


def table(results: dict[str, list[Outcome]]) -> Table:
    """Lay the counts out, a way a row."""
    drawn = Table(title="Validity of the marks over the bank of answers")
    drawn.add_column("way")
    headings = ("wrong", "right", "false accepts", "false rejects", "misleading", "named rightly")
    for heading in headings:
        drawn.add_column(heading, justify="right")
    for name, outcomes in results.items():
        right = sum(outcome.entry.right for outcome in outcomes)
        accepts = sum(outcome.false_accept for outcome in outcomes)
        counts = [
            len(outcomes) - right,
            right,
            f"{accepts} in sight" if name in LEARNERS else accepts,
            sum(outcome.false_reject for outcome in outcomes),
            sum(outcome.misleading for outcome in outcomes),
        ]
        drawn.add_row(name, *map(str, counts), f"{named_share(outcomes):.1%}")
    return drawn


def amiss(way: str, outcomes: list[Outcome]) -> list[str]:
    """List every outcome that is not what the bank says; a learner's way may pass wrong answers."""
    return [
        f"{o.entry.name}: {o.score:g} points of {o.entry.score:g} due, "
        f"named {o.misconception or 'nothing'}, not {o.entry.misconception or 'nothing'}"
        for o in outcomes
        if o.false_reject
        or o.misleading
        or (way in GRADERS and (o.false_accept or not o.well_named))
    ]


def differences(results: dict[str, list[Outcome]]) -> list[str]:
    """List the answers on which two ways do not agree."""
    by_entry: dict[str, dict[str, Outcome]] = {}
    for way, outcomes in results.items():
        for outcome in outcomes:
            by_entry.setdefault(outcome.entry.name, {})[way] = outcome
    return [
        f"{name}: " + "; ".join(f"{way}: {o.score:g} {o.misconception}" for way, o in found.items())
        for name, found in by_entry.items()
        if not _agree(found)
    ]


def _agree(found: dict[str, Outcome]) -> bool:
    """Tell whether learners' ways agree, graders agree, and one does not contradict the other."""
    seen = {
        (round(found[way].score, 4), found[way].misconception) for way in found if way in LEARNERS
    }
    graded = {
        (round(found[way].score, 4), found[way].misconception) for way in found if way in GRADERS
    }
    if len(seen) > 1 or len(graded) > 1:
        return False
    if not seen or not graded:
        return True
    [(points, _)] = seen
    [(mark, _)] = graded
    return mark <= points if any(o.hidden for o in found.values()) else seen == graded


def main(arguments: list[str]) -> int:
    """Grade by every way, print the table and what is amiss; 1 if the marks are not valid."""
    parser = argparse.ArgumentParser()
    parser.add_argument("assignments", nargs="*", default=list(CODE_ASSIGNMENTS))
    parser.add_argument("--way", action="append", choices=list(WAYS), help="default: all")
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if not os.environ.get("FASHION_MNIST_DIR"):
        os.environ["COURSE_DATA"] = "standin"
    console, results = Console(width=110), {}
    for name in chosen.way or WAYS:
        console.print(f"{name} …")
        results[name] = grade_all(WAYS[name], chosen.assignments)
    console.print(table(results))
    for name, outcomes in results.items():
        for line in amiss(name, outcomes):
            console.print(f"{name}: {line}")
    differing = differences(results)
    answers = len({o.entry.name for outcomes in results.values() for o in outcomes})
    console.print(f"same verdict by every way: {answers - len(differing)} of {answers} answers")
    for line in differing:
        console.print(line)
    return int(bool(differing) or any(map(_is_invalid, results, results.values())))


def _is_invalid(way: str, outcomes: list[Outcome]) -> bool:
    accepted = way in GRADERS and any(o.false_accept for o in outcomes)
    wrong = accepted or any(o.false_reject or o.misleading for o in outcomes)
    return wrong or named_share(outcomes) < NEEDED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
