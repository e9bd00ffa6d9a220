"""`course status`: how far the learner is, from the last checks and the saved notebooks."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from course.errors import CourseError
from course.files import read_state, state_folder, write_state
from course.learner.folder import Work, read_notebook
from course.learner.notices import says_passed, share_in_output
from course.learner.packing_list import Entry, packing_list
from course.learner.released_cells import rebuild_released
from course.notebook.cell_marks import id_of_test, mark_of
from course.notebook.nodes import NotebookNode
from course.notebook.release_folder import gaps
from course.notebook.verdict import STATUS_WORDS, Status, Verdict

_CHECKS = "checks.json"


@dataclass(frozen=True)
class Standing:
    """How far the learner is with one notebook."""

    assignment: str
    verdicts: list[Verdict]
    """One for each gap, from the last `course check` or from the saved notebook."""
    problem: str = ""
    """Why `course submit` would pack no notebook, or may pack the wrong one."""
    elsewhere: Path | None = None
    """Another file that has this exercise's cells, where there is a problem."""
    is_fetched: bool = True


def standings(folder: Path) -> list[Standing]:
    """Look at every exercise in the learner's folder; nothing is run."""
    return [standing_of(entry) for entry in packing_list(folder) if entry.is_graded_here]


def standing_of(entry: Entry) -> Standing:
    """Look at the notebook that is packed for an entry; nothing is run."""
    elsewhere = entry.offers[0].path if entry.offers else None
    verdicts: list[Verdict] = []
    problem = entry.problem
    if entry.path is not None and entry.is_graded_here:
        try:
            notebook = read_notebook(entry.path)
            verdicts = list(_verdicts(Work(entry.assignment, entry.path), notebook))
        except CourseError as error:
            problem = str(error)
    return Standing(entry.assignment, verdicts, problem, elsewhere, entry.is_fetched)


def _verdicts(work: Work, notebook: NotebookNode) -> Iterator[Verdict]:
    """Judge each gap by the last check of its present text, else by its saved output."""
    untouched = rebuild_released(work.assignment, notebook).untouched_gaps
    checked = remembered(work.path).get("gaps", {})
    digests = _gap_digests(notebook)
    tests = {cell["id"]: cell for cell in notebook.cells if cell.cell_type == "code"}
    is_quiz = work.assignment == "quiz"
    for gap in gaps(work.assignment):
        last = checked.get(gap.name, {})
        test = tests.get(id_of_test(gap.name))
        status: Status
        earned = 0.0
        if gap.name in untouched:
            status = "not_attempted"
        elif last.get("digest") == digests.get(gap.name) and (
            known := _known_status(last.get("status"))
        ):
            status, earned = known, float(last.get("earned", 0))
        elif test is not None and says_passed(gap.name, test):
            status, earned = ("answered", 0.0) if is_quiz else ("correct", gap.points)
        elif test is not None and (share := share_in_output(gap.name, test)):
            status, earned = "partial", share * gap.points
        elif test is not None and any(o.output_type == "error" for o in test.outputs):
            status = "incorrect"
        else:
            status = "unchecked"
        yield Verdict(gap.name, earned, gap.points, status)


def is_beginning(folder: Path, found: list[Standing]) -> bool:
    """Tell whether the lesson is there and neither its cells nor any gap were touched."""
    touched = (verdict.status != "not_attempted" for one in found for verdict in one.verdicts)
    if any(touched) or any(standing.problem for standing in found):
        return False
    try:
        cells = read_notebook(folder / "lesson.ipynb").cells
    except CourseError:
        return False
    return not any(cell.get("execution_count") for cell in cells)


def _known_status(status: object) -> Status | None:
    """Return a remembered status; None for the word of another version."""
    return next((known for known in STATUS_WORDS if known == status), None)


def remember(work: Work, notebook: NotebookNode, verdicts: list[Verdict]) -> None:
    """Keep the verdicts, each with a digest of the text of its gap."""
    digests = _gap_digests(notebook)
    path = state_folder() / _CHECKS
    checks = read_state(path)
    checks[str(work.path.resolve())] = {
        "checked": datetime.now().isoformat(timespec="seconds"),
        "gaps": {
            verdict.exercise: {
                "status": verdict.status,
                "earned": verdict.score,
                "digest": digests.get(verdict.exercise, ""),
            }
            for verdict in verdicts
        },
    }
    write_state(path, checks)


def remembered(path: Path) -> dict[str, Any]:
    """Return the time and the gaps of the last check of a notebook; {} if there was none."""
    check = read_state(state_folder() / _CHECKS).get(str(path.resolve()))
    return check if isinstance(check, dict) and isinstance(check.get("gaps"), dict) else {}


def _gap_digests(notebook: NotebookNode) -> dict[str, str]:
    """Digest the text of each gap, by the id of its cell."""
    return {
        cell["id"]: hashlib.sha256(cell.source.strip().encode("utf-8", "replace")).hexdigest()[:16]
        for cell in notebook.cells
        if cell.cell_type == "code" and mark_of(cell).is_gap
    }
