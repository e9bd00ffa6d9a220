"""`course check`: the visible checks, run as grading runs them, and remembered for the status."""

import hashlib
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from course.files import read_state, state_folder, write_state
from course.learner import notices
from course.learner.folder import Work, read_notebook
from course.learner.fresh_run import Ran, Show, run_notebook
from course.learner.lab import unsaved
from course.learner.notices import class_stubs, is_class_quiz
from course.lessons.released import read_release
from course.notebook import Rebuilt, outline_of, rebuild_from
from course.notebook.marks import mark_of
from course.notebook.verdict import Verdict

_REMEMBERED = "checks.json"


@dataclass(frozen=True)
class Report:
    """What `course check` has to say of one notebook."""

    work: Work
    verdicts: list[Verdict]
    notices: list[str]
    seconds: float

    @property
    def earned(self) -> float:
        """Points whose checks in sight pass."""
        return sum(verdict.score for verdict in self.verdicts)

    @property
    def points(self) -> float:
        """Points that the notebook can earn."""
        return sum(verdict.max_score for verdict in self.verdicts)

    @property
    def complete(self) -> bool:
        """Whether every gap passes what is in sight."""
        return all(verdict.done for verdict in self.verdicts)


def check_work(work: Work, show: Show) -> Report:
    """Check one notebook on a fresh kernel, unless no gap was touched yet.

    Raises CourseError if the file is no notebook.
    """
    started = time.monotonic()
    notebook = read_notebook(work.path)
    rebuilt = rebuild_released(work.assignment, notebook)
    blank = _blank(rebuilt)
    touched = [verdict for verdict in blank if verdict.exercise not in rebuilt.untouched_gaps]
    ran = run_notebook(rebuilt.notebook, show) if touched else Ran(verdicts=blank)
    verdicts = [_not_attempted(v) if _untouched(v, rebuilt) else v for v in ran.verdicts]
    said = [*notices.about_files(work), *unsaved(work.path), *notices.about_cells(rebuilt.flags)]
    said += notices.about_order(notebook, rebuilt.notebook, verdicts, ran)
    remember(work, notebook, verdicts)
    return Report(work, verdicts, said, time.monotonic() - started)


def rebuild_released(assignment: str, notebook: NotebookNode) -> Rebuilt:
    """Put the released cells back into a notebook; a class's own quiz brings its own."""
    release = read_release(assignment)
    stubs = [cell.source for cell in release.cells]
    if is_class_quiz(assignment, release, notebook):
        release, stubs = notebook, class_stubs(notebook)
    return rebuild_from(outline_of(release, stubs), release, notebook)


def _blank(rebuilt: Rebuilt) -> list[Verdict]:
    """List the gaps as if nothing had been attempted."""
    marks = [mark_of(cell) for cell in rebuilt.notebook.cells]
    return [
        Verdict(mark.exercise, 0.0, mark.points, "not_attempted") for mark in marks if mark.is_test
    ]


def _untouched(verdict: Verdict, rebuilt: Rebuilt) -> bool:
    return verdict.exercise in rebuilt.untouched_gaps and not verdict.score


def _not_attempted(verdict: Verdict) -> Verdict:
    return Verdict(verdict.exercise, 0.0, verdict.max_score, "not_attempted")


def gap_digests(notebook: NotebookNode) -> dict[str, str]:
    """Fingerprint what stands in each gap."""
    return {
        cell["id"]: hashlib.sha256(cell.source.strip().encode("utf-8", "replace")).hexdigest()[:16]
        for cell in notebook.cells
        if cell.cell_type == "code" and mark_of(cell).is_gap
    }


def remember(work: Work, notebook: NotebookNode, verdicts: list[Verdict]) -> None:
    """Keep the verdicts, each with a fingerprint of the gap that it judges."""
    digests = gap_digests(notebook)
    gaps = {
        verdict.exercise: {
            "status": verdict.status,
            "earned": verdict.score,
            "digest": digests.get(verdict.exercise, ""),
        }
        for verdict in verdicts
    }
    path = state_folder() / _REMEMBERED
    kept = read_state(path)
    now = datetime.now().isoformat(timespec="seconds")
    kept[_key(work.path)] = {"checked": now, "gaps": gaps}
    write_state(path, kept)


def remembered(path: Path) -> dict[str, Any]:
    """Return what was kept of a notebook: {} or its time and gaps."""
    kept = read_state(state_folder() / _REMEMBERED).get(_key(path))
    return kept if isinstance(kept, dict) and isinstance(kept.get("gaps"), dict) else {}


def _key(path: Path) -> str:
    return str(path.resolve())
