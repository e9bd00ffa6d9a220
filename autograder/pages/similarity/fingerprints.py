"""Fingerprints of code that ignore names, comments, and the order of statements.

Code is first brought to a normal form, without what a student can change easily. The operators,
the numbers, the functions of libraries and the nesting stay. Fingerprints are hashes of its parts.
"""

import ast
import builtins
import hashlib
import heapq
import keyword
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate

from autograder.ingest.attempts import MAX_SCANNED, imports_in
from autograder.pages.python_tokens import python_tokens
from course.notebook.cell_code import read_code

_BUILTINS = frozenset(dir(builtins))
_UNORDERED = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)
_OWN = "_"
"""Stands for every name of the student's own."""

MOST_PRINTS = 5_000
"""The most fingerprints of one notebook that are compared; an exercise has a few hundred."""
SMALLEST = 8
"""Fragments of fewer nodes, such as `x = a + 1`, are too common to be compared."""
GRAM, WINDOW = 12, 6
"""For code with syntax errors: tokens per hash, and hashes of which the least is kept."""
_LONGEST_FORM = 80  # characters of a normal form or token; a longer one is written as its hash
_LONGEST_LINE = 200  # characters of a line that is kept as an example


@dataclass(frozen=True)
class Fragment:
    """A part of a syntax tree in normal form."""

    text: str
    """The normal form; of a long one its hash."""
    size: int
    """The number of its nodes."""
    line: int
    """The line on which it begins."""


Normal = tuple[str, int]
"""A node in normal form, and the number of its nodes."""


class _Normalizer:
    """Brings a tree to normal form once, from the leaves up, and collects its fragments.

    A long normal form goes into the form around it as its hash: the work stays proportional to the
    number of nodes, however deep they are nested.
    """

    def __init__(self, modules: Mapping[str, str]) -> None:
        self.modules, self.fragments = modules, list[Fragment]()

    def node(self, node: ast.AST) -> Normal:
        """Return a node in normal form; collect the fragments in it."""
        text, size = self._form(node)
        if len(text) > _LONGEST_FORM:
            text = f"#{_hash(text):x}"
        if isinstance(node, ast.expr | ast.stmt) and size >= SMALLEST and not _is_docstring(node):
            self.fragments.append(Fragment(text, size, node.lineno))
        return text, size

    def _form(self, node: ast.AST) -> Normal:
        """Write a node in normal form."""
        if isinstance(node, ast.Name):
            return _name(node.id, self.modules), 1
        if isinstance(node, ast.Constant):
            return _constant(node.value), 1
        if isinstance(node, ast.BinOp) and isinstance(node.op, _UNORDERED):
            sides = sorted(self.node(side) for side in (node.left, node.right))
            return _written(type(node.op).__name__, sides)
        parts: list[Normal] = []
        for field, value in ast.iter_fields(node):
            parts += self._field(field, value)
        return (_OWN, 1) if isinstance(node, ast.arg) else _written(type(node).__name__, parts)

    def _field(self, field: str, value: object) -> list[Normal]:
        """Write a field; statements and keywords are sorted, so that their order does not count."""
        parts: list[Normal] = []
        if isinstance(value, list):
            nodes = (one for one in value if isinstance(one, ast.AST) and not _is_docstring(one))
            parts = [self.node(one) for one in nodes]
        elif isinstance(value, ast.AST):
            parts = [self.node(value)]
        elif field in ("attr", "arg") and isinstance(value, str):
            parts = [(value, 0)]
        if field in ("ctx", "type_comment", "returns", "annotation", "type_params"):
            return []  # their own fragments count, but not what they are part of
        return sorted(parts) if field in ("body", "orelse", "keywords", "finalbody") else parts


def fragments(tree: ast.AST, modules: Mapping[str, str]) -> list[Fragment]:
    """List every part of a tree of at least SMALLEST nodes.

    `modules` maps imported names such as `np` to their modules.
    """
    normalizer = _Normalizer(modules)
    normalizer.node(tree)
    return normalizer.fragments


def _constant(value: object) -> str:
    """Write a constant; Python refuses to write a very long integer in decimal digits."""
    if isinstance(value, str):
        return "text"
    return (f"{value:x}" if isinstance(value, int) and abs(value) > 10**40 else repr(value))[:40]


def _written(kind: str, parts: list[Normal]) -> Normal:
    return f"{kind}({','.join(text for text, _ in parts)})", 1 + sum(size for _, size in parts)


def _name(name: str, modules: Mapping[str, str]) -> str:
    """Keep the names of Python and of libraries, and replace all others."""
    return modules.get(name) or (name if name in _BUILTINS else _OWN)


def _is_docstring(node: ast.AST) -> bool:
    """Return whether a statement is only a string, such as a docstring."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


@dataclass(frozen=True)
class Place:
    """The place of a fingerprint."""

    cell: str
    code: str
    """The first line of the fragment."""
    size: int


Prints = dict[int, Place]


def fingerprints(cells: Mapping[str, str], beside: Iterable[str] = ()) -> Prints:
    """Return the fingerprints of a notebook's cells, given by the cells' names.

    Cells `beside` them have none, but their imports count. Of more than MOST_PRINTS fingerprints,
    the smallest are kept: of two copies, these are the same. Code beyond MAX_SCANNED characters is
    compared by its tokens.
    """
    # A repeated cell has no other fingerprints.
    cells = {name: source for source, name in {text: one for one, text in cells.items()}.items()}
    parsed = _within(cells, MAX_SCANNED)
    modules: dict[str, str] = {}
    for source in (*(cells[name] for name in parsed), *beside):
        modules |= imports_in(source)
    found: Prints = {}
    for name, source in cells.items():
        prints = _of_cell(name, source, modules) if name in parsed else _of_tokens(name, source)
        found |= prints
    return {one: found[one] for one in heapq.nsmallest(MOST_PRINTS, found)}


def _within(cells: Mapping[str, str], room: int) -> set[str]:
    """Name the first cells that hold at most `room` characters together."""
    ends = accumulate(map(len, cells.values()))
    return {name for name, end in zip(cells, ends, strict=True) if end <= room}


def _of_cell(name: str, source: str, modules: Mapping[str, str]) -> Prints:
    """Hash the fragments of a cell, or its tokens where it can't be parsed."""
    tree = read_code(source)
    try:
        return _of_tokens(name, source) if tree is None else _of_tree(name, source, tree, modules)
    except RecursionError:
        return _of_tokens(name, source)


def _of_tree(name: str, source: str, tree: ast.Module, modules: Mapping[str, str]) -> Prints:
    """Hash every fragment that is large enough."""
    found: Prints = {}
    lines = [line[:_LONGEST_LINE].strip() for line in source.split("\n")]
    for fragment in fragments(tree, modules):
        line = "".join(lines[fragment.line - 1 : fragment.line])
        found.setdefault(_hash(fragment.text), Place(name, line, fragment.size))
    return found


def _of_tokens(name: str, source: str) -> Prints:
    """Hash the tokens of code with syntax errors by winnowing; all names are the same token."""
    words = list(_words(source))
    grams = [_hash(" ".join(words[at : at + GRAM])) for at in range(len(words) - GRAM + 1)]
    windows = [grams[at : at + WINDOW] for at in range(max(1, len(grams) - WINDOW + 1))]
    return {min(window): Place(name, "(not valid Python)", GRAM) for window in windows if window}


def _words(source: str) -> Iterable[str]:
    """Split code into tokens without comments and layout."""
    for kind, text in python_tokens(source):
        if kind == "word" and not keyword.iskeyword(text):
            yield _OWN
        elif kind not in ("comment", "blank"):
            yield text if len(text) <= _LONGEST_FORM else f"#{_hash(text):x}"


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest())
