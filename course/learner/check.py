"""`course check`: runs the visible checks as grading does, and remembers the verdicts."""

import time
from dataclasses import dataclass, replace

from course.errors import CourseError
from course.learner import notices
from course.learner.folder import Work, read_work
from course.learner.fresh_run import (
    CELL_SECONDS,
    OPEN_SECONDS,
    FreshRun,
    ShowProgress,
    run_notebook,
)
from course.learner.released_cells import rebuild_released
from course.learner.status import remember
from course.notebook.cell_marks import mark_of
from course.notebook.nodes import NotebookNode
from course.notebook.rebuild import Rebuilt
from course.notebook.recognizing import require_assignment
from course.notebook.rejecting import Rejected
from course.notebook.release_folder import read_release
from course.notebook.verdict import Verdict


@dataclass(frozen=True)
class Report:
    """The result of checking one notebook."""

    work: Work
    verdicts: list[Verdict]
    notices: list[str]
    seconds: float

    @property
    def earned(self) -> float:
        """Points whose visible checks pass."""
        return sum(verdict.score for verdict in self.verdicts)

    @property
    def points(self) -> float:
        """Points that the notebook can earn."""
        return sum(verdict.max_score for verdict in self.verdicts)

    @property
    def complete(self) -> bool:
        """Whether every gap passes its visible checks."""
        return all(verdict.done for verdict in self.verdicts)


def check_work(work: Work, show: ShowProgress) -> Report:
    """Check one notebook on a fresh kernel; none is started if all gaps are untouched.

    The open exercise always runs: its gap holds a network that works as it is released.

    Raises CourseError for a file that grading rejects: no notebook, or one of another assignment.
    """
    started = time.monotonic()
    parsed = read_work(work.path)
    notebook = parsed.notebook
    _require_assignment(work, notebook)
    rebuilt = rebuild_released(work.assignment, notebook)
    if work.is_open:
        rebuilt = replace(rebuilt, untouched_gaps=())
    seconds = OPEN_SECONDS if work.is_open else CELL_SECONDS
    run = _run_unless_untouched(rebuilt, show, seconds)
    verdicts = [_without_untouched(verdict, rebuilt) for verdict in run.verdicts]
    if work.is_open:
        verdicts = [_as_ranked(verdict, run) for verdict in verdicts]
    found = [*notices.about_files(work), *notices.about_unsaved(work.path)]
    found += parsed.notes
    found += notices.about_cells(rebuilt.flags)
    found += notices.about_order(notebook, rebuilt.notebook, verdicts, run.errors)
    remember(work, notebook, verdicts)
    return Report(work, verdicts, found, time.monotonic() - started)


def _require_assignment(work: Work, notebook: NotebookNode) -> None:
    """Refuse a notebook of another assignment, as grading does."""
    try:
        require_assignment(work.assignment, read_release(work.assignment), notebook)
    except Rejected as rejected:
        raise CourseError(
            f"{work.path} can't be graded: {rejected.reason}", "Move it to its own folder."
        ) from rejected


def _run_unless_untouched(rebuilt: Rebuilt, show: ShowProgress, seconds: int) -> FreshRun:
    """Run the notebook if any gap was touched; a cell of the learner's may take `seconds`."""
    marks = [mark_of(cell) for cell in rebuilt.notebook.cells]
    tests = [mark for mark in marks if mark.is_test]
    if any(test.exercise not in rebuilt.untouched_gaps for test in tests):
        return run_notebook(rebuilt.notebook, show, seconds)
    return FreshRun([Verdict(test.exercise, 0.0, test.points, "not_attempted") for test in tests])


def _as_ranked(verdict: Verdict, run: FreshRun) -> Verdict:
    """Replace the verdict on a network that the leaderboard would not rank: a cell failed."""
    why = run.stopped or next(iter(run.errors.values()), "")
    if not why or not verdict.done:
        return verdict
    message = f"A cell of yours failed, and such a notebook is not ranked. {why}"
    return replace(verdict, status="error", message=message)


def _without_untouched(verdict: Verdict, rebuilt: Rebuilt) -> Verdict:
    """Replace the verdict on a gap that is as it was given, whose check may fail in any way."""
    if not verdict.score and verdict.exercise in rebuilt.below_check:
        from course.checks.failures import below_its_check

        return below_its_check(verdict.exercise).verdict(verdict.exercise, verdict.max_score)
    if verdict.score or verdict.exercise not in rebuilt.untouched_gaps:
        return verdict
    return Verdict(verdict.exercise, 0.0, verdict.max_score, "not_attempted")
