"""Every boundary of a run at which it is killed, and what must hold after the next run.

`make crash-table` prints them; `test_grade_never_lost.py` runs them one by one.
"""

import ast
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from support.crash_nursery import Kill, Nursery
from support.fake_grading import ASSIGNMENTS, faked, fill_class, grade
from support.places import COURSE, TESTS
from support.snapshot import snapshot

from autograder.folders import ClassFolder
from autograder.gradebook.database import register
from autograder.grading.plan import read_source
from autograder.sandbox.bubblewrap_sandbox import BubblewrapSandbox

GRADE = "autograder.grading.class_run"
MARKS = "autograder.gradebook.writer"
REGISTER = "autograder.gradebook.writer.register"
# Each result is one file and each page another, in turn; grades.csv is the last. A page is not
# written through to the disk, but moved into place as the others are.
FSYNC = "course.files.os.fsync"
MOVE = "course.files.Path.replace"
RESULTS = 8
DISK_BYTES = 2 << 20

PHASES: dict[str, Kill] = {
    "before the gradebook is made": Kill("autograder.gradebook.writer.make_gradebook"),
    "the gradebook half made": Kill("autograder.gradebook.nbgrader_quirks.alembic_version"),
    "before an assignment is registered": Kill(REGISTER),
    "an assignment half registered": Kill("nbgrader.api.Gradebook.update_or_create_source_cell", 3),
    "one assignment registered, the other not": Kill(REGISTER, 2),
    "registered, nothing entered": Kill(REGISTER, after=True),
    "the first submission runs": Kill("autograder.grading.places.grade_submission"),
    "a later submission runs": Kill("autograder.grading.places.grade_submission", 5),
    "a submission has run, no result kept": Kill(f"{GRADE}.put", 3),
    "a result half-written": Kill(FSYNC, 5),
    "a result kept, not in the gradebook": Kill(f"{GRADE}.put", 3, after=True),
    "within the gradebook's transaction": Kill(f"{MARKS}._auto_comment", 5),
    "in the gradebook, no page": Kill(f"{GRADE}.write_autograded", 3),
    "a page half-written": Kill(MOVE, 6),
    "everything but grades.csv": Kill(f"{GRADE}.write_grades"),
    "grades.csv half-written": Kill(FSYNC, RESULTS + 1),
    "after grades.csv": Kill(f"{GRADE}.write_grades", after=True),
}


# These begin without a gradebook; the others find both assignments registered, which is quicker.
BEFORE_REGISTERED = tuple(PHASES)[:6]


def new_class(root: Path, prepared: ClassFolder) -> ClassFolder:
    """Make a class in which everything is handed in and nothing is graded."""
    shutil.copytree(prepared.root, root)
    return ClassFolder(root)


@dataclass(frozen=True)
class Prepared:
    """A class before a run, and what one run that nobody interrupts makes of it."""

    handed_in: ClassFolder
    registered: ClassFolder
    expected: dict[str, object]

    def before(self, phase: str) -> ClassFolder:
        """The class in which a phase begins."""
        return self.handed_in if phase in BEFORE_REGISTERED else self.registered


def prepare(folder: Path) -> Prepared:
    """Hand in, and grade a copy of it all."""
    handed_in = ClassFolder(folder / "handed-in")
    fill_class(handed_in)
    (handed_in.root / ".secret").write_bytes(b"the same for all of these classes")
    registered = new_class(folder / "registered", handed_in)
    for name in ASSIGNMENTS:
        register(read_source(COURSE, name, registered), name, registered)
    done = new_class(folder / "uninterrupted", handed_in)
    with faked():
        grade(done)
    return Prepared(handed_in, registered, snapshot(done))


def kill_and_resume(nursery: Nursery, folder: ClassFolder, kill: Kill) -> dict[str, object]:
    """Kill one run, do another, and return what there is then."""
    ended = nursery.killed_run(folder.root, kill)
    assert ended == signal.SIGKILL, f"the run was not killed: {kill} is never reached"
    with faked():
        summary = grade(folder)
    assert summary.failures == []
    assert len(summary.graded) == RESULTS
    return snapshot(folder)


def on_a_small_disk(
    sandbox: BubblewrapSandbox, prepared: Prepared, folder: Path
) -> dict[int, tuple[str, str, dict[str, object]]]:
    """Let `full_disk.py` run on two megabytes of tmpfs; return what it found, by the room left."""
    disk, answer = folder / "disk", folder / "answer"
    disk.mkdir()
    small = ["--dev-bind", "/", "/", "--size", str(DISK_BYTES), "--tmpfs", str(disk)]
    script = [sys.executable, "-m", "support.full_disk"]
    subprocess.run(
        [sandbox.bwrap, *small, *script, str(prepared.registered.root), str(disk), str(answer)],
        check=True,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    found: dict[int, tuple[str, str, dict[str, object]]] = ast.literal_eval(
        answer.read_text(encoding="utf-8")
    )
    return found
