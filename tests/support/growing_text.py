"""Texts of any length that take a reader's time with the square of it, if it is not careful."""

import gc
import json
from collections.abc import Callable
from math import inf
from time import process_time
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, writes

from autograder.grading.results import SubmissionResult

UNITS = {
    "blanks": " ",
    "tabs": "\t",
    "blank lines": "\n",
    "blank lines with blanks": " \t\n",
    "round brackets": "(",
    "square brackets": "[",
    "curly brackets": "{",
    "closed brackets": "[]",
    "nested calls": "f(",
    "quotes": "'",
    "double quotes": '"',
    "escaped quotes": '\\"',
    "triple quotes": "'''",
    "open triple quotes": "'''\"\"\"",
    "backslashes": "\\",
    "continued lines": "\\\n",
    "backticks": "`",
    "single backticks": "`\n",
    "headings": "#",
    "comments": "#\n",
    "less-than signs": "<",
    "entities": "&amp;",
    "ampersands": "&",
    "stars": "*",
    "underscores": "_ ",
    "links": "[a](",
    "pictures": "![",
    "quotations": "> ",
    "lists": "- ",
    "emphasis": "*a_",
    "percent signs": "%",
    "formats": "'%(a",
    "zeros": "%0",
    "digits": "1",
    "numbers": "1 ",
    "points": "1.",
    "attributes": "a.",
    "sums": "1+",
    "words": "a ",
    "short lines": "a\n",
    "long word": "a",
    "assignments": "a=",
    "statements": "a = b[c] + d * (e - 1)\n",
    "magics": "%time\n",
    "assigned magics": "a = !b\n",
    "shell": "= !",
    "imports": "import course as a\n",
    "places": "course/",
    "answers": "% course.checks",
    "definitions": "def ",
    "functions": "def f(a):\n    return a\n",
    "decorators": "@a\n",
    "lambdas": "lambda:",
    "comparisons": "a<",
    "unary": "-",
    "conditions": "a if b else ",
    "colors": "\x1b[",
    "long colors": "\x1b[0;",
    "titles": "\x1b]0;a",
    "controls": "\x00\x07",
    "directions": "\u202e\u2066",
    "combining": "a\u0301",
    "no characters": "\ud800",
    "dots": "../",
    "addresses": "data:a/b;base64,",
    "texts with braces": "f'{a[",
}
"""What is repeated, by its name."""


def one_in_three(first: int) -> list[Any]:
    """Return the units as parameters of a test: one in three for the quick suite, all for the slow.

    `first` is the first of the quick ones, 0 to 2: readers share the units out among them.
    """
    return [
        pytest.param(unit, id=name, marks=[] if place % 3 == first else pytest.mark.slow)
        for place, (name, unit) in enumerate(UNITS.items())
    ]


def grown(unit: str, length: int) -> str:
    """Repeat a text up to a length."""
    return (unit * (length // len(unit) + 1))[:length]


def cells_of(text: str, number: int, longest: int = 20_000) -> list[str]:
    """Split a text into cells of the longest that is shown and parsed."""
    size = min(longest, max(1, len(text) // number))
    return [text[at : at + size] for at in range(0, len(text), size)]


def notebook_bytes(sources: list[str]) -> bytes:
    """Write a notebook of code and prose."""
    cells = [new_code_cell(one) for one in sources]
    cells += [new_markdown_cell(one) for one in sources]
    return writes(new_notebook(cells=cells)).encode("utf-8", "surrogatepass")


def graded(sources: list[str], student: str = "ada", assignment: str = "convolution"):
    """Return a result whose notebook has these cells, each with an output of the same text."""
    made = SubmissionResult(student, assignment, "", "pretend")
    made.notebook = {
        "cells": [
            {
                "cell_type": "code",
                "id": f"own-{number:02d}",
                "source": source,
                "metadata": {"convpool": {"origin": "own"}},
                "outputs": [{"output_type": "stream", "name": "stdout", "text": source}],
            }
            for number, source in enumerate(sources)
        ]
    }
    return made


def json_bytes(value: object) -> bytes:
    """Write JSON as a notebook is stored."""
    return json.dumps(value).encode()


TRIES = 4
"""How often the time of a text is taken before a test fails: noise only adds to it."""


def takes_linear_time(
    work: Callable[[str], object], unit: str, length: int, seconds: float
) -> None:
    """Assert that `work` on `length` characters takes at most `seconds`, and the double twice that.

    The processor's time is measured, the best of several tries where one try looks bad, or where a
    single text that was disturbed could hide a square. Times too short to be compared are not.
    """
    single = double = inf
    wrong = ""
    for retried in range(TRIES):
        # Another length each time: nothing that the work remembers makes it look fast.
        single = min(single, _seconds(work, grown(unit, length - retried)))
        double = min(double, _seconds(work, grown(unit, 2 * (length - retried))))
        wrong = _not_linear(length, single, double, seconds)
        if not wrong and not _may_be_square(single, double):
            break
    assert not wrong, wrong


def _not_linear(length: int, single: float, double: float, seconds: float) -> str:
    """Say what is wrong with the times of a text and of one twice as long; "" if nothing is."""
    if single >= seconds:
        return f"{length:,} characters took {single:.1f} s"
    if double >= 2 * seconds:
        return f"{2 * length:,} characters took {double:.1f} s"
    if double > 0.5 and double >= 2.8 * single + 0.05:  # a square would be four times as long
        return f"{single:.2f} s, of the double {double:.2f} s"
    return ""


def _may_be_square(single: float, double: float) -> bool:
    """Whether a square could have these times, if its single text was disturbed."""
    return double > 0.5 and double > 2.2 * single


def _seconds(work: Callable[[str], object], text: str) -> float:
    # What earlier tests left in memory is not searched for garbage at this reader's cost.
    gc.collect()
    gc.disable()
    try:
        start = process_time()
        work(text)
        return process_time() - start
    finally:
        gc.enable()
