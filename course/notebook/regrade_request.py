"""A regrade request: a text, `regrade.md`, that a student hands in beside a notebook.

It is read as plain text, by the learner's side to pack it and by the grader's to list it.
"""

import re

from course.visible import visible

REGRADE = "regrade.md"
"""The file's name beside a notebook."""

MOST_BYTES = 20_000
"""What is read of a request."""

_WITH_A_SYSTEMS_NAME = re.compile(
    r"(?:^|[_ -])regrade(?:[-_ ]?\(?\d{1,3}\)?)?\.md\Z", re.IGNORECASE
)
_MARKUP = "#>*- \t"


def is_request(name: str) -> bool:
    """Whether a file that an LMS hands out is a request: its own names may stand before it.

    A browser or an LMS may also have numbered it: `regrade-1.md`, `regrade (2).md`.
    """
    return bool(_WITH_A_SYSTEMS_NAME.search(name))


def request_text(content: bytes) -> str:
    """Return the text of a request without what a terminal or a page would not show as text."""
    text = content[:MOST_BYTES].decode("utf-8-sig", "replace")
    end = "…" if len(content) > MOST_BYTES else ""
    return f"{visible(text).strip()}{end}"


def first_line(text: str) -> str:
    """Return the first line that says something: a heading only where nothing else does."""
    lines = [line for line in text.splitlines() if line.strip(_MARKUP)]
    said = [line for line in lines if not line.lstrip().startswith("#")]
    return next(iter(said or lines), "").strip(_MARKUP)
