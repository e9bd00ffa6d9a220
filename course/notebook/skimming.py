"""Leaves outputs and pictures out of a large notebook's JSON, without parsing it.

The limits of a notebook count its code and text. A notebook with hundreds of pictures may be 50 MB
large and has no more code than another; parsing all of it would take a gigabyte of memory.
"""

import re

from course.notebook.rejecting import Rejected

_DROPPED = (b'"outputs"', b'"attachments"', b'"widgets"')
_MAX_TOKENS = 3_000_000  # strings, commas and brackets of what is kept; each is an object in memory
# A string that is never closed goes to the end: without that, each quote in it would be tried.
_STRING = rb'"[^"\\]*+(?:\\.?+[^"\\]*+)*+"?+'
_TOKEN = re.compile(_STRING + rb"|[\[\]{},]", re.DOTALL)
_NESTING = re.compile(_STRING + rb"|[\[\]{}]", re.DOTALL)
_OPENING = re.compile(rb"\s*+:\s*+([\[{])")


def skim(content: bytes) -> bytes:
    """Return UTF-8 JSON with empty outputs, attachments and widget states.

    What is not JSON stays so: the parser says what is wrong with it. Raises `Rejected` if more than
    three million values would be left.
    """
    kept: list[bytes] = []
    start = position = count = 0
    while found := _TOKEN.search(content, position):
        count += 1
        if count > _MAX_TOKENS:
            raise Rejected("The notebook is damaged: it holds more values than cells can need.")
        position = found.end()
        if found[0] in _DROPPED and (opening := _OPENING.match(content, position)):
            kept.append(content[start : opening.end()])
            start = position = _closing(content, opening.end())
    kept.append(content[start:])
    return b"".join(kept)


def _closing(content: bytes, position: int) -> int:
    """Return where the bracket stands that closes the one before `position`."""
    depth = 1
    for found in _NESTING.finditer(content, position):
        sign = found[0]
        if sign in (b"[", b"{"):
            depth += 1
        elif sign in (b"]", b"}"):
            depth -= 1
            if not depth:
                return found.start()
    return len(content)
