"""A notebook's fingerprints: hashes of what its code holds, in normal form."""

import ast
import hashlib
import io
import keyword
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from autograder.ingest.syntax import imported_modules
from autograder.similarity.normal import fragments
from course.cells.python_code import read_code

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
