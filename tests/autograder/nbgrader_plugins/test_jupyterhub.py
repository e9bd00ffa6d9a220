"""A class on a real JupyterHub, from the release to the feedback that its students read."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import nbformat
import pytest
from support.commands import run_command
from support.page_material import text_of
from support.real_hub import SECONDS, Hub, Reply, require_jupyterhub, running_hub
from support.reference import reference

from autograder.build.answer_files import Answers, fill
from autograder.folders import ClassFolder, CourseFolder
from autograder.sandbox import Sandbox

pytestmark = pytest.mark.slow

FORMGRADER = "services/convpool/formgrader/"
STUDENTS = ("ada", "ben")


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory: pytest.TempPathFactory) -> ClassFolder:
    return ClassFolder(tmp_path_factory.mktemp("hubclass") / "class")


@pytest.fixture(scope="module")
def hub(
    course_copy: CourseFolder,
    class_folder: ClassFolder,
    tmp_path_factory: pytest.TempPathFactory,
    sandbox: Sandbox,
) -> Iterator[Hub]:
    require_jupyterhub()
    folder = tmp_path_factory.mktemp("hub")
    with running_hub(course_copy, class_folder, folder, str(sandbox.bwrap)) as hub:
        yield hub


@pytest.fixture(scope="module")
def tokens(hub: Hub) -> dict[str, str]:
    """A token of each person; the students' servers run."""
    found = {user: hub.sign_in(user) for user in (*STUDENTS, "ida")}
    for student in STUDENTS:
        hub.start_server(student)
    return found


def formgrader(hub: Hub, token: str, path: str, *, post: bool = False) -> Reply:
    """Ask formgrader as the instructor; wait while its service starts."""
    deadline = time.monotonic() + SECONDS
    while True:
        reply = hub.ask(f"{FORMGRADER}{path}", token, {} if post else None)
        if reply.status != 503 or time.monotonic() > deadline:
            return reply
        time.sleep(1)


def assignment_list(hub: Hub, student: str, token: str, action: str) -> Reply:
    """Press a button of JupyterLab's Assignment List: fetch, submit or fetch_feedback."""
    query = "course_id=convpool&assignment_id=reshape"
    reply = hub.ask(f"user/{student}/assignments/{action}?{query}", token, {})
    assert reply.status == 200 and reply.data["success"], reply.text
    return reply


def test_only_instructors_reach_formgrader_and_only_oneself_a_server(
    hub: Hub, tokens: dict[str, str]
) -> None:
    page = formgrader(hub, tokens["ida"], "")

    assert page.status == 200
    assert "Manage Assignments" in page.text
    for student in STUDENTS:
        assert formgrader(hub, tokens[student], "").status == 403
    assert hub.ask("user/ada/api/contents", tokens["ben"]).status == 403


def test_learners_have_the_assignment_list_and_nothing_of_the_instructors(
    hub: Hub, tokens: dict[str, str]
) -> None:
    page = hub.ask("user/ada/lab", tokens["ada"]).text
    config = json.loads(
        page.partition('id="jupyter-config-data"')[2].partition(">")[2].partition("</script>")[0]
    )

    assert "@jupyter/nbgrader:formgrader" in config["disabledExtensions"]
    assert hub.ask("user/ada/formgrader/", tokens["ada"]).status == 404
    assert hub.ask("user/ada/assignments?course_id=convpool", tokens["ada"]).status == 200


def test_a_class_goes_all_its_way_through_the_hub(
    hub: Hub,
    tokens: dict[str, str],
    course_copy: CourseFolder,
    class_folder: ClassFolder,
) -> None:
    ida = tokens["ida"]
    made = formgrader(hub, ida, "api/assignment/reshape/assign", post=True)
    assert made.data["success"], made.text
    released = formgrader(hub, ida, "api/assignment/reshape/release", post=True)
    assert released.data["success"], released.text

    answers = {"ada": reference(course_copy, "reshape"), "ben": Answers()}
    for student in STUDENTS:
        assignment_list(hub, student, tokens[student], "fetch")
        path = hub.home(student) / "reshape" / "reshape.ipynb"
        solved = fill(nbformat.read(path, as_version=4), answers[student])
        saved = hub.ask(
            f"user/{student}/api/contents/reshape/reshape.ipynb",
            tokens[student],
            {"type": "notebook", "format": "json", "content": solved},
            "PUT",
        )
        assert saved.status == 200, saved.text
        assignment_list(hub, student, tokens[student], "submit")

    collected = formgrader(hub, ida, "api/assignment/reshape/collect", post=True)
    assert collected.data["success"], collected.text
    assert {path.name for path in class_folder.submitted.iterdir()} == set(STUDENTS)

    for verb in ("grade", "feedback"):
        done = run_command(
            "autograder", verb, "reshape", "--class", class_folder.root, cwd=course_copy.root
        )
        assert done.returncode == 0, done.stdout + done.stderr
    out = formgrader(hub, ida, "api/assignment/reshape/release_feedback", post=True)
    assert out.data["success"], out.text

    for student, points in (("ada", 10), ("ben", 0)):
        assignment_list(hub, student, tokens[student], "fetch_feedback")
        (page,) = (hub.home(student) / "reshape" / "feedback").glob("*/*.html")
        inside = quote(str(page.relative_to(hub.home(student))))
        read = hub.ask(f"user/{student}/files/{inside}", tokens[student])
        assert read.status == 200
        assert f"{points} of 10 points" in text_of(read.text)
        assert student in text_of(read.text)


def test_formgraders_button_grades_in_the_sandbox(
    hub: Hub, tokens: dict[str, str], class_folder: ClassFolder
) -> None:
    graded = formgrader(hub, tokens["ida"], "api/submission/reshape/ada/autograde", post=True)

    assert graded.data["success"], graded.text
    notebook = nbformat.read(class_folder.autograded / "ada/reshape/reshape.ipynb", as_version=4)
    assert "Graded with sandbox=bubblewrap" in notebook.cells[0].source
    assert Path(class_folder.feedback / "ada/reshape/submission_secret.txt").is_file()
