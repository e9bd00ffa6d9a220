"""`course submit` and `course status` lose no notebook, whatever its name and place."""

import json
import os
import pty
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from support.commands import command_line, with_environment
from support.contract import ASSIGNMENTS
from support.learner_folder import answer, edit, new_folder, run_course
from typer.testing import CliRunner

from course.cli import app
from course.cli.printing import next_step
from course.learner.packing_list import identify, packing_list
from course.learner.status import standings
from course.learner.submit import archive_path, collect_files, pack, packed

ALL = [f"{name}/{name}.ipynb" for name in ASSIGNMENTS]


@pytest.fixture
def learner(tmp_path, monkeypatch):
    """A folder of notebooks, the working directory, with a state of its own."""
    monkeypatch.setenv("COURSE_STATE_DIR", str(tmp_path / "state"))
    folder = new_folder(tmp_path / "convpool")
    monkeypatch.chdir(folder)
    return folder


def submit(folder, *options):
    """Pack without checking, in this process; return the result and the archive's notebooks."""
    result = CliRunner().invoke(app, ["submit", "--no-check", *options], env={"COLUMNS": "200"})
    assert result.stderr == ""
    return result, in_archive(folder)


def in_archive(folder):
    path = folder / "convpool-submission.zip"
    if not path.exists():
        return {}
    with zipfile.ZipFile(path) as archive:
        return {n: archive.read(n) for n in archive.namelist() if n != "manifest.json"}


def entry_of(folder, assignment):
    return next(entry for entry in packing_list(folder) if entry.assignment == assignment)


def later(path, seconds=60):
    changed = path.stat().st_mtime + seconds
    os.utime(path, (changed, changed))


def moved(folder, name):
    """Answer `reshape` and move it to another place."""
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    return answer(folder, "reshape").rename(target)


NAMES = [
    "reshape/reshape (1).ipynb",
    "reshape/Reshape.ipynb",
    "reshape/my_reshape.ipynb",
    "reshape/reshape.ipynb.txt",
    "reshape/reshape.json",
    "reshape/ärbeit №1.ipynb",
    "Reshape/Reshape.ipynb",
    "reshape.ipynb",
    "cnn/reshape.ipynb",
    "done/week 1/exercise.ipynb",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_renamed_or_moved_notebook_is_found_and_not_packed_unasked(learner, name):
    path = moved(learner, name)

    result, files = submit(learner)

    assert result.exit_code == 3
    assert sorted(files) == sorted(set(ALL) - {"reshape/reshape.ipynb"})
    assert "NOT packed: reshape/reshape.ipynb is missing" in result.stdout
    assert "0 of 10" in result.stdout
    assert f'--use "{name}"' in result.stdout
    assert path.is_file()


@pytest.mark.parametrize("name", NAMES)
def test_yes_and_use_pack_it_under_its_usual_name_and_leave_the_file(learner, name):
    path = moved(learner, name)
    before = sorted(learner.rglob("*.ipynb*"))

    for options in (["--yes"], ["--use", name]):
        result, files = submit(learner, *options)
        assert result.exit_code == 0
        assert files["reshape/reshape.ipynb"] == path.read_bytes()
        assert sorted(files) == sorted(ALL)
        assert f"packed from {name}" in result.stdout
    assert sorted(learner.rglob("*.ipynb*")) == before


def on_a_terminal(folder, keys, *options):
    """Run `course submit` on a terminal and type keys; return the exit status."""
    main, side = pty.openpty()
    process = subprocess.Popen(
        command_line("course", "submit", "--no-check", *options),
        cwd=folder,
        env=with_environment(COURSE_STATE_DIR=str(folder.parent / "state"), COLUMNS="200"),
        stdin=side,
        stdout=side,
        stderr=side,
    )
    os.close(side)
    os.write(main, keys)
    said = b""
    while True:
        try:
            part = os.read(main, 4096)
        except OSError:
            break
        if not part:
            break
        said += part
    os.close(main)
    return process.wait(60), said.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX terminal")
def test_on_a_terminal_the_learner_is_asked_which_of_two(learner):
    old = moved(learner, "reshape/reshape (1).ipynb")
    new = learner / "reshape" / "reshape-Copy1.ipynb"
    new.write_bytes(old.read_bytes())
    edit(new, lambda notebook: notebook.cells.append(new_code_cell("1")))
    later(new)

    for keys, status, expected in (
        (b"\n", 0, new),
        (b"9\n2\n", 0, old),
        (b"0\n", 3, None),
    ):
        code, said = on_a_terminal(learner, keys)
        assert code == status, said
        assert said.index("reshape-Copy1.ipynb, 2 of 2") < said.index("reshape (1).ipynb, 2 of 2")
        packed_file = in_archive(learner).get("reshape/reshape.ipynb")
        assert packed_file == (expected.read_bytes() if expected else None)


def test_a_blank_file_of_the_usual_name_does_not_win_over_work_elsewhere(learner):
    blank = (learner / "reshape" / "reshape.ipynb").read_bytes()
    mine = moved(learner, "reshape/my_reshape.ipynb")
    new_folder(learner)
    later(learner / "reshape" / "reshape.ipynb")

    result, files = submit(learner)

    assert result.exit_code == 3
    assert files["reshape/reshape.ipynb"] == blank
    said = "my_reshape.ipynb has 2 of 2 gaps answered and differs from reshape/reshape.ipynb"
    assert said in result.stdout
    assert submit(learner, "--yes")[1]["reshape/reshape.ipynb"] == mine.read_bytes()
    result, files = submit(learner, "--use", "reshape/reshape.ipynb")
    assert (result.exit_code, files["reshape/reshape.ipynb"]) == (0, blank)


@pytest.mark.parametrize("place", ["reshape/reshape-Copy1.ipynb", "backups/reshape-1.ipynb"])
def test_older_equal_and_blank_copies_and_backups_raise_no_question(learner, place):
    path = answer(learner, "reshape")
    copy = learner / place
    copy.parent.mkdir(exist_ok=True)
    copy.write_bytes(path.read_bytes())
    later(copy, 60 if "backups" not in place else -60)
    hidden = learner / "reshape" / ".ipynb_checkpoints" / "reshape-checkpoint.ipynb"
    hidden.parent.mkdir()
    hidden.write_bytes(path.read_bytes())
    edit(hidden, lambda notebook: notebook.cells.pop())
    (learner / "cnn" / "cnn (1).ipynb").write_bytes((learner / "cnn" / "cnn.ipynb").read_bytes())

    assert submit(learner)[0].exit_code == 0

    older = learner / "reshape" / "old.ipynb"
    older.write_bytes(path.read_bytes())
    edit(older, lambda notebook: notebook.cells.pop())
    later(older, -3600)
    assert submit(learner)[0].exit_code == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[]", "is no notebook that can be graded"),
        ("", "is no notebook that can be graded: The notebook is empty"),
        ('{"cells": [{"cell_type": "code", "sour', "is no notebook that can be graded"),
    ],
)
def test_a_damaged_notebook_blocks_no_other(learner, content, reason):
    (learner / "cnn" / "cnn.ipynb").write_text(content)

    result, files = submit(learner)

    assert result.exit_code == 3
    assert sorted(files) == sorted(set(ALL) - {"cnn/cnn.ipynb"})
    assert f"NOT packed: cnn/cnn.ipynb {reason}" in result.stdout
    assert "0 of 35" in result.stdout
    assert "course reset cnn" in result.stdout


def test_a_good_copy_of_a_damaged_notebook_is_offered(learner):
    path = answer(learner, "reshape")
    copy = path.with_name("reshape-Copy1.ipynb")
    copy.write_bytes(path.read_bytes())
    path.write_text("{")

    assert submit(learner)[0].exit_code == 3
    assert submit(learner, "--yes")[1]["reshape/reshape.ipynb"] == copy.read_bytes()


def test_swapped_notebooks_are_each_found(learner):
    reshape, pooling = learner / ALL[0], learner / ALL[2]
    first, second = reshape.read_bytes(), pooling.read_bytes()
    reshape.write_bytes(second)
    pooling.write_bytes(first)

    result, _ = submit(learner)
    assert "reshape/reshape.ipynb has the cells of pooling" in result.stdout
    files = submit(learner, "--yes")[1]

    assert (files[ALL[0]], files[ALL[2]]) == (first, second)


def test_nothing_at_all_writes_no_archive(learner):
    for name in ALL:
        (learner / name).write_text("{")

    result, files = submit(learner)

    assert (result.exit_code, files) == (3, {})
    assert "Nothing can be packed" in result.stdout


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root reads everything")
def test_a_notebook_that_may_not_be_read_is_left_out_with_its_reason(learner):
    (learner / ALL[0]).chmod(0)

    result, files = submit(learner)

    assert "NOT packed: reshape/reshape.ipynb can't be read (Permission denied)" in result.stdout
    assert len(files) == 4


@pytest.mark.parametrize("drop", ["marks", "ids", "marks and ids"])
def test_a_renamed_notebook_is_found_without_its_marks_or_ids(learner, drop):
    path = moved(learner, "reshape/other.ipynb")
    content = json.loads(path.read_text())
    for cell in content["cells"]:
        if "marks" in drop:
            cell["metadata"] = {}
        if "ids" in drop:
            del cell["id"]
    path.write_text(json.dumps(content | {"nbformat_minor": 4}))

    found = identify(path)

    assert (found.assignment, found.answered, found.gaps) == ("reshape", 2, 2)


def test_an_added_assignment_goes_along(learner):
    notebook = new_notebook(cells=[new_code_cell("more = 1")])
    notebook.cells[0].metadata["nbgrader"] = {"grade_id": "more", "solution": True}
    for name in ("extra/extra.ipynb", "extra/part two.ipynb", "own.ipynb"):
        (learner / name).parent.mkdir(exist_ok=True)
        nbformat.write(notebook, learner / name)
    nbformat.write(new_notebook(cells=[new_code_cell("1")]), learner / "scratch.ipynb")
    quiz = learner / "quiz2" / "quiz2.ipynb"
    quiz.parent.mkdir()
    quiz.write_bytes(answer(learner, "quiz").read_bytes())

    result, files = submit(learner)

    added = ["extra/extra.ipynb", "extra/part two.ipynb", "own/own.ipynb", "quiz2/quiz2.ipynb"]
    assert sorted(files) == sorted([*ALL, *added])
    assert result.exit_code == 0
    assert result.stdout.count("not checked here") == 4


def test_an_added_notebook_in_the_folder_of_an_exercise_is_not_taken_for_it(learner):
    path = answer(learner, "reshape")
    notebook = new_notebook(cells=[new_code_cell("more = 1")])
    notebook.cells[0].metadata["nbgrader"] = {"grade_id": "more", "solution": True}
    nbformat.write(notebook, learner / "reshape" / "bonus.ipynb")

    result, files = submit(learner, "--use", str(path))

    assert (result.exit_code, files["reshape/reshape.ipynb"]) == (0, path.read_bytes())
    assert "reshape/bonus.ipynb" in files
    assert [standing.assignment for standing in standings(learner)] == list(ASSIGNMENTS)


def test_two_added_notebooks_of_one_name_are_not_packed_over_each_other(learner):
    notebook = new_notebook(cells=[new_code_cell("more = 1")])
    notebook.cells[0].metadata["nbgrader"] = {"grade_id": "more", "solution": True}
    for name in ("own.ipynb", "own/own.ipynb"):
        (learner / name).parent.mkdir(exist_ok=True)
        nbformat.write(notebook, learner / name)

    result, files = submit(learner)

    assert result.exit_code == 3
    assert list(files).count("own/own.ipynb") == 1
    assert "own/own.ipynb would have the name of own.ipynb" in result.stdout


def test_two_files_named_for_one_exercise_are_refused(learner):
    path = answer(learner, "reshape")
    other = path.with_name("other.ipynb")
    other.write_bytes(path.read_bytes())

    result = run_course("submit", "--use", path, "--use", other, cwd=learner, state=learner)

    assert result.returncode == 2
    assert "are both of reshape. Name one of them." in result.stderr


def test_the_open_exercise_is_found_under_another_name(learner):
    path = learner / "improve" / "improve.ipynb"
    edit(path, lambda n: setattr(n.cells[-2], "source", n.cells[-2].source + "\n"))
    cell = next(c["id"] for c in nbformat.read(path, 4).cells if c["id"] == "model")
    edit(
        path,
        lambda n: setattr(next(c for c in n.cells if c["id"] == cell), "source", "model = 1"),
    )
    other = path.rename(path.with_name("improve (2).ipynb"))

    result, files = submit(learner)

    assert (result.exit_code, "improve/improve.ipynb" in files) == (3, False)
    assert submit(learner, "--yes")[1]["improve/improve.ipynb"] == other.read_bytes()


def test_a_file_that_is_of_no_exercise_cannot_be_named(learner):
    for name, words in (("lesson.ipynb", "none of the gaps"), ("none.ipynb", "can't be read")):
        result = run_course("submit", "--use", name, cwd=learner, state=learner / "state")
        assert result.returncode == 2
        assert words in result.stderr
    assert in_archive(learner) == {}


def test_status_tells_the_same_and_the_next_step(learner):
    moved(learner, "reshape/reshape (1).ipynb")
    (learner / "quiz" / "quiz.ipynb").unlink()

    shown = run_course("status", cwd=learner, state=learner.parent / "state").stdout

    assert "reshape/reshape.ipynb is missing" in shown
    assert "quiz/quiz.ipynb is missing" in shown
    assert "Rename reshape/reshape (1).ipynb to reshape/reshape.ipynb, or run" in shown
    (learner / "reshape" / "reshape (1).ipynb").rename(learner / ALL[0])
    for assignment in ASSIGNMENTS[1:4]:
        (learner / assignment / f"{assignment}.ipynb").unlink()
    assert next_step(learner, standings(learner)[1:]).startswith("Next: fix convolution.")


def test_status_knows_that_the_chosen_file_is_packed(learner):
    mine = moved(learner, "reshape/my.ipynb")
    assert not packed(learner)

    entries = packing_list(learner)
    pack(
        archive_path(learner, ""),
        collect_files([entries[0].with_file(mine), *entries[1:]]),
        "",
    )

    assert packed(learner)


def test_all_notebooks_renamed_is_still_a_folder_of_the_course(learner):
    for name in ALL:
        path = learner / name
        path.rename(path.with_name("mine.ipynb"))

    assert len(submit(learner, "--yes")[1]) == len(ASSIGNMENTS)


def test_check_of_all_says_what_it_did_not_check(learner):
    moved(learner, "reshape/reshape (1).ipynb")
    (learner / "cnn" / "cnn.ipynb").write_text("{")

    result = run_course("check", cwd=learner, state=learner.parent / "state")

    assert result.returncode == 2
    assert "! reshape: reshape/reshape.ipynb is missing" in result.stdout
    assert "! cnn: cnn/cnn.ipynb is no notebook" in result.stdout
    assert "pooling: 0 of 15 visible points" in result.stdout


def test_part_marks_are_shown_with_their_points(learner):
    path = answer(learner, "cnn")
    text = "◐ layer_shapes: 50% of the points.\n`layer_shapes`: row flatten …\n"

    def run_it(notebook):
        test = next(cell for cell in notebook.cells if cell["id"] == "test_layer_shapes")
        test.outputs = [nbformat.v4.new_output("stream", text=text)]

    edit(path, run_it)

    shown = run_course("status", cwd=learner, state=learner.parent / "state").stdout

    assert "◐ layer_shapes 2.5 of 5" in shown.replace("\xa0", " ")
    assert "2.5 of 35" in shown


def test_the_answers_end_with_the_table_and_notices_stand_above_it(learner):
    answer(learner, "reshape")
    edit(
        learner / "reshape" / "reshape.ipynb",
        lambda n: n.cells.remove(next(c for c in n.cells if c["id"] == "test_scale_pixels")),
    )
    (learner / "pooling" / "pooling.ipynb").unlink()

    result = run_course(
        "submit", cwd=learner, state=learner.parent / "state", COURSE_DATA="standin"
    )

    said = result.stdout
    assert result.returncode == 3
    assert said.index("! reshape: The check of `scale_pixels` was deleted") < said.index("What you")
    assert said.index("What you hand in") < said.index("NOT packed: pooling/pooling.ipynb")
    assert "10 of 10" in said[said.index("What you hand in") :]
    assert said.splitlines()[-1].startswith("Hand in this file: ")


@pytest.fixture
def fetched(tmp_path, monkeypatch):
    """A folder as nbgrader's exchange fills it: one exercise was fetched, the others were not."""
    monkeypatch.setenv("COURSE_STATE_DIR", str(tmp_path / "state"))
    folder = tmp_path / "home"
    made = new_folder(tmp_path / "made")
    shutil.copytree(made / "reshape", folder / "reshape")
    monkeypatch.chdir(folder)
    return folder


def test_what_was_not_fetched_is_not_missing(fetched):
    answer(fetched, "reshape")

    shown = run_course("status", cwd=fetched, state=fetched.parent / "state").stdout

    assert "missing" not in shown
    assert shown.count("not fetched yet") == len(ASSIGNMENTS) - 1
    result, files = submit(fetched)
    assert (result.exit_code, list(files)) == (0, ["reshape/reshape.ipynb"])
    assert result.stdout.count("not fetched yet") == len(ASSIGNMENTS) - 1
    assert "missing" not in result.stdout
    assert packed(fetched)


def test_the_next_step_leads_to_the_assignment_list(fetched):
    found = [replace(one, verdicts=[]) for one in standings(fetched)]

    said = next_step(fetched, found)

    assert said.startswith("Next: hand in with Submit in JupyterLab's Assignment List")
    assert "fetch convolution there" in said


def test_what_was_fetched_and_is_gone_is_missing(fetched):
    (fetched / "cnn").mkdir()

    result, _ = submit(fetched)

    assert result.exit_code == 3
    assert "NOT packed: cnn/cnn.ipynb is missing" in result.stdout


def test_an_exercise_that_was_not_fetched_is_found_under_another_name(fetched, tmp_path):
    mine = tmp_path / "made" / "pooling" / "pooling.ipynb"
    shutil.copy(mine, fetched / "reshape" / "my pooling.ipynb")

    assert entry_of(fetched, "pooling").offers[0].path.name == "my pooling.ipynb"


def test_a_check_of_what_was_not_fetched_says_so(fetched):
    result = run_course("check", "pooling", cwd=fetched, state=fetched.parent / "state")

    assert result.returncode == 2
    assert "pooling was not fetched yet. Fetch it in JupyterLab's Assignment List." in result.stderr
