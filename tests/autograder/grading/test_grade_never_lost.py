"""A run that is killed, finds the gradebook locked or the disk full loses nothing."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.crash_nursery import Nursery
from support.crash_phases import (
    PHASES,
    RESULTS,
    Prepared,
    kill_and_resume,
    new_class,
    on_a_small_disk,
    prepare,
)
from support.fake_grading import faked, grade, stub
from support.places import COURSE
from support.snapshot import snapshot

from autograder.build.answer_files import Answers, hand_in
from autograder.folders import ClassFolder
from autograder.gradebook.database import open_gradebook
from autograder.grading import class_run as grading
from autograder.grading.results import exclusive, result_path
from autograder.sandbox.bubblewrap_sandbox import BubblewrapSandbox
from course.errors import GradingError


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """What was handed in, and what an uninterrupted run makes of it."""
    return prepare(tmp_path_factory.mktemp("crash"))


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Where runs are killed."""
    with closing(Nursery()) as process:
        yield process


@pytest.fixture
def folder(prepared: Prepared, tmp_path: Path) -> ClassFolder:
    """A class that is registered, and in which nothing is graded yet."""
    return new_class(tmp_path / "class", prepared.registered)


@pytest.fixture
def expected(prepared: Prepared) -> dict[str, object]:
    """What must be there in the end."""
    return prepared.expected


class Ran:
    """Counts what the stub was asked to run."""

    def __init__(self) -> None:
        self.submissions: list[tuple[str, str]] = []

    def __call__(self, source: Any, folder: Path, student: str, name: str, common: Any) -> Any:
        self.submissions.append((student, name))
        return stub(source, folder, student, name, common)


@pytest.mark.parametrize("phase", PHASES)
def test_a_killed_run_is_resumed_to_the_same_end(
    nursery: Nursery, prepared: Prepared, tmp_path: Path, phase: str
) -> None:
    folder = new_class(tmp_path / "class", prepared.before(phase))

    assert kill_and_resume(nursery, folder, PHASES[phase]) == prepared.expected


def test_a_run_that_is_killed_twice_is_resumed_too(
    nursery: Nursery, folder: ClassFolder, expected: dict[str, object]
) -> None:
    nursery.killed_run(folder.root, PHASES["a result half-written"])

    assert kill_and_resume(nursery, folder, PHASES["in the gradebook, no page"]) == expected


def test_what_has_a_result_is_not_run_again(
    nursery: Nursery, folder: ClassFolder, expected: dict[str, object]
) -> None:
    nursery.killed_run(folder.root, PHASES["in the gradebook, no page"])
    kept = list(folder.root.glob("results/*/*.json"))
    ran = Ran()

    with faked(grade_submission=ran):
        grade(folder)

    assert kept
    assert len(kept) + len(ran.submissions) == RESULTS
    assert set(ran.submissions).isdisjoint({(path.parent.name, path.stem) for path in kept})
    assert snapshot(folder) == expected


def test_a_changed_submission_is_run_again_and_no_other(folder: ClassFolder) -> None:
    with faked():
        grade(folder)
    hand_in(COURSE.release("reshape"), Answers(), folder.submitted, "ada", "reshape")
    ran = Ran()

    with faked(grade_submission=ran):
        summary = grade(folder)

    assert ran.submissions == [("ada", "reshape")]
    assert summary.unchanged == RESULTS - 1
    scores = {(one.student, one.assignment): one.score for one in summary.iter_results()}
    assert scores["ada", "reshape"] == 0.0


def test_another_source_runs_its_assignment_again(
    folder: ClassFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with faked():
        grade(folder)
    genuine = grading.read_source

    def edited(course: Any, assignment: str, class_folder: ClassFolder) -> Any:
        source = genuine(course, assignment, class_folder)
        if assignment == "reshape":
            source.cells[-1].source += "\n# another check"
        return source

    monkeypatch.setattr(grading, "read_source", edited)
    ran = Ran()

    with faked(grade_submission=ran):
        grade(folder)

    assert {name for student, name in ran.submissions} == {"reshape"}
    assert len([one for one in ran.submissions if one[1] == "reshape"]) == 4


def test_another_grader_runs_everything_again(
    folder: ClassFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with faked():
        grade(folder)
    monkeypatch.setattr("autograder.grading.versions.grader_version", lambda: "another")
    ran = Ran()

    with faked(grade_submission=ran):
        grade(folder)

    assert len(ran.submissions) == RESULTS


def test_force_runs_everything_again_and_keeps_a_manual_mark(folder: ClassFolder) -> None:
    with faked():
        grade(folder)
    enter_by_hand(folder, 2.5)
    ran = Ran()

    with faked(grade_submission=ran):
        grade(folder, force=True)

    assert len(ran.submissions) == RESULTS
    assert marks_of_ada(folder) == (2.5, 4.0, True)


def test_what_did_not_change_leaves_a_persons_verdict_alone(folder: ClassFolder) -> None:
    with faked():
        grade(folder)
    enter_by_hand(folder, 2.5)

    with faked():
        grade(folder)

    # Looked at and settled: it does not ask to be looked at again.
    assert marks_of_ada(folder) == (2.5, 4.0, False)


def enter_by_hand(folder: ClassFolder, score: float) -> None:
    with open_gradebook(folder) as gradebook:
        grade = gradebook.find_grade("test_scale_pixels", "reshape", "reshape", "ada")
        grade.manual_score, grade.needs_manual_grade = score, False
        gradebook.db.commit()


def marks_of_ada(folder: ClassFolder) -> tuple[float, float, bool]:
    with open_gradebook(folder) as gradebook:
        grade = gradebook.find_grade("test_scale_pixels", "reshape", "reshape", "ada")
        return grade.manual_score, grade.auto_score, grade.needs_manual_grade


@pytest.mark.parametrize("damage", ["missing", "cut", "an empty folder", "of another program"])
def test_a_half_written_autograded_folder_is_repaired(
    folder: ClassFolder, expected: dict[str, object], damage: str
) -> None:
    with faked():
        grade(folder)
    page = folder.autograded / "ada" / "reshape" / "reshape.ipynb"
    if damage == "cut":
        page.write_bytes(page.read_bytes()[:500])
    elif damage == "of another program":
        page.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    else:
        page.unlink()
        if damage == "missing":
            page.parent.rmdir()

    with faked():
        grade(folder)

    assert snapshot(folder) == expected


@pytest.mark.parametrize("damage", [b"", b"{", b'{"student": "ada"}', b"[]"])
def test_a_damaged_result_is_made_again(
    folder: ClassFolder, expected: dict[str, object], damage: bytes
) -> None:
    with faked():
        grade(folder)
    result_path(folder, "ada", "reshape").write_bytes(damage)

    with faked():
        grade(folder)

    assert snapshot(folder) == expected


def test_a_lost_gradebook_is_made_again_from_the_results(
    folder: ClassFolder, expected: dict[str, object]
) -> None:
    with faked():
        grade(folder)
    folder.gradebook.unlink()
    ran = Ran()

    with faked(grade_submission=ran):
        grade(folder)

    assert ran.submissions == []
    assert snapshot(folder) == expected


def test_two_runs_exclude_each_other_and_the_second_names_the_first(folder: ClassFolder) -> None:
    with exclusive(folder), faked(), pytest.raises(GradingError) as caught:
        grade(folder)

    assert f"process {os.getpid()}" in caught.value.message
    assert "Wait for it" in caught.value.next_step
    assert not (folder.root / "results").exists()


def test_a_lock_that_a_killed_run_left_keeps_nobody_out(folder: ClassFolder) -> None:
    (folder.root / ".grading.lock").write_text("1\n")

    with faked():
        assert len(grade(folder).graded) == RESULTS


def hold(folder: ClassFolder) -> sqlite3.Connection:
    """Lock the gradebook as another program in the middle of its writing does."""
    other = sqlite3.connect(folder.gradebook, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    return other


def make_gradebook(folder: ClassFolder) -> None:
    with open_gradebook(folder):
        pass


def test_a_locked_gradebook_is_waited_for(folder: ClassFolder, expected: dict[str, object]) -> None:
    make_gradebook(folder)
    other = hold(folder)
    told: list[str] = []

    def release(what: str, done: int, total: int) -> None:
        told.append(what)
        if len([one for one in told if "locked" in one]) == 2:
            other.close()

    with faked():
        grade(folder, progress=release)

    assert snapshot(folder) == expected


@pytest.mark.slow
def test_a_gradebook_that_is_locked_for_longer_than_sqlite_waits_is_waited_for(
    folder: ClassFolder, expected: dict[str, object]
) -> None:
    make_gradebook(folder)
    timer = threading.Timer(20.0, hold(folder).close)  # SQLite itself waits for five seconds
    timer.start()

    with faked():
        grade(folder)

    timer.join()
    assert snapshot(folder) == expected


def test_a_gradebook_that_stays_locked_is_one_line_and_nothing_is_lost(
    folder: ClassFolder, expected: dict[str, object]
) -> None:
    make_gradebook(folder)
    ran = Ran()

    with closing(hold(folder)), faked(grade_submission=ran), pytest.raises(GradingError) as caught:
        grade(folder, patience_seconds=0.0)

    assert "locked" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(list(folder.root.glob("results/*/*.json"))) == len(ran.submissions) > 0
    with faked():
        grade(folder)
    assert snapshot(folder) == expected


def test_a_full_disk_stops_a_run_and_the_next_one_ends_it(
    prepared: Prepared, tmp_path: Path, sandbox: BubblewrapSandbox
) -> None:
    found = on_a_small_disk(sandbox, prepared, tmp_path)

    assert any("space" in said or "full" in said for said, _, _ in found.values())
    for room, (said, kind, after) in found.items():
        assert said, f"with {room} bytes of room nothing was missing"
        assert "\n" not in said, (room, kind, said)
        assert after == prepared.expected, f"after a disk with {room} bytes of room"
