"""`course status`: what is done and what comes next, from what was checked and what is saved."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from course.errors import CourseError
from course.learner.check import gap_digests, rebuild_released, remembered
from course.learner.folder import Work, read_notebook
from course.learner.notices import says_passed
from course.lessons.released import ASSIGNMENTS, Gap, gaps
from course.notebook.marks import id_of_test
from course.notebook.verdict import STATUS_WORDS, Status


@dataclass(frozen=True)
class GapStatus:
    """How far a learner is with one gap."""

    gap: Gap
    status: Status
    """As the last `course check` found it, or as the saved notebook shows it."""
    earned: float = 0.0
    """Points whose checks in sight pass."""

    @property
    def done(self) -> bool:
        """Whether nothing is left to do here, as far as is known now."""
        return self.status in ("correct", "answered")


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
        return not self.problem and all(gap.done for gap in self.gaps)

    @property
    def begun(self) -> bool:
        """Whether any gap has an answer."""
        return any(gap.status != "not_attempted" for gap in self.gaps)

    @property
    def next_gap(self) -> str:
        """The first gap that is not done."""
        return next((g.gap.name for g in self.gaps if not g.done), "")


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
        test = tests.get(id_of_test(gap.name))
        if gap.name in untouched:
            yield GapStatus(gap, "not_attempted")
        elif known and known.get("digest") == digests.get(gap.name):
            yield GapStatus(gap, _status(known.get("status")), float(known.get("earned", 0)))
        elif test is not None and says_passed(gap.name, test):
            earned = 0.0 if work.assignment == "quiz" else gap.points
            yield GapStatus(gap, "correct", earned)
        else:
            failed = test is not None and any(o.output_type == "error" for o in test.outputs)
            yield GapStatus(gap, "incorrect" if failed else "unchecked")


def _status(kept: object) -> Status:
    """Read a status that was remembered; a word of another version counts as not checked."""
    return next((status for status in STATUS_WORDS if status == kept), "unchecked")
