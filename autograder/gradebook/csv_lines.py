"""A CSV file as lines with their numbers, whatever spreadsheet or system wrote it.

Read are UTF-8 and UTF-16 with or without a byte order mark, a comma, semicolon, tab or `|` between
cells, Excel's first line `sep=;`, and blank lines. An error names the line.
"""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from course.errors import GradingError
from course.files import plain_cell

SEPARATORS = ",;\t|"
LINES_BEFORE = 10
"""Lines in which the headings are looked for."""

_AGAIN = "then run the command again."


@dataclass(frozen=True)
class CsvLine:
    """One line that holds something."""

    number: int
    """Of its first line in the file: a cell in quotation marks may hold line ends."""
    cells: list[str]


def read_csv(path: Path, headings: Callable[[list[str]], int]) -> list[CsvLine]:
    """Read a file; `headings` counts the cells of a line that are known headings.

    Raises `GradingError` for what is no text in UTF-8 or UTF-16, and with the line for a quotation
    mark that is not closed.
    """
    return list(_lines(path, _text(path), headings))


def fitted(path: Path, line: CsvLine, count: int) -> list[str]:
    """Return `count` cells of a line; raise `GradingError` if more than that hold something."""
    if any(cell.strip() for cell in line.cells[count:]):
        raise GradingError(
            f"{path}, line {line.number}: it has {len(line.cells)} cells, the line of headings "
            f"{count}.",
            f"Put a cell that holds the separator in quotation marks, {_AGAIN}",
        )
    return (line.cells + [""] * count)[:count]


def _text(path: Path) -> str:
    """Read a text in UTF-8, or in UTF-16 as a spreadsheet marks it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GradingError(
            f"{path} can't be read ({error.strerror}).", "Name a CSV file."
        ) from error
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig").lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise GradingError(f"{path} is not in UTF-8.", "Export it again as UTF-8.") from error


def _lines(path: Path, text: str, headings: Callable[[list[str]], int]) -> Iterator[CsvLine]:
    """Yield the lines that hold something."""
    separator = _separator(text, headings)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    # Moodle's worksheet holds what students typed, which can be longer than Python's own limit.
    usual = csv.field_size_limit(len(text) + 1)
    start = 1
    try:
        for row in rows:
            # Excel's `sep=;` says how the lines are read, and is split by what it names.
            if any(map(str.strip, row)) and separator.join(row).casefold() != f"sep={separator}":
                yield CsvLine(start, [plain_cell(cell) for cell in row])
            start = rows.line_num + 1
    except csv.Error as error:
        raise GradingError(
            f"{path}, line {start}: a quotation mark is not closed, or stands inside a cell"
            f" ({error}).",
            f"Close it, or write it twice inside quotation marks; {_AGAIN}",
        ) from error
    finally:
        csv.field_size_limit(usual)


def _separator(text: str, headings: Callable[[list[str]], int]) -> str:
    """Return the separator that Excel's first line names, else that finds most headings."""
    lines = [line for line in text.splitlines() if line.strip()][:LINES_BEFORE]
    if not lines:
        return ","
    first = lines[0].strip('"').casefold()
    if first.startswith("sep=") and first[4:5] in tuple(SEPARATORS):
        return first[4]

    def known(separator: str) -> tuple[int, int]:
        rows = [line.replace('"', "").split(separator) for line in lines]
        return max(map(headings, rows)), lines[0].count(separator)

    return max(SEPARATORS, key=known)
