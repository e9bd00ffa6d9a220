"""nbgrader's own commands and formgrader work from the repository root with our configuration."""

import csv
import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from support.commands import SCRIPTS, run_command, with_environment
from support.contract import ASSIGNMENTS, POINTS
from support.reference import reference
from support.stock_class import StockClass

from autograder.build.answer_files import Answers, fill, hand_in
from autograder.folders import ClassFolder, CourseFolder
from course.errors import GradingError


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory: pytest.TempPathFactory) -> ClassFolder:
    """An empty class, away from the checkout."""
    return ClassFolder(tmp_path_factory.mktemp("class"))


@pytest.fixture(scope="module")
def environment(class_folder: ClassFolder, course_images: None) -> dict[str, str | None]:
    """How the shell of an instructor differs who never activated the virtual environment."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    path = os.pathsep.join(folder for folder in folders if Path(folder) != SCRIPTS)
    hidden = dict.fromkeys(("VIRTUAL_ENV", "PYTEST_CURRENT_TEST", "STOCK"))
    return hidden | {"PATH": path, "CLASS_DIR": str(class_folder.root)}


@pytest.fixture(scope="module")
def before(course_copy: CourseFolder) -> dict[str, bytes]:
    """The files of the checkout before any command ran."""
    return files_in(course_copy.root)


def files_in(folder: Path) -> dict[str, bytes]:
    found = (p for p in sorted(folder.rglob("*")) if p.is_file() and "__pycache__" not in p.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def graded(
    course_copy: CourseFolder,
    class_folder: ClassFolder,
    environment: dict[str, str | None],
    before: dict[str, bytes],
) -> dict[str, "subprocess.CompletedProcess[str]"]:
    """Run every command once, in the order of a course; return what each said, by its name."""

    def nbgrader(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return run_command("nbgrader", *arguments, cwd=course_copy.root, **environment)

    said = {"generate_assignment": nbgrader("generate_assignment", "reshape", "--force")}
    release = course_copy.release("reshape")
    said["validate"] = nbgrader("validate", str(release.relative_to(course_copy.root)))
    answers = reference(course_copy, "reshape")
    hand_in(release, answers, class_folder.submitted, "ada", "reshape")
    hand_in(release, Answers(), class_folder.submitted, "blank", "reshape")
    said["autograde"] = nbgrader("autograde", "reshape")
    said["generate_feedback"] = nbgrader("generate_feedback", "reshape")
    said["export"] = nbgrader("export")
    return said


@pytest.mark.parametrize(
    "command", ["generate_assignment", "validate", "autograde", "generate_feedback", "export"]
)
def test_each_command_succeeds(
    graded: dict[str, "subprocess.CompletedProcess[str]"], command: str
) -> None:
    result = graded[command]

    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    assert "ERROR" not in result.stderr


def test_validate_names_the_two_gaps_of_the_untouched_release(
    graded: dict[str, "subprocess.CompletedProcess[str]"],
) -> None:
    said = graded["validate"].stdout

    assert "VALIDATION FAILED ON 2 CELL(S)" in said
    assert "`scale_pixels`: not attempted yet" in said


def test_the_commands_leave_the_checkout_as_it_was(
    course_copy: CourseFolder,
    before: dict[str, bytes],
    graded: dict[str, "subprocess.CompletedProcess[str]"],
) -> None:
    after = files_in(course_copy.root)

    assert set(after) == set(before)
    assert [name for name in after if after[name] != before[name]] == []


def test_class_data_lies_in_the_class_folder(
    class_folder: ClassFolder, graded: dict[str, "subprocess.CompletedProcess[str]"]
) -> None:
    for student in ("ada", "blank"):
        assert (class_folder.autograded / student / "reshape" / "reshape.ipynb").is_file()
        assert (class_folder.feedback / student / "reshape" / "reshape.html").is_file()
    assert class_folder.gradebook.is_file()


def test_export_has_the_marks(
    class_folder: ClassFolder, graded: dict[str, "subprocess.CompletedProcess[str]"]
) -> None:
    exported = next(class_folder.root.glob("*.csv"))

    with exported.open(newline="", encoding="utf-8") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}

    assert scores == {"ada": 10.0, "blank": 0.0}


def test_feedback_of_the_command_holds_no_hidden_test(
    class_folder: ClassFolder, graded: dict[str, "subprocess.CompletedProcess[str]"]
) -> None:
    pages = [path.read_text(encoding="utf-8") for path in class_folder.feedback.rglob("*.html")]

    assert len(pages) == 2
    assert not any("CANARY" in page or "HIDDEN TESTS" in page for page in pages)


@pytest.mark.slow
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_generate_assignment_gives_the_committed_release(
    course_copy: CourseFolder, environment: dict[str, str | None], assignment: str
) -> None:
    committed = course_copy.release(assignment).read_bytes()

    generate = ("nbgrader", "generate_assignment", assignment, "--force")
    result = run_command(*generate, cwd=course_copy.root, **environment)

    assert result.returncode == 0, result.stderr
    assert course_copy.release(assignment).read_bytes() == committed


@pytest.fixture
def server(
    course_copy: CourseFolder,
    environment: dict[str, str | None],
    graded: dict[str, "subprocess.CompletedProcess[str]"],
    tmp_path: Path,
) -> Iterator[str]:
    """Start JupyterLab in the checkout on a free port of the loopback; yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    log = tmp_path / "server.log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *arguments, "--IdentityProvider.token=secret"],
            cwd=course_copy.root,
            env=with_environment(
                **environment,
                JUPYTER_RUNTIME_DIR=str(tmp_path),
                JUPYTER_CONFIG_DIR=str(tmp_path),
            ),
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )
    try:
        # It says that it is running before it listens, so only its port can tell.
        while not _listens(port):
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.2)
                pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(timeout=60)


def _listens(port: int) -> bool:
    """Tell whether somebody listens at a port of the loopback."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


@pytest.mark.slow
def test_formgrader_lists_the_five_assignments(server: str) -> None:
    request = urllib.request.Request(
        f"{server}formgrader/api/assignments", headers={"Authorization": "token secret"}
    )

    with urllib.request.urlopen(request, timeout=120) as reply:
        assignments = {entry["name"]: entry for entry in json.load(reply)}

    assert set(assignments) == set(ASSIGNMENTS)
    assert {name: entry["status"] for name, entry in assignments.items()} == dict.fromkeys(
        ASSIGNMENTS, "draft"
    ) | {"reshape": assignments["reshape"]["status"]}
    assert assignments["reshape"]["max_score"] == 10
    assert assignments["reshape"]["num_submissions"] == 2
    assert assignments["reshape"]["source_path"] == "solutions/reshape"
    assert assignments["reshape"]["release_path"] == "exercises/reshape"


def test_a_notebook_that_asks_for_a_missing_kernel_is_graded_with_the_courses_own(
    graded_class: StockClass,
) -> None:
    path = graded_class.folder.submitted / "lost" / "reshape" / "reshape.ipynb"
    released = nbformat.read(graded_class.course.release("reshape"), as_version=4)
    notebook = fill(released, reference(graded_class.course, "reshape"))
    notebook.metadata.kernelspec.name = "no-such-kernel"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)

    graded_class.autograde("reshape", "lost")

    assert graded_class.marks("lost", "reshape") == POINTS["reshape"]


def test_a_submission_that_is_not_json_is_an_error_by_name(graded_class: StockClass) -> None:
    path = graded_class.folder.submitted / "torn" / "reshape" / "reshape.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text('{"cells": [')

    with pytest.raises(GradingError, match=r"reshape of torn"):
        graded_class.autograde("reshape", "torn")
    assert not (graded_class.folder.autograded / "torn" / "reshape").exists()
