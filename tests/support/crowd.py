"""Fifty hostile notebooks and six honest ones, graded at once on little memory."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from support.places import COURSE, ROOT
from support.reference import reference

from autograder.build.answer_files import hand_in, parse_answers
from autograder.folders import ClassFolder
from autograder.sandbox.cgroup import detect_cgroups
from autograder.sandbox.limits import GIB, MIB, Limits

MEMORY = 7 * GIB // 2
HOSTILE, HONEST, AT_ONCE = 50, 6, 8
USER = 54321
LIMITS = {
    "cell_seconds": 20.0,
    "notebook_seconds": 90.0,
    "interrupt_seconds": 1.0,
    "memory_bytes": 1024 * MIB,
    "processes": 128,
    "scratch_bytes": 32 * MIB,
}
ATTACKS = ROOT / "tests/hostile/attacks"
# They fill the machine's disk or time, not its memory, and take minutes each.
LEFT_OUT = {"slow_restarts"}
SCRIPT = """
import json, sys
from pathlib import Path
from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.class_run import grade_class
from autograder.grading.conditions import GradeOptions

course, folder, jobs, limits = json.loads(sys.argv[1])
options = GradeOptions(jobs=jobs, limits=limits)
summary = grade_class(CourseFolder(Path(course)), ClassFolder(Path(folder)), ["reshape"], options)
marks = {r.student: sum(gap.score for gap in r.gaps) for r in summary.iter_results()}
print("RESULT" + json.dumps({"marks": marks, "failures": summary.failures}))
"""


@dataclass(frozen=True)
class Outcome:
    """What came of the run."""

    honest: list[float]
    graded: int
    failures: list[str]
    seconds: float
    peak_bytes: int
    left_behind: list[str]


def run_crowd(user: int | None = None) -> Outcome:
    """Grade the class in a control group of `MEMORY` bytes, as this user of the machine or another.

    Raises RuntimeError where no control group can be made, or where the other user can't run this
    Python: the message says what to do.
    """
    if user is not None and (refused := _refused_to(user)):
        raise RuntimeError(refused)
    groups = detect_cgroups()
    if "memory" not in groups.parents:
        raise RuntimeError("NO CONTROL GROUP FOR MEMORY CAN BE MADE HERE")
    group = groups.make(replace(Limits(), memory_bytes=MEMORY, processes=8192))
    with tempfile.TemporaryDirectory(prefix="crowd-", ignore_cleanup_errors=True) as place:
        try:
            return _run(Path(place), group.command, group.folders["memory"], user)
        finally:
            group.kill()
            group.remove()


def _as_user(user: int, command: list[str]) -> list[str]:
    # setpriv itself may still start what only root can reach; env, started by it, may not.
    ids = [f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    return ["setpriv", *ids, "/usr/bin/env", *command]


def _refused_to(user: int) -> str:
    """Say why the other user can't run this Python here, and what to do; "" if it can."""
    probe = [sys.executable, "-c", "import autograder.grading.class_run"]
    try:
        done = subprocess.run(
            _as_user(user, probe), cwd="/", capture_output=True, text=True, check=False
        )
    except OSError as error:
        return f"user {user} can't be taken: {error}"
    if done.returncode == 0:
        return ""
    python = Path(sys.executable).resolve()
    why = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
    return (
        f"user {user} can't run {python} on {ROOT} ({why[:200]}). Copy the course to a folder that "
        "all users may read, such as /tmp/course, and run there: "
        "make crowd PYTHON=/usr/bin/python3 (any Python that all users may run)"
    )


def _run(place: Path, joined: object, memory: Path, user: int | None) -> Outcome:
    folder = ClassFolder(place / "class")
    hand_in_all(folder)
    temporary = place / "tmp"
    temporary.mkdir()
    command = [sys.executable, "-c", SCRIPT]
    if user is not None:
        shutil.chown(place, user, user)
        for path in place.rglob("*"):
            shutil.chown(path, user, user)
        command = _as_user(user, command)
    command.append(json.dumps([str(COURSE.root), str(folder.root), AT_ONCE, LIMITS]))
    started = time.monotonic()
    done = subprocess.run(
        joined(command),  # type: ignore[operator]
        env={**os.environ, "TMPDIR": str(temporary), "HOME": str(place)},
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - started
    if "RESULT" not in done.stdout:
        raise RuntimeError(f"the run ended with {done.returncode}: {done.stderr[-3000:]}")
    found = json.loads(done.stdout.partition("RESULT")[2])
    marks = found["marks"]
    return Outcome(
        honest=[marks.get(student, -1.0) for student in sorted(honest_students())],
        graded=len(marks),
        failures=found["failures"],
        seconds=seconds,
        peak_bytes=_peak(memory),
        left_behind=[*map(str, temporary.iterdir()), *_processes(memory), *_groups(memory)],
    )


def hand_in_all(folder: ClassFolder) -> None:
    """Hand in the attacks, over and over until there are enough, the honest ones among them."""
    release = COURSE.release("reshape")
    attacks = [path for path in sorted(ATTACKS.glob("*.py")) if _is_reshape(path)]
    for number in range(HOSTILE):
        answers = parse_answers(attacks[number % len(attacks)].read_text(encoding="utf-8"))
        hand_in(release, answers, folder.submitted, f"s{number:02}-eve", "reshape")
    for student in honest_students():
        hand_in(release, reference(COURSE, "reshape"), folder.submitted, student, "reshape")


def honest_students() -> list[str]:
    """Name the honest students: spread over the class in the order of its names."""
    return [f"s{place:02}-ada" for place in range(0, HOSTILE, HOSTILE // HONEST)][:HONEST]


def _is_reshape(path: Path) -> bool:
    return 'gap="scale_pixels"' in path.read_text(encoding="utf-8") and path.stem not in LEFT_OUT


def _peak(memory: Path) -> int:
    for name in ("memory.max_usage_in_bytes", "memory.peak"):
        if (memory / name).exists():
            return int((memory / name).read_text())
    return 0


def _processes(memory: Path) -> list[str]:
    return [f"process {pid}" for pid in (memory / "cgroup.procs").read_text().split()]


def _groups(memory: Path) -> list[str]:
    return [f"group {path.name}" for path in memory.iterdir() if path.is_dir()]
