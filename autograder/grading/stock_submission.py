"""Grades one notebook that a student of a stock course handed in.

The steps: read the notebook and the files beside it, rebuild it from the source, lay out the
working folder, let a worker run it, add what a person marks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbformat import NotebookNode

from autograder.build.stock_source import StockNotebook
from autograder.grading.conditions import Conditions
from autograder.grading.results import Flag, SubmissionResult
from autograder.grading.submission_run import run_stock
from autograder.ingest.attempts import scan
from autograder.ingest.files_beside import digest_of, files_handed_in
from autograder.ingest.intake import LEFT_OUT
from autograder.ingest.reading import read_notebook
from autograder.sandbox.owned_folders import owned_folder
from course.notebook import tampering
from course.notebook.cell_marks import mark_of
from course.notebook.matching import outline_of
from course.notebook.parsing import read_cells
from course.notebook.rebuild import Rebuilt, rebuild_from
from course.notebook.recognizing import require_assignment
from course.notebook.rejecting import Rejected
from course.notebook.verdict import Status, Verdict


@dataclass(frozen=True)
class TestPlaces:
    """Where the tests of a notebook run: outside the student's process, or inside."""

    __test__ = False  # for pytest

    outside: dict[str, list[str]] = field(default_factory=dict)
    """The student's names that a test outside takes, by `grade_id`."""
    inside: dict[str, str] = field(default_factory=dict)
    """Why a test runs inside, by `grade_id`."""
    here: list[str] = field(default_factory=list)
    """Ids of the locked cells that run outside, too."""
    imports: list[str] = field(default_factory=list)
    """Imports of the source's other cells, which run outside, too."""
    objects: dict[str, list[str]] = field(default_factory=dict)
    """Where the reference solution has objects in the tests outside, by `grade_id`: only there may
    a student's stand."""
    narrow: list[str] = field(default_factory=list)
    """The tests outside that get plain values and functions only."""
    helpers: dict[str, str] = field(default_factory=dict)
    """What tests outside use of locked cells and what uses the student's names, by `grade_id`."""


@dataclass(frozen=True)
class HandedIn:
    """A notebook that was handed in, and the files beside it."""

    content: bytes
    files: dict[str, bytes]
    digest: str


def read_handed_in(folder: Path, notebook: str) -> HandedIn:
    """Read a submission's folder; raise Rejected or Unreadable as `read_notebook` does."""
    submission = read_notebook(folder, notebook)
    files = files_handed_in(folder)
    digest = "+".join(filter(None, (submission.digest, digest_of(files))))
    return HandedIn(submission.content, files, digest)


def grade_stock_notebook(
    notebook: StockNotebook,
    files: Mapping[str, Path],
    folder: Path,
    student: str,
    conditions: Conditions,
    places: TestPlaces,
) -> SubmissionResult:
    """Grade a notebook of a student's folder; one that can't be read gets 0 points.

    `files` are the course's own files beside the notebook. Raises GradingError only for the
    grader's own faults.
    """
    digest = ""
    try:
        handed_in = read_handed_in(folder, notebook.name)
        digest = handed_in.digest
        parsed = read_cells(handed_in.content)
        if any(mark.is_gap or mark.is_test for mark in map(mark_of, notebook.source.cells)):
            require_assignment(notebook.unit, notebook.source, parsed.notebook)
    except Rejected as rejected:
        return _rejected(notebook, student, digest, rejected.reason, conditions)
    rebuilt = rebuild_from(
        outline_of(notebook.source, notebook.released), notebook.source, parsed.notebook
    )
    result = run_rebuilt(
        notebook, rebuilt.notebook, student, digest, conditions, files, handed_in.files, places
    )
    result.inside = places.inside
    result.unanswered = _unanswered(notebook, rebuilt.notebook)
    result.gaps = _in_order(notebook, result)
    notes = [tampering.Flag(LEFT_OUT, note) for note in parsed.notes]
    found = (*notes, *rebuilt.flags, *scan(rebuilt.notebook))
    result.flags = [*(Flag(flag.kind, flag.evidence) for flag in found), *result.flags]
    return result


def run_rebuilt(
    notebook: StockNotebook,
    rebuilt: NotebookNode,
    student: str,
    digest: str,
    conditions: Conditions,
    files: Mapping[str, Path],
    own_files: Mapping[str, bytes],
    places: TestPlaces,
    recording: bool = False,
) -> SubmissionResult:
    """Let a worker run a rebuilt notebook; the course's files replace a student's copies.

    With `recording` this is the reference solution, and the result has its `objects`.
    """
    shown = {
        mark_of(cell).grade_id: text
        for cell, text in zip(notebook.source.cells, notebook.released, strict=True)
        if mark_of(cell).is_test
    }
    with owned_folder() as folder:
        work = folder / "work"
        contents = {name: path.read_bytes() for name, path in _below(conditions.scratch).items()}
        contents |= own_files
        contents |= {name: path.read_bytes() for name, path in files.items()}
        _lay_out(work, contents)
        here = replace(conditions, scratch=work)
        return run_stock(
            rebuilt,
            student,
            notebook.unit,
            digest,
            here,
            shown=shown,
            outside=places.outside,
            here=places.here,
            imports=places.imports,
            objects=places.objects,
            narrow=places.narrow,
            helpers=places.helpers,
            recording=recording,
        )


def _below(folder: Path) -> dict[str, Path]:
    """Return the files below a folder by their relative path."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path for path in files}


def _lay_out(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files; a file that stands where another needs a folder gives way."""
    folder.mkdir()
    for name, content in contents.items():
        path = folder / name
        for parent in (one for one in path.parents if one.is_relative_to(folder)):
            if parent.is_file():
                parent.unlink()
        if path.is_dir():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _unanswered(notebook: StockNotebook, rebuilt: NotebookNode) -> list[str]:
    """Name the answers that are as they were released; the text decides, as in nbgrader."""
    released = {
        mark_of(cell).grade_id: text
        for cell, text in zip(notebook.source.cells, notebook.released, strict=True)
        if mark_of(cell).is_gap
    }
    handed_in = {
        mark_of(cell).grade_id: cell.source for cell in rebuilt.cells if mark_of(cell).is_gap
    }
    return [name for name, text in released.items() if handed_in.get(name, text) == text]


def _in_order(notebook: StockNotebook, result: SubmissionResult) -> list[Verdict]:
    """Return the verdicts in the notebook's order, with those that a person will give."""
    tests = {verdict.exercise: verdict for verdict in result.gaps}
    verdicts = []
    for mark in map(mark_of, notebook.source.cells):
        if mark.is_manual:
            waits = mark.task or mark.grade_id not in result.unanswered
            status: Status = "manual" if waits else "not_attempted"
            verdicts.append(Verdict(mark.grade_id, 0.0, mark.points, status))
        elif mark.is_test:
            verdicts.append(tests[mark.grade_id])
    return verdicts


def _rejected(
    notebook: StockNotebook, student: str, digest: str, reason: str, conditions: Conditions
) -> SubmissionResult:
    """Return the result of a notebook that can't be read: no points."""
    result = SubmissionResult(student, notebook.unit, digest, conditions.sandbox)
    result.rejected = reason
    marks = [mark_of(cell) for cell in notebook.source.cells]
    result.gaps = [
        Verdict(mark.grade_id, 0.0, mark.points, "rejected", reason)
        for mark in marks
        if mark.is_test or mark.is_manual
    ]
    return result


def rebuilt_reference(notebook: StockNotebook) -> Rebuilt:
    """Return the reference solution as if a student had handed it in."""
    outline = outline_of(notebook.source, notebook.released)
    return rebuild_from(outline, notebook.source, notebook.source)
