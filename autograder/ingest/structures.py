"""Attempts that show in the form of the code rather than in a name."""

import ast
from collections.abc import Iterable, Iterator

from autograder.ingest.syntax import dotted

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
