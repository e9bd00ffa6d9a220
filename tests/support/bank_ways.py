"""The bank of answers by every way that an answer gets a verdict.

`by_notebook` and `by_course_check` run what a learner sees; the other three are marks.
"""

import contextlib
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from support.bank import Entry, judged, packed
from support.final_scores import final_scores
from support.places import COURSE
from support.stock_class import StockClass
from traitlets.config import Config

from autograder.build.answer_files import Answers, fill, hand_in
from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.class_run import grade_class
from autograder.grading.conditions import GradeOptions
from autograder.grading.results import iter_results
from course import load_data
from course.checks.failures import CheckFailed
from course.checks.misconceptions import named_in
from course.learner.check import check_work
from course.learner.folder import Work
from course.notebook import cell_runs
from course.notebook.cell_marks import mark_of

CHECKOUT = ("solutions", "exercises", "nbgrader_config.py")
DONE = ("correct", "answered")


@dataclass(frozen=True)
class Outcome:
    """What one way made of an answer."""

    entry: Entry
    score: float
    """Points; before grading, those whose visible checks pass."""
    misconception: str
    message: str = ""

    @property
    def false_accept(self) -> bool:
        """A wrong answer got more than it must."""
        return not self.entry.right and self.score > self.entry.score + 1e-4

    @property
    def false_reject(self) -> bool:
        """A right answer, or the right part of a wrong one, got less than it must."""
        return self.score < self.entry.score - 1e-4

    @property
    def misleading(self) -> bool:
        """A misconception is named that is not the answer's."""
        return not self.entry.allows(self.misconception)

    @property
    def named(self) -> bool:
        """The misconception that the answer stands for is named."""
        return self.entry.is_named_by(self.misconception)


Way = Callable[[list[Entry]], list[Outcome]]
"""Judges answers of one assignment."""


def in_process(chosen: list[Entry]) -> list[Outcome]:
    """Run answers and test cells in this process, as the quick tests do."""
    names: dict[str, Any] = {}
    # Where a check looks at the notebook's images, it loads what the notebook has loaded.
    os.environ["NBGRADER_EXECUTION"] = "validate"
    if chosen[0].assignment != "quiz":
        import tensorflow as tf

        train, test = load_data()
        names = {"tf": tf, "train_images": train[0], "train_labels": train[1]}
        names |= {"test_images": test[0], "test_labels": test[1]}
    verdicts = [(entry, judged(entry, names)) for entry in chosen]
    return [Outcome(entry, v.score, v.misconception, v.said) for entry, v in verdicts]


def by_autograder(chosen: list[Entry]) -> list[Outcome]:
    """Hand the answers in and run `autograder grade`; marks are read from the gradebook."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = ClassFolder(Path(temporary))
        assignment = chosen[0].assignment
        students = _hand_in(chosen, folder)
        summary = grade_class(COURSE, folder, [assignment], GradeOptions())
        if summary.failures:
            raise RuntimeError(summary.failures[0])
        marks = {s: final_scores(folder, assignment, s) for s in students}
        told = {
            (result.student, gap.exercise): gap
            for result in iter_results(folder)
            for gap in result.gaps
        }
    return [
        Outcome(
            entry, marks[student][gap], told[student, gap].misconception, told[student, gap].message
        )
        for student, filled in students.items()
        for gap, entry in filled.items()
    ]


def by_stock(chosen: list[Entry]) -> list[Outcome]:
    """Let stock nbgrader grade; the misconception is found again in what the test cell showed."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary) / "course"
        root.mkdir()
        for name in CHECKOUT:
            source = COURSE.root / name
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, root / name)
        graded = StockClass(CourseFolder(root), Path(temporary) / "class")
        outcomes = []
        assignment = chosen[0].assignment
        for student, answers, filled in _packs(chosen):
            marks = graded.grade(student, assignment, answers)
            for gap, entry in filled.items():
                shown = graded.output(student, assignment, f"test_{gap}")
                outcomes.append(Outcome(entry, marks[gap], named_in(shown), shown))
    return outcomes


def _packs(chosen: list[Entry]) -> Iterator[tuple[str, Answers, dict[str, Entry]]]:
    """Yield a student's name, the answers, and what they are."""
    for number, (answers, filled) in enumerate(packed(chosen)):
        yield f"pack-{number:02}", answers, filled


def _hand_in(chosen: list[Entry], folder: ClassFolder) -> dict[str, dict[str, Entry]]:
    """Write the packed notebooks as submissions; return what each holds."""
    students = {}
    assignment = chosen[0].assignment
    for student, answers, filled in _packs(chosen):
        hand_in(COURSE.release(assignment), answers, folder.submitted, student, assignment)
        students[student] = filled
    return students


def by_course_check(chosen: list[Entry]) -> list[Outcome]:
    """Run `course check` on the packed notebooks."""
    assignment = chosen[0].assignment
    release = nbformat.read(COURSE.release(assignment), as_version=4)
    outcomes = []
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["COURSE_STATE_DIR"] = os.environ["JUPYTER_RUNTIME_DIR"] = temporary
        for student, answers, filled in _packs(chosen):
            path = Path(temporary) / student / assignment / f"{assignment}.ipynb"
            path.parent.mkdir(parents=True)
            nbformat.write(fill(release, answers), path)
            report = check_work(Work(assignment, path), lambda *_: None)
            verdicts = {verdict.exercise: verdict for verdict in report.verdicts}
            for gap, entry in filled.items():
                v = verdicts[gap]
                score = v.max_score if v.status in DONE else v.score
                outcomes.append(Outcome(entry, score, v.misconception, v.message))
    return outcomes


def by_notebook(chosen: list[Entry]) -> list[Outcome]:
    """Run the packed notebooks from top to bottom as JupyterLab does, each cell with its id."""
    os.environ["NBGRADER_EXECUTION"] = "validate"
    release = nbformat.read(COURSE.release(chosen[0].assignment), as_version=4)
    outcomes = []
    for _, answers, filled in _packs(chosen):
        found = run_in_a_notebook(fill(release, answers), list(filled))
        outcomes += [Outcome(entry, *found[gap]) for gap, entry in filled.items()]
    return outcomes


def run_in_a_notebook(
    notebook: nbformat.NotebookNode, gaps: list[str]
) -> dict[str, tuple[float, str, str]]:
    """Run a notebook's cells in IPython; return points, misconception and message by gap."""
    config = Config()
    config.HistoryManager.enabled = False
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=config)
    found: dict[str, tuple[float, str, str]] = {}
    for cell in notebook.cells:
        mark = mark_of(cell)
        if cell.cell_type != "code" or (mark.is_test and mark.exercise not in gaps):
            continue
        with (
            contextlib.redirect_stderr(io.StringIO()),
            contextlib.redirect_stdout(io.StringIO()) as said,
        ):
            if "from course" in cell.source:
                cell_runs.watch()  # as the import does in a new kernel
            ran = shell.run_cell(cell.source, store_history=False, cell_id=cell["id"])
        if mark.is_test:
            found[mark.exercise] = _seen(ran, shell.user_ns.get("check"), mark.points, said)
    return found


def _seen(ran: Any, check: Any, points: float, said: io.StringIO) -> tuple[float, str, str]:
    """Read what a check in the notebook said."""
    error = ran.error_in_exec or ran.error_before_exec
    if error is None:
        return round(points * check.share, 6), check.misconception, said.getvalue()
    if not isinstance(error, CheckFailed):
        raise RuntimeError(f"The check itself failed: {error!r}")
    return 0.0, error.misconception, str(error)
