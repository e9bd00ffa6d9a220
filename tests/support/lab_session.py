"""`course lab` as a learner starts it, and its notebooks as a learner uses them in Chromium."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from support.commands import command_line, with_environment

if TYPE_CHECKING:  # Where it is missing, the browser's fixture skips the tests.
    from playwright.sync_api import Browser, Locator, Page, Response

# A child's first import of TensorFlow on a busy machine takes a while.
PATIENCE = 120_000  # milliseconds
READY = re.compile(r"http://127\.0\.0\.1:(\d+)/lab")
SETTINGS = """
c = get_config()
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port = 0
c.IdentityProvider.token = ""
c.LabApp.news_url = None
"""

# Cells out of sight are drawn as well, so that they can be found and pictured; the theme is that of
# the browser.
LAB_SETTINGS = {
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
}


@contextmanager
def course_lab(folder: Path, home: Path, **more: str) -> Iterator[str]:
    """Run `course lab folder`, its settings and caches in `home`; yield the server's address.

    `more` are environment variables, set beside those of `environment` or in their place.
    """
    process = subprocess.Popen(
        command_line("course", "lab", folder, "--no-browser"),
        env=with_environment(**{**environment(home), **more}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = []
    assert process.stderr
    try:
        for line in process.stderr:
            said.append(line)
            if found := READY.search(line):
                break
        else:
            raise AssertionError(f"JupyterLab did not start:\n{''.join(said)}")
        yield f"http://127.0.0.1:{found.group(1)}"
    finally:
        process.terminate()
        process.communicate(timeout=60)


def environment(home: Path) -> dict[str, str]:
    """Keep Jupyter away from the user's own settings, and the notebooks from the network."""
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    folders = {name: home / name.lower() for name in names}
    overrides = folders["JUPYTER_CONFIG_DIR"] / "labconfig" / "default_setting_overrides.json"
    overrides.parent.mkdir(parents=True, exist_ok=True)
    overrides.write_text(json.dumps(LAB_SETTINGS))
    (folders["JUPYTER_CONFIG_DIR"] / "jupyter_server_config.py").write_text(SETTINGS)
    return {
        **{name: str(path) for name, path in folders.items()},
        "COURSE_STATE_DIR": str(home / "state"),
        # The few images that grading uses: nothing here is about the data.
        "NBGRADER_EXECUTION": "validate",
        "COURSE_DATA": "" if os.environ.get("FASHION_MNIST_DIR") else "standin",
    }


class OpenNotebook:
    """One exercise notebook, open in JupyterLab on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.page.locator(".jp-Notebook .jp-CodeCell").last.wait_for()
        # Before its kernel is there, running a notebook makes JupyterLab ask which one to use.
        self.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()

    def cell(self, text: str) -> Locator:
        """Find the code cell that holds a text."""
        return self.page.locator(".jp-CodeCell").filter(has_text=text)

    def check(self, gap: str) -> Locator:
        """Find the check cell of a gap."""
        return self.cell(f'with exercise("{gap}")')

    def type_answer(self, gap: str, answer: str) -> None:
        """Replace what stands in a gap's cell by typing."""
        # A check names its function too, but only the gap defines it.
        by_form = self.cell(f"def {gap}(").or_(self.cell(f"{gap} = "))
        by_form.first.locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(answer)

    def run_all(self) -> None:
        """Choose Run ▸ Run All Cells."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_text("Run All Cells", exact=True).click()

    def run_cell(self, cell: Locator) -> None:
        """Run one cell."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")

    def message(self, gap: str, patience: float = PATIENCE) -> str:
        """Wait for what a gap's check says, and return it."""
        output = self.check(gap).locator(".jp-OutputArea-output")
        output.wait_for(timeout=patience)
        return output.inner_text().strip()

    def wait_for_pass(self, gap: str, patience: float) -> None:
        """Wait until a gap's check says that it passed; a training prints above that."""
        passed = self.check(gap).locator(".jp-OutputArea-output", has_text=f"✓ {gap}: ")
        passed.wait_for(timeout=patience)

    def save(self) -> None:
        """Press Ctrl+S, and wait until the server has the notebook."""

        def is_saved(response: Response) -> bool:
            return response.request.method == "PUT" and "/api/contents/" in response.url

        with self.page.expect_response(is_saved) as saving:
            self.page.keyboard.press("Control+s")
        assert saving.value.ok

    def picture(self, target: Path) -> None:
        """Picture the notebook as it is."""
        target.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=target)

    def close(self) -> None:
        """Close the window."""
        self.page.context.close()


class Notebook(OpenNotebook):
    """An exercise by its name, or a file by its path, opened in a window of its own."""

    def __init__(self, browser: Browser, address: str, assignment: str, width: int = 1200) -> None:
        is_path = assignment.endswith(".ipynb")
        path = assignment if is_path else f"{assignment}/{assignment}.ipynb"
        # High enough for a whole notebook: JupyterLab draws only the cells that are in sight.
        context = browser.new_context(viewport={"width": width, "height": 3600})
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{address}/doc/tree/{path}?reset")
        super().__init__(page)
