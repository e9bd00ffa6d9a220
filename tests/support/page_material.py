"""A graded submission and a question to make pages of, and what a reader reads of a page."""

import base64
import re
from collections.abc import Iterable
from html import unescape
from pathlib import Path

from autograder.folders import ClassFolder
from autograder.grading.results import SubmissionResult
from autograder.pages.quiz_answers import Question
from course.checks import misconceptions
from course.notebook.verdict import Verdict

QUESTION = Question("q1", "Which *one*?", tuple((one, one.upper()) for one in "abcd"), "a")


def text_of(page: str) -> str:
    """What a reader reads of a page, without its style and script."""
    body = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def pages_of(
    folder: ClassFolder, students: Iterable[str], assignment: str
) -> list[tuple[str, str, Path]]:
    """List the feedback pages of some students, as `pack` takes them."""
    name = f"{assignment}.html"
    return [(one, assignment, folder.feedback / one / assignment / name) for one in students]


PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n and so on").decode()


MISTAKE = "channel-axis-in-front"


def cell(name: str, source: str, origin: str = "gap", outputs: object = ()) -> dict:
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {"convpool": {"origin": origin}},
        "source": source,
        "outputs": list(outputs),
    }


def result() -> SubmissionResult:
    made = SubmissionResult("ada", "reshape", "0" * 64, "bubblewrap")
    told = f"`add_channel_axis`: {misconceptions.explain(MISTAKE)}"
    made.gaps = [
        Verdict("scale_pixels", 4.0, 4.0, "correct"),
        Verdict("add_channel_axis", 0.0, 6.0, "incorrect", told, misconception=MISTAKE),
    ]
    picture = {"output_type": "display_data", "data": {"image/png": PNG, "text/html": "<b>x</b>"}}
    said = {"output_type": "stream", "name": "stdout", "text": "\x1b[31mred\x1b[0m \u202eturned"}
    made.notebook = {
        "cells": [
            cell("scale_pixels", "def scale_pixels(images):\n    return images / 255"),
            cell("test_scale_pixels", "SECRET = 'CANARY-HIDDEN'", "source"),
            cell("own-01", "print('mine')", "own", [said, picture]),
            cell("add_channel_axis", "def add_channel_axis(images): return images[None]"),
        ]
    }
    return made
