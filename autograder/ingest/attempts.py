"""Flags code that looks like an attempt on the grading, with its evidence, for the instructor.

The code is parsed and never run, and no mark depends on a flag. Syntax trees are walked without
recursion, because a student's tree may be deep.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from types import MappingProxyType

from nbformat import NotebookNode

from autograder.ingest.attempt_rules import RULES
from course.notebook.answer_modules import cells_with_taken_answers
from course.notebook.cell_code import MAX_CHARACTERS, read_code
from course.notebook.cell_marks import origin_of
from course.notebook.tampering import Flag, one_line

MAX_FLAGS = 200
MAX_SCANNED = 200_000
"""Limit of the characters of code that are parsed in one notebook."""

_MAX_PARTS = 12  # of a dotted name; longer ones name no module
_COMPARISONS = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__bool__", "__float__")
_ARRAY_HOOKS = ("__array__", "__array_ufunc__", "__array_function__", "__instancecheck__")
_USED_BY_TESTS = (
    *("isinstance", "AssertionError", "Exception", "BaseException", "NotImplementedError"),
    *("print", "open", "getattr", "type", "exercise", "check", "mistakes", "get_ipython"),
    *("__import__", "__build_class__", "__name__"),
)
_INTERNALS = ("__class__", "__code__", "__defaults__", "__kwdefaults__", "__wrapped__", "__eq__")

Finding = tuple[str, str]
"""Kind and evidence."""


def scan(notebook: NotebookNode) -> list[Flag]:
    """Return flags for the student's cells of a rebuilt notebook, one per kind and cell.

    Cells of the source are not scanned, but their imports define what names such as `np` mean.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    ends = accumulate(len(cell.source) for cell in cells)
    parsed = sum(end <= MAX_SCANNED for end in ends)
    aliases: dict[str, str] = {}
    for cell in cells[:parsed]:
        aliases |= imports_in(cell.source)
    taken = cells_with_taken_answers(cells[:parsed])
    flags: dict[tuple[str, str], Flag] = {}
    for number, cell in enumerate(cells):
        if origin_of(cell) == "source":
            continue
        tree = read_code(cell.source) if number < parsed else None
        findings = list(_findings(cell.source, tree, aliases))
        findings += [("answers_taken", name) for name in taken.get(cell["id"], ())]
        for kind, evidence in findings:
            flags.setdefault((kind, cell["id"]), Flag(kind, evidence, cell["id"]))
    return list(flags.values())[:MAX_FLAGS]


@lru_cache(maxsize=128)
def imports_in(text: str) -> Mapping[str, str]:
    """Return what a cell's imports mean; cached, as most cells are the same for a whole class."""
    tree = read_code(text)
    return MappingProxyType(imported_modules([] if tree is None else [tree]))


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


def _findings(source: str, tree: ast.Module | None, aliases: dict[str, str]) -> Iterator[Finding]:
    """Apply every rule to one cell."""
    text = source[:MAX_CHARACTERS]
    for rule in RULES:
        for found in rule.lines.finditer(text) if rule.lines else ():
            yield rule.kind, found.group().strip()
    if tree is None:
        yield from _findings_in_text(source, text)
        return
    nodes = list(ast.walk(tree))  # once: the walk takes most of the time
    names = dict.fromkeys(_code_names(nodes, aliases))
    constants = list(_text_constants(nodes))
    for rule in RULES:
        for name, attribute in names:
            if rule.names_code(name, attribute):
                yield rule.kind, name.rstrip(".") or attribute
        for constant in constants if rule.texts else ():
            if rule.texts and rule.texts.search(constant):
                yield rule.kind, repr(one_line(constant))
    yield from _structures(tree, nodes, aliases)


def _findings_in_text(source: str, text: str) -> Iterator[Finding]:
    """Search code that does not parse, or is too long to parse, for the rules' names as text."""
    if len(source) > MAX_CHARACTERS:
        yield "unreadable", f"a cell of {len(source):,} characters"
    for rule in RULES:
        for word in (*rule.names, *rule.attributes):
            # Only unambiguous words: `signal.` and `f_back`, but not `compile`.
            plain = word.rstrip("*")
            if ("." in plain or "_" in plain) and plain in text:
                yield rule.kind, plain.rstrip(".")


# Names and texts in a syntax tree.


def _code_names(nodes: Iterable[ast.AST], aliases: dict[str, str]) -> Iterator[tuple[str, str]]:
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
            yield _dotted(node, aliases), node.attr
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("__"):
            yield "", node.name


def _dotted(node: ast.expr, aliases: dict[str, str]) -> str:
    """Return `os.path.join` or `get_ipython().kernel` as one name.

    A name that starts with neither an import nor a call starts with "?": the `signal` of
    `signal.shape` may be an array.
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
    """Return the first part of a dotted name."""
    if not isinstance(node, ast.Name):
        return "?"
    return aliases.get(node.id, node.id if alone else "?")


def _text_constants(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Yield the text constants among nodes, except docstrings and other expression statements."""
    loose = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and id(node) not in loose:
            if isinstance(node.value, str):
                yield node.value
            elif isinstance(node.value, bytes):
                yield node.value.decode("latin-1")


# Attempts that are recognized by the form of the code rather than by a name.


def _structures(
    tree: ast.Module, nodes: Iterable[ast.AST], aliases: dict[str, str]
) -> Iterator[Finding]:
    """Yield the findings in one cell; `nodes` are all nodes of its tree."""
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
    """Yield comparisons and NumPy hooks that a class defines; exercises ask for plain values."""
    for inner in node.body:
        names = [inner.name] if isinstance(inner, ast.FunctionDef) else []
        if isinstance(inner, ast.Assign):
            names = [target.id for target in inner.targets if isinstance(target, ast.Name)]
        for name in names:
            if name in _COMPARISONS + _ARRAY_HOOKS:
                yield "always_equal", f"class {node.name} defines {name}"


def _call(node: ast.Call, aliases: dict[str, str]) -> Iterator[Finding]:
    """Yield files opened for writing, pickles allowed, attributes set or read by computed names."""
    name = _dotted(node.func, aliases)
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
        yield "module_patched", f"{name}({_dotted(first, aliases)}, {_text(second) or '…'!r})"
    if name == "getattr" and second is not None and _text(second) is None:
        yield "obfuscated", "getattr with a name that is calculated"


def _patched(
    node: ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete, aliases: dict[str, str]
) -> Iterator[Finding]:
    """Yield assignments to an attribute of a module, or to the internals of a function or class."""
    targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else [node.target]
    for target in targets:
        if not isinstance(target, ast.Attribute):
            continue
        if _root_name(target) in aliases:
            yield "module_patched", f"{_dotted(target, aliases)} = …"
        elif target.attr in _INTERNALS:
            yield "introspection", f"{_dotted(target, aliases)} = …"


def _shadowing(statement: ast.stmt) -> Iterator[Finding]:
    """Yield a top-level definition of a name that tests use."""
    names: list[str] = []
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        names = [statement.name]
    elif isinstance(statement, ast.Assign):
        names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
    for name in names:
        if name in _USED_BY_TESTS:
            yield "name_shadowed", name


def _root_name(node: ast.expr) -> str:
    """Return `np` of `np.linalg.norm`, "" for what does not begin with a name."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _text(node: ast.expr | None) -> str | None:
    """Return a text constant, None for everything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
