"""What looks like an attempt, with its evidence, for the instructor; no mark depends on it."""

import ast
from collections.abc import Iterator

from nbformat import NotebookNode

from autograder.ingest.rules import RULES, Rule
from autograder.ingest.structures import Finding, structures
from autograder.ingest.syntax import code_names, imported_modules, name_of, text_constants
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
    trees = _trees(cells)
    aliases = imported_modules(tree for tree in trees if tree is not None)
    flags: dict[tuple[str, str], Flag] = {}
    for cell, tree in zip(cells, trees, strict=True):
        if cell.metadata.get("convpool", {}).get("origin") == "source":
            continue
        for kind, evidence in _findings(cell.source, tree, aliases):
            flags.setdefault((kind, cell["id"]), Flag(kind, evidence, cell["id"]))
    return list(flags.values())[:MAX_FLAGS]


def _trees(cells: list[NotebookNode]) -> list[ast.Module | None]:
    """Read the cells, up to what can be read of a whole notebook in reasonable time."""
    trees: list[ast.Module | None] = []
    total = 0
    for cell in cells:
        total += len(cell.source)
        trees.append(read_code(cell.source) if total <= MAX_SCANNED else None)
    return trees


def _findings(source: str, tree: ast.Module | None, aliases: dict[str, str]) -> Iterator[Finding]:
    """Apply every rule to one cell."""
    text = source[:MAX_CHARACTERS]
    for rule in RULES:
        for found in rule.lines.finditer(text) if rule.lines else ():
            yield rule.kind, found.group().strip()
    if tree is None:
        yield from _findings_in_text(source, text)
        return
    names = dict.fromkeys(code_names(tree, aliases))
    constants = list(text_constants(tree))
    for rule in RULES:
        for name, attribute in names:
            if _matches(rule, name, attribute):
                yield rule.kind, name.rstrip(".") or attribute
        for constant in constants if rule.texts else ():
            if rule.texts and rule.texts.search(constant):
                yield rule.kind, repr(one_line(constant))
    yield from structures(tree, aliases)


def _matches(rule: Rule, name: str, attribute: str) -> bool:
    """Whether a dotted name, or its last attribute, is one that the rule names."""
    if attribute and attribute in rule.attributes:
        return True
    return any(name_of(pattern, name) for pattern in rule.names)


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
