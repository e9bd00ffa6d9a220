"""The player of a picture that moves, in Chromium: by keyboard, and still until it is asked."""

import pytest
from support.browsing import Visit
from support.plot_examples import ASYMMETRIC, garment

from course import plots

pytestmark = pytest.mark.slow

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Steps</title>
<body><main><h1>Steps</h1>{}</main></body></html>"""


@pytest.fixture(scope="module")
def picture():
    return plots.sliding_kernel(garment(), ASYMMETRIC)


@pytest.fixture
def visit(browser, picture, tmp_path):
    page = tmp_path / "steps.html"
    # Twice, as a learner may run a cell twice.
    html = picture._repr_mimebundle_()["text/html"]
    page.write_text(PAGE.format(html + html), encoding="utf-8")
    opened = Visit(browser, page.as_uri())
    yield opened
    assert opened.complaints == []
    assert len(opened.requests) == 1 + sum(url.startswith("data:") for url in opened.requests)
    opened.context.close()


def step(visit) -> str:
    return visit.page.locator(".player").first.locator("output").inner_text()


def test_nothing_moves_before_it_is_asked_to(visit, picture):
    assert step(visit) == f"1 of {len(picture.words)}"
    visit.page.wait_for_timeout(1500)
    assert step(visit) == f"1 of {len(picture.words)}"
    assert visit.page.locator(".moving").first.get_attribute("alt") == picture.words[0]


def test_keys_step_on_and_back(visit, picture):
    page = visit.page
    page.locator(".next").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert step(visit).startswith("3 of")
    page.locator(".back").first.focus()
    page.keyboard.press("Enter")
    assert step(visit).startswith("2 of")
    assert page.locator(".moving").first.get_attribute("alt") == picture.words[1]
    page.locator(".player").first.locator("input").focus()
    page.keyboard.press("End")
    assert step(visit) == f"{len(picture.words)} of {len(picture.words)}"


def test_play_runs_until_it_is_paused(visit):
    play = visit.page.locator(".play").first
    play.click()
    visit.page.wait_for_function("document.querySelector('output').textContent.startsWith('2 of')")
    assert play.inner_text().strip() == "Pause"
    paused = play.locator("path").get_attribute("d")
    play.click()
    here = step(visit)
    visit.page.wait_for_timeout(1500)
    assert step(visit) == here
    assert play.inner_text().strip() == "Play"
    assert play.locator("path").get_attribute("d") != paused


def test_two_players_on_a_page_go_their_own_ways(visit):
    visit.page.locator(".next").first.click()
    assert step(visit).startswith("2 of")
    assert visit.page.locator("output").last.inner_text().startswith("1 of")


def test_paper_shows_the_still_and_no_buttons(visit, picture):
    still = visit.page.locator(".still").first
    assert not still.is_visible()
    visit.page.emulate_media(media="print")
    assert still.is_visible()
    assert still.get_attribute("alt") == picture.alt
    assert not visit.page.locator(".player").first.is_visible()


def test_without_scripts_the_still_remains(browser, picture, tmp_path):
    page = tmp_path / "steps.html"
    page.write_text(PAGE.format(picture._repr_mimebundle_()["text/html"]), encoding="utf-8")
    opened = Visit(browser, page.as_uri(), java_script_enabled=False)
    assert opened.page.locator(".still").is_visible()
    assert not opened.page.locator(".player").is_visible()
    opened.context.close()


def test_a_picture_has_no_barrier(visit):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="NO AXE: axe-playwright-python is missing"
    )
    assert axe.Axe().run(visit.page).response["violations"] == []
