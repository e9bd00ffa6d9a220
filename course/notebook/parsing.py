"""Parses the bytes of a submitted notebook into plain cells, or rejects them with the reason."""

import json
import re
from collections import Counter
from typing import Any, NoReturn

from nbformat import NotebookNode

from course.notebook.tampering import one_line

MAX_BYTES = 20_000_000
"""Size limit of a notebook in bytes: outputs with many plots fit, floods of text do not."""

MAX_CELLS = 1000
MAX_SOURCE = 1_000_000
"""Limit of the characters of source in one notebook: the exercises have about 10,000."""

_MAX_DIGITS = 400  # of an integer in the JSON
_MAX_VALUE = 200  # characters of a text in nbgrader's mark
_CELL_TYPES = ("code", "markdown", "raw")
_VERSION_3_MARKDOWN = ("markdown", "heading", "html")
_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_SURROGATES = re.compile("[\ud800-\udfff]")
_OTHER_KERNELS = re.compile(
    r"ir\d*$|julia|javascript|deno|bash|octave|matlab|scala|ruby|sql|gnuplot|go(nb)?$|x(cpp|r$)"
)


class Rejected(Exception):
    """A submission that cannot be graded: that student's result; the class run goes on."""

    def __init__(self, reason: str) -> None:
        """Keep the reason as one printable line of at most 600 characters."""
        self.reason = one_line(reason, limit=600)
        super().__init__(self.reason)


def parse_notebook(content: bytes) -> NotebookNode:
    """Return the notebook as nbformat 4.5 with only types, ids, marks and sources of its cells.

    Raises `Rejected` with the reason if it is not a Python notebook of nbformat 3 or 4.
    """
    if len(content) > MAX_BYTES:
        raise Rejected(f"The notebook is larger than {MAX_BYTES / 1e6:g} MB.")
    if not content.strip(b"\x00 \t\r\n"):
        raise Rejected("The notebook is empty: the file holds no cells at all.")
    document = _document(_text(content))
    version = _version(document)
    _require_python(document.get("metadata"))
    cells = _cells_of_version_3(document) if version == 3 else _list(document, "cells")
    if len(cells) > MAX_CELLS:
        raise Rejected(f"The notebook has {len(cells)} cells; at most {MAX_CELLS} are graded.")
    parsed = [_cell(cell, number) for number, cell in enumerate(cells, start=1)]
    length = sum(len(cell.source) for cell in parsed)
    if length > MAX_SOURCE:
        raise Rejected(f"Its cells hold {length:,} characters; at most {MAX_SOURCE:,} are graded.")
    return NotebookNode(cells=parsed, metadata=NotebookNode(), nbformat=4, nbformat_minor=5)


def _text(content: bytes) -> str:
    """Decode UTF-8, with or without a byte order mark."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Rejected(
            f"The notebook is not UTF-8 text (byte {error.start + 1}); save it in JupyterLab."
        ) from error


def _document(text: str) -> dict[str, Any]:
    """Parse strict JSON whose outermost value is an object."""
    try:
        document = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            # Python writes NaN and Infinity, which are not JSON, into outputs that hold them.
            parse_constant=lambda _: None,
        )
    except json.JSONDecodeError as error:
        raise Rejected(
            f"The notebook is cut off or damaged: it is not JSON (line {error.lineno}, "
            f"column {error.colno}: {error.msg})."
        ) from error
    except RecursionError as error:
        raise Rejected("The notebook's JSON is nested too deeply.") from error
    if not isinstance(document, dict):
        raise Rejected(f"The file is not a notebook: its JSON is {_kind(document)}, no object.")
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object; refuse a duplicate key, because either value could be meant."""
    result = dict(pairs)
    if len(result) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise Rejected(f"The notebook is damaged: an object has the key {_quote(twice)} twice.")
    return result


def _integer(digits: str) -> int:
    """Parse an integer of limited length: the time grows with the square of its digits."""
    if len(digits) > _MAX_DIGITS:
        raise Rejected(f"The notebook is damaged: it holds a number of {len(digits)} digits.")
    return int(digits)


def _version(document: dict[str, Any]) -> int:
    """Return the major version of nbformat, 3 or 4."""
    version = document.get("nbformat")
    if isinstance(version, bool) or not isinstance(version, int):
        raise Rejected("The file is not a notebook: it names no version of nbformat.")
    if version not in (3, 4):
        age = "newer" if version > 4 else "older"
        raise Rejected(
            f"The notebook has nbformat {_quote(version)}, {age} than what can be read (3 and 4); "
            "open it in JupyterLab and save it."
        )
    return version


def _require_python(metadata: Any) -> None:
    """Refuse a notebook whose metadata names another language; no language means Python."""
    for language in _languages(metadata):
        if not re.match(r"i?python", language.lower()):
            raise Rejected(
                f"The notebook's kernel is {_quote(language)}, not Python; choose the kernel "
                "Python 3, run it and save it."
            )


def _languages(metadata: Any) -> list[str]:
    """List the languages that the notebook's metadata names."""
    known = metadata if isinstance(metadata, dict) else {}
    kernel, info = known.get("kernelspec"), known.get("language_info")
    kernel = kernel if isinstance(kernel, dict) else {}
    info = info if isinstance(info, dict) else {}
    named = [kernel.get("language"), info.get("name")]
    name = kernel.get("name")
    if isinstance(name, str) and _OTHER_KERNELS.match(name.lower()):
        named.append(name)
    return [language for language in named if isinstance(language, str) and language]


def _list(holder: dict[str, Any], key: str) -> list[Any]:
    """Return a required list of an object."""
    value = holder.get(key)
    if not isinstance(value, list):
        raise Rejected(f"The notebook is damaged: {key!r} is {_kind(value)}, not a list.")
    return value


def _cells_of_version_3(document: dict[str, Any]) -> list[Any]:
    """Convert the cells of nbformat 3 (worksheets, `input`, headings) to nbformat 4."""
    cells: list[Any] = []
    for sheet in _list(document, "worksheets"):
        if not isinstance(sheet, dict):
            raise Rejected(f"The notebook is damaged: a worksheet is {_kind(sheet)}.")
        cells += [_from_version_3(cell) for cell in _list(sheet, "cells")]
    return cells


def _from_version_3(cell: Any) -> Any:
    """Convert one cell to nbformat 4; `_cell` refuses what is damaged."""
    if not isinstance(cell, dict):
        return cell
    if cell.get("cell_type") == "code":
        return {"source": cell.get("input"), **cell}
    if cell.get("cell_type") in _VERSION_3_MARKDOWN:
        return {**cell, "cell_type": "markdown"}
    return cell


def _cell(cell: Any, number: int) -> NotebookNode:
    """Keep the parts of a cell that the graded notebook is rebuilt from."""
    if not isinstance(cell, dict):
        _damaged(number, f"is {_kind(cell)}")
    cell_type = cell.get("cell_type")
    if cell_type not in _CELL_TYPES:
        _damaged(number, f"has the unknown type {_quote(cell_type)}")
    plain = NotebookNode(
        cell_type=cell_type, metadata=_mark(cell.get("metadata")), source=_source(cell, number)
    )
    if isinstance(cell.get("id"), str) and _CELL_ID.fullmatch(cell["id"]):
        plain["id"] = cell["id"]
    return plain


def _source(cell: dict[str, Any], number: int) -> str:
    """Return a cell's source, given as one text or as a list of lines, with `\\n` line ends."""
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        _damaged(number, f"has a source that is {_kind(source)}, not text")
    # A lone surrogate can't be written as UTF-8.
    return _SURROGATES.sub("\ufffd", source).replace("\r\n", "\n").replace("\r", "\n")


def _mark(metadata: Any) -> NotebookNode:
    """Keep the plain values of nbgrader's mark; they are compared with the source's, never used."""
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if not isinstance(mark, dict):
        return NotebookNode()
    plain = {
        name: value
        for name, value in mark.items()
        if isinstance(value, bool | int | float)
        or (isinstance(value, str) and len(value) <= _MAX_VALUE)
    }
    return NotebookNode(nbgrader=NotebookNode(plain))


def _damaged(number: int, problem: str) -> NoReturn:
    raise Rejected(f"The notebook is damaged: cell {number} {problem}.")


def _kind(value: Any) -> str:
    """Name the type of a JSON value."""
    if value is None:
        return "missing or null"
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
    return names.get(type(value), "a number")


def _quote(value: Any) -> str:
    """Quote a value that a student wrote, shortened to 60 characters."""
    return one_line(repr(value), 60)
