"""A class on a real JupyterHub in Chromium, from the release to the feedback that a student reads.

Pictures of the steps are written to artifacts/hub, for a person to look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import nbformat
import pytest
from support.commands import run_command
from support.hub_session import AssignmentList, Formgrader, confirm, picture, sign_in
from support.real_hub import Hub, require_jupyterhub, running_hub
from support.reference import reference

from autograder.folders import ClassFolder, CourseFolder
from autograder.sandbox import Sandbox

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

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
def pages(browser: Browser, hub: Hub) -> dict[str, Page]:
    """Sign everybody in: the students' servers start at the same time, ida opens formgrader."""
    return {
        **{student: sign_in(browser, hub, student) for student in STUDENTS},
        "ida": sign_in(browser, hub, "ida", FORMGRADER),
    }


def test_a_class_goes_all_its_way_through_the_hub(
    hub: Hub, pages: dict[str, Page], course_copy: CourseFolder, class_folder: ClassFolder
) -> None:
    ada, ben, ida = pages["ada"], pages["ben"], pages["ida"]
    formgrader = Formgrader(ida)
    formgrader.press("Generate", "reshape")
    formgrader.press("Release", "reshape")
    picture(ida, "released")
    adas, bens = AssignmentList(ada), AssignmentList(ben)
    for listed in (adas, bens):
        assert listed.offered == ["Assignment List"]
        # JupyterLab's question about news is one.
        assert listed.page.locator(".Toastify__toast").count() == 0

    adas.press("Fetch", "reshape")
    notebook = adas.open_notebook("reshape")
    for gap, answer in reference(course_copy, "reshape").gaps.items():
        notebook.type_answer(gap, answer)
        notebook.run_cell(notebook.cell(f"def {gap}("))
        notebook.run_cell(notebook.check(gap))
        notebook.wait_for_pass(gap, 60_000)
    notebook.save()
    picture(ada, "solved")
    adas.show()
    adas.press("Submit", "reshape")
    picture(ada, "submitted")
    bens.press("Fetch", "reshape")
    bens.press("Submit", "reshape")

    formgrader.press("Collect", "reshape")
    for verb in ("grade", "feedback"):
        done = run_command(
            "autograder", verb, "reshape", "--class", class_folder.root, cwd=course_copy.root
        )
        assert done.returncode == 0, done.stdout + done.stderr
    formgrader.press("Release Feedback", "reshape")
    picture(ida, "feedback-released")

    for student, listed, points in (("ada", adas, 10), ("ben", bens, 0)):
        listed.press("Fetch Feedback", "reshape")
        feedback = listed.read_feedback("reshape")
        picture(listed.page, f"feedback-{student}")
        assert f"{points} of 10 points" in feedback
        assert student in feedback


def test_only_instructors_reach_formgrader_and_only_oneself_a_server(
    hub: Hub, pages: dict[str, Page]
) -> None:
    browsers = {user: page.context.new_page() for user, page in pages.items()}

    def status(user: str, path: str) -> int:
        answer = browsers[user].goto(f"{hub.address}{path}")
        assert answer
        return answer.status

    assert status("ida", FORMGRADER) == 200
    for student in STUDENTS:
        assert status(student, FORMGRADER) == 403
    picture(browsers["ben"], "refused")
    assert status("ada", "user/ada/api/contents") == 200
    assert status("ben", "user/ada/api/contents") == 403
    assert status("ada", "user/ada/formgrader/") == 404


def test_formgraders_names_lead_to_the_folders_of_the_course(
    hub: Hub, pages: dict[str, Page]
) -> None:
    pages["ida"].goto(f"{hub.address}{FORMGRADER}")
    row = Formgrader(pages["ida"]).row("reshape")

    with pages["ida"].context.expect_page() as opened:
        row.get_by_role("link", name="reshape").click()

    opened.value.locator(".jp-DirListing-item", has_text="reshape.ipynb").wait_for()
    picture(opened.value, "source")
    opened.value.close()


def test_formgraders_button_grades_in_the_sandbox(
    hub: Hub, pages: dict[str, Page], class_folder: ClassFolder
) -> None:
    graded = class_folder.autograded / "ada" / "reshape" / "reshape.ipynb"
    graded.unlink()
    page = pages["ida"]
    page.goto(f"{hub.address}{FORMGRADER}manage_submissions/reshape")
    row = page.locator("tr", has=page.locator("td.student-id", has_text="ada"))
    picture(page, "submissions")

    row.locator("td.autograde a").click()
    confirm(page)

    notebook = nbformat.read(graded, as_version=4)
    assert "Graded with sandbox=bubblewrap" in notebook.cells[0].source
    assert (class_folder.feedback / "ada" / "reshape" / "submission_secret.txt").is_file()
