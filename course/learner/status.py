"""`course status`: what is done and what comes next, from what was checked and what is saved."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nbformat import NotebookNode

from course.errors import CourseError
from course.learner.check import gap_digests, rebuild_released, remembered
from course.learner.folder import Work, read_notebook
from course.learner.notices import says_passed
from course.lessons.released import ASSIGNMENTS, Gap, gaps

Done = Literal["checked", "shown", "wrong", "unchecked", "not_attempted"]


@dataclass(frozen=True)
class GapStatus:
    """How far a learner is with one gap."""

    gap: Gap
    done: Done
    """`shown`: its check passed in the notebook as it was saved; `unchecked`: it has an answer."""
    earned: float = 0.0
    """Points whose checks in sight pass."""


@dataclass(frozen=True)
class Standing:
    """How far a learner is with one notebook."""

    assignment: str
    path: Path
    gaps: list[GapStatus]
    problem: str = ""
    """Why the notebook can't be read."""

    @property
    def complete(self) -> bool:
        """Whether every gap passes what is in sight."""
        return not self.problem and all(gap.done in ("checked", "shown") for gap in self.gaps)

    @property
    def begun(self) -> bool:
        """Whether any gap has an answer."""
        return any(gap.done != "not_attempted" for gap in self.gaps)

    @property
    def next_gap(self) -> str:
        """The first gap that is not done."""
        return next((g.gap.name for g in self.gaps if g.done not in ("checked", "shown")), "")


def standings(folder: Path) -> list[Standing]:
    """Look at every exercise; nothing is run."""
    return [
        _standing(Work(assignment, folder / assignment / f"{assignment}.ipynb"))
        for assignment in ASSIGNMENTS
    ]


def _standing(work: Work) -> Standing:
    try:
        notebook = read_notebook(work.path)
    except CourseError as error:
        missing = not work.path.exists()
        problem = f"is missing: course reset {work.assignment}" if missing else str(error)
        return Standing(work.assignment, work.path, [], problem)
    return Standing(work.assignment, work.path, list(_gaps(work, notebook)))


def _gaps(work: Work, notebook: NotebookNode) -> Iterator[GapStatus]:
    """Judge each gap by the last check of what stands in it now, else by its saved output."""
    untouched = rebuild_released(work.assignment, notebook).untouched_gaps
    kept = remembered(work.path).get("gaps", {})
    digests = gap_digests(notebook)
    tests = {cell["id"]: cell for cell in notebook.cells if cell.cell_type == "code"}
    for gap in gaps(work.assignment):
        known = kept.get(gap.name, {})
        test = tests.get(f"test_{gap.name}")
        if gap.name in untouched:
            yield GapStatus(gap, "not_attempted")
        elif known and known.get("digest") == digests.get(gap.name):
            right = known.get("status") in ("right", "noted")
            yield GapStatus(gap, "checked" if right else "wrong", float(known.get("earned", 0)))
        elif test is not None and says_passed(gap.name, test):
            earned = 0.0 if work.assignment == "quiz" else gap.points
            yield GapStatus(gap, "shown", earned)
        else:
            failed = test is not None and any(o.output_type == "error" for o in test.outputs)
            yield GapStatus(gap, "wrong" if failed else "unchecked")
