"""What looks like an attempt, with its evidence, for the instructor; no mark depends on it."""

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import accumulate
from types import MappingProxyType

from nbformat import NotebookNode

from autograder.ingest.rules import RULES
from autograder.ingest.structures import Finding, structures
from autograder.ingest.syntax import code_names, imported_modules, text_constants
from course.cells.flag import Flag, one_line
from course.cells.python_code import MAX_CHARACTERS, read_code

MAX_FLAGS = 200
MAX_SCANNED = 200_000
"""Most characters of code that are read as trees in one notebook."""


def scan(notebook: NotebookNode) -> list[Flag]:
    """Return flags for the student's cells of a rebuilt notebook, one per kind and cell.

    The code is read and never run. Cells of the source are not looked at, but their imports say
    what names such as `np` mean.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    readable = _how_many_to_read(cells)
    aliases: dict[str, str] = {}
    for cell in cells[:readable]:
        aliases |= _imports(cell.source)
    flags: dict[tuple[str, str], Flag] = {}
    for number, cell in enumerate(cells):
        if cell.metadata.get("convpool", {}).get("origin") == "source":
            continue
        tree = read_code(cell.source) if number < readable else None
        for kind, evidence in _findings(cell.source, tree, aliases):
            flags.setdefault((kind, cell["id"]), Flag(kind, evidence, cell["id"]))
    return list(flags.values())[:MAX_FLAGS]


def _how_many_to_read(cells: list[NotebookNode]) -> int:
    """Count the cells that can be read as trees in reasonable time for a whole notebook."""
    ends = accumulate(len(cell.source) for cell in cells)
    return sum(end <= MAX_SCANNED for end in ends)


@lru_cache(maxsize=128)
def _imports(text: str) -> Mapping[str, str]:
    """Say what a cell's imports mean; most cells are the same for a whole class."""
    tree = read_code(text)
    return MappingProxyType(imported_modules([] if tree is None else [tree]))


def _findings(source: str, tree: ast.Module | None, aliases: dict[str, str]) -> Iterator[Finding]:
    """Apply every rule to one cell."""
    text = source[:MAX_CHARACTERS]
    for rule in RULES:
        for found in rule.lines.finditer(text) if rule.lines else ():
            yield rule.kind, found.group().strip()
    if tree is None:
        yield from _findings_in_text(source, text)
        return
    nodes = list(ast.walk(tree))  # the walk takes longer than all that is done with it
    names = dict.fromkeys(code_names(nodes, aliases))
    constants = list(text_constants(nodes))
    for rule in RULES:
        for name, attribute in names:
            if rule.names_code(name, attribute):
                yield rule.kind, name.rstrip(".") or attribute
        for constant in constants if rule.texts else ():
            if rule.texts and rule.texts.search(constant):
                yield rule.kind, repr(one_line(constant))
    yield from structures(tree, nodes, aliases)


def _findings_in_text(source: str, text: str) -> Iterator[Finding]:
    """Look through code that is no Python by its words alone."""
    if len(source) > MAX_CHARACTERS:
        yield "unreadable", f"a cell of {len(source):,} characters"
    for rule in RULES:
        for word in (*rule.names, *rule.attributes):
            # Only words that mean nothing else: `signal.` and `f_back`, but not `compile`.
            plain = word.rstrip("*")
            if ("." in plain or "_" in plain) and plain in text:
                yield rule.kind, plain.rstrip(".")
