"""`autograder new`: what it writes builds and grades as it is, and every command knows it."""

import csv
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from support.commands import invoke_autograder, run_command
from support.learner_folder import edit, run_course

from autograder.build.answer_files import (
    Answers,
    fill,
    hand_in,
    read_answers,
    reference_answers,
)
from autograder.build.release import build, changed_sources, publish, stale_sources
from autograder.folders import ClassFolder, CourseFolder
from course.checks.failures import has_hints
from course.errors import BuildError

GAP = "week_3_range"


@pytest.fixture(scope="module")
def added(course: CourseFolder, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A copy of the course with one more assignment, written by `new` and built."""
    root = tmp_path_factory.mktemp("checkout")
    for name in ("solutions", "exercises", "course/lessons"):
        shutil.copytree(course.root / name, root / name)
    for kind in ("right", "wrong"):
        (root / "tests" / "submissions" / kind).mkdir(parents=True)
    written = run_command("autograder", "new", "week-3", "--course", root)
    built = run_command("autograder", "build", "week-3", "--course", root)
    return SimpleNamespace(course=CourseFolder(root), written=written, built=built)


@pytest.fixture(scope="module")
def learner(added: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A learner's folder of that course, and the `course` command in it."""
    folder = tmp_path_factory.mktemp("learner")
    state = tmp_path_factory.mktemp("state")

    def run(*arguments: object) -> tuple[int, str]:
        exercises = str(added.course.exercises)
        result = run_course(*arguments, cwd=folder, state=state, COURSE_EXERCISES=exercises)
        return result.returncode, result.stdout + result.stderr

    run("lab", ".", "--no-start")
    return SimpleNamespace(folder=folder, run=run, path=folder / "week-3" / "week-3.ipynb")


def answer_with(gaps: dict[str, str]) -> Callable[[nbformat.NotebookNode], None]:
    """Fill answers into a notebook in place."""

    def change(notebook: nbformat.NotebookNode) -> None:
        notebook.cells = fill(notebook, Answers(gaps)).cells

    return change


def bank_answer(added: SimpleNamespace, kind: str) -> Answers:
    """Read the answer that `new` wrote for the bank."""
    (path,) = (added.course.root / "tests" / "submissions" / kind / GAP).glob("*.py")
    return read_answers(path)


def test_new_writes_a_script_and_two_answers_and_says_what_comes_next(
    added: SimpleNamespace,
) -> None:
    assert added.written.returncode == 0, added.written.stderr
    lines = added.written.stdout.splitlines()
    assert lines[0] == "wrote solutions/week-3.py"
    assert len(lines) == 4
    assert "Next: edit solutions/week-3.py, then run `autograder build week-3" in lines[-1]
    assert added.built.returncode == 0, added.built.stderr
    assert "wrote exercises/week-3/week-3.ipynb" in added.built.stdout


def test_the_release_has_the_hints_as_data_and_neither_notes_nor_answers(
    added: SimpleNamespace,
) -> None:
    text = added.course.release("week-3").read_text(encoding="utf-8")
    cells = nbformat.reads(text, as_version=4).cells
    gap = next(cell for cell in cells if cell["id"] == GAP)

    assert len(gap.metadata["course"]["hints"]) == 3
    assert "Find the" not in gap.source
    for secret in ("np.min(numbers)", "CANARY", "How to fill this script in", "permutation"):
        assert secret not in text


def test_new_refuses_to_overwrite_and_names_that_cannot_be(added: SimpleNamespace) -> None:
    before = added.course.script("week-3").read_bytes()
    for name, complaint in [
        ("week-3", "exists"),
        ("Week-3", "capitals do not count"),
        ("lesson", "lesson.ipynb"),
        ("../up", "can't be the name"),
        ("3rd", "can't be the name"),
    ]:
        status, printed = invoke_autograder("new", name, "--course", added.course.root)
        assert status == 2
        assert complaint in printed

    assert added.course.script("week-3").read_bytes() == before


def test_the_course_order_comes_first_and_the_new_one_last(added: SimpleNamespace) -> None:
    names = ["reshape", "convolution", "pooling", "cnn", "quiz"]

    assert added.course.assignments() == [*names, "week-3"]

    page = added.course.exercises / "README.md"
    before = page.read_text(encoding="utf-8")
    try:
        page.write_text("[first](week-3/week-3.ipynb)\n" + before, encoding="utf-8")
        assert added.course.assignments() == ["week-3", *names]
    finally:
        page.write_text(before, encoding="utf-8")


def test_lab_status_and_doctor_know_it(learner: SimpleNamespace) -> None:
    assert learner.path.is_file()
    page = (learner.folder / "index.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if "(week-3/week-3.ipynb)" in line)
    assert row.startswith("| 7 | [Week 3]") and row.endswith("| 5 | 5 |")

    status, printed = learner.run("status")
    assert status == 0
    assert "week-3" in printed and GAP in printed.replace("\N{NO-BREAK SPACE}", " ")


def test_hints_come_from_its_script(learner: SimpleNamespace) -> None:
    assert f"{GAP:22} 0 of 3 hints seen" in learner.run("hint")[1]

    shown = [learner.run("hint", GAP)[1] for _ in range(4)]

    assert "Two of the numbers decide" in shown[0]
    assert "with the smallest number" in shown[2]
    assert "That was the last hint" in shown[3]


def test_a_failed_check_points_to_its_hints(
    added: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not has_hints(GAP)

    monkeypatch.setenv("COURSE_EXERCISES", str(added.course.exercises))

    assert has_hints(GAP)


def test_check_finds_the_wrong_answer_and_passes_the_right_one(
    added: SimpleNamespace, learner: SimpleNamespace
) -> None:
    edit(learner.path, answer_with(bank_answer(added, "wrong").gaps))
    status, printed = learner.run("check", "week-3")
    assert status == 1
    assert "0 of 5 visible points" in printed

    edit(learner.path, answer_with(bank_answer(added, "right").gaps))
    status, printed = learner.run("check", str(learner.path))
    assert status == 0
    assert "5 of 5 visible points" in printed

    status, printed = learner.run("submit", "--no-check", "--student", "ada")
    assert status == 0, printed
    with zipfile.ZipFile(learner.folder / "ada-submission.zip") as archive:
        assert archive.read("week-3/week-3.ipynb") == learner.path.read_bytes()

    status, printed = learner.run("reset", "week-3")
    assert status == 0
    released = nbformat.read(added.course.release("week-3"), as_version=4)
    assert nbformat.read(learner.path, as_version=4).cells == released.cells


def test_grading_and_all_after_it_know_it(
    added: SimpleNamespace, tmp_path: Path, course_images: None
) -> None:
    course, folder = added.course, ClassFolder(tmp_path / "class")
    source = nbformat.read(course.source("week-3"), as_version=4)
    answers = {
        "ref": reference_answers(source),
        "right": bank_answer(added, "right"),
        "wrong": bank_answer(added, "wrong"),
        "blank": Answers(),
    }
    for student, given in answers.items():
        hand_in(course.release("week-3"), given, folder.submitted, student, "week-3")

    for verb in (["grade"], ["feedback"], ["report"], ["similarity"], ["export"]):
        result = run_command("autograder", *verb, "--course", course.root, "--class", folder.root)
        assert result.returncode == 0, f"{verb}: {result.stdout}{result.stderr}"

    with (folder.root / "grades.csv").open(encoding="utf-8") as file:
        marks = {row["student"]: (row["score"], row["status"]) for row in csv.DictReader(file)}
    assert marks == {
        "ref": ("5", "correct"),
        "right": ("5", "correct"),
        "wrong": ("0", "incorrect"),
        "blank": ("0", "not_attempted"),
    }
    assert len(list(folder.feedback.rglob("*.html"))) == 4


def test_a_private_course_needs_no_lesson(tmp_path: Path, course_images: None) -> None:
    root = tmp_path / "stats"
    assert run_command("autograder", "new", "--course", root).returncode == 0
    assert run_command("autograder", "new", "averages", "--course", root).returncode == 0
    course = CourseFolder(root)
    assert course.assignments() == ["first", "averages"]

    assert run_command("autograder", "build", "--course", root).returncode == 0
    checked = run_command("autograder", "build", "--check", "--course", root)
    assert checked.stdout == "4 files are up to date.\n", checked.stderr
    demo = run_command("autograder", "demo", "--course", root, "--class", tmp_path / "demo")
    assert demo.returncode == 0, demo.stderr
    rows = (tmp_path / "demo" / "grades.csv").read_text(encoding="utf-8")
    assert "ada,averages,averages_range,5,5,correct" in rows
    assert "ada,first,first_range,5,5,correct" in rows

    shutil.rmtree(course.exercises)
    arguments = ("--course", root, "--class", tmp_path / "demo")
    assert run_command("autograder", "feedback", *arguments).returncode == 0


def test_a_written_notebook_is_built_by_the_rules_of_scripts(tmp_path: Path) -> None:
    root = tmp_path / "stats"
    for arguments in (["first"], ["averages", "--notebook"]):
        assert invoke_autograder("new", *arguments, "--course", root)[0] == 0
    course = CourseFolder(root)
    assert course.assignments() == ["first", "averages"]
    files = build(course, [])
    released = files[course.release("averages")].decode()
    gap = next(c for c in nbformat.reads(released, 4).cells if c["id"] == "averages_range")
    assert len(gap.metadata["course"]["hints"]) == 3
    for secret in ("np.min(numbers)", "CANARY", "permutation"):
        assert secret not in released
    assert set(changed_sources(course, files)) == {"first", "averages"}
    publish(files)
    assert changed_sources(course, build(course, [])) == {}
    assert course.assignments() == ["first", "averages"], "a generated notebook is no new one"

    nobody = ClassFolder(tmp_path / "class")
    assert stale_sources(course, nobody, []) == []
    text = course.source("averages").read_text(encoding="utf-8")
    renamed = text.replace('"id": "test_averages_range"', '"id": "by-jupyterlab"')
    course.source("averages").write_text(renamed, encoding="utf-8")
    [line] = stale_sources(course, nobody, [])
    assert line.startswith("solutions/averages/averages.ipynb has changed since the last build")
    course.source("averages").write_text(text.replace("CANARY-HIDDEN", "CANARY"))
    with pytest.raises(BuildError, match=r"^solutions/averages/averages\.ipynb, cell `test_"):
        build(course, ["averages"])


@pytest.mark.slow
def test_a_written_notebook_is_proven_and_graded(tmp_path: Path, course_images: None) -> None:
    root, folder = tmp_path / "stats", ClassFolder(tmp_path / "class")
    for arguments in (["new"], ["new", "averages", "--notebook"], ["build"]):
        result = run_command("autograder", *arguments, "--course", root)
        assert result.returncode == 0, result.stderr
    course = CourseFolder(root)
    source = nbformat.read(course.source("averages"), as_version=4)
    for student, given in {"ref": reference_answers(source), "blank": Answers()}.items():
        hand_in(course.release("averages"), given, folder.submitted, student, "averages")
    assert (
        run_command("autograder", "grade", "--course", root, "--class", folder.root).returncode == 0
    )
    text = (folder.root / "grades.csv").read_text(encoding="utf-8")
    assert "ref,averages,averages_range,5,5,correct" in text
    assert "blank,averages,averages_range,0,5,not_attempted" in text


def test_a_private_course_is_not_started_among_other_files(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("dear diary")

    status, printed = invoke_autograder("new", "--course", tmp_path)

    assert status == 2
    assert "no folder `solutions`" in printed
    assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]
