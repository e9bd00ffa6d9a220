"""The loop of a run: submissions that are done together go through the steps together."""

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from autograder.folders import ClassFolder
from autograder.grading.autograded import write_changed
from autograder.grading.class_run import ClassRun, Step, Summary, no_progress
from autograder.grading.plan import Submission
from autograder.grading.results import SubmissionResult, load, result_path
from course.errors import GradingError

STUDENTS = ("ada", "ben", "chi")


class AllAtOnce:
    """A place where every submission is done as soon as it is started."""

    conditions: Any = None

    def submit(self, submission: Submission) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_result(SubmissionResult(*submission, "digest", "none", []))
        return future

    def read(self, submission: Submission, future: "Future[Any]") -> SubmissionResult:
        result: SubmissionResult = future.result()
        return result

    def capacity(self) -> int:
        return len(STUDENTS)


def run(folder: Path, steps: Sequence[Step]) -> Summary:
    class_folder = ClassFolder(folder)
    loop = ClassRun(
        class_folder,
        keys={"reshape": {}},
        place=AllAtOnce(),
        new_result=steps,
        kept_result=[],
        force=True,
        progress=no_progress,
        total=len(STUDENTS),
    )
    return loop.grade((student, "reshape") for student in STUDENTS)


def names(results: Sequence[SubmissionResult]) -> set[str]:
    return {result.student for result in results}


def test_what_is_done_together_is_entered_together(tmp_path: Path) -> None:
    entered: list[set[str]] = []

    summary = run(tmp_path, [lambda results: entered.append(names(results))])

    assert entered == [set(STUDENTS)]
    assert {student for student, _ in summary.graded} == set(STUDENTS)


def test_one_that_cannot_be_entered_keeps_no_other_out(tmp_path: Path) -> None:
    entered: list[set[str]] = []

    def enter(results: Sequence[SubmissionResult]) -> None:
        if "ben" in names(results):
            raise KeyError("no_such_gap")
        entered.append(names(results))

    summary = run(tmp_path, [enter])

    assert sorted(map(sorted, entered)) == [["ada"], ["chi"]]
    assert {student for student, _ in summary.graded} == {"ada", "chi"}
    assert summary.failures == ["reshape of ben: KeyError: 'no_such_gap'"]


def test_where_nothing_has_a_result_nothing_is_entered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> SubmissionResult:
        raise GradingError("The grader is broken.")

    monkeypatch.setattr(AllAtOnce, "read", failing)
    entered: list[set[str]] = []

    summary = run(tmp_path, [lambda results: entered.append(names(results))])

    assert entered == []
    assert len(summary.failures) == len(STUDENTS)


def test_a_run_that_ends_there_has_all_of_them_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = ClassRun._put
    puts: list[str] = []

    def interrupted(self: ClassRun, result: SubmissionResult) -> None:
        puts.append(result.student)
        if len(puts) == 2:
            raise KeyboardInterrupt
        put(self, result)

    monkeypatch.setattr(ClassRun, "_put", interrupted)

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, [])

    kept = {load(result_path(ClassFolder(tmp_path), one, "reshape")).student for one in STUDENTS}
    assert kept == set(STUDENTS)


def test_a_locked_gradebook_ends_the_run_and_the_results_are_on_disk(tmp_path: Path) -> None:
    def locked(results: Sequence[SubmissionResult]) -> None:
        raise GradingError("The gradebook is locked.")

    with pytest.raises(GradingError):
        run(tmp_path, [locked])

    for student in STUDENTS:
        assert load(result_path(ClassFolder(tmp_path), student, "reshape")).student == student


def test_what_a_power_cut_left_of_a_page_is_written_again(tmp_path: Path) -> None:
    page = tmp_path / "a.ipynb"
    page.write_bytes(b"")

    write_changed(page, b"whole")
    written = page.stat().st_mtime_ns
    write_changed(page, b"whole")

    assert page.read_bytes() == b"whole"
    assert page.stat().st_mtime_ns == written
