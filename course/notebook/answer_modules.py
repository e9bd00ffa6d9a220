"""The modules of this package that hold answers, and how a cell that takes from them is found.

While a notebook is graded these modules are not there, so that no gap can be filled from them.
The code is parsed and never run.
"""

import ast
import re
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from course.notebook.cell_code import MAX_CHARACTERS, read_code, top_level_names
from course.notebook.cell_marks import mark_of, origin_of

PACKAGE = __name__.partition(".")[0]
ANSWER_MODULES = ("checks", "lessons", "plots.operations", "quiz")
"""Packages below `course` that compute or contain what a gap asks for."""

MESSAGE = (
    "Answers cannot be taken from the course's own package: {found} is not there while a notebook "
    "is graded. Write the answer yourself."
)
"""What a student reads; `found` is what the cell takes."""

_ALLOWED = frozenset({"checks.exercise"})  # what every visible check imports
_PLACES = ("__path__", "__file__", "__spec__", "__loader__")  # lead to the package's files
_MAX_PARTS = 12  # of a dotted name; longer ones name no module
_SEPARATOR = r"[./\\]+"
_NAMED = "|".join(module.replace(".", _SEPARATOR) for module in ANSWER_MODULES)
_TEXT = re.compile(rf"\b{PACKAGE}{_SEPARATOR}({_NAMED})\b|^\.({_NAMED})\b")
_WORDS = re.compile("|".join([*(m.rpartition(".")[2] for m in ANSWER_MODULES), *_PLACES]))
_LINE = r"^[ \t]*(?:\w[\w, ]{0,80}=[ \t]*)?[!%][^\n]*"
_MAGIC = re.compile(rf"{_LINE}\b{PACKAGE}{_SEPARATOR}({_NAMED})\b", re.MULTILINE)


def answer_folders() -> list[Path]:
    """Return the folders of the installed package that hold answers."""
    root = Path(__file__).resolve().parents[1]
    return [root.joinpath(*module.split(".")) for module in ANSWER_MODULES]


def taken_answers(
    text: str, imported: dict[str, str] | None = None, *, borrows: bool | None = None
) -> list[str]:
    """Name what a cell takes from modules that hold answers, such as "course.checks.models".

    `imported` maps names to what imports of other cells made of them, as `imports_of` returns. The
    import of `exercise` alone, as visible checks have it, takes no answer. `borrows` tells whether
    one of the imports is of answers, where that is known.
    """
    imported = imported or {}
    borrows = any(map(_holds_answers, imported.values())) if borrows is None else borrows
    if not borrows and not _WORDS.search(text[:MAX_CHARACTERS]):
        return []
    tree = read_code(text)
    found = [match.group().strip() for match in _MAGIC.finditer(text[:MAX_CHARACTERS])]
    if tree is None:
        found += [match.group() for match in _TEXT.finditer(text[:MAX_CHARACTERS])]
        return list(dict.fromkeys(found))
    known = ChainMap(imports_of(tree), imported)  # a copy for each cell would be too much
    for node in ast.walk(tree):
        found += _taken(node, known)
    return list(dict.fromkeys(found))


def imports_of(tree: ast.Module) -> dict[str, str]:
    """Map the names that a cell's imports bind to dotted names of this package."""
    return {name: dotted for node in ast.walk(tree) for name, dotted in _bound(node)}


def cells_with_taken_answers(cells: Iterable[Any]) -> dict[str, list[str]]:
    """Map the ids of the student's cells of a rebuilt notebook to what each of them takes.

    What a test imports is not known to the student's cells, because tests run elsewhere.
    """
    imported: dict[str, str] = {}
    borrows = False
    found: dict[str, list[str]] = {}
    for cell in cells:
        if cell["cell_type"] != "code" or mark_of(cell).is_test:
            continue
        own = origin_of(cell) != "source"
        if own and (taken := taken_answers(cell["source"], imported, borrows=borrows)):
            found[cell["id"]] = taken
        if tree := read_code(cell["source"]):
            new = imports_of(tree)
            imported |= new
            borrows = borrows or any(map(_holds_answers, new.values()))
    return found


def gaps_with_taken_answers(cells: Sequence[Any]) -> dict[str, str]:
    """Map each gap of a rebuilt notebook that was filled from these modules to what it takes.

    A gap also takes what another cell of the student's took, if it uses a name of that cell.
    """
    taken = cells_with_taken_answers(cells)
    borrowed: dict[str, str] = {}
    gaps: dict[str, str] = {}
    for cell in cells if taken else ():
        if cell["cell_type"] != "code" or origin_of(cell) == "source":
            continue
        used = [borrowed[name] for name in _names(read_code(cell["source"])) if name in borrowed]
        if found := taken.get(cell["id"], []) + used:
            borrowed |= dict.fromkeys(top_level_names(cell["source"]), found[0])
            if mark_of(cell).is_gap:
                gaps[mark_of(cell).exercise] = found[0]
    return gaps


def _bound(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (name, dotted name) of what an import binds from this package."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name.partition(".")[0] == PACKAGE:
                yield alias.asname or PACKAGE, alias.name if alias.asname else PACKAGE
    elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == PACKAGE:
        for alias in node.names:
            yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _taken(node: ast.AST, imported: Mapping[str, str]) -> Iterator[str]:
    """Yield what one node of a syntax tree takes."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if _holds_answers(alias.name))
    elif isinstance(node, ast.ImportFrom) and not node.level:
        names = (f"{node.module}.{alias.name}" for alias in node.names)
        yield from (name for name in names if _holds_answers(name))
    elif isinstance(node, ast.Attribute):
        name = _dotted(node, imported)
        if _holds_answers(name) or name in {f"{PACKAGE}.{place}" for place in _PLACES}:
            yield name
    elif isinstance(node, ast.Constant):
        text = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
        if isinstance(text, str) and (match := _TEXT.search(text)):
            yield match.group()


def _holds_answers(name: str) -> bool:
    """Return whether a dotted name is in a module with answers; `exercise` alone is not."""
    package, _, inner = name.partition(".")
    below = any(f"{inner}.".startswith(f"{module}.") for module in ANSWER_MODULES)
    return package == PACKAGE and below and inner not in _ALLOWED


def _dotted(node: ast.expr, imported: Mapping[str, str]) -> str:
    """Return `c.checks.models` as "course.checks.models" if `c` was imported so; else ""."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < _MAX_PARTS:
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in imported:
        return ""
    return ".".join([imported[node.id], *reversed(parts)])


def _names(tree: ast.Module | None) -> list[str]:
    """List the names that a cell reads."""
    nodes = ast.walk(tree) if tree else ()
    return [node.id for node in nodes if isinstance(node, ast.Name)]
