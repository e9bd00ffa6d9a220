"""How the site is put together: which pages it has, and what is done to a notebook on the way."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from support.places import COURSE, ROOT

from course.learner.lab import LEARNERS_NOTEBOOKS

SITE = ROOT / "docs" / "site"


def load(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import a module of docs/site, which is no package."""
    monkeypatch.syspath_prepend(str(SITE))
    spec = importlib.util.spec_from_file_location(f"site_{name}", SITE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def test_every_notebook_and_every_page_of_the_documentation_is_in_the_contents():
    contents = (SITE / "index.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^(?:[\w ]+ <)?([\w/-]+)>?$", contents, re.MULTILINE))

    documents = {f"docs/{path.stem}" for path in (ROOT / "docs").glob("*.md")}
    exercises = {f"exercises/{name}/{name}" for name in COURSE.assignments()}
    lessons = {f"course/lessons/{Path(name).stem}" for name in LEARNERS_NOTEBOOKS}
    assert (documents | exercises | lessons) - listed == set()


@pytest.mark.parametrize("address", ["https://github.com/o/n", "https://github.com/o/n.git/"])
def test_one_address_completes_the_buttons(monkeypatch, address):
    conf = load("conf", monkeypatch)

    options = conf.launch_options(address)

    assert options["repository_url"] == "https://github.com/o/n"
    assert {"colab_url", "binderhub_url"} <= set(options["launch_buttons"])
    assert conf.launch_options("") == {}


@pytest.mark.parametrize("address", ["owner/name", "http://github.com/o/n", "https://github.com/o"])
def test_another_address_is_refused_with_the_form_that_is_wanted(monkeypatch, address):
    with pytest.raises(ValueError, match="Set it to https://github"):
        load("conf", monkeypatch).launch_options(address)


def test_a_drawing_in_a_text_is_a_picture(monkeypatch):
    page_of = load("notebook_pages", monkeypatch).page_of
    cell = new_markdown_cell('Which?\n\n![A "kernel".](data:image/svg+xml;base64,PHN2+/8=)')

    page = page_of(new_notebook(cells=[cell]), has_gaps=True)

    picture = '<img alt="A &quot;kernel&quot;." src="data:image/svg+xml;base64,PHN2+/8=">'
    assert picture in page.cells[0].source


def test_a_page_folds_results_and_needs_no_kernel(monkeypatch):
    page_of = load("notebook_pages", monkeypatch).page_of
    widget = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "a box"}
    cells = [
        new_markdown_cell("# Title"),
        new_code_cell("import google.colab", metadata={"tags": ["colab"]}),
        new_code_cell("ready.compare(3)", outputs=[new_output("display_data", widget)]),
        new_code_cell('show_quiz("lesson")', outputs=[new_output("stream", text="script")]),
    ]

    page = page_of(new_notebook(cells=cells, metadata={"widgets": {}}), has_gaps=False)

    assert [cell.source.split("\n")[0] for cell in page.cells[:3]] == [
        "# Title",
        "```{note}",
        "ready.compare(3)",
    ]
    assert "hide-cell" in page.cells[2].metadata.tags
    assert page.cells[2].outputs[0].data == {"text/plain": "a box"}
    assert page.cells[3].outputs == [] and "practice.ipynb" in page.cells[4].source
    assert "widgets" not in page.metadata


def test_an_exercise_says_in_words_where_a_gap_stops_a_cell(monkeypatch):
    pages = load("notebook_pages", monkeypatch)
    error = new_output("error", ename="NotImplementedError", evalue="", traceback=["red"])

    page = pages.page_of(
        new_notebook(cells=[new_markdown_cell("# T"), new_code_cell("f()", outputs=[error])]), True
    )

    assert page.cells[-1].outputs[0].text == pages._STOPS


def test_a_heading_keeps_the_anchor_that_the_quiz_links_to(monkeypatch):
    pages = load("notebook_pages", monkeypatch)

    source = pages._with_anchors("## 9. Reading `summary()`\n\n```\n## no heading\n```")

    assert source.startswith('<div id="9.-Reading-summary()"></div>\n\n## 9. Reading')
    assert source.count("<div") == 1
