"""Names and texts in a syntax tree, found without recursion: a student's tree may be deep."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from types import MappingProxyType

from nbformat import NotebookNode

from autograder.ingest.attempt_rules import RULES
from course.notebook.cell_code import MAX_CHARACTERS, read_code
from course.notebook.marks import origin_of
from course.notebook.tampering import Flag, one_line

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


# Attempts that show in the form of the code rather than in a name.


Finding = tuple[str, str]
"""Kind and evidence."""

_COMPARISONS = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__bool__", "__float__")
_ARRAY_HOOKS = ("__array__", "__array_ufunc__", "__array_function__", "__instancecheck__")
_RELIED_ON = (
    *("isinstance", "AssertionError", "Exception", "BaseException", "NotImplementedError"),
    *("print", "open", "getattr", "type", "exercise", "check", "mistakes", "get_ipython"),
    *("__import__", "__build_class__", "__name__"),
)
_INSIDES = ("__class__", "__code__", "__defaults__", "__kwdefaults__", "__wrapped__", "__eq__")


def structures(
    tree: ast.Module, nodes: Iterable[ast.AST], aliases: dict[str, str]
) -> Iterator[Finding]:
    """Yield what is suspicious by its form in one cell; `nodes` are all that its tree has."""
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            yield from _comparing_class(node)
        elif isinstance(node, ast.Call):
            yield from _call(node, aliases)
        elif isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete):
            yield from _patched(node, aliases)
    for statement in tree.body:
        yield from _shadowing(statement)


def _comparing_class(node: ast.ClassDef) -> Iterator[Finding]:
    """A class that answers comparisons or NumPy itself; every exercise wants plain values."""
    for inner in node.body:
        names = [inner.name] if isinstance(inner, ast.FunctionDef) else []
        if isinstance(inner, ast.Assign):
            names = [target.id for target in inner.targets if isinstance(target, ast.Name)]
        for name in names:
            if name in _COMPARISONS + _ARRAY_HOOKS:
                yield "always_equal", f"class {node.name} defines {name}"


def _call(node: ast.Call, aliases: dict[str, str]) -> Iterator[Finding]:
    """Files opened for writing, pickles allowed, attributes set or read by a made-up name."""
    name = dotted(node.func, aliases)
    first, second = [*node.args, None, None][:2]
    keywords = {keyword.arg: keyword.value for keyword in node.keywords}
    if name in ("open", "io.open", "os.fdopen") or name.endswith("().open"):
        mode = _text(keywords.get("mode", second)) or ""
        if set(mode) & set("wax+"):
            yield "writes_files", f"open({_text(first) or '…'!r}, {mode!r})"
    if name == "os.open":
        yield "writes_files", "os.open"
    allowed = keywords.get("allow_pickle")
    if isinstance(allowed, ast.Constant) and allowed.value:
        yield "pickle", f"{name}(allow_pickle=True)"
    patches = name in ("setattr", "delattr", "unittest.mock.patch.object")
    if patches and first is not None and _root_name(first) in aliases:
        yield "module_patched", f"{name}({dotted(first, aliases)}, {_text(second) or '…'!r})"
    if name == "getattr" and second is not None and _text(second) is None:
        yield "obfuscated", "getattr with a name that is calculated"


def _patched(
    node: ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete, aliases: dict[str, str]
) -> Iterator[Finding]:
    """An assignment to something inside an imported module, or inside a function or class."""
    targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else [node.target]
    for target in targets:
        if not isinstance(target, ast.Attribute):
            continue
        if _root_name(target) in aliases:
            yield "module_patched", f"{dotted(target, aliases)} = …"
        elif target.attr in _INSIDES:
            yield "introspection", f"{dotted(target, aliases)} = …"


def _shadowing(statement: ast.stmt) -> Iterator[Finding]:
    """A definition, at the top level, of a name that tests rely on."""
    names: list[str] = []
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        names = [statement.name]
    elif isinstance(statement, ast.Assign):
        names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
    for name in names:
        if name in _RELIED_ON:
            yield "name_shadowed", name


def _root_name(node: ast.expr) -> str:
    """Return `np` of `np.linalg.norm`, "" for what does not begin with a name."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _text(node: ast.expr | None) -> str | None:
    """Return a text constant, None for everything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


# What looks like an attempt, with its evidence, for the instructor; no mark depends on it.


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
        if origin_of(cell) == "source":
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
