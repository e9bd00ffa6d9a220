"""Cleans text that a student wrote, for a page, a file, a comment or a terminal.

A terminal's escape sequences, control characters and characters that change the direction of the
text are not shown themselves, but change how everything around them is shown.
"""

import re

# Every expression takes time in proportion to the text: what cannot be closed is not tried again.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-9;:?<=>]*+[ -/]*+[@-~]"  # colors, movements of the cursor
    r"|\x1b[\]PX^_][^\x07\x1b\n]*+(?:\x07|\x1b\\)"  # titles, links, device controls
)
_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, without tab and newline
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # direction
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"  # byte order mark, annotations, tags
)
_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")


def visible(text: str) -> str:
    """Return a text with only what is shown, in time proportional to its length.

    Line ends become `\\n`. Half a surrogate pair, which UTF-8 can't encode, becomes U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_ENDS.sub("\n", _ESCAPES.sub("", text))
    return _UNWRITABLE.sub("\ufffd", _INVISIBLE.sub("", text))
