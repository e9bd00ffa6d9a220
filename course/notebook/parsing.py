"""Parses the bytes of a notebook into plain cells, or rejects them with the reason.

Grading, `course check` and `course submit` read a notebook with this parser. Whatever can be read
is read: any Unicode encoding, nbformat 3 and 4, pictures of any size. What is left out is noted.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from course.notebook.nodes import NotebookNode
from course.notebook.rejecting import Rejected
from course.notebook.skimming import skim
from course.notebook.tampering import one_line

MAX_BYTES = 200_000_000
"""Size limit of a file in bytes, outputs and pictures included."""

MAX_CELLS = 10_000
MAX_SOURCE = 1_000_000
"""Limit of the characters of source in one notebook: the exercises have about 10,000."""

_PARSED_WHOLE = 20_000_000  # bytes; of a larger file outputs and pictures are not parsed
_MOST_VALUES = 1_000_000  # of a notebook whose outputs are parsed
_MAX_DIGITS = 400  # of an integer in the JSON
_MAX_VALUE = 200  # characters of a text in nbgrader's mark
_MAX_NOTES = 20
_CELL_TYPES = ("code", "markdown", "raw")
_VERSION_3_MARKDOWN = ("markdown", "heading", "html")
_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Kernels of other languages, of notebooks that name no language: by their whole name.
_OTHER_KERNELS = re.compile(
    r"ir|julia(-\d+\.\d+)?|i?javascript|jslab|tslab|deno|bash|octave|matlab|scala|almond|ruby|iruby|"
    r"sos|sql|gnuplot|gonb|gophernotes|rust|evcxr|xr|xcpp\d*|xsql|xlua|java|ijava|kotlin|csharp|"
    r"\.net-(csharp|fsharp|powershell)|perl|iperl|haskell|ihaskell|sas|stata|wolframlanguage\S*"
)
_PYTHON = re.compile(r"(i|micro|circuit)?python")
_PICTURE = re.compile(r"data:[\w.+-]{1,40}/[\w.+-]{1,40};base64,[A-Za-z0-9+/=\s]{1000,}")


@dataclass(frozen=True)
class ParsedNotebook:
    """A notebook as plain cells."""

    notebook: NotebookNode
    """nbformat 4.5 with only types, ids, marks and sources of the cells."""
    notes: tuple[str, ...] = ()
    """What was left out or guessed, as sentences for the student and the instructor."""


def parse_notebook(content: bytes) -> NotebookNode:
    """Return the notebook of `read_cells`."""
    return read_cells(content).notebook


def read_cells(content: bytes, *, with_runs: bool = False) -> ParsedNotebook:
    """Parse a notebook; `with_runs` keeps what each cell printed and its execution count.

    Raises `Rejected` with the reason if it is not a Python notebook of nbformat 3 or 4.
    """
    if len(content) > MAX_BYTES:
        raise Rejected(f"The notebook is larger than {MAX_BYTES / 1e6:g} MB.")
    if not content.strip(b"\x00 \t\r\n"):
        raise Rejected("The notebook is empty: the file holds no cells at all.")
    notes: list[str] = []
    document = _document(_text(content, notes), notes)
    version = _version(document)
    require_python(document.get("metadata"))
    cells = _cells_of_version_3(document) if version == 3 else _list(document, "cells")
    if len(cells) > MAX_CELLS:
        raise Rejected(f"The notebook has {len(cells):,} cells; at most {MAX_CELLS:,} can be read.")
    reader = _CellReader(notes, with_runs=with_runs)
    parsed = [cell for n, raw in enumerate(cells, start=1) if (cell := reader.read(raw, n))]
    if _length(parsed) > MAX_SOURCE:
        _drop_pictures(parsed, notes)
    length = _length(parsed)
    if length > MAX_SOURCE:
        raise Rejected(f"Its cells hold {length:,} characters; at most {MAX_SOURCE:,} can be read.")
    if len(notes) > _MAX_NOTES:
        notes[_MAX_NOTES:] = [f"… and {len(notes) - _MAX_NOTES} more notes like these."]
    notebook = NotebookNode(cells=parsed, metadata=NotebookNode(), nbformat=4, nbformat_minor=5)
    return ParsedNotebook(notebook, tuple(notes))


def _text(content: bytes, notes: list[str]) -> str:
    """Decode a notebook; leave outputs and pictures out of a large one.

    JSON is UTF-8, but some editors write UTF-16, and old ones the code page of Windows.
    """
    encoding = json.detect_encoding(content)
    try:
        if encoding.startswith(("utf-16", "utf-32")):
            content, encoding = content.decode(encoding).encode(), "utf-8"
        if len(content) > _PARSED_WHOLE or _values(content) > _MOST_VALUES:
            size = len(content)
            content = skim(content)
            left_out = (size - len(content)) / 1e6
            notes.append(f"{left_out:.0f} MB of outputs and pictures were not read.")
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        text = _from_windows(content)
        if text is None:
            raise Rejected(
                f"The notebook is not UTF-8 text (byte {error.start + 1}); save it in JupyterLab."
            ) from error
    notes.append("The file is not UTF-8; it was read as Windows-1252. Save it in JupyterLab.")
    return text


def _values(content: bytes) -> int:
    """Return a bound of how many values JSON can hold: each takes memory of its own."""
    return sum(map(content.count, (b",", b"[", b"{")))


def _from_windows(content: bytes) -> str | None:
    """Decode Windows-1252; None for bytes that are no JSON object in it either."""
    try:
        text = content.decode("cp1252")
        json.loads(text, parse_int=_integer)
    except (ValueError, RecursionError, Rejected):
        return None
    return text


def _document(text: str, notes: list[str]) -> dict[str, Any]:
    """Parse strict JSON whose outermost value is an object."""
    try:
        document = json.loads(
            text,
            object_pairs_hook=lambda pairs: _object(pairs, notes),
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


def _object(pairs: list[tuple[str, Any]], notes: list[str]) -> dict[str, Any]:
    """Build an object; of a key that is there twice the last value counts, as in JupyterLab."""
    result = dict(pairs)
    if len(result) < len(pairs) and len(notes) <= _MAX_NOTES:
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        notes.append(f"An object has the key {_quote(twice)} twice; the last one was read.")
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


def require_python(metadata: Any) -> None:
    """Refuse a notebook that declares another language; no language means Python."""
    language = _language(metadata)
    if not _PYTHON.match(language.lower()):
        raise Rejected(
            f"The notebook's kernel is {_quote(language)}, not Python; choose the kernel "
            "Python 3, run it and save it."
        )


def _language(metadata: Any) -> str:
    """Return the language of a notebook.

    The kernel that ran it wrote `language_info`, its installation declares `kernelspec.language`.
    A kernel's name is whatever its user chose (`rubyvenv`): it counts only where neither is there
    and where it is exactly the name of a known kernel.
    """
    known = metadata if isinstance(metadata, dict) else {}
    kernel, info = known.get("kernelspec"), known.get("language_info")
    kernel = kernel if isinstance(kernel, dict) else {}
    declared = [info.get("name") if isinstance(info, dict) else None, kernel.get("language")]
    for language in declared:
        if isinstance(language, str) and language.strip():
            return language.strip()
    name = kernel.get("name")
    is_other = isinstance(name, str) and _OTHER_KERNELS.fullmatch(name.lower())
    return str(name) if is_other else "python"


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


def _length(cells: list[NotebookNode]) -> int:
    """Count the characters of the sources."""
    return sum(len(cell.source) for cell in cells)


class _CellReader:
    """Reads cells one by one, and notes what was left out of them."""

    def __init__(self, notes: list[str], *, with_runs: bool) -> None:
        self.notes, self.with_runs = notes, with_runs

    def read(self, cell: Any, number: int) -> NotebookNode | None:
        """Keep the parts of a cell that a notebook is rebuilt from; None for what is no cell."""
        if not isinstance(cell, dict):
            self.notes.append(f"Cell {number} is {_kind(cell)}; it was left out.")
            return None
        cell_type = cell.get("cell_type")
        if cell_type not in _CELL_TYPES:
            what = f"has the unknown type {_quote(cell_type)}"
            self.notes.append(f"Cell {number} {what}; it was read as text.")
            cell_type = "raw"
        source = self._source(cell, number)
        plain = NotebookNode(
            cell_type=cell_type, metadata=_mark(cell.get("metadata")), source=source
        )
        if isinstance(cell.get("id"), str) and _CELL_ID.fullmatch(cell["id"]):
            plain["id"] = cell["id"]
        if self.with_runs and cell_type == "code":
            plain.update(_run(cell))
        return plain

    def _source(self, cell: dict[str, Any], number: int) -> str:
        """Return a cell's source, given as one text or as a list of lines, with `\\n` line ends."""
        source = cell.get("source")
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(source, str):
            what = f"has a source that is {_kind(source)}, not text"
            self.notes.append(f"Cell {number} {what}; it was read as empty.")
            source = ""
        # A lone surrogate can't be written as UTF-8.
        return _SURROGATES.sub("\ufffd", source).replace("\r\n", "\n").replace("\r", "\n")


def _drop_pictures(cells: list[NotebookNode], notes: list[str]) -> None:
    """Leave out pictures that some editors write into a text itself, of cells without a mark."""
    count = 0
    for cell in cells:
        if cell.cell_type != "code" and not cell.metadata:
            cell.source, found = _PICTURE.subn("data:,", cell.source)
            count += found
    if count:
        notes.append(f"{count} picture(s) in text cells were not read.")


def _run(cell: dict[str, Any]) -> dict[str, Any]:
    """Keep a saved run of a cell: its number, what it printed, and whether it raised an error."""
    count = cell.get("execution_count", cell.get("prompt_number"))
    outputs = []
    saved = cell.get("outputs")
    for output in saved if isinstance(saved, list) else []:
        if isinstance(output, dict) and isinstance(output.get("output_type"), str):
            text = output.get("text", "")
            lines = text if isinstance(text, list) else [text]
            text = "".join(line for line in lines if isinstance(line, str))
            outputs.append(NotebookNode(output_type=output["output_type"], text=text))
    is_count = isinstance(count, int) and not isinstance(count, bool)
    return {"execution_count": count if is_count else None, "outputs": outputs}


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


def _kind(value: Any) -> str:
    """Name the type of a JSON value."""
    if value is None:
        return "missing or null"
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
    return names.get(type(value), "a number")


def _quote(value: Any) -> str:
    """Quote a value that a student wrote, shortened to 60 characters."""
    if isinstance(value, dict | list) and value:
        return _kind(value)  # writing it could take more memory than the notebook, or be too deep
    return one_line(repr(value[:100] if isinstance(value, str) else value), 60)
