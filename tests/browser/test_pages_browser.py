"""Report, feedback and leaderboard in Chromium: light, dark, phone, printed; no barrier."""

import dataclasses
from datetime import datetime

import numpy as np
import pytest
from support.browsing import Visit, assert_no_barrier
from support.page_material import QUESTION, cell, result
from support.pretend_results import PRETEND_ASSIGNMENTS, pretend_class

from autograder.gradebook.marks import ExerciseMark, SubmissionMark, exact
from autograder.pages.feedback.feedback_page import feedback_html
from autograder.pages.leaderboard.leaderboard import RankedNetwork, as_html
from autograder.pages.report.graded_class import GradedClass
from autograder.pages.report.report_page import report_html
from autograder.pages.similarity.similar_pairs import Comparison, SimilarPair

LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True},
    "dark phone": {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    made = pretend_class(24)
    names = dict.fromkeys(made.ability, "") | {"absent": "שרה Ünal"}
    known = GradedClass(
        "2026", list(PRETEND_ASSIGNMENTS), names, made.results, questions=[QUESTION]
    )
    pairs = [("pooling", SimilarPair("student001", "student002", 0.83, 12.0, ("pool",), "x = 1"))]
    path = tmp_path_factory.mktemp("report") / "report.html"
    page = report_html(known, datetime(2026, 3, 1), Comparison(pairs, []))
    path.write_text(page, encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def feedback(reshape, tmp_path_factory):
    made = result()
    made.gaps[1] = dataclasses.replace(made.gaps[1], score=3.0, status="partial")
    failed = {"output_type": "error", "traceback": ["\x1b[31mValueError\x1b[0m: <b>no</b>"]}
    made.notebook["cells"].append(cell("own-02", "x = [1, 'two']  # three\n" * 30, "own", [failed]))
    made.notebook["cells"].append(
        {"cell_type": "markdown", "id": "own-03", "metadata": {}, "source": "<i>Prose</i> " * 200}
    )
    marks = [
        ExerciseMark(gap.exercise, exact(gap.max_score), manual_score=exact(gap.score))
        for gap in made.gaps
    ]
    marks[1] = dataclasses.replace(marks[1], manual_comment="See me. " * 20)
    entry = SubmissionMark("ada", "reshape", tuple(marks), exact(1.0))
    path = tmp_path_factory.mktemp("feedback") / "reshape.html"
    path.write_text(feedback_html(made, entry, reshape), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def leaderboard(tmp_path_factory):
    networks = [
        RankedNetwork("ada", np.ones(400, bool), 49_900, rank=1),
        RankedNetwork("=1+1 <b>" + "long-name" * 8, reason="`model`: it has 60,000 parameters."),
    ]
    path = tmp_path_factory.mktemp("leaderboard") / "leaderboard.html"
    path.write_text(as_html(networks), encoding="utf-8")
    return path.as_uri()


def test_no_table_of_the_report_is_scrolled_sideways_on_a_laptop(browser, report):
    page = Visit(browser, report, viewport={"width": 1200, "height": 900}).page

    wide = "list => list.filter(one => one.scrollWidth > one.clientWidth).length"
    assert page.locator(".scroll").evaluate_all(wide) == 0


@pytest.fixture(params=["report", "feedback", "leaderboard"])
def address(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def visit(browser, address):
    """Open the page; at the end see that it complained of nothing and asked for nothing."""
    visits = []

    def open_page(**options):
        visits.append(Visit(browser, address, **options))
        return visits[-1].page

    yield open_page
    for opened in visits:
        opened.context.close()
        assert opened.complaints == []
        assert {url for url in opened.requests if not url.startswith("data:")} == {address}


@pytest.mark.parametrize("look", LOOKS)
def test_a_page_has_no_barrier_and_fits_the_screen(visit, look):
    page = visit(**LOOKS[look])

    width = LOOKS[look].get("viewport", {"width": 1280})["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").is_visible()
    assert_no_barrier(page)


@pytest.mark.parametrize("look", ["phone", "dark phone"])
def test_on_a_phone_no_table_is_wider_than_the_screen(visit, look):
    page = visit(**LOOKS[look])

    wide = page.evaluate(
        "[...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth)"
        ".map(one => one.textContent.trim().slice(0, 80))"
    )
    assert wide == []


def test_on_a_phone_every_number_of_the_report_stands_beside_its_heading(browser, report):
    page = Visit(browser, report, **LOOKS["phone"]).page
    table = page.locator("table", has=page.locator("#students-caption"))
    headings = table.locator("thead th").all_inner_texts()[1:]

    shown = [
        cell.evaluate("one => getComputedStyle(one, '::before').content")
        for cell in table.locator("tbody tr").first.locator("td").all()
    ]

    assert shown == [f'"{one}"' for one in headings]
    page.context.close()


def test_printed_it_is_black_on_white_without_barriers(visit):
    page = visit(color_scheme="dark")

    page.emulate_media(media="print")

    colors = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert colors == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert page.locator(".skip:visible, nav.no-print:visible").count() == 0
    assert_no_barrier(page)
    assert page.pdf().startswith(b"%PDF")


def test_without_javascript_everything_can_be_read(visit):
    page = visit(java_script_enabled=False)

    assert page.locator("table").first.is_visible()
    assert page.locator("thead button").count() == 0


def test_a_column_of_the_report_is_sorted_by_its_numbers(browser, report):
    page = Visit(browser, report).page
    table = page.locator("table", has=page.locator("#students-caption"))
    button = table.get_by_role("button", name="Total")

    for expected in (sorted, lambda totals: sorted(totals, reverse=True)):
        button.click()
        if expected is sorted:
            button.click()  # the largest come first; once more turns it around
        totals = [
            float(row) for row in table.locator("tbody td:nth-last-child(2)").all_inner_texts()
        ]
        assert totals == expected(totals)
    page.context.close()


def test_script_of_a_students_would_not_run(browser, feedback, tmp_path):
    """The policy holds even if escaping were broken: here it is broken by hand."""
    from pathlib import Path
    from urllib.parse import unquote, urlsplit

    page = Path(unquote(urlsplit(feedback).path)).read_text(encoding="utf-8")
    attack = (
        "<script>document.title = 'owned'</script><img src=x onerror=\"document.title='owned'\">"
    )
    broken = tmp_path / "broken.html"
    broken.write_text(page.replace("</main>", f"{attack}</main>"), encoding="utf-8")

    opened = Visit(browser, broken.as_uri())

    assert opened.page.title() != "owned"
    assert any("Content Security Policy" in line for line in opened.complaints)
    opened.context.close()
