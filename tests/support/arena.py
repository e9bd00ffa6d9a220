"""An honest student, a wrong one and attackers hand in together; what comes of it.

Registering an assignment and proving the sandbox are the same for every case: they are done once,
by the product. What follows them is the product's own way, `grade_class`.
"""

import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from support.reference import reference

from autograder.build.answer_files import Answers, fill, hand_in, parse_answers
from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook import writer
from autograder.gradebook.database import open_gradebook, register
from autograder.grading import class_run as grading
from autograder.grading.conditions import GradeOptions, prepare_class
from autograder.grading.results import SubmissionResult, load, result_path

MIB = 1 << 20
MARK = "hostile-was-here"
QUICK: dict[str, Any] = {
    "cell_seconds": 20.0,
    "notebook_seconds": 90.0,
    "interrupt_seconds": 1.0,
    "memory_bytes": 1024 * MIB,
    "processes": 128,
    "scratch_bytes": 32 * MIB,
}

# TensorFlow alone takes a while to import, and much of the memory.
QUICK_ENOUGH: dict[str, dict[str, Any]] = {
    "reshape": QUICK,
    "cnn": {"interrupt_seconds": 1.0},
}

WRONG = {
    "reshape": """
# %% gap="scale_pixels"
def scale_pixels(images):
    return images / 255


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[np.newaxis]
""",
    "cnn": """
# %% gap="prepare"
def prepare(images):
    return images[..., np.newaxis] / 255


# %% gap="build_cnn"
def build_cnn():
    return tf.keras.Sequential([tf.keras.Input((28, 28, 1)), tf.keras.layers.Flatten()])


# %% gap="evaluate"
def evaluate(model, images, labels):
    return 0.91
""",
}
WRONG_SCORE = {"reshape": 4.0, "cnn": 5.0}
FULL_SCORE = {"reshape": 10.0, "cnn": 35.0}

Attack = Callable[[Path], None]
"""Puts something into an attacker's folder in `submitted/`."""


@dataclass(frozen=True)
class Trace:
    """All that is known of one student after a run, but how long it took."""

    result: dict[str, Any]
    marks: list[tuple[Any, ...]]
    rows: list[dict[str, str]]
    autograded: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What came of one run."""

    honest: Trace
    wrong: Trace
    attackers: dict[str, SubmissionResult]
    """By the names that they hand in under."""
    failures: list[str]
    folder: ClassFolder

    def points(self, student: str) -> list[float]:
        """Return an attacker's points, in the order of the notebook."""
        return [gap.score for gap in self.attackers[student].gaps]


class Arena:
    """Prepares an assignment once, and grades a small class as often as wanted."""

    def __init__(self, course: CourseFolder, assignment: str, folder: Path) -> None:
        """Register the assignment and prove the sandbox, as `autograder grade` does."""
        self.course, self.assignment = course, assignment
        self.prepared = ClassFolder(folder)
        self.source = nbformat.read(course.source(assignment), as_version=4)
        self._opened = prepare_class(course, self.prepared, GradeOptions(warm=True))
        self.conditions = self._opened.__enter__().prove()
        if self.conditions.pool is not None:
            self.conditions.pool.last()  # later, its process would look like one left behind
        register(self.source, assignment, self.prepared)

    def close(self) -> None:
        """Take away the data that was laid out."""
        self._opened.__exit__(None, None, None)

    def grade(self, root: Path, attacks: Mapping[str, Attack], limits: dict[str, Any]) -> Outcome:
        """Grade honest ada, then the attackers, then wilma, who is half wrong."""
        folder = ClassFolder(root)
        shutil.copytree(self.prepared.root, root, dirs_exist_ok=True)
        self._hand_in(folder, "ada", reference(self.course, self.assignment))
        self._hand_in(folder, "wilma", parse_answers(WRONG[self.assignment]))
        for student, attack in attacks.items():
            assert "ada" < student < "wilma"
            attack(folder.submitted / student)
        with self._shared_conditions():
            options = GradeOptions(limits=QUICK_ENOUGH[self.assignment] | limits)
            summary = grading.grade_class(self.course, folder, [self.assignment], options)
        results = {result.student: result for result in summary.iter_results()}
        attackers = {student: results[student] for student in attacks if student in results}
        honest, wrong = self.trace(folder, "ada"), self.trace(folder, "wilma")
        return Outcome(honest, wrong, attackers, summary.failures, folder)

    def _hand_in(self, folder: ClassFolder, student: str, answers: Answers) -> None:
        release = self.course.release(self.assignment)
        hand_in(release, answers, folder.submitted, student, self.assignment)

    def fill(self, answers: Answers) -> Attack:
        """Make an attack of answers in an ordinary notebook."""
        release = self.course.release(self.assignment)

        def attack(folder: Path) -> None:
            hand_in(release, answers, folder.parent, folder.name, self.assignment)

        return attack

    @contextmanager
    def _shared_conditions(self) -> Any:
        """Use the proof and the registration of this arena in place of new ones."""

        @contextmanager
        def shared(course: Any, class_folder: Any, options: GradeOptions, **more: Any) -> Any:
            conditions = replace(self.conditions, limits=options.limits)
            yield SimpleNamespace(prove=lambda: conditions)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(grading, "prepare_class", shared)
            patch.setattr(writer, "register", lambda *arguments: None)
            yield

    def trace(self, folder: ClassFolder, student: str) -> Trace:
        """Collect everything about one student but the seconds it took."""
        result = load(result_path(folder, student, self.assignment))
        fields = json.loads(json.dumps(asdict(replace(result, seconds=0.0, times={}))))
        del fields["key"]  # names the limits, which an attack may need narrower ones of
        path = folder.autograded / student / self.assignment / f"{self.assignment}.ipynb"
        autograded = json.loads(path.read_bytes())
        if self.assignment == "cnn":
            # Training starts at random and prints how long it took, with and without a neighbor.
            _drop_training(fields["notebook"]["cells"])
            _drop_training(autograded["cells"])
        with (folder.root / "grades.csv").open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["student"] == student]
        marks = self.marks(folder, student)
        return Trace(fields, marks, rows, autograded)

    def marks(self, folder: ClassFolder, student: str) -> list[tuple[Any, ...]]:
        """Read a student's marks and comments as the gradebook has them."""
        place = (self.assignment, self.assignment, student)
        with open_gradebook(folder) as gradebook:
            submission = gradebook.find_submission(self.assignment, student)
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            return sorted(
                (
                    grade.name,
                    grade.auto_score,
                    grade.manual_score,
                    grade.extra_credit,
                    grade.needs_manual_grade,
                    grade.max_score,
                    gradebook.find_comment(grade.name.removeprefix("test_"), *place).auto_comment,
                )
                for grade in grades
            )


def _drop_training(cells: list[dict[str, Any]]) -> None:
    """Take the outputs out of the cells that are no tests."""
    for cell in cells:
        if not cell["metadata"].get("nbgrader", {}).get("grade"):
            cell.pop("outputs", None)


def everything_in(folders: list[Path]) -> dict[str, tuple[int, int, str]]:
    """Take down mode, time and digest of every file, to see later that none was touched."""
    files = (path for folder in folders for path in sorted(folder.rglob("*")))
    return {
        str(path): (path.lstat().st_mode, path.lstat().st_mtime_ns, _digest(path))
        for path in files
        if "__pycache__" not in path.parts
    }


def _digest(path: Path) -> str:
    plain = path.is_file() and not path.is_symlink()
    return hashlib.sha256(path.read_bytes()).hexdigest() if plain else ""


def descendants(pid: int) -> dict[int, str]:
    """Map each living process below `pid` to its command line."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(entry.name)] = int(fields[1])
    found: dict[int, str] = {}
    for process in parents:
        above = process
        while above in parents and above != pid:
            above = parents[above]
        if above == pid and process != pid:
            found[process] = _command(process)
    return found


def _command(pid: int) -> str:
    try:
        return (
            Path(f"/proc/{pid}/cmdline")
            .read_bytes()
            .replace(b"\0", b" ")
            .decode("utf-8", "replace")
        )
    except OSError:
        return ""


def notebook_of(release: Path, answers: Answers | None = None) -> nbformat.NotebookNode:
    """Read the released notebook, for builders that change it."""
    notebook = nbformat.read(release, as_version=4)
    return fill(notebook, answers) if answers else notebook
