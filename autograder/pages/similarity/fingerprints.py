"""Code in a normal form: no names of the student's own, no comments, no order of statements.

Two pieces of code that differ in these only have the same normal form. What is left is what the
code does: operators, numbers, the library's functions, how it is nested.
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


@dataclass(frozen=True)
class Fragment:
    """A part of a tree in normal form."""

    text: str
    size: int
    """How many nodes of the tree it has."""
    line: int
    """Where it begins."""


def fragments(tree: ast.AST, modules: Mapping[str, str]) -> Iterator[Fragment]:
    """Give every part of a tree; `modules` says what imported names such as `np` mean."""
    for child in ast.iter_child_nodes(tree):
        yield from fragments(child, modules)
    if isinstance(tree, ast.expr | ast.stmt) and not _is_docstring(tree):
        text, size = normal(tree, modules)
        yield Fragment(text, size, tree.lineno)


def normal(node: ast.AST, modules: Mapping[str, str]) -> tuple[str, int]:
    """Write a node in normal form, and count its nodes."""
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
    """Write a list; statements and keywords are sorted, as their order is a matter of taste."""
    nodes = [one for one in values if isinstance(one, ast.AST) and not _is_docstring(one)]
    parts = [normal(one, modules) for one in nodes]
    return sorted(parts) if field in ("body", "orelse", "keywords", "finalbody") else parts


def _written(kind: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
    return f"{kind}({','.join(text for text, _ in parts)})", 1 + sum(size for _, size in parts)


def _name(name: str, modules: Mapping[str, str]) -> str:
    """Keep the names of Python and of libraries; all others are the student's own."""
    return modules.get(name) or (name if name in _BUILTINS else _OWN)


def _is_docstring(node: ast.AST) -> bool:
    """Tell a text that stands alone, such as a docstring."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


# A notebook's fingerprints: hashes of what its code holds, in normal form.


SMALLEST = 8
"""Fragments of fewer nodes, such as `x = a + 1`, come from everybody."""
GRAM, WINDOW = 12, 6
"""For code that can't be read as a tree: tokens per fingerprint, of so many the least is kept."""


@dataclass(frozen=True)
class Place:
    """Where a fingerprint was found."""

    cell: str
    code: str
    """The first line of the code it stands for."""
    size: int


Prints = dict[int, Place]


def fingerprints(cells: Mapping[str, str], beside: Iterable[str] = ()) -> Prints:
    """Take the fingerprints of a notebook's cells, by the cells' names.

    Cells that stand `beside` them give none, but say what imported names mean.
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
    """Hash every fragment that is not too small to tell anything."""
    found: Prints = {}
    lines = source.splitlines()
    for fragment in fragments(tree, modules):
        if fragment.size >= SMALLEST:
            line = "".join(lines[fragment.line - 1 : fragment.line]).strip()
            found.setdefault(_hash(fragment.text), Place(name, line, fragment.size))
    return found


def _of_tokens(name: str, source: str) -> Prints:
    """Winnow the tokens of code that is no Python as it stands; names count as one and the same."""
    words = list(_words(source))
    grams = [_hash(" ".join(words[at : at + GRAM])) for at in range(len(words) - GRAM + 1)]
    windows = [grams[at : at + WINDOW] for at in range(max(1, len(grams) - WINDOW + 1))]
    return {min(window): Place(name, "(not valid Python)", GRAM) for window in windows if window}


def _words(source: str) -> Iterable[str]:
    """Split code into tokens without comments and layout, as far as that goes."""
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
