"""`autograder grade` from end to end: every submission gets its result, and a regrade the same."""

import csv
import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from support.commands import invoke_autograder
from support.reference import reference

from autograder.build.answer_files import Answers, hand_in, parse_answers
from autograder.cli.show_grading import BANNER
from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.database import open_gradebook
from autograder.grading import places
from autograder.grading.class_run import grade_class
from autograder.grading.conditions import GradeOptions
from autograder.grading.plan import find_submissions
from autograder.grading.results import iter_results, load, result_path
from course.errors import GradingError

LIMITS = {
    "cell_seconds": 8.0,
    "notebook_seconds": 60.0,
    "interrupt_seconds": 1.0,
    "memory_bytes": 768 << 20,
}

RESHAPE = {
    "wrong": """
# %% gap="scale_pixels"
def scale_pixels(images):
    return images / 256


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., np.newaxis]
""",
    "raising": """
# %% gap="scale_pixels"
def scale_pixels(images):
    return images.scaled


# %% gap="add_channel_axis"
def add_channel_axis(images)
    return images
""",
    "endless": """
# %% gap="scale_pixels"
def scale_pixels(images):
    while True:
        pass


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., np.newaxis]
""",
    "greedy": """
# %% gap="scale_pixels"
def scale_pixels(images):
    taken = []
    while True:
        taken.append(np.ones((64, 1024, 1024), dtype="uint8"))


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., np.newaxis]
""",
}

STATUSES = {
    ("reference", "reshape"): [("correct", 4.0), ("correct", 6.0)],
    ("reference", "pooling"): [("correct", 9.0), ("correct", 6.0)],
    ("blank", "reshape"): [("not_attempted", 0.0)] * 2,
    ("blank", "pooling"): [("not_attempted", 0.0)] * 2,
    ("wrong", "reshape"): [("incorrect", 0.0), ("correct", 6.0)],
    ("raising", "reshape"): [("error", 0.0)] * 2,
    ("endless", "reshape"): [("timeout", 0.0), ("correct", 6.0)],
    ("greedy", "reshape"): [("memory", 0.0), ("correct", 6.0)],
    ("corrupt", "reshape"): [("rejected", 0.0)] * 2,
    ("several", "quiz"): [("partial", 1.0)],
}


@pytest.fixture(scope="module")
def class_folder(course: CourseFolder, tmp_path_factory: pytest.TempPathFactory) -> ClassFolder:
    """A class in which every status is somebody's, graded once."""
    folder = ClassFolder(tmp_path_factory.mktemp("class"))
    for assignment in ("reshape", "pooling"):
        give(course, folder, "reference", assignment, reference(course, assignment))
        give(course, folder, "blank", assignment, Answers())
    for student, script in RESHAPE.items():
        give(course, folder, student, "reshape", parse_answers(script))
    corrupt = give(course, folder, "corrupt", "reshape", Answers())
    corrupt.write_bytes(corrupt.read_bytes()[:1000])
    # q5 has two right options; the first of them alone is worth half the points.
    key: dict[str, str] = {}
    exec(reference(course, "quiz").gaps["q5"], key)
    half = f'# %% gap="q5"\nq5 = "{key["q5"][0]}"\n'
    give(course, folder, "several", "quiz", parse_answers(half))
    summary = grade_class(
        course, folder, ["reshape", "pooling", "quiz"], GradeOptions(limits=LIMITS)
    )
    assert summary.failures == []
    assert len(summary.graded) == 10
    return folder


def give(
    course: CourseFolder, folder: ClassFolder, student: str, assignment: str, answers: Answers
) -> Path:
    return hand_in(course.release(assignment), answers, folder.submitted, student, assignment)


def rows(folder: ClassFolder) -> list[dict[str, str]]:
    with (folder.root / "grades.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def everything(folder: ClassFolder) -> dict[str, object]:
    """Take down the marks and the results, but how long each took."""
    results = {
        f"{one.student}/{one.assignment}": asdict(replace(one, seconds=0.0, times={}))
        for one in iter_results(folder)
    }
    with open_gradebook(folder) as gradebook:
        marks = [
            (submission.student.id, assignment.name, grade.name, grade.auto_score,
             grade.manual_score, grade.needs_manual_grade)
            for assignment in gradebook.assignments
            for submission in gradebook.assignment_submissions(assignment.name)
            for notebook in submission.notebooks
            for grade in notebook.grades
        ]  # fmt: skip
    return {"results": results, "marks": sorted(map(str, marks)), "csv": rows(folder)}


@pytest.mark.parametrize(("student", "assignment"), STATUSES)
def test_each_status_is_given_by_a_real_submission(
    class_folder: ClassFolder, student: str, assignment: str
) -> None:
    expected = STATUSES[student, assignment]

    result = load(result_path(class_folder, student, assignment))

    # The nine other questions of the quiz are not attempted.
    tried = result.gaps if student != "several" else [g for g in result.gaps if g.score]
    got = [(gap.status, gap.score) for gap in tried]
    assert got == expected, result.gaps
    assert result.sandbox.startswith("bubblewrap")


def test_every_status_that_grading_gives_is_tried_here() -> None:
    from typing import get_args

    from course.notebook.verdict import Status

    assert {s for gaps in STATUSES.values() for s, _ in gaps} == set(get_args(Status)) - {
        "manual",
        "answered",
        "unchecked",
    }


def test_every_gap_handed_in_has_a_row_and_a_number(class_folder: ClassFolder) -> None:
    got = rows(class_folder)

    assert len(got) == 2 * 9 + 10
    assert all(float(row["score"]) <= float(row["max_score"]) for row in got)
    for (student, assignment), gaps in STATUSES.items():
        own = [r for r in got if (r["student"], r["assignment"]) == (student, assignment)]
        assert sum(float(row["score"]) for row in own) == sum(score for _, score in gaps)


def test_the_gradebook_has_the_same_marks(class_folder: ClassFolder) -> None:
    with open_gradebook(class_folder) as gradebook:
        for (student, assignment), gaps in STATUSES.items():
            submission = gradebook.find_submission(assignment, student)
            assert submission.score == sum(score for _, score in gaps)


def test_a_regrade_gives_the_same_and_keeps_a_manual_mark(
    course: CourseFolder, class_folder: ClassFolder, tmp_path: Path
) -> None:
    folder = ClassFolder(tmp_path / "again")
    shutil.copytree(class_folder.root, folder.root)
    keep_only(folder, ["reference", "wrong", "corrupt"], "reshape")
    before = everything(folder)

    summary = grade_class(course, folder, ["reshape"], GradeOptions(limits=LIMITS))

    assert len(summary.graded) == 3
    assert everything(folder) == before
    with open_gradebook(folder) as gradebook:
        grade = gradebook.find_grade("test_scale_pixels", "reshape", "reshape", "wrong")
        grade.manual_score = 2.5
        comment = gradebook.find_comment("scale_pixels", "reshape", "reshape", "wrong")
        comment.manual_comment = "Nearly."
        gradebook.db.commit()
    grade_class(course, folder, ["reshape"], GradeOptions(limits=LIMITS))
    with open_gradebook(folder) as gradebook:
        grade = gradebook.find_grade("test_scale_pixels", "reshape", "reshape", "wrong")
        comment = gradebook.find_comment("scale_pixels", "reshape", "reshape", "wrong")
        assert (grade.score, grade.auto_score, comment.comment) == (2.5, 0.0, "Nearly.")
    own = [r for r in rows(folder) if r["student"] == "wrong"]
    assert [float(row["score"]) for row in own] == [2.5, 6.0]


def keep_only(folder: ClassFolder, students: list[str], assignment: str) -> None:
    """Take away what was handed in otherwise; results of earlier runs stay."""
    for path in list(folder.submitted.glob("*/*")):
        if path.parent.name not in students or path.name != assignment:
            shutil.rmtree(path)


def test_status_2_and_a_reason_when_nothing_was_handed_in(
    course: CourseFolder, tmp_path: Path
) -> None:
    status, said = invoke_autograder("grade", "--course", course.root, "--class", tmp_path)

    assert status == 2
    assert "nothing to grade" in said


def test_status_2_and_the_names_for_an_unknown_assignment(
    course: CourseFolder, tmp_path: Path
) -> None:
    status, said = invoke_autograder(
        "grade", "poling", "--course", course.root, "--class", tmp_path
    )

    assert status == 2
    assert "'poling'" in said


def test_status_2_and_the_command_when_the_source_notebook_is_missing(
    course: CourseFolder, tmp_path: Path
) -> None:
    (tmp_path / "course" / "solutions").mkdir(parents=True)
    shutil.copy(course.script("reshape"), tmp_path / "course" / "solutions")
    folder = ClassFolder(tmp_path / "class")
    give(course, folder, "ada", "reshape", Answers())

    status, said = invoke_autograder(
        "grade", "--course", tmp_path / "course", "--class", folder.root
    )

    assert status == 2
    assert "reshape.ipynb is missing" in said


def test_status_2_when_the_grader_fails_on_one_and_the_others_have_their_results(
    course: CourseFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ClassFolder(tmp_path)
    for student in ("ada", "ben", "chi"):
        give(course, folder, student, "reshape", Answers())
    genuine = places.grade_submission

    def failing(source, submitted, student, *more):  # type: ignore[no-untyped-def]
        if student == "ben":
            raise GradingError("The grader is broken.")
        return genuine(source, submitted, student, *more)

    monkeypatch.setattr(places, "grade_submission", failing)

    status, said = invoke_autograder("grade", "--course", course.root, "--class", folder.root)

    assert status == 2
    assert "reshape of ben" in said
    assert {row["student"] for row in rows(folder)} == {"ada", "chi"}


def test_status_3_when_a_submission_could_not_be_read_and_its_points_are_0(
    course: CourseFolder, tmp_path: Path
) -> None:
    folder = ClassFolder(tmp_path)
    give(course, folder, "ada", "reshape", reference(course, "reshape"))
    give(course, folder, "eve", "reshape", Answers()).write_bytes(b"{")

    status, said = invoke_autograder(
        "grade", "reshape", "--course", course.root, "--class", folder.root
    )

    assert status == 3, said
    assert [(r["student"], float(r["score"])) for r in rows(folder)] == [
        ("ada", 4.0), ("ada", 6.0), ("eve", 0.0), ("eve", 0.0),
    ]  # fmt: skip


MARKUP = """
# %%
path = "/etc/[/bold]x"

# %% gap="scale_pixels"
def scale_pixels(images):
    return images
"""


def test_what_a_student_wrote_is_no_markup_on_the_terminal(
    course: CourseFolder, tmp_path: Path
) -> None:
    folder = ClassFolder(tmp_path)
    give(course, folder, "[red]eve[bold]", "reshape", parse_answers(MARKUP))

    status, said = invoke_autograder(
        "grade", "reshape", "--course", course.root, "--class", folder.root
    )

    assert status == 0
    assert "[/bold]" in said


def test_without_a_sandbox_everything_says_so(course: CourseFolder, tmp_path: Path) -> None:
    folder = ClassFolder(tmp_path)
    give(course, folder, "ada", "reshape", reference(course, "reshape"))
    give(course, folder, "eve", "reshape", Answers()).write_bytes(b"{")

    status, said = invoke_autograder(
        "grade", "--unsafe-no-sandbox", "--course", course.root, "--class", folder.root
    )

    assert status == 3, said
    assert BANNER.splitlines()[1] in said
    assert {row["sandbox"] for row in rows(folder)} == {"none"}
    assert {result.sandbox for result in iter_results(folder)} == {"none"}
    for student in ("ada", "eve"):
        path = folder.autograded / student / "reshape" / "reshape.ipynb"
        first = json.loads(path.read_text(encoding="utf-8"))["cells"][0]
        assert "sandbox=none" in "".join(first["source"])
    assert [float(row["score"]) for row in rows(folder)] == [4.0, 6.0, 0.0, 0.0]
    invoke_autograder("feedback", "--course", course.root, "--class", folder.root)
    page = (folder.feedback / "ada" / "reshape" / "reshape.html").read_text(encoding="utf-8")
    assert "sandbox=none" in page


def test_nothing_is_graded_when_the_sandbox_is_not_proven(
    course: CourseFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autograder.grading import conditions
    from autograder.sandbox.proof import Attempt, Proof

    folder = ClassFolder(tmp_path)
    give(course, folder, "ada", "reshape", reference(course, "reshape"))
    weak = Proof("weak", (Attempt("network: the host", False, "it answered"),))
    monkeypatch.setattr(conditions, "prove", lambda sandbox, forbidden: weak)

    status, said = invoke_autograder("grade", "--course", course.root, "--class", folder.root)

    assert status == 2
    assert "nothing was graded" in said
    assert not (folder.root / "grades.csv").exists()
    assert not (folder.root / "results").exists()


def test_a_file_in_the_place_of_a_folder_is_handed_in_too(
    course: CourseFolder, tmp_path: Path
) -> None:
    folder = ClassFolder(tmp_path)
    give(course, folder, "ada", "reshape", Answers())
    (folder.submitted / "eve").mkdir()
    (folder.submitted / "eve" / "reshape").write_text("{}")
    (folder.submitted / "notes.txt").write_text("the instructor's own")

    assert find_submissions(folder, ["reshape", "pooling"]) == [
        ("ada", "reshape"),
        ("eve", "reshape"),
    ]
