"""Feedback pages show what students wrote as text: no live HTML, no script, no hidden test."""

import json
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

from autograder.build.answer_files import fill, parse_answers
from autograder.build.script import CANARY
from autograder.cli.show_pages import run_feedback
from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.autograded import written
from autograder.grading.class_run import grade_class
from autograder.grading.conditions import GradeOptions
from autograder.grading.results import result_path

MARK = "livemark"
ELEMENT = f'<{MARK} onclick="run()">x</{MARK}>'
SCRIPT = f"<script>window.{MARK} = 1</script>"
PICTURE = f'<img src="https://{MARK}.example/x.png" onerror="{MARK}()">'
LINK = f"[{MARK}](javascript:{MARK}()) ![{MARK}](https://{MARK}.example/y.png)"
EVERYTHING = f"{ELEMENT}{SCRIPT}{PICTURE}{LINK}"

CODE = f'''
# %%
# a comment: {EVERYTHING} </pre></div></script>
from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display

text = {EVERYTHING!r}
print(text)
display(HTML(text), Markdown(text), Latex("$" + text + "$"), Javascript("{MARK}()"))
display(SVG('<svg xmlns="http://www.w3.org/2000/svg" onload="{MARK}()"><{MARK}/></svg>'))
display({{"text/html": text, "text/markdown": text, "application/javascript": text,
         "image/svg+xml": text, "text/plain": text, "image/png": "PHNjcmlwdD4="}}, raw=True)
import sys
sys.stderr.write(text)
HTML(text)

# %%
Shown = type({ELEMENT!r}, (Exception,), {{}})
raise Shown(text)

# %% gap="scale_pixels"
def scale_pixels(images):
    raise Shown(text)  # {EVERYTHING}


# %% gap="add_channel_axis"
def add_channel_axis(images):
    raise ValueError(text + "`")
'''


class Elements(HTMLParser):
    """Collects what a browser would take for an element with the students' mark in it."""

    def __init__(self) -> None:
        super().__init__()
        self.live: list[str] = []
        self.text: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._script = tag in ("script", "style")
        if MARK in tag:
            self.live.append(tag)
        for name, value in attrs:
            # A plain address becomes a link that somebody has to follow; it runs nothing.
            link = tag == "a" and name == "href" and (value or "").startswith("https://")
            harmless = link or name in ("id", "title")
            if MARK in name or (MARK in (value or "") and not harmless):
                self.live.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        self._script = False

    def handle_data(self, data: str) -> None:
        if self._script and MARK in data:
            self.live.append(f"script: {data[:80]}")
        elif MARK in data:
            self.text.append(data)


def elements(page: str) -> Elements:
    parser = Elements()
    parser.feed(page)
    parser.close()
    return parser


@pytest.fixture(scope="module")
def class_folder(course: CourseFolder, tmp_path_factory: pytest.TempPathFactory) -> ClassFolder:
    """One student who writes markup wherever something can be written, graded, with a page."""
    folder = ClassFolder(tmp_path_factory.mktemp("pages"))
    notebook = fill(nbformat.read(course.release("reshape"), as_version=4), parse_answers(CODE))
    prose = nbformat.v4.new_markdown_cell(f"{EVERYTHING}\n\n````\n{EVERYTHING}\n", id="prose")
    prose["attachments"] = {f"{MARK}.svg": {"image/svg+xml": EVERYTHING}}
    raw = nbformat.v4.new_raw_cell(EVERYTHING, id="raw", metadata={"format": "text/html"})
    notebook.cells += [prose, raw]
    next(c for c in notebook.cells if c.cell_type == "markdown").source += EVERYTHING
    notebook.metadata["title"] = EVERYTHING
    target = folder.submitted / "eve" / "reshape" / "reshape.ipynb"
    target.parent.mkdir(parents=True)
    target.write_text(json.dumps(notebook), encoding="utf-8")
    (target.parent / "<img src=livemark>.ipynb").write_text(EVERYTHING, encoding="utf-8")
    broken = folder.submitted / "<livemark>" / "reshape" / "reshape.ipynb"
    broken.parent.mkdir(parents=True)
    broken.write_text(json.dumps({"cells": ELEMENT}), encoding="utf-8")
    (broken.parent / f"{PICTURE.replace('/', '')}.txt").write_text("x")
    assert grade_class(course, folder, ["reshape"], GradeOptions()).failures == []
    run_feedback(course, folder, ["reshape"], Console(quiet=True))
    return folder


def page_of(folder: ClassFolder, student: str) -> str:
    return (folder.feedback / student / "reshape" / "reshape.html").read_text(encoding="utf-8")


def test_nothing_that_a_student_wrote_is_live_on_the_page(class_folder: ClassFolder) -> None:
    found = elements(page_of(class_folder, "eve"))

    assert found.live == []
    # The text is there, so that the search had something to find.
    assert sum(MARK in text for text in found.text) >= 5


def test_the_search_finds_live_markup() -> None:
    assert elements(ELEMENT).live and elements(SCRIPT).live and elements(PICTURE).live
    assert elements(f'<a href="javascript:{MARK}()">x</a>').live
    assert not elements(f"<pre>&lt;{MARK}&gt;</pre>").live


def test_a_notebook_that_could_not_be_read_and_its_students_name_are_text_too(
    class_folder: ClassFolder,
) -> None:
    assert elements(page_of(class_folder, "<livemark>")).live == []


@pytest.mark.parametrize("student", ["eve", "<livemark>"])
def test_a_page_holds_no_hidden_test(class_folder: ClassFolder, student: str) -> None:
    page = page_of(class_folder, student)

    assert CANARY not in page
    assert "check.hidden" not in page
    # An expected value of a hidden check, and what it draws its inputs from.
    assert "np.linspace(0.0, 1.0, 256)" not in page
    assert (class_folder.root / ".secret").read_bytes().hex() not in page


def test_no_live_markup_gets_into_the_autograded_notebook(class_folder: ClassFolder) -> None:
    path = class_folder.autograded / "eve" / "reshape" / "reshape.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]

    assert {kind for output in outputs for kind in output.get("data", {})} <= {
        "text/plain",
        "image/png",
    }
    assert not any(cell.get("attachments") for cell in cells)
    assert result_path(class_folder, "eve", "reshape").is_file()


def test_the_autograded_notebook_is_what_nbformat_would_write(class_folder: ClassFolder) -> None:
    path = class_folder.autograded / "eve" / "reshape" / "reshape.ipynb"
    notebook = nbformat.read(path, as_version=4)

    nbformat.validate(notebook)
    assert nbformat.reads(nbformat.writes(notebook), as_version=4) == notebook
    assert nbformat.reads(written(notebook).decode(), as_version=4) == notebook


def test_the_page_of_an_honest_error_still_quotes_it(class_folder: ClassFolder) -> None:
    page = page_of(class_folder, "eve")

    assert "raised" in page
    assert Path(class_folder.feedback / "eve" / "reshape" / "reshape.html").stat().st_size > 1000
