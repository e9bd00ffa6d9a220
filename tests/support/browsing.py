"""Chromium for tests: a browser, a page that notes its requests, and a check for barriers."""

import os
import shutil
from pathlib import Path

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip(
        "playwright.sync_api", reason="NO BROWSER TESTS: playwright is missing"
    )
    if not Path(CHROMIUM).exists():
        pytest.skip("NO BROWSER TESTS: Chromium is missing; apt-get install chromium")
    with api.sync_playwright() as playwright:
        # A container's root has no user namespaces for Chromium's own sandbox.
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


class Visit:
    """A page in a browser of its own; what it requests and complains of is written down."""

    def __init__(self, browser, address, **options):
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.requests, self.complaints = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(address)

    def text(self, selector):
        return " ".join(self.page.locator(selector).inner_text().split())


def assert_no_barrier(page):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="NO AXE: axe-playwright-python is missing"
    )
    result = axe.Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert len(result.response["passes"]) > 20
