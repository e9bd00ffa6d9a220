"""`course check`: the verdicts of grading on the visible checks, and notices on the rest."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from support.commands import command_line
from support.contract import ASSIGNMENTS
from support.learner_folder import answer, edit, new_folder, run_course

from autograder.folders import ClassFolder
from course.checks import time_limit
from course.errors import CourseError
from course.learner import check as checking
from course.learner import fresh_run
from course.learner.check import check_work
from course.learner.folder import (
    Work,
    find_folder,
    find_work,
    read_notebook,
    remember_folder,
)
from course.learner.fresh_run import FreshRun, run_notebook
from course.learner.gap_check import judge, judging_cell
from course.learner.notices import about_unsaved
from course.learner.packing_list import packing_list, works_of
from course.learner.released_cells import rebuild_released
from course.learner.status import remembered
from course.notebook.cell_marks import mark_of
from course.notebook.verdict import Verdict


@pytest.fixture
def learner(tmp_path, monkeypatch):
    """A folder of notebooks, the working directory, with a state of its own."""
    monkeypatch.setenv("COURSE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("COURSE_DATA", "standin")
    monkeypatch.delenv("FASHION_MNIST_DIR", raising=False)
    monkeypatch.delenv("JUPYTER_RUNTIME_DIR", raising=False)
    folder = new_folder(tmp_path / "convpool")
    monkeypatch.chdir(folder)
    return folder


def report(work):
    return check_work(work, lambda *_: None)


def statuses(found):
    return {verdict.exercise: verdict.status for verdict in found.verdicts}


def cell_named(notebook, name):
    return next(cell for cell in notebook.cells if cell["id"] == name)


# Verdicts


def test_correct_answers_earn_all_visible_points(learner):
    answer(learner, "reshape")

    found = report(find_work("reshape"))

    assert (found.earned, found.points, found.complete) == (10, 10, True)
    assert found.notices == []
    kept = remembered(learner / "reshape" / "reshape.ipynb")["gaps"]
    assert kept["scale_pixels"]["earned"] == 4


def test_each_gap_is_judged_for_itself_by_the_released_check(learner):
    path = answer(
        learner,
        "reshape",
        {
            "scale_pixels": "def scale_pixels(images):\n    return images / 256",
            "add_channel_axis": "def add_channel_axis(images):\n    return later(images)",
        },
    )

    def sabotage(notebook):
        cell_named(notebook, "test_scale_pixels").source = 'print("✓ scale_pixels: right.")'
        notebook.cells.remove(cell_named(notebook, "test_add_channel_axis"))
        notebook.cells.append(new_code_cell("later = lambda images: images[..., None]"))
        notebook.cells.insert(2, new_code_cell("nowhere + 1"))

    edit(path, sabotage)
    before = path.read_bytes()

    found = report(find_work("reshape"))

    assert statuses(found) == {"scale_pixels": "incorrect", "add_channel_axis": "error"}
    assert "256" in found.verdicts[0].message
    assert "NameError: name 'later'" in found.verdicts[1].message
    said = "\n".join(found.notices)
    assert "The check of `scale_pixels` was changed" in said
    assert "The check of `add_channel_axis` was deleted" in said
    assert "`nowhere`, which is defined in no cell" in said
    assert "`later`, which is defined only further down" in said
    assert path.read_bytes() == before


def test_untouched_notebook_starts_no_kernel(learner, monkeypatch):
    monkeypatch.setattr(checking, "run_notebook", lambda *_: pytest.fail("a kernel was started"))

    found = report(find_work("cnn"))

    assert set(statuses(found).values()) == {"not_attempted"}
    assert not found.complete


def test_code_that_does_not_end_costs_its_own_gap_only(learner, monkeypatch):
    # Long enough for the imports of the other cells on a busy machine.
    monkeypatch.setattr("course.learner.fresh_run.TEST_SECONDS", 6)
    monkeypatch.setattr("course.learner.check.CELL_SECONDS", 20)
    answer(learner, "reshape")
    answer(
        learner,
        "reshape",
        {"scale_pixels": "def scale_pixels(images):\n    while True:\n        pass"},
    )

    found = report(find_work("reshape"))

    assert statuses(found) == {"scale_pixels": "timeout", "add_channel_axis": "correct"}
    assert "it took longer than the" in found.verdicts[0].message


@pytest.mark.parametrize("ending", ["import os\nos._exit(3)", "exit()", "quit()"])
def test_a_kernel_that_ends_costs_its_own_gap_only(learner, ending):
    answer(learner, "reshape")
    right = "def scale_pixels(images):\n    return images / 255\n"
    answer(learner, "reshape", {"scale_pixels": right + ending})

    found = report(find_work("reshape"))

    assert statuses(found) == {"scale_pixels": "error", "add_channel_axis": "correct"}
    assert "`scale_pixels` is not defined" in found.verdicts[0].message


def test_kernels_that_end_again_and_again_are_not_opened_for_ever():
    cells = [new_code_cell("exit()") for _ in range(6)]

    run = run_notebook(nbformat.v4.new_notebook(cells=cells), lambda *_: None)

    assert "the kernel ended" in run.stopped


def test_a_test_may_take_as_long_as_in_the_notebook():
    assert fresh_run.TEST_SECONDS == time_limit.SECONDS


def test_a_part_of_the_points_is_given_as_in_grading():
    source = (
        "from course.checks import exercise\nwith exercise('g') as check:\n"
        "    with check.part(1 / 4):\n        check.fail('no')"
    )

    verdict = judge("g", 8.0, source, {})

    assert (verdict.status, verdict.score) == ("partial", 6.0)
    assert verdict.message == "75% of the points.\n`g`: no"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_notebook_in_another_encoding_is_read(learner, encoding):
    path = learner / "reshape" / "reshape.ipynb"
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))

    assert set(statuses(report(find_work("reshape"))).values()) == {"not_attempted"}


def test_a_notebook_of_another_exercise_is_refused_as_in_grading(learner):
    path = learner / "reshape" / "reshape.ipynb"
    path.write_bytes((learner / "pooling" / "pooling.ipynb").read_bytes())

    with pytest.raises(CourseError, match="This is not the notebook of reshape"):
        report(find_work("reshape"))


def test_what_was_not_read_is_a_notice(learner):
    path = learner / "reshape" / "reshape.ipynb"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["cells"].append({"cell_type": "heading", "metadata": {}, "source": "1"})
    path.write_text(json.dumps(document), encoding="utf-8")

    found = report(find_work("reshape"))

    assert any("unknown type 'heading'; it was read as text" in one for one in found.notices)


def test_check_is_blind_to_what_an_earlier_check_defined():
    names = {}
    source = "from course.checks import exercise\nkept = 1\nwith exercise('g') as check:\n    g"

    verdict = judge("g", 3.0, source, names)

    assert verdict.status == "error"
    assert "not defined" in verdict.message
    assert names == {}


@pytest.mark.parametrize(
    ("body", "status", "earned"),
    [
        ("    pass", "correct", 3.0),
        ("    pass\n2", "partial", 2.0),
        ("    check.choice('a', 'ab')", "answered", 0.0),
        ("    def g(): raise NotImplementedError()\n    g()", "not_attempted", 0.0),
        ("    raise NotImplementedError('not yet')", "error", 0.0),
        ("    check.fail('no')", "incorrect", 0.0),
        ("    1 / 0", "error", 0.0),
    ],
)
def test_verdict_says_what_the_check_says(body, status, earned):
    source = f"from course.checks import exercise\nwith exercise('g') as check:\n{body}"

    verdict = judge("g", 3.0, source, {})

    assert (verdict.status, verdict.score, verdict.max_score) == (status, earned, 3.0)


def test_judging_cell_leaves_no_name_behind():
    assert "=" not in judging_cell("g", 1.0, "pass").replace("'=", "")
    assert "\n" not in judging_cell("g", 1.0, "a\nb")


def test_a_class_quiz_of_its_own_is_checked_with_its_own_letters(learner, course, tmp_path):
    from autograder.build.release import build_for_class, publish

    mine = ClassFolder(tmp_path / "class")
    publish(build_for_class(course, mine, 7))
    quiz = learner / "quiz" / "quiz.ipynb"
    quiz.write_bytes(mine.release("quiz").read_bytes())
    blank = rebuild_released("quiz", read_notebook(quiz))
    edit(quiz, lambda notebook: setattr(cell_named(notebook, "q6"), "source", "q6 = 12"))

    rebuilt = rebuild_released("quiz", read_notebook(quiz))

    assert blank.flags == rebuilt.flags == ()
    assert len(blank.untouched_gaps) == 10
    assert set(blank.untouched_gaps) - set(rebuilt.untouched_gaps) == {"q6"}


def test_an_edited_question_does_not_make_a_class_quiz(learner):
    quiz = learner / "quiz" / "quiz.ipynb"
    edit(quiz, lambda n: setattr(cell_named(n, "q4_question"), "source", "Which letter is a?"))

    rebuilt = rebuild_released("quiz", read_notebook(quiz))

    assert [flag.kind for flag in rebuilt.flags] == ["locked_edited"]


# Notices that need no kernel


@pytest.fixture
def no_kernel(monkeypatch):
    """Let every check fail without running anything."""

    def fail_all(notebook, show, seconds):
        tests = [mark for mark in map(mark_of, notebook.cells) if mark.is_test]
        return FreshRun([Verdict(test.exercise, 0.0, 1.0, "incorrect", "no") for test in tests])

    monkeypatch.setattr(checking, "run_notebook", fail_all)


def test_notebook_that_passed_out_of_order_is_noticed(learner, no_kernel):
    path = answer(learner, "reshape")

    def saved_as_run(notebook):
        test = cell_named(notebook, "test_scale_pixels")
        test.outputs = [nbformat.v4.new_output("stream", text="✓ scale_pixels: right.\n")]
        test.execution_count = 9
        cell_named(notebook, "add_channel_axis").execution_count = 4

    edit(path, saved_as_run)

    notices = report(find_work("reshape")).notices

    assert len(notices) == 1
    assert "`scale_pixels` passed when you ran its check, but not on a fresh kernel" in notices[0]
    assert "[9] is above [4]" in notices[0]


def test_renamed_notebook_is_recognized_and_noticed(learner, no_kernel):
    path = answer(learner, "reshape").rename(learner / "reshape" / "my work.ipynb")

    found = report(find_work(str(path)))

    assert found.work.assignment == "reshape"
    assert "Only reshape.ipynb is collected" in found.notices[0]


def test_a_kernel_that_was_used_since_the_file_was_saved_is_noticed(learner, tmp_path, monkeypatch):
    path = answer(learner, "reshape")
    kernel = {"last_activity": "2999-01-01T00:00:00Z"}
    session = {"path": str(path.relative_to(learner)), "kernel": kernel}
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(runtime))
    with jupyter_server_with([session]) as address:
        notes = {1: {"url": address, "token": "t", "root_dir": str(learner)}, 2: {}}
        for number, note in notes.items():
            (runtime / f"jpserver-{number}.json").write_text(json.dumps(note))

        [notice] = about_unsaved(path)

    assert "JupyterLab has it open" in notice
    assert list(about_unsaved(path)) == []  # the server has ended and left its note


@contextmanager
def jupyter_server_with(sessions):
    """Answer as a Jupyter server does that is asked for its sessions with the token t."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            is_asked = self.path == "/api/sessions"
            assert is_asked and self.headers["Authorization"] == "token t"
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(sessions).encode())

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_newer_copy_and_newer_checkpoint_are_noticed(learner, no_kernel):
    path = answer(learner, "reshape")
    copy = path.with_name("reshape-Copy1.ipynb")
    checkpoint = path.parent / ".ipynb_checkpoints" / "reshape-checkpoint.ipynb"
    checkpoint.parent.mkdir()
    for target in (copy, checkpoint):
        target.write_bytes(path.read_bytes())
        edit(target, lambda notebook: notebook.cells.pop())
        later = path.stat().st_mtime + 60
        os.utime(target, (later, later))

    said = "\n".join(report(find_work("reshape")).notices)

    assert "reshape-Copy1.ipynb beside it is newer" in said
    assert "Its checkpoint is newer" in said


def test_moved_doubled_and_lost_cells_are_noticed_by_name(learner, no_kernel):
    path = answer(learner, "pooling")

    def rearrange(notebook):
        notebook.cells.append(cell_named(notebook, "max_pool2d").copy())
        notebook.cells[-1]["id"] = "another"
        notebook.cells.remove(cell_named(notebook, "strided_convolve2d"))
        setup = cell_named(notebook, "setup")
        setup.source += "\nimport os"

    edit(path, rearrange)

    said = "\n".join(report(find_work("pooling")).notices)

    assert "`max_pool2d` is there more than once" in said
    assert "The cell of the gap `strided_convolve2d` is gone" in said
    assert "The cell `setup` was changed (added: import os)" in said


# Where notebooks are found


def test_notebooks_are_found_from_inside_beside_and_afar(learner, tmp_path, monkeypatch):
    for place in (learner, learner / "cnn", tmp_path):
        monkeypatch.chdir(place)
        assert len(works_of(packing_list(find_folder()))) == len(ASSIGNMENTS)
    remember_folder(learner)
    monkeypatch.chdir("/")
    assert find_folder() == learner


def test_no_notebooks_anywhere_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_STATE_DIR", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)

    with pytest.raises(CourseError, match="course lab"):
        find_folder()


@pytest.mark.parametrize(
    "text", ["", "nonsense", "[]", "{}", '{"cells": 5, "nbformat": 4}', "null"]
)
def test_file_that_is_no_notebook_is_one_line(learner, text):
    path = learner / "reshape" / "reshape.ipynb"
    path.write_text(text)

    result = run_course("check", "reshape", cwd=learner, state=learner)

    assert result.returncode == 2
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert "reshape.ipynb" in result.stderr


# The command


def test_a_gap_that_passes_is_one_line(learner):
    answer(learner, "reshape")

    result = run_course("check", "reshape", cwd=learner, state=learner / "state")

    lines = result.stdout.splitlines()
    assert [line.split()[:2] for line in lines[1:3]] == [
        ["✓", "scale_pixels"],
        ["✓", "add_channel_axis"],
    ]


def test_command_prints_each_gap_and_that_hidden_checks_remain(learner):
    answer(learner, "reshape", {"scale_pixels": "def scale_pixels(images):\n    return images"})

    result = run_course("check", "reshape", cwd=learner, state=learner / "state")

    assert result.returncode == 1
    assert result.stderr == ""
    assert "reshape: 0 of 10 visible points" in result.stdout
    assert "✗ scale_pixels      0 of 4" in result.stdout
    assert "– add_channel_axis  not attempted (6 points)" in result.stdout
    assert "Hidden checks run when a notebook is graded" in result.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_ends_the_command_and_its_kernel(learner, tmp_path):
    told = tmp_path / "pid"
    code = (
        f"import os, time\nopen({str(told)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)\n"
        "def scale_pixels(images):\n    return images / 255"
    )
    answer(learner, "reshape", {"scale_pixels": code})
    process = subprocess.Popen(
        command_line("course", "check", "reshape"),
        cwd=learner,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: told.is_file() and told.read_text())

    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=180)

    assert process.returncode == 130
    assert said.count("\n") <= 1, "no traceback"
    wait_until(lambda: not Path(f"/proc/{told.read_text()}").exists())


def wait_until(condition, seconds=180):
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_run_starts_in_an_empty_folder_on_the_few_images(learner):
    notebook = nbformat.v4.new_notebook(
        cells=[
            new_code_cell("import os\nassert os.listdir() == [], os.listdir()", id="empty"),
            new_code_cell(
                "from course import load_data\n(x, _), _ = load_data()\nassert len(x) == 100",
                id="few",
            ),
        ]
    )

    assert run_notebook(notebook, lambda *_: None).errors == {}


def test_work_knows_the_only_name_that_is_collected(tmp_path):
    assert Work("cnn", tmp_path / "other.ipynb").expected_name == "cnn.ipynb"
