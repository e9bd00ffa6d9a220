"""The quiz as one web page: self-contained, escaped, and the same at every writing."""

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.errors import CourseError, QuizError
from course.quiz import practice_bank, read_bank
from course.quiz.question import DrawnOption, DrawnQuestion
from course.quiz.variants import select
from course.quiz.web_page import page_html, write_page


class Outline(HTMLParser):
    """Collects the tags of a page, and the text of its script elements."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.scripts, self._inside = [], [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._inside = tag == "script"
        if self._inside:
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._inside = self._inside and tag != "script"

    def handle_data(self, data):
        if self._inside:
            self.scripts[-1] += data


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return write_page(tmp_path_factory.mktemp("page") / "quiz.html", seed=1).read_text("utf-8")


def test_writing_twice_gives_identical_bytes_and_another_seed_another_page(tmp_path):
    first = write_page(tmp_path / "a.html", seed=3).read_bytes()

    assert write_page(tmp_path / "b.html", seed=3).read_bytes() == first
    assert write_page(tmp_path / "c.html", seed=4).read_bytes() != first


def test_the_page_loads_nothing_from_elsewhere(page):
    outline = Outline(page)

    for tag, attrs in outline.tags:
        assert "src" not in attrs
        assert attrs.get("href", "#").startswith(("#", "data:,")), (tag, attrs)
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page
    addresses = set(re.findall(r"https?://[^\s\"'<]+", page))
    assert addresses == {"http://www.w3.org/2000/svg"}


def test_every_field_has_a_label_and_every_question_a_legend(page):
    tags = Outline(page).tags
    labels = {attrs["for"] for tag, attrs in tags if tag == "label"}
    inputs = [attrs["id"] for tag, attrs in tags if tag == "input"]

    assert set(inputs) == labels
    assert len(inputs) == len(set(inputs))
    counts = {name: sum(tag == name for tag, _ in tags) for name in ("form", "fieldset", "legend")}
    assert set(counts.values()) == {len(practice_bank().questions)}


def test_ids_are_unique_and_every_description_exists(page):
    attributes = [attrs for _, attrs in Outline(page).tags]
    ids = [attrs["id"] for attrs in attributes if "id" in attrs]

    assert len(ids) == len(set(ids))
    named = {a[k] for a in attributes for k in ("aria-describedby", "aria-labelledby") if k in a}
    assert named <= set(ids)


def test_topic_number_and_seed_choose_as_in_the_terminal(tmp_path):
    html = write_page(tmp_path / "q.html", topic="cost", number=2, seed=5).read_text("utf-8")

    data = json.loads(Outline(html).scripts[0])
    assert [q["id"] for q in data["questions"]] == [
        q.id for q in select(practice_bank(), "cost", 2, 5)
    ]


NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(1)> & \" ' ]]> <!-- {{ 7*7 }}"


def test_text_from_the_bank_is_escaped_everywhere(tmp_path):
    plain = tmp_path / "plain.md"
    lines = (
        "# {0}\n\n## x\n\ntopic: cost\nlesson: #cost\n\n{0}\n\n"
        "- [x] A {0}\n  > {0}\n- [ ] B\n  > {0}\n"
    )
    plain.write_text(lines.format("word"), encoding="utf-8")
    nasty = tmp_path / "nasty.md"
    nasty.write_text(lines.format(NASTY), encoding="utf-8")

    expected = Outline(write_page(tmp_path / "p.html", read_bank(plain)).read_text("utf-8"))
    outline = Outline(write_page(tmp_path / "n.html", read_bank(nasty)).read_text("utf-8"))

    assert [tag for tag, _ in outline.tags] == [tag for tag, _ in expected.tags]
    # Whatever the data holds, nothing in it can end the script element.
    assert "<" not in outline.scripts[0]
    assert "49" not in json.loads(outline.scripts[0])["questions"][0]["options"][0]["html"]


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(TEXT, TEXT, TEXT)
def test_no_text_adds_an_active_element(question, option, explanation):
    drawn = DrawnQuestion(
        id="x",
        topic="cost",
        kind="single",
        text=question,
        section="cost",
        points=2,
        key="a",
        options=(
            DrawnOption("a", option, True, explanation),
            DrawnOption("b", "other", False, explanation),
        ),
    )

    outline = Outline(page_html(question, [drawn]))

    html = "".join(o["html"] for o in json.loads(outline.scripts[0])["questions"][0]["options"])
    tags = [*outline.tags, *Outline(html).tags]
    assert sum(tag == "script" for tag, _ in tags) == 2
    for tag, attrs in tags:
        assert tag not in ("img", "iframe", "object", "embed", "video", "audio", "base")
        assert not any(name.startswith("on") for name in attrs)
        assert not str(attrs.get("href", "")).lower().startswith(("javascript:", "data:text"))


def test_feedback_links_into_the_lesson_when_its_address_is_known(tmp_path):
    address = "https://example.org/lesson.html"

    html = write_page(tmp_path / "q.html", topic="pooling", lesson_url=address).read_text("utf-8")

    section = json.loads(Outline(html).scripts[0])["questions"][0]["section"]
    assert f'href="{address}#4.-Pooling:-keep-the-strongest,-drop-the-rest"' in section
    assert f'<a href="{address}">Read the lesson</a>' in html


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc", "data:text/html,x"])
def test_a_strange_address_of_the_lesson_is_refused(tmp_path, address):
    with pytest.raises(QuizError, match="no address of a lesson"):
        write_page(tmp_path / "q.html", lesson_url=address)


def test_a_page_that_cannot_be_written_is_named_and_leaves_nothing(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(QuizError, match=r"quiz\.html cannot be written"):
        write_page(tmp_path / "file" / "quiz.html")
    with pytest.raises(CourseError, match="is a folder"):
        write_page(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
