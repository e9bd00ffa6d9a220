"""Grade a class: every submission gets a result, and results become marks, pages and a CSV."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.course_folder import ClassFolder, CourseFolder
from autograder.grading.grades_csv import write_grades
from autograder.grading.marks import enter, open_gradebook
from autograder.grading.pages import UNSAFE, write_autograded
from autograder.grading.register import register
from autograder.grading.results import SubmissionResult, load, save
from autograder.grading.run import Conditions, grade_submission
from autograder.grading.secret import class_secret
from autograder.grading.student import FONTS
from autograder.sandbox import Limits, Sandbox
from autograder.sandbox.none import NoSandbox
from autograder.sandbox.proof import require_proof
from autograder.source import read_source_notebook
from course.errors import GradingError


@dataclass(frozen=True)
class GradeOptions:
    """What an instructor can choose."""

    sandboxed: bool = True
    """False runs student code with the grader's own rights."""
    limits: dict[str, Any] = field(default_factory=dict)
    """Fields of `Limits` that differ from the defaults."""


@dataclass
class Summary:
    """What a run came to."""

    results: list[SubmissionResult] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """Submissions that the grader itself failed on, each with the reason."""


Progress = Callable[[str, int, int], None]
"""Called with what is done now, how many are done, and how many there are."""


def grade_class(
    course: CourseFolder,
    class_folder: ClassFolder,
    assignments: list[str],
    options: GradeOptions,
    progress: Progress = lambda what, done, total: None,
) -> Summary:
    """Grade every submission of the named assignments (all, if none is named)."""
    wanted = course.require(assignments)
    pending = find_submissions(class_folder, wanted)
    if not pending:
        raise GradingError(
            f"There is nothing to grade in {class_folder.submitted}.",
            "It holds <student>/<assignment>/<assignment>.ipynb, as nbgrader collects them.",
        )
    sources = {name: read_source(course, name, class_folder) for name in wanted}
    summary = Summary()
    with conditions(class_folder, options, [course.solutions]) as common:
        for name in wanted:
            progress(f"entering {name} in the gradebook", 0, len(pending))
            register(sources[name], name, class_folder)
        for done, (student, name) in enumerate(pending):
            progress(f"{name} of {student}", done, len(pending))
            folder = class_folder.submitted / student
            try:
                result = grade_submission(sources[name], folder, student, name, common)
                keep(class_folder, result, sources[name])
                summary.results.append(result)
            except GradingError as error:
                summary.failures.append(f"{name} of {student}: {error}")
    write_grades(class_folder, all_results(class_folder))
    progress("graded", len(pending), len(pending))
    return summary


def find_submissions(class_folder: ClassFolder, assignments: list[str]) -> list[tuple[str, str]]:
    """List (student, assignment) of what was handed in, by student, in the course's order."""
    if not class_folder.submitted.is_dir():
        return []
    students = sorted(path.name for path in class_folder.submitted.iterdir())
    return [
        (student, name)
        for student in students
        for name in assignments
        # Also a file or a dangling link in its place was handed in: it gets a result.
        if os.path.lexists(class_folder.submitted / student / name)
    ]


def read_source(course: CourseFolder, assignment: str, class_folder: ClassFolder) -> NotebookNode:
    """Read the class's own source notebook, else the course's; say what makes a missing one."""
    own = class_folder.source(assignment)
    return read_source_notebook(own if own.is_file() else course.source(assignment))


@contextmanager
def conditions(
    class_folder: ClassFolder, options: GradeOptions, forbidden: list[Path]
) -> Iterator[Conditions]:
    """Prove the sandbox, read the secret and lay out the data; refuse to go on without proof."""
    from course.data import write_subset

    limits = Limits(**options.limits)
    class_folder.root.mkdir(parents=True, exist_ok=True)
    secret = class_secret(class_folder)
    if options.sandboxed:
        sandbox = Sandbox.detect()
        hidden = (class_folder.root / ".secret", *_files(forbidden))
        require_proof(sandbox.prove(forbidden=hidden))
        name = sandbox.name
    else:
        name = NoSandbox().name
        assert name == UNSAFE
    with tempfile.TemporaryDirectory(prefix="convpool-given-") as given:
        data, scratch = Path(given) / "data", Path(given) / "scratch"
        write_subset(data)
        _list_fonts(scratch / FONTS)
        yield Conditions(
            secret=secret,
            data=data,
            scratch=scratch,
            sandboxed=options.sandboxed,
            sandbox=name,
            limits=options.limits,
            notebook_seconds=limits.notebook_seconds,
        )


def _list_fonts(folder: Path) -> None:
    """Let matplotlib list the machine's fonts once, which takes it seconds in a fresh home."""
    folder.mkdir(parents=True)
    subprocess.run(
        [sys.executable, "-c", "import matplotlib.font_manager"],
        env={**os.environ, "MPLCONFIGDIR": str(folder)},
        check=True,
        capture_output=True,
    )


def _files(folders: list[Path]) -> list[Path]:
    """Name a few files of each folder, for the sandbox to try and fail to read."""
    return [path for folder in folders for path in sorted(folder.rglob("*.*"))[:5]]


def keep(
    class_folder: ClassFolder, result: SubmissionResult, source: NotebookNode, *, pages: bool = True
) -> None:
    """Put a result on disk first, then into the gradebook and its pages."""
    save(result, result_path(class_folder, result.student, result.assignment))
    with open_gradebook(class_folder) as gradebook:
        enter(gradebook, result)
    if pages:
        write_autograded(class_folder, result, source)


def result_path(class_folder: ClassFolder, student: str, assignment: str) -> Path:
    """Say where a submission's result is kept."""
    return class_folder.root / "results" / student / f"{assignment}.json"


def all_results(class_folder: ClassFolder) -> list[SubmissionResult]:
    """Read every result of the class, also those of earlier runs."""
    return [load(path) for path in sorted((class_folder.root / "results").glob("*/*.json"))]
