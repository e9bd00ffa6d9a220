"""`autograder grade` itself, killed with its sandboxes: no process stays, and nothing is lost."""

import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from support.commands import command_line, with_environment
from support.places import COURSE
from support.reference import reference
from support.snapshot import snapshot

from autograder.build.answer_files import Answers, hand_in
from autograder.folders import ClassFolder, class_secret

ASSIGNMENTS = ("reshape", "quiz")
STUDENTS = ("ada", "ben", "chi", "dan", "eve")
SECONDS = 120.0


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> ClassFolder:
    """Ten notebooks, so that a fast grader has some left, and the secret that decides the draw."""
    folder = ClassFolder(tmp_path_factory.mktemp("handed-in") / "class")
    for name in ASSIGNMENTS:
        right = reference(COURSE, name)
        for student in STUDENTS:
            answers = Answers() if student == "chi" else right
            hand_in(COURSE.release(name), answers, folder.submitted, student, name)
    class_secret(folder)
    return folder


@pytest.fixture(scope="module")
def expected(handed_in: ClassFolder, sandbox: object) -> dict[str, object]:
    """What a run that is not killed makes of it."""
    whole = copied(handed_in, "whole")
    finish(whole)
    return snapshot(whole)


def copied(folder: ClassFolder, name: str) -> ClassFolder:
    return ClassFolder(Path(shutil.copytree(folder.root, folder.root.with_name(name))))


def start(folder: ClassFolder) -> subprocess.Popen[bytes]:
    """Start the command as an instructor does."""
    return subprocess.Popen(
        command_line("autograder", "grade", *ASSIGNMENTS, "--class", folder.root),
        cwd=COURSE.root,
        env=with_environment(COURSE_DATA="standin"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finish(folder: ClassFolder) -> None:
    process = start(folder)
    _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, said.decode()


@pytest.mark.slow
@pytest.mark.parametrize("results", [0, 1, 4])
def test_a_killed_run_leaves_no_process_and_loses_nothing(
    handed_in: ClassFolder, expected: dict[str, object], results: int
) -> None:
    killed = copied(handed_in, f"killed-{results}")

    process = start(killed)
    ends = time.monotonic() + SECONDS
    while len(list(killed.root.glob("results/*/*.json"))) < results or not _kernels(process.pid):
        assert process.poll() is None and time.monotonic() < ends, "it was over before the kill"
        time.sleep(0.01)
    started = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=SECONDS)
    _, left = psutil.wait_procs(started, timeout=20)
    assert not left
    assert len(list(killed.root.glob("results/*/*.json"))) < len(ASSIGNMENTS) * len(STUDENTS)

    finish(killed)
    assert snapshot(killed) == expected


def _kernels(grader: int) -> list[psutil.Process]:
    """List the sandboxes that run below a process."""
    try:
        below = psutil.Process(grader).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    found = []
    for one in below:
        try:
            found += [one] if one.name() == "bwrap" else []
        except psutil.NoSuchProcess:
            continue
    return found
