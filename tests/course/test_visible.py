"""What a student wrote is cleaned in one place, quickly, for pages, CSV files and comments."""

import csv
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.growing_text import UNITS, takes_linear_time

from course.document import html_table
from course.files import csv_text, plain_cell, safe_cell
from course.visible import visible

ODD = {
    "\x1b[1;31mred\x1b[0m": "red",
    "\x1b[38:2:1:2:3mred": "red",
    "\x1b]8;;https://example.org\x07link\x1b]8;;\x1b\\": "link",
    "\x1bP1$rq\x1b\\": "",
    "\x9b31mred": "red",
    "\x1b[": "[",
    "\x1b\x1b[0m[31m": "[31m",
    "a\x00\x08\x7f\x85b": "ab",
    "a\u202eb\u2066c\u200fd\u061ce": "abcde",
    "\ufeff=1": "=1",
    "a\r\nb\rc\u2028d": "a\nb\nc\nd",
    "\ud800a": "\ufffda",
    "tab\tand\nline": "tab\tand\nline",
    "שרה Ünal ملف 👩\u200d🔬": "שרה Ünal ملف 👩\u200d🔬",
}


@pytest.mark.parametrize(("text", "expected"), ODD.items())
def test_only_what_is_shown_is_left(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(st.text(st.characters()))
def test_a_cleaned_text_is_clean_and_can_be_written(text: str) -> None:
    found = visible(text)

    found.encode()
    assert visible(found) == found
    assert not {unicodedata.category(one) for one in found if one not in "\n\t"} & {"Cc", "Cs"}
    assert not any(unicodedata.bidirectional(one) in ("RLO", "LRO", "RLI", "PDF") for one in found)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_it_takes_linear_time(unit: str) -> None:
    takes_linear_time(visible, unit, 500_000, seconds=1.5)


@pytest.mark.parametrize(
    "text",
    [" =1", "\u200b=1", "\ufeff@a", "\u202e=1", "\x1b[0m+1", "\xa0-1", "\x00=1", "\t\u2060=1"],
)
def test_a_formula_behind_what_is_not_shown_sleeps_too(text: str) -> None:
    cell = safe_cell(text)

    assert cell.startswith("'")
    assert plain_cell(cell) == visible(text)


@given(st.text(st.characters(), max_size=20))
def test_no_text_is_a_formula_or_a_row_of_its_own(text: str) -> None:
    written = csv_text([["a", safe_cell(text), "b"]])

    written.encode()
    ((first, cell, last),) = csv.reader(io.StringIO(written, newline=""))
    assert (first, last) == ("a", "b")
    assert cell.lstrip()[:1] not in ("=", "+", "-", "@")
    assert not set(written) & set("\x1b\x00\u202e\u2066\r")


def test_a_table_of_a_page_is_clean() -> None:
    page = html_table("\x1b[31mtitle", ["\u202ehead"], [["\u2066<b>\x07"]])

    assert not set(page) & set("\x1b\u202e\u2066\x07")
    assert "&lt;b&gt;" in page
