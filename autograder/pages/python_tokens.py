"""Splits Python into tokens in one pass, valid or not, to color it and to compare it.

Python's own tokenizer and the usual highlighters need time with the square of some texts' length,
such as a cell of blank lines. Here every character is looked at a few times only: each expression
takes what it can, gives nothing back, and always ends at what it has taken.
"""

import keyword
import re
from collections.abc import Iterator
from typing import Literal

from markupsafe import Markup, escape

Kind = Literal["comment", "string", "number", "word", "blank", "sign"]

_TOKEN = re.compile(
    r"""
    (?P<comment> \#[^\n]*+ )
  | (?P<string> [rRbBuUfF]{0,2}+ (?:
        '''[^\\']*+ (?:(?:\\.?+|'(?!''))[^\\']*+)*+ (?:''')?+
      | \"""[^\\"]*+ (?:(?:\\.?+|"(?!""))[^\\"]*+)*+ (?:\""")?+
      | '[^\\'\n]*+ (?:\\.?+[^\\'\n]*+)*+ '?+
      | "[^\\"\n]*+ (?:\\.?+[^\\"\n]*+)*+ "?+ ) )
  | (?P<number> 0[xXoObB][\da-fA-F_]++
      | (?:\d[\d_]*+\.?+[\d_]*+|\.\d[\d_]*+)(?:[eE][+-]?+\d[\d_]*+)?+[jJ]?+ )
  | (?P<word> \w++ )
  | (?P<blank> \s++ )
  | (?P<sign> . )
    """,
    re.VERBOSE | re.DOTALL,
)
# The classes of the style sheet.
_CLASSES = {"comment": "c1", "string": "s", "number": "mi"}


def python_tokens(source: str) -> Iterator[tuple[Kind, str]]:
    """Yield the kind and text of every token; the texts together are the source."""
    for found in _TOKEN.finditer(source):
        kind: Kind = found.lastgroup  # type: ignore[assignment]
        yield kind, found.group()


def colored(source: str) -> Markup:
    """Return Python as HTML: keywords, texts, numbers, comments and defined names in colors."""
    parts: list[str] = []
    before = ""
    for kind, text in python_tokens(source):
        name = _CLASSES.get(kind, "")
        if kind == "word":
            defined = {"def": "nf", "class": "nc"}.get(before, "")
            name = "k" if keyword.iskeyword(text) else defined
        escaped = str(escape(text))
        parts.append(f'<span class="{name}">{escaped}</span>' if name else escaped)
        before = before if kind == "blank" else text
    return Markup("".join(parts))
