"""Names and texts in a syntax tree, found without recursion: a student's tree may be deep."""

import ast
from collections.abc import Iterable, Iterator, Sequence

_MAX_PARTS = 12  # of a dotted name; longer ones are nobody's module


def imported_modules(trees: Iterable[ast.Module]) -> dict[str, str]:
    """Map every imported name to what it stands for: `np` to numpy, `kill` to os.kill."""
    aliases: dict[str, str] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.partition(".")[0]
                    aliases[alias.asname or first] = alias.name if alias.asname else first
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    aliases[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
    return aliases


def code_names(nodes: Iterable[ast.AST], aliases: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (dotted name, last attribute or "") of every import, name and attribute among nodes."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name + ".", "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield from ((f"{module}.{alias.name}", alias.name) for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield aliases.get(node.id, node.id), ""
        elif isinstance(node, ast.Attribute):
            yield dotted(node, aliases), node.attr
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("__"):
            yield "", node.name


def dotted(node: ast.expr, aliases: dict[str, str]) -> str:
    """Write `os.path.join` or `get_ipython().kernel` as one name.

    What begins with neither an import nor a builtin begins with "?": `signal.shape` is an array's.
    """
    parts: list[str] = []
    for _ in range(_MAX_PARTS):
        if isinstance(node, ast.Attribute):
            parts.append(f".{node.attr}")
            node = node.value
        elif isinstance(node, ast.Call):
            parts.append("()")
            node = node.func
        else:
            break
    return _root(node, aliases, alone=not parts or parts[-1] == "()") + "".join(reversed(parts))


def _root(node: ast.expr, aliases: dict[str, str], alone: bool) -> str:
    """Name what a dotted name begins with."""
    if not isinstance(node, ast.Name):
        return "?"
    return aliases.get(node.id, node.id if alone else "?")


def text_constants(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Yield the text constants among nodes, docstrings and other loose texts left out."""
    loose = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and id(node) not in loose:
            if isinstance(node.value, str):
                yield node.value
            elif isinstance(node.value, bytes):
                yield node.value.decode("latin-1")
