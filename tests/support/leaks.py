"""What no student may find: lines of solutions and hidden tests, and the quiz's explanations."""

import html
import re
from typing import Literal

import nbformat

from autograder.folders import CourseFolder
from course.quiz.question import DrawnQuestion

Region = Literal["SOLUTION", "HIDDEN TESTS"]
REMOVED = re.compile(r" *### BEGIN (SOLUTION|HIDDEN TESTS)\n(.*?)### END \1\n?", re.S)

# A hidden test as an author writes it; the bare words stand in the code that looks for them.
HIDDEN_TEST = re.compile(r"^\s*### BEGIN HIDDEN TESTS\s*$|CANARY-HIDDEN-[a-z]+-[a-z0-9]", re.M)

# What tells a student an answer, or that there is something to find.
FORBIDDEN = (
    "BEGIN SOLUTION",
    "END SOLUTION",
    "BEGIN HIDDEN",
    "END HIDDEN",
    "KEEP ABOVE",
    "CANARY",
    "check.hidden",
    "check.chosen",
    "check.equals_number",
    "check.mark",
)


def forbidden_in(text: str) -> list[str]:
    """Return the forbidden words that a text for students holds."""
    return [word for word in FORBIDDEN if word in text]


def released(text: str) -> str:
    """Return a cell's source without its regions, as a student gets it."""
    return REMOVED.sub("", text)


def secret_lines(course: CourseFolder, *assignments: str, region: Region | None = None) -> set[str]:
    """Return the stripped lines of the regions (of one kind, or of both) that nobody may see.

    Lines that also stand in sight of a student, such as `import numpy as np`, are none of them,
    nor are lines of at most three characters, which could come from anywhere.
    """
    taken_out, in_sight = set(), set()
    for assignment in assignments:
        for cell in nbformat.read(course.source(assignment), as_version=4).cells:
            in_sight |= _lines(released(cell.source))
            for kind, text in REMOVED.findall(cell.source):
                if region in (None, kind):
                    taken_out |= _lines(text)
    secrets = {line for line in taken_out - in_sight if len(line) > 3}
    assert secrets, "no region was found, so a search for these lines would prove nothing"
    return secrets


def _lines(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines()}


def explanations(questions: list[DrawnQuestion]) -> set[str]:
    """Return the explanations of a quiz's options, and of its questions without options."""
    found = {option.explanation for question in questions for option in question.options}
    found |= {question.explanation for question in questions if not question.options}
    return found - {""}


LEAKY = {
    "wrong": "reshape",
    "raises": "convolution",
    "stopped": "pooling",
    "guesses": "quiz",
}
"""Students by what their answers do, which are in `submissions/stock/leaky_<assignment>.py`: each
passes the visible checks and fails a hidden one."""


def hidden_lines(course: CourseFolder, assignment: str) -> set[str]:
    """Return the secret lines of hidden tests, without spaces."""
    lines = map(squeezed, secret_lines(course, assignment, region="HIDDEN TESTS"))
    # A shorter line, such as `]:`, may come from anywhere.
    return {line for line in lines if len(line) > 10}


def squeezed(text: str) -> str:
    """Remove white space: a page, a color or a line break may change it."""
    return re.sub(r"\s+", "", text)


def page_text(page: str) -> str:
    """Return a page's text without tags (the highlighter splits every line) and without spaces."""
    return squeezed(html.unescape(re.sub(r"<[^>]+>", "", page)))
