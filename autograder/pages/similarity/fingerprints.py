"""Fingerprints of code that ignore names, comments, and the order of statements.

Code is first brought to a normal form, without what a student can change easily. The operators,
the numbers, the functions of libraries and the nesting stay. Fingerprints are hashes of its parts.
"""

import ast
import builtins
import hashlib
import io
import keyword
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from autograder.ingest.attempts import imported_modules
from course.notebook.cell_code import read_code

_BUILTINS = frozenset(dir(builtins))
_UNORDERED = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)
_OWN = "_"
"""Stands for every name of the student's own."""

SMALLEST = 8
"""Fragments of fewer nodes, such as `x = a + 1`, are too common to be compared."""
GRAM, WINDOW = 12, 6
"""For code with syntax errors: tokens per hash, and hashes of which the least is kept."""


@dataclass(frozen=True)
class Fragment:
    """A part of a syntax tree in normal form."""

    text: str
    size: int
    """The number of its nodes."""
    line: int
    """The line on which it begins."""


def fragments(tree: ast.AST, modules: Mapping[str, str]) -> Iterator[Fragment]:
    """Yield every part of a tree; `modules` maps imported names such as `np` to their modules."""
    for child in ast.iter_child_nodes(tree):
        yield from fragments(child, modules)
    if isinstance(tree, ast.expr | ast.stmt) and not _is_docstring(tree):
        text, size = normal(tree, modules)
        yield Fragment(text, size, tree.lineno)


def normal(node: ast.AST, modules: Mapping[str, str]) -> tuple[str, int]:
    """Return a node in normal form, and the number of its nodes."""
    if isinstance(node, ast.Name):
        return _name(node.id, modules), 1
    if isinstance(node, ast.Constant):
        return (repr(node.value)[:40] if not isinstance(node.value, str) else "text"), 1
    if isinstance(node, ast.arg):
        return _OWN, 1
    if isinstance(node, ast.BinOp) and isinstance(node.op, _UNORDERED):
        sides = sorted(normal(side, modules) for side in (node.left, node.right))
        return _written(type(node.op).__name__, sides)
    parts: list[tuple[str, int]] = []
    for field, value in ast.iter_fields(node):
        if field in ("ctx", "type_comment", "returns", "annotation", "type_params"):
            continue
        if isinstance(value, list):
            parts += _listed(field, value, modules)
        elif isinstance(value, ast.AST):
            parts.append(normal(value, modules))
        elif field in ("attr", "arg") and isinstance(value, str):
            parts.append((value, 0))
    return _written(type(node).__name__, parts)


def _listed(field: str, values: list[object], modules: Mapping[str, str]) -> list[tuple[str, int]]:
    """Write a list of nodes; statements and keywords are sorted, so that order does not count."""
    nodes = [one for one in values if isinstance(one, ast.AST) and not _is_docstring(one)]
    parts = [normal(one, modules) for one in nodes]
    return sorted(parts) if field in ("body", "orelse", "keywords", "finalbody") else parts


def _written(kind: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
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

    Cells `beside` them have none, but their imports count.
    """
    trees = {name: read_code(source) for name, source in cells.items()}
    known = [*trees.values(), *map(read_code, beside)]
    modules = imported_modules(tree for tree in known if tree is not None)
    found: Prints = {}
    for name, source in cells.items():
        tree = trees[name]
        try:
            found |= (
                _of_tokens(name, source) if tree is None else _of_tree(name, source, tree, modules)
            )
        except RecursionError:
            found |= _of_tokens(name, source)
    return found


def _of_tree(name: str, source: str, tree: ast.Module, modules: Mapping[str, str]) -> Prints:
    """Hash every fragment that is large enough."""
    found: Prints = {}
    lines = source.splitlines()
    for fragment in fragments(tree, modules):
        if fragment.size >= SMALLEST:
            line = "".join(lines[fragment.line - 1 : fragment.line]).strip()
            found.setdefault(_hash(fragment.text), Place(name, line, fragment.size))
    return found


def _of_tokens(name: str, source: str) -> Prints:
    """Hash the tokens of code with syntax errors by winnowing; all names are the same token."""
    words = list(_words(source))
    grams = [_hash(" ".join(words[at : at + GRAM])) for at in range(len(words) - GRAM + 1)]
    windows = [grams[at : at + WINDOW] for at in range(max(1, len(grams) - WINDOW + 1))]
    return {min(window): Place(name, "(not valid Python)", GRAM) for window in windows if window}


def _words(source: str) -> Iterable[str]:
    """Split code into tokens without comments and layout, up to the first invalid token."""
    skipped = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
                yield "_"
            elif token.type not in skipped:
                yield token.string
    except (tokenize.TokenError, SyntaxError, ValueError):
        return


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest())
