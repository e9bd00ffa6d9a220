"""An instructor's way in JupyterLab: formgrader, a mark by hand, a regrade, the feedback."""

import re
import subprocess
from contextlib import contextmanager

import pytest
from support.commands import command_line, run_command, with_environment
from support.reference import reference

from autograder.build.answer_files import hand_in, parse_answers
from autograder.folders import ClassFolder
from autograder.gradebook.reader import read_class

pytestmark = pytest.mark.slow
WRONG = """
# %% gap="scale_pixels"
def scale_pixels(images):
    return images / 256  # by hand
"""
COMMENT = "A good start: <b>255</b> is the largest pixel."


def autograder(*arguments, course):
    result = run_command("autograder", *arguments, cwd=course.root)
    assert result.returncode == 0, result.stderr


@pytest.fixture(scope="module")
def class_folder(course, tmp_path_factory):
    """Two students' reshape, graded."""
    folder = ClassFolder(tmp_path_factory.mktemp("class"))
    answers = {"ada": reference(course, "reshape"), "ben": parse_answers(WRONG)}
    for student, written in answers.items():
        hand_in(course.release("reshape"), written, folder.submitted, student, "reshape")
    autograder("grade", "reshape", "--class", folder.root, course=course)
    return folder


@contextmanager
def instructors_lab(course, folder, home):
    """Run `autograder formgrader`; yield the address that it names."""
    from support.lab_session import environment

    process = subprocess.Popen(
        command_line("autograder", "formgrader", "--no-browser", "--class", folder.root),
        cwd=course.root,
        env=with_environment(**environment(home)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = []
    try:
        for line in process.stderr:
            said.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+/lab\S*", line):
                break
        else:
            raise AssertionError(f"JupyterLab did not start:\n{''.join(said)}")
        yield found.group()
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_a_mark_entered_in_formgrader_stays_at_a_regrade_and_is_in_the_feedback(
    browser,
    course,
    class_folder,
    tmp_path,
):
    with instructors_lab(course, class_folder, tmp_path) as address:
        page = browser.new_context(viewport={"width": 1400, "height": 2400}).new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        # The workspace opens formgrader's tab by itself.
        formgrader = page.frame_locator("iframe[src*='formgrader']")
        row = formgrader.locator("tr", has=formgrader.get_by_role("link", name="reshape"))
        row.first.wait_for()
        assert row.locator("td.num-submissions").inner_text().strip() == "2"

        formgrader.get_by_role("link", name="Manual Grading").click()
        for link in ("reshape", "reshape"):  # the assignment, then its notebook
            formgrader.get_by_role("link", name=link, exact=True).last.click()
        names = formgrader.get_by_role("link", name=re.compile(r"Submission #\d"))
        names.first.wait_for()
        assert names.count() == 2
        names.first.click()
        formgrader.locator("input#test_scale_pixels").wait_for()
        if formgrader.get_by_text("# by hand").count() == 0:  # names are hidden: ada's came first
            formgrader.locator("li.next a").first.click()
        formgrader.get_by_text("# by hand").wait_for()

        score = formgrader.locator("input#test_scale_pixels")
        score.fill("3")
        score.press("Tab")
        comment = formgrader.locator("textarea#scale_pixels-comment")
        comment.fill(COMMENT)
        comment.press("Tab")
        wait_until_kept(page, class_folder)
        page.context.close()

    autograder("grade", "reshape", "--force", "--class", class_folder.root, course=course)
    autograder("feedback", "reshape", "--class", class_folder.root, course=course)

    assert kept(class_folder) == (3.0, True, COMMENT)
    path = class_folder.feedback / "ben" / "reshape" / "reshape.html"
    shown = browser.new_page()
    shown.goto(path.as_uri())
    text = " ".join(shown.locator("body").inner_text().split())
    assert "reshape: 3 of 10 points" in text
    assert "this mark was entered by hand" in text
    assert COMMENT in text
    shown.close()


def kept(folder):
    """The mark, whether by hand, and the comment that the gradebook has of ben's first gap."""
    mark = read_class(folder).submissions["ben", "reshape"].exercise("scale_pixels")
    return mark.score, mark.by_hand, mark.manual_comment


def wait_until_kept(page, folder):
    """Wait until formgrader has saved both; it does so in the background."""
    for _ in range(100):
        if kept(folder) == (3.0, True, COMMENT):
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"formgrader saved {kept(folder)}")
