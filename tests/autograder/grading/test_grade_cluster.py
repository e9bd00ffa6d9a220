"""Submissions on a Dask cluster: the same marks, whatever becomes of a worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.contract import POINTS
from support.crash_phases import Prepared, new_class, prepare
from support.dask_cluster import cluster
from support.fake_grading import ASSIGNMENTS, STUDENTS, fake_conditions, faked, grade
from support.final_scores import final_scores
from support.places import COURSE
from support.reference import reference
from support.snapshot import snapshot

from autograder.build.answer_files import Answers, hand_in, parse_answers
from autograder.folders import ClassFolder
from autograder.grading.class_run import grade_class
from autograder.grading.cluster import MOST_RERUNS
from autograder.grading.conditions import Conditions, GradeOptions
from autograder.sandbox import Sandbox
from course.errors import GradingError

DEADLY_ONCE = """
# %% gap="scale_pixels"
# deadly-once
def scale_pixels(images):
    return images / 255
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """What was handed in, and what one machine makes of it."""
    return prepare(tmp_path_factory.mktemp("cluster"))


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the workers note what they do."""
    return tmp_path_factory.mktemp("traces")


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory, traces: Path) -> Iterator[str]:
    """The address of a scheduler with two workers that use the stub, and come back if killed."""
    folder = tmp_path_factory.mktemp("dask")
    with cluster(folder, "--preload", "support.fake_worker", DEADLY=str(traces)) as address:
        yield address


def test_a_cluster_gives_what_one_machine_gives(
    scheduler: str, traces: Path, prepared: Prepared, tmp_path: Path
) -> None:
    folder = new_class(tmp_path / "class", prepared.registered)
    other = GradeOptions(cluster=scheduler)

    with faked(cluster_conditions=one_machines):
        summary = grade_class(COURSE, folder, list(ASSIGNMENTS), other)

    assert summary.failures == []
    assert snapshot(folder) == prepared.expected
    # Each worker proved its sandbox once, for one thread, and was not told the secret.
    proofs = [line.split() for line in (traces / "proofs").read_text().splitlines()]
    assert len({pid for pid, _, _ in proofs}) == len(proofs) == 2
    assert {(jobs, secret) for _, jobs, secret in proofs} == {("1", "b''")}


@contextmanager
def one_machines(class_folder: ClassFolder, options: GradeOptions) -> Iterator[Conditions]:
    """The stub's conditions, so that keys and data are those of the run to compare with."""
    (class_folder.root / "no-data").mkdir(exist_ok=True)
    yield fake_conditions(class_folder)


def test_a_lost_workers_submissions_run_elsewhere(
    scheduler: str, traces: Path, prepared: Prepared, tmp_path: Path
) -> None:
    (traces / "deaths").unlink(missing_ok=True)
    folder = new_class(tmp_path / "class", prepared.registered)
    deadly = parse_answers(DEADLY_ONCE)
    hand_in(COURSE.release("reshape"), deadly, folder.submitted, "ben", "reshape")

    summary = run(folder, scheduler)

    assert summary.failures == []
    assert len(summary.graded) == len(STUDENTS) * len(ASSIGNMENTS)
    assert (traces / "deaths").read_text() == "xx"
    assert scores(folder, "ben") == {"scale_pixels": 4.0, "add_channel_axis": 0.0}


def test_what_takes_every_worker_with_it_becomes_a_failure_and_the_others_have_results(
    scheduler: str, traces: Path, prepared: Prepared, tmp_path: Path
) -> None:
    (traces / "deaths").unlink(missing_ok=True)
    folder = new_class(tmp_path / "class", prepared.registered)
    deadly = parse_answers(DEADLY_ONCE.replace("-once", "-always"))
    hand_in(COURSE.release("reshape"), deadly, folder.submitted, "ben", "reshape")

    summary = run(folder, scheduler)

    assert [one.split(":")[0] for one in summary.failures] == ["reshape of ben"]
    assert "3 workers were lost" in summary.failures[0]
    assert len((traces / "deaths").read_text()) == 1 + MOST_RERUNS
    assert len(summary.graded) == len(STUDENTS) * len(ASSIGNMENTS) - 1


def run(folder: ClassFolder, scheduler: str):  # type: ignore[no-untyped-def]
    with faked(cluster_conditions=one_machines):
        return grade(folder, cluster=scheduler)


def scores(folder: ClassFolder, student: str) -> dict[str, float]:
    return final_scores(folder, "reshape", student)


def test_an_address_where_nothing_answers_is_one_line(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = new_class(tmp_path / "class", prepared.registered)
    monkeypatch.setattr("autograder.grading.cluster.CONNECT_SECONDS", 0.5)

    with pytest.raises(GradingError, match="No Dask scheduler answers") as caught:
        run(folder, "tcp://127.0.0.1:9")

    assert "dask scheduler" in caught.value.next_step


@pytest.mark.slow
def test_real_workers_prove_their_sandboxes_and_give_the_marks_of_one_machine(
    sandbox: Sandbox, tmp_path: Path, course_images: None
) -> None:
    marks = {}
    with cluster(tmp_path) as address:
        for name, options in {"here": {}, "there": {"cluster": address}}.items():
            folder = ClassFolder(tmp_path / name)
            for student in ("ada", "ben"):
                answers = reference(COURSE, "reshape") if student == "ada" else Answers()
                hand_in(COURSE.release("reshape"), answers, folder.submitted, student, "reshape")
            summary = grade_class(COURSE, folder, ["reshape"], GradeOptions(**options))
            assert summary.failures == []
            marks[name] = {student: scores(folder, student) for student in ("ada", "ben")}
            assert {result.sandbox for result in summary.iter_results()} == {sandbox.name}
    assert marks["there"] == marks["here"]
    assert marks["here"]["ada"] == POINTS["reshape"]
