"""People at a JupyterHub in Chromium: they sign in, and press the buttons of nbgrader's pages."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from support.lab_session import PATIENCE, OpenNotebook
from support.real_hub import SECONDS, Hub

if TYPE_CHECKING:  # Where it is missing, the browser's fixture skips the tests.
    from playwright.sync_api import Browser, Locator, Page

PICTURES = Path(__file__).parents[2] / "artifacts" / "hub"


def sign_in(browser: Browser, hub: Hub, user: str, opens: str = "") -> Page:
    """Open an address of the Hub, and sign in at the page that it shows first."""
    # High enough for a whole notebook: JupyterLab draws only the cells that are in sight.
    context = browser.new_context(viewport={"width": 1300, "height": 2400})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    deadline = time.monotonic() + SECONDS
    # A service that has not started yet is "unavailable".
    while (answer := page.goto(f"{hub.address}{opens}")) and answer.status == 503:
        assert time.monotonic() < deadline, page.inner_text("body")
        page.wait_for_timeout(1000)
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill("any")
    page.get_by_role("button", name="Sign in").click()
    return page


def picture(page: Page, name: str) -> None:
    """Picture a page, for a person to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


class AssignmentList:
    """The Assignment List of a student's JupyterLab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        # The server may be starting still.
        page.get_by_role("menuitem", name="Nbgrader").wait_for(timeout=SECONDS * 1000)
        self.released = page.locator("#released_assignments_list")
        self.fetched = page.locator("#fetched_assignments_list")
        self.submitted = page.locator("#submitted_assignments_list")
        self.offered = self.show()

    def show(self) -> list[str]:
        """Choose Nbgrader ▸ Assignment List; return all that the menu offers."""
        self.page.get_by_role("menuitem", name="Nbgrader").click()
        entries = self.page.locator(".lm-Menu-itemLabel:visible")
        entries.first.wait_for()
        offered = entries.all_inner_texts()
        entries.get_by_text("Assignment List").click()
        self.released.wait_for()
        return [entry for entry in offered if entry]

    def press(self, button: str, assignment: str) -> None:
        """Press Fetch, Submit or Fetch Feedback, and wait until it is done."""
        lists = {"Fetch": self.released, "Submit": self.fetched, "Fetch Feedback": self.submitted}
        # The lists are those of the moment when they were shown.
        self.page.locator("#refresh_assignments_list").click()
        row = lists[button].locator(".list_item", has_text=assignment).first
        action = button.lower().replace(" ", "_")
        with self.page.expect_response(f"**/assignments/{action}*") as answered:
            row.get_by_role("button", name=button, exact=True).click()
        assert answered.value.json()["success"], answered.value.text()

    def open_notebook(self, assignment: str) -> OpenNotebook:
        """Unfold an assignment and open the notebook of its name."""
        self.fetched.locator(".assignment-notebooks-link", has_text=assignment).click()
        self.fetched.get_by_role("link", name=assignment, exact=True).click()
        return OpenNotebook(self.page)

    def read_feedback(self, assignment: str) -> str:
        """Follow the link beside the submission, open the page, and read it."""
        self.submitted.get_by_text("(view feedback)").click()
        self.page.locator(".jp-DirListing-item", has_text=f"{assignment}.html").dblclick()
        return self.page.frame_locator(".jp-HTMLViewer iframe").locator("body").inner_text()


class Formgrader:
    """Formgrader's page of all assignments."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.get_by_role("heading", name="Manage Assignments").wait_for()

    def row(self, assignment: str) -> Locator:
        """Find an assignment's row."""
        return self.page.locator("#main-table tr", has_text=assignment)

    def press(self, column: str, assignment: str) -> None:
        """Press an assignment's button in a column, and confirm what is said."""
        self.row(assignment).locator("td.edit a").wait_for()
        heads = self.page.locator("th").all_inner_texts()
        place = [head.strip() for head in heads].index(column)
        self.row(assignment).locator("td").nth(place).locator("a").click()
        confirm(self.page)


def confirm(page: Page) -> None:
    """Wait until formgrader says that what was pressed succeeded, and close its window."""
    said = page.locator(".modal.in")
    said.locator(".modal-title").wait_for()
    assert said.locator(".modal-title").inner_text() == "Success", said.inner_text()
    said.get_by_role("button", name="OK").click()
    said.wait_for(state="detached")
