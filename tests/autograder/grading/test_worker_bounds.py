"""The trusted worker is bounded, and what it has graded counts when it is stopped."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.places import COURSE
from support.reference import reference

from autograder.build.answer_files import hand_in
from autograder.folders import ClassFolder
from autograder.grading import submission_run
from autograder.grading.conditions import Conditions
from autograder.grading.plan import read_source
from autograder.grading.results import SubmissionResult, save
from autograder.grading.taking_in import take_in_there
from course.errors import GradingError
from course.notebook.verdict import Verdict

BOUNDED = """
import sys, time
from autograder.grading import worker_bounds

worker_bounds.GAP_SECONDS, worker_bounds.GRACE_SECONDS = 0.3, 0.3
worker_bounds.bound_this_process()
try:
    with worker_bounds.gap_budget():
        {work}
except (worker_bounds.OverBudget, MemoryError) as error:
    print(type(error).__name__)
print("went on")
"""


def bounded(work: str) -> "subprocess.CompletedProcess[str]":
    """Do the work in a bounded process."""
    return subprocess.run(
        [sys.executable, "-c", BOUNDED.format(work=work)],
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_computation_in_python_is_stopped_and_the_worker_goes_on() -> None:
    assert bounded("while True: pass").stdout.split("\n")[:2] == ["OverBudget", "went on"]


def test_waiting_takes_no_processor_time() -> None:
    assert bounded("time.sleep(1.5)").stdout == "went on\n"


def test_a_computation_in_a_library_ends_the_worker() -> None:
    assert bounded("sum(range(10**11))").returncode == -signal.SIGPROF


def test_memory_is_an_error_and_the_worker_goes_on() -> None:
    assert bounded("bytearray(3 << 30)").stdout.split("\n")[:2] == ["MemoryError", "went on"]


def test_the_kernel_ends_a_submissions_processes_before_the_grader() -> None:
    done = bounded("print(open('/proc/self/oom_score_adj').read())")

    assert done.stdout.split()[0] == "900"
    assert int(Path("/proc/self/oom_score_adj").read_text()) < 900


def conditions(folder: Path) -> Conditions:
    return Conditions(b"x", folder, folder, False, "none", {})


def graded_by(worker: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SubmissionResult:
    """Grade the reference of reshape with this function in the worker's place."""
    monkeypatch.setattr(submission_run, "_carry_out", worker)
    release = COURSE.release("reshape")
    hand_in(release, reference(COURSE, "reshape"), tmp_path, "ada", "reshape")
    source = read_source(COURSE, "reshape", ClassFolder(tmp_path / "class"))
    return submission_run.grade_submission(
        source, tmp_path / "ada", "ada", "reshape", conditions(tmp_path)
    )


def keep_one(order: Path) -> None:
    """Take in the notebook and keep the first verdict, as a worker does before it is stopped."""
    said = json.loads(order.read_text())
    take_in_there(order.parent, "reshape", Path(said["notebook"]))
    result = SubmissionResult("ada", "reshape", said["digest"], "none")
    result.gaps.append(Verdict("scale_pixels", 4.0, 4.0, "correct"))
    save(result, Path(said["kept"]))


@pytest.mark.parametrize(("printed", "status"), [(None, "timeout"), ("Killed", "memory")])
def test_what_a_stopped_worker_has_graded_keeps_its_mark(
    printed: str | None, status: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(order: Path, *_: object) -> str | None:
        keep_one(order)
        return printed

    result = graded_by(stopped, tmp_path, monkeypatch)

    assert [(gap.score, gap.status) for gap in result.gaps] == [(4.0, "correct"), (0.0, status)]
    assert "stopped before this was checked" in result.gaps[1].message
    assert [flag.kind for flag in result.flags] == ["worker-stopped"]


@pytest.mark.parametrize(
    ("printed", "said"), [(None, "reading it took too long."), ("MemoryError", "MemoryError")]
)
def test_a_worker_that_was_stopped_before_it_read_anything_gives_no_mark(
    printed: str | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(GradingError, match=f"The grader failed on reshape of ada: {said}"):
        graded_by(lambda *_: printed, tmp_path, monkeypatch)


def test_a_worker_that_was_ended_is_run_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []

    def ended_once(order: Path, *_: object) -> str:
        runs.append(order)
        keep_one(order)
        if len(runs) == 2:
            said = json.loads(order.read_text())
            Path(said["kept"]).rename(said["result"])
        return "Killed"

    result = graded_by(ended_once, tmp_path, monkeypatch)

    assert len(runs) == 2 and not result.flags


@pytest.mark.parametrize("failed", [True, False])
def test_a_worker_that_failed_gives_no_mark(
    failed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(order: Path, *_: object) -> str:
        if failed:  # an exception ended it; else it never began
            keep_one(order)
            Path(json.loads(order.read_text())["failed"]).touch()
        return "ImportError"

    with pytest.raises(GradingError, match="ImportError"):
        graded_by(failing, tmp_path, monkeypatch)


def test_without_a_bound_nothing_is_timed() -> None:
    from autograder.grading.worker_bounds import gap_budget

    with gap_budget():
        assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
