"""A learner's way in: `course lab`, and JupyterLab at the contents page.

Pictures are written to artifacts/learner, for a person to look at.
"""

import os
from pathlib import Path

import pytest
from test_quiz_browser import browser  # noqa: F401 -- a fixture

pytestmark = pytest.mark.slow

PICTURES = Path(__file__).parents[2] / "artifacts" / "learner"


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """The few images that grading uses, as a folder."""
    from course.data import write_subset

    folder = tmp_path_factory.mktemp("images")
    with pytest.MonkeyPatch.context() as patch:
        if not os.environ.get("FASHION_MNIST_DIR"):
            patch.setenv("COURSE_DATA", "standin")
        patch.setenv("NBGRADER_EXECUTION", "autograde")
        write_subset(folder)
    return folder


class Learner:
    """A learner's folder."""

    def __init__(self, root, images):
        self.folder, self.home = root / "convpool", root / "home"
        # Not NBGRADER_EXECUTION: a learner's notebook is not being graded.
        self.more = {"CONVPOOL_SUBSET_DIR": str(images), "NBGRADER_EXECUTION": ""}

    def lab(self):
        """Run `course lab`."""
        from lab_session import course_lab

        return course_lab(self.folder, self.home, **self.more)


def test_contents_page_opens_rendered_and_leads_to_a_notebook(browser, images, tmp_path):  # noqa: F811
    with Learner(tmp_path, images).lab() as address:
        page = browser.new_context(viewport={"width": 1200, "height": 1000}).new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{address}/")
        contents = page.locator(".jp-RenderedMarkdown")
        contents.get_by_role("heading", name="Convolutions and pooling").wait_for()
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / "contents.png")

        contents.get_by_role("link", name="Images that a CNN can read").click()

        page.get_by_role("heading", name="Scale the pixels").wait_for()
        page.context.close()
