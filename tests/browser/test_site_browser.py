"""The site as a reader meets it in Chromium: links, barriers, phone, print, search.

It is built once, on the few images that grading uses.
"""

import functools
import http.server
import importlib.util
import os
import re
import subprocess
import sys
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from support.browsing import Visit
from support.places import ROOT

from course.quiz import practice_bank
from course.quiz.variants import select

pytestmark = pytest.mark.slow

MAIN = (
    "index.html",
    "course/lessons/lesson.html",
    "course/lessons/practice.html",
    "exercises/README.html",
    "exercises/convolution/convolution.html",
    "docs/learner.html",
    "docs/compared.html",
)
PHONE = {"width": 390, "height": 800}
REPOSITORY = "https://github.com/owner/name"


def build(target: Path, **environment: str) -> Path:
    """Build the site into a folder, and return it."""
    if importlib.util.find_spec("sphinx_book_theme") is None:
        pytest.skip("NO TESTS OF THE SITE: Sphinx is missing; pip install -e '.[site]'")
    built = subprocess.run(
        [sys.executable, ROOT / "docs" / "site" / "build.py", "--few", target],
        env={**os.environ, "COURSE_DATA": "standin", "SITE_REPOSITORY": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return target


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return build(tmp_path_factory.mktemp("site") / "site")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(site):
    """Serve the site; yield its address."""
    handler = functools.partial(_Quiet, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def visit(browser, address):
    visits = []

    def open_page(path, **options):
        visits.append(Visit(browser, f"{address}/{path}", **options))
        return visits[-1].page

    yield open_page
    for opened in visits:
        opened.context.close()
        # The theme says which colors it shows, and where it has scrolled to.
        complaints = [one for one in opened.complaints if not one.startswith("[PST]: ")]
        assert complaints == []
        assert [one for one in opened.requests if not one.startswith((address, "data:"))] == []


class Page(HTMLParser):
    """A page's anchors, its links and what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors, self.links, self.loaded = set(), set(), set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given.get("id"), given.get("name")} - {None}
        if tag == "a" and "href" in given:
            self.links.add(given["href"])
        elif tag in ("script", "link", "img", "source", "iframe", "video", "object", "use"):
            self.loaded |= {given[name] for name in ("src", "href", "data") if name in given}


@pytest.fixture(scope="module")
def pages(site):
    # Below `_static` the themes leave templates of theirs.
    found = sorted(path for path in site.rglob("*.html") if "_static" not in path.parts)
    return {path: Page(path) for path in found}


def test_every_link_within_the_site_leads_to_a_page_and_an_anchor(site, pages):
    broken, checked = [], 0
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or link == "#":
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            known = pages[target].anchors | {""} if target in pages else {""}
            checked += 1
            if not target.is_file() or anchor not in known:
                broken.append((str(path.relative_to(site)), link))

    assert broken == []
    assert checked > 500


def test_each_practice_question_leads_to_a_section_of_the_lesson(site, pages):
    lesson = pages[site / "course" / "lessons" / "lesson.html"]

    wanted = {question.fragment[1:] for question in select(practice_bank(), None, None, 0)}
    assert wanted - lesson.anchors == set()
    assert "lesson.html#" in (site / "course" / "lessons" / "practice.html").read_text("utf-8")


def test_nothing_is_loaded_from_elsewhere(site, pages):
    outside = {(path.name, one) for path, page in pages.items() for one in page.loaded}
    assert {found for found in outside if re.match(r"(https?:)?//", found[1])} == set()
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//[^)]*", text) == [], sheet


def test_every_page_opens_without_a_request_elsewhere_or_a_complaint(site, pages, visit, address):
    page = visit("index.html")

    for path in pages:
        page.goto(f"{address}/{path.relative_to(site).as_posix()}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", MAIN)
def test_axe_finds_no_serious_barrier(visit, path, scheme):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="NO AXE: axe-playwright-python is missing"
    )
    page = visit(path, color_scheme=scheme)

    # Its preloading asks for a style sheet that another one imports, in the wrong folder.
    found = axe.Axe().run(page, options={"preload": False})

    serious = [
        (one["id"], [node["target"] for node in one["nodes"]][:5])
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert len(found.response["passes"]) > 20


def test_no_page_scrolls_sideways_on_a_phone(site, pages, visit, address):
    page = visit("index.html", viewport=PHONE)
    wide = []
    for path in pages:
        page.goto(f"{address}/{path.relative_to(site).as_posix()}")
        # The theme moves things while it loads.
        page.wait_for_timeout(200)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            wide.append((str(path.relative_to(site)), width))

    assert wide == []


def test_a_folded_result_opens_by_keyboard(visit):
    page = visit("course/lessons/lesson.html")
    folded = page.locator("details").first
    assert not folded.evaluate("one => one.open")

    folded.locator("summary").focus()
    page.keyboard.press("Enter")

    assert folded.evaluate("one => one.open")


def test_the_print_has_the_text_and_the_folded_results_but_no_navigation(visit):
    page = visit("course/lessons/lesson.html", color_scheme="dark")

    page.emulate_media(media="print")

    assert not page.locator(".bd-sidebar-primary").is_visible()
    assert page.locator("details .cell_output").first.is_visible()
    assert page.pdf().startswith(b"%PDF")


def test_the_search_finds_a_word_of_the_lesson(visit):
    page = visit("search.html?q=receptive")

    page.locator("#search-results ul a").first.wait_for()

    assert "lesson.html" in " ".join(
        one.get_attribute("href") for one in page.locator("#search-results ul a").all()
    )


def test_light_and_dark_can_be_chosen(visit):
    page = visit("index.html", color_scheme="light")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")

    page.locator("button.theme-switch-button").first.click()
    page.locator("button.theme-change-button[data-mode=dark]").first.click()

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before


def test_buttons_for_colab_and_binder_stand_only_where_an_address_is_set(site, tmp_path):
    page = Path("course/lessons/lesson.html")
    with_address = build(tmp_path / "site", SITE_REPOSITORY=REPOSITORY)

    wanted = (
        "https://colab.research.google.com/github/owner/name/blob/main/course/lessons/lesson.ipynb",
        "https://mybinder.org/v2/gh/owner/name/main?urlpath=lab/tree/course/lessons/lesson.ipynb",
    )
    assert set(wanted) <= Page(with_address / page).links
    assert [link for link in Page(site / page).links if "colab" in link or "binder" in link] == []
