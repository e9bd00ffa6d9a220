"""CSV files that a spreadsheet opens without running anything.

A spreadsheet takes a cell that starts with one of a few signs for a formula, and a student may
choose a name such as `=cmd()`.
"""

import csv
import io
from collections.abc import Iterable

# Some programs take the wide forms too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def plain_cell(text: str) -> str:
    """Take away the apostrophe that `safe_cell` put before a text."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Write rows as CSV, one line each; the caller makes texts of students safe."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
