"""Lines of an assignment's hidden tests, to be looked for where none may stand."""

import html
import re

import nbformat

from autograder.folders import CourseFolder

LEAKY = {
    "wrong": "reshape",
    "raises": "convolution",
    "stopped": "pooling",
    "guesses": "quiz",
}
"""Students by what their answers do, which are in `submissions/stock/leaky_<assignment>.py`: each
passes the visible checks and fails a hidden one."""


def hidden_lines(course: CourseFolder, assignment: str) -> set[str]:
    """Return the lines of hidden tests that stand nowhere in the release, without spaces."""
    region = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", re.S)
    source = nbformat.read(course.source(assignment), as_version=4)
    release = nbformat.read(course.release(assignment), as_version=4)
    hidden = "\n".join(part for cell in source.cells for part in region.findall(cell.source))
    visible = {squeezed(line) for cell in release.cells for line in cell.source.splitlines()}
    lines = {squeezed(line) for line in hidden.splitlines()} - visible
    # A shorter line, such as `]:`, may come from anywhere.
    return {line for line in lines if len(line) > 10}


def squeezed(text: str) -> str:
    """Remove white space: a page, a color or a line break may change it."""
    return re.sub(r"\s+", "", text)


def page_text(page: str) -> str:
    """Return a page's text without tags (the highlighter splits every line) and without spaces."""
    return squeezed(html.unescape(re.sub(r"<[^>]+>", "", page)))
