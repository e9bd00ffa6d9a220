"""Strings from the student's side, made fit to be shown."""

import re

CONTROL = re.compile(
    r"\x1b\[[0-9;]*m|[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)


def printable(value: object, longest: int) -> str:
    """Shorten a string and drop its control, color and direction characters; "" for no string."""
    return CONTROL.sub("", value)[:longest] if type(value) is str else ""
