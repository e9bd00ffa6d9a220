"""`course status`, `reset`, `submit`, `doctor`, and the contents page: nothing is lost."""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import nbformat
import pytest
from support.commands import run_command
from support.contract import ASSIGNMENTS
from support.learner_folder import answer, edit, new_folder, run_course

from autograder.build.release import contents_page
from course.cli.printing import next_step
from course.errors import CourseError
from course.learner import doctor
from course.learner.folder import Work, read_notebook
from course.learner.lab import notebooks, reset
from course.learner.packing_list import packing_list
from course.learner.status import remember, standings
from course.learner.submit import archive_path, collect_files, pack, packed
from course.notebook.release_folder import all_gaps, read_release
from course.notebook.verdict import STATUS_WORDS, Verdict


@pytest.fixture
def learner(tmp_path, monkeypatch):
    """A folder of notebooks, the working directory, with a state of its own."""
    monkeypatch.setenv("COURSE_STATE_DIR", str(tmp_path / "state"))
    folder = new_folder(tmp_path / "convpool")
    monkeypatch.chdir(folder)
    return folder


def mark_checked(path, **statuses):
    """Remember verdicts as a check would."""
    verdicts = [
        Verdict(gap, 4.0 * (status == "correct"), 4.0, status) for gap, status in statuses.items()
    ]
    remember(Work(path.stem, path), read_notebook(path), verdicts)


def statuses(folder, assignment="reshape"):
    standing = standings(folder)[ASSIGNMENTS.index(assignment)]
    return {verdict.exercise: verdict.status for verdict in standing.verdicts}


# Status


def test_fresh_folder_is_not_attempted_and_begins_with_the_lesson(learner):
    found = standings(learner)

    seen = {verdict.status for standing in found for verdict in standing.verdicts}
    assert seen == {"not_attempted"}
    assert next_step(learner, found).startswith("Next: lesson.ipynb")
    (learner / "lesson.ipynb").unlink()
    assert next_step(learner, found) == "Next: reshape/reshape.ipynb, the gap `scale_pixels`."


def test_status_follows_answer_check_and_change(learner):
    path = answer(learner, "reshape")
    answered = statuses(learner)
    mark_checked(path, scale_pixels="correct", add_channel_axis="incorrect")
    checked = statuses(learner)
    edit(path, lambda notebook: setattr(cell(notebook, "scale_pixels"), "source", "scale_pixels=1"))

    assert set(answered.values()) == {"unchecked"}
    assert checked == {"scale_pixels": "correct", "add_channel_axis": "incorrect"}
    assert statuses(learner) == {"scale_pixels": "unchecked", "add_channel_axis": "incorrect"}


def cell(notebook, name):
    return next(cell for cell in notebook.cells if cell["id"] == name)


def test_a_check_that_passed_in_the_saved_notebook_counts_as_statuses(learner):
    path = answer(learner, "reshape")

    def run_it(notebook):
        # As a check that trains leaves it: Keras has printed first.
        text = "Epoch 1/3\n15/15 1s\n✓ scale_pixels: right. More checks run when graded.\n"
        cell(notebook, "test_scale_pixels").outputs = [nbformat.v4.new_output("stream", text=text)]

    edit(path, run_it)

    assert statuses(learner)["scale_pixels"] == "correct"


def test_a_saved_answer_of_the_quiz_is_answered_and_earns_nothing_yet(learner):
    path = answer(learner, "quiz")
    text = "✓ q1: the answer is A.\n"
    edit(
        path,
        lambda notebook: setattr(
            cell(notebook, "test_q1"), "outputs", [nbformat.v4.new_output("stream", text=text)]
        ),
    )

    first = standings(learner)[ASSIGNMENTS.index("quiz")].verdicts[0]

    assert (first.exercise, first.status, first.score) == ("q1", "answered", 0)


def test_the_legend_has_the_words_of_every_status_that_is_shown(learner):
    answer(learner, "reshape")

    shown = run_course("status", cwd=learner, state=learner / "state").stdout

    for status, words in STATUS_WORDS.items():
        expected = status in ("not_attempted", "unchecked")
        assert (f"{words.sign} {words.label}" in shown) == expected, status


def test_full_status_asks_to_submit_and_then_says_it_is_packed(learner):
    for assignment in ASSIGNMENTS:
        path = answer(learner, assignment)
        gaps = [gap.name for gap in all_gaps().values() if gap.assignment == assignment]
        mark_checked(path, **dict.fromkeys(gaps, "answered" if assignment == "quiz" else "correct"))
    before = next_step(learner, standings(learner))
    pack(archive_path(learner, ""), collect_files(packing_list(learner)), "")

    assert before == "Next: course submit"
    assert next_step(learner, standings(learner)).startswith("Your notebooks are packed")


def test_a_regrade_request_beside_a_notebook_is_packed_with_it(learner):
    (learner / "cnn" / "regrade.md").write_text("build_cnn, please")
    path = archive_path(learner, "")

    pack(path, collect_files(packing_list(learner)), "")
    is_packed = packed(learner)
    (learner / "cnn" / "regrade.md").write_text("train, please")

    with zipfile.ZipFile(path) as archive:
        assert archive.read("cnn/regrade.md") == b"build_cnn, please"
    assert (is_packed, packed(learner)) == (True, False)


def test_damaged_and_missing_notebooks_are_rows_with_a_remedy(learner):
    (learner / "cnn" / "cnn.ipynb").write_text("{")
    (learner / "quiz" / "quiz.ipynb").unlink()

    result = run_course("status", cwd=learner, state=learner / "state")

    assert (result.returncode, result.stderr) == (0, "")
    assert "is no notebook" in result.stdout
    assert "course reset quiz" in result.stdout


def test_status_runs_nothing_and_is_quick(learner):
    began = time.process_time()
    found = standings(learner)
    assert time.process_time() - began < 5
    assert len(found) == len(ASSIGNMENTS)
    code = (
        "import sys; from course.learner.status import standings; from pathlib import Path;"
        "standings(Path('.')); "
        "print([m for m in ('tensorflow', 'keras', 'nbclient') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert said.stdout == "[]\n"


# Reset


def test_reset_keeps_what_was_there_and_brings_the_release_back(learner):
    path = answer(learner, "reshape")
    mine = path.read_bytes()

    _, first = reset("reshape")
    answer(learner, "reshape")
    _, second = reset("reshape/reshape.ipynb")

    assert first.read_bytes() == mine
    assert first != second
    assert second.is_file()
    assert re.fullmatch(r"reshape-\d{4}-\d\d-\d\d-\d{6}(-\d)?\.ipynb", second.name)
    released = notebooks()["reshape/reshape.ipynb"]
    assert read_notebook(path).cells == read_notebook(released).cells


def test_reset_of_a_fresh_a_missing_and_a_damaged_notebook(learner):
    assert reset("lesson") == (learner / "lesson.ipynb", None)
    (learner / "lesson.ipynb").unlink()
    assert reset("lesson.ipynb") == (learner / "lesson.ipynb", None)
    (learner / "lesson.ipynb").write_text("{")

    _, backup = reset("lesson")

    assert backup.read_text() == "{"
    assert read_notebook(learner / "lesson.ipynb").cells


def test_reset_refuses_what_is_no_notebook_of_the_course(learner):
    with pytest.raises(CourseError, match="Choose from"):
        reset("nonsense")


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root writes everywhere")
def test_reset_in_a_folder_that_cannot_be_written_changes_nothing(learner):
    path = answer(learner, "reshape")
    mine = path.read_bytes()
    learner.chmod(0o500)
    try:
        result = run_course("reset", "reshape", cwd=learner, state=learner)
    finally:
        learner.chmod(0o700)

    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert path.read_bytes() == mine


def test_reset_with_a_file_where_backups_go_changes_nothing(learner):
    path = answer(learner, "reshape")
    mine = path.read_bytes()
    (learner / "backups").write_text("in the way")

    result = run_course("reset", "reshape", cwd=learner, state=learner / "state")

    assert result.returncode == 2
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert path.read_bytes() == mine


# Submit


def test_archive_holds_exactly_the_notebooks_and_their_digests(learner):
    mine = answer(learner, "reshape").read_bytes()
    (learner / "reshape" / "secret.txt").write_text("not to be handed in")

    result = run_course(
        "submit", "--no-check", "--student", "ada", cwd=learner, state=learner / "state"
    )

    assert (result.returncode, result.stderr) == (0, "")
    with zipfile.ZipFile(learner / "ada-submission.zip") as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
        handed_in = archive.read("reshape/reshape.ipynb")
    assert names == [f"{name}/{name}.ipynb" for name in ASSIGNMENTS] + ["manifest.json"]
    assert handed_in == mine
    digest = hashlib.sha256(mine).hexdigest()
    assert manifest["files"]["reshape/reshape.ipynb"] == {"sha256": digest, "bytes": len(mine)}
    assert (manifest["format"], manifest["student"]) == ("convpool-submission", "ada")
    assert all(re.search(rf"{name} .*packed ", result.stdout) for name in ASSIGNMENTS)
    assert digest[:16] in result.stdout


def test_open_exercise_goes_along_once_it_was_worked_on(learner):
    path = learner / "improve" / "improve.ipynb"
    fresh = collect_files(packing_list(learner))
    edit(path, lambda notebook: notebook.cells.pop())

    assert "improve/improve.ipynb" not in fresh
    assert collect_files(packing_list(learner))["improve/improve.ipynb"] == path.read_bytes()


def test_submitting_again_replaces_the_archive_and_no_file_of_others(learner):
    path = archive_path(learner, "")
    pack(path, collect_files(packing_list(learner)), "")
    answer(learner, "reshape")
    assert not packed(learner)

    pack(path, collect_files(packing_list(learner)), "")

    assert packed(learner)
    path.write_bytes(b"a file of somebody's")
    with pytest.raises(CourseError, match="no archive of the course"):
        pack(path, collect_files(packing_list(learner)), "")
    assert path.read_bytes() == b"a file of somebody's"


@pytest.mark.parametrize("student", ["../ada", "a/b", "a\\b", ".hidden", "-x", "C:ada", "a b", " "])
def test_name_that_could_lead_out_of_a_folder_is_refused(learner, student):
    with pytest.raises(CourseError, match="can't be the name"):
        archive_path(learner, student)


def test_submit_checks_first_and_packs_unfinished_work_too(learner):
    result = run_course("submit", cwd=learner, state=learner / "state")

    assert result.returncode == 0
    assert "– scale_pixels" in result.stdout
    assert (learner / "convpool-submission.zip").is_file()


# Contents


def test_contents_page_leads_to_every_notebook_with_its_points(learner):
    page = (learner / "index.md").read_text(encoding="utf-8")
    links = set(re.findall(r"\]\(([^)#]+)\)", page))

    assert links == set(notebooks())
    assert all((learner / link).is_file() for link in links)
    for assignment in ASSIGNMENTS:
        points = sum(gap.points for gap in all_gaps().values() if gap.assignment == assignment)
        row = next(line for line in page.splitlines() if f"({assignment}/" in line)
        assert row.endswith(f"| {points:g} |")


def test_contents_page_of_the_checkout_leads_to_every_notebook_too(course):
    released = {name: course.release(name).read_bytes() for name in ASSIGNMENTS}
    ((path, content),) = contents_page(course, released).items()
    links = set(re.findall(r"\]\(([^)#]+)\)", content.decode()))

    assert path.read_bytes() == content
    assert len(links) == len(notebooks())
    assert all((path.parent / link).is_file() for link in links)


def test_commands_that_the_contents_page_names_are_there(learner):
    from typer.main import get_command

    from course.cli import app

    page = (learner / "index.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`course (\w+)", page))

    assert {"status", "check", "hint", "reset", "submit", "doctor"} <= named
    assert named <= set(get_command(app).commands)


def test_own_page_of_that_name_is_not_overwritten(learner):
    (learner / "index.md").write_text("mine")

    new_folder(learner)

    assert (learner / "index.md").read_text() == "mine"


# Doctor


def finding(look):
    return next(found for found in doctor.examine() if found.what == look)


def test_doctor_names_a_remedy_for_everything_that_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("FASHION_MNIST_DIR", str(tmp_path / "nothing"))
    monkeypatch.setenv("COURSE_STATE_DIR", "/dev/null/state")
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setattr(doctor, "_MEMORY", 10.0**6)
    monkeypatch.setattr(doctor, "_DISK", 10.0**9)
    quick = tuple(look for look in doctor._LOOKS if look.__name__ not in ("_tensorflow", "_kernel"))
    monkeypatch.setattr(doctor, "_LOOKS", quick)

    found = {each.what: each for each in doctor.examine()}

    assert {what for what, each in found.items() if not each.fine} == {
        "memory",
        "disk",
        "folders",
        "images",
    }
    assert all(each.remedy for each in found.values() if not each.fine)
    assert "unset FASHION_MNIST_DIR" in found["images"].remedy


def test_doctor_reports_what_breaks_while_it_looks(monkeypatch):
    def _kernel():
        raise FileNotFoundError("gone")

    monkeypatch.setattr(doctor, "_LOOKS", (_kernel,))

    assert finding("kernel").found == "FileNotFoundError: gone"


def test_doctor_finds_nothing_wrong_with_the_kernel_here(monkeypatch):
    monkeypatch.setattr(doctor, "_LOOKS", (doctor._kernel,))

    assert finding("kernel").fine


@pytest.mark.slow
def test_doctor_finds_a_tensorflow_that_does_not_import(monkeypatch, tmp_path):
    (tmp_path / "tensorflow.py").write_text("raise ImportError('no AVX')")
    monkeypatch.setattr(doctor, "_LOOKS", (doctor._tensorflow,))
    assert finding("TensorFlow").fine
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    assert finding("TensorFlow").found == "ImportError: no AVX"


def test_commands_work_with_an_empty_home(learner, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    environment = {"HOME": str(home), "COURSE_STATE_DIR": None, "XDG_STATE_HOME": None}
    for command in (["status"], ["hint", "train"], ["check", "quiz"], ["submit", "--no-check"]):
        result = run_command("course", *command, cwd=learner, **environment)
        assert result.returncode in (0, 1), result.stderr
        assert result.stderr == ""
    assert (home / ".local" / "state" / "convpool-course").is_dir()


def test_release_is_read_from_the_package_only(learner):
    assert read_release("reshape").cells
    assert not Path("exercises").exists()
