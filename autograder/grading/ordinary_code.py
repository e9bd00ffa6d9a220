"""Reads ordinary tests as syntax trees: what they take from a student, and what may run here.

A test that runs outside the student's process runs with the grader's own rights, on values that a
student made. So it may use only modules and functions that do not run or open what they are given.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from course.notebook.cell_code import read_code
from course.notebook.cell_marks import mark_of

MODULES = frozenset(
    {
        *("abc", "array", "bisect", "calendar", "cmath", "collections", "copy", "dataclasses"),
        *("datetime", "decimal", "enum", "fractions", "functools", "heapq", "itertools", "json"),
        *("math", "numbers", "numpy", "operator", "random", "re", "statistics", "string"),
        *("textwrap", "time", "typing", "unittest"),
    }
)
"""Modules whose functions neither run nor open what they are given, but for `DENIED`."""

CHECKS = "course.checks"
"""This project's own checks: a student's process has no such module while it is graded."""

DENIED = frozenset(
    {
        *("eval", "exec", "compile", "open", "input", "breakpoint", "globals", "locals", "vars"),
        *("getattr", "setattr", "delattr", "memoryview", "get_ipython", "help", "exit", "quit"),
        *("load", "loads", "loadtxt", "genfromtxt", "fromfile", "memmap", "fromregex", "ctypeslib"),
        *("save", "savez", "savez_compressed", "savetxt", "tofile", "dump", "f2py", "lib", "os"),
        *("sys", "subprocess", "system", "popen", "query", "DataSource", "distutils"),
        *("measure", "runstring", "rundocs", "get_type_hints", "ForwardRef", "make_dataclass"),
        *("patch", "mock", "main", "TextTestRunner", "TestLoader", "defaultTestLoader", "loader"),
    }
)
"""Names and attributes that a test outside may not use; none that begins with two underscores."""


@dataclass(frozen=True)
class OrdinaryCode:
    """What the code of a source notebook says about its tests."""

    takes: dict[str, list[str]]
    """The student's names that a test takes, by `grade_id`, of the tests that may run outside."""
    refused: dict[str, str]
    """Why the other tests run inside, by `grade_id`."""
    here: list[str]
    """Ids of the locked cells that also run outside, for the tests there."""
    imports: list[str]
    """Imports of the source's other cells, which tests outside use too."""
    only_outside: set[str]
    """Tests written with `exercise`, which can't run inside, by `grade_id`."""


def read_ordinary_code(source: NotebookNode) -> OrdinaryCode:
    """Read the cells of a source notebook in their order."""
    students: set[str] = set()
    code = OrdinaryCode({}, {}, [], [], set())
    for cell in (cell for cell in source.cells if cell.cell_type == "code"):
        mark, tree = mark_of(cell), plain_tree(cell.source)
        if mark.is_test:
            _read_test(code, mark.grade_id, tree, students)
        elif mark.is_locked and tree and not reason_against(tree, students):
            code.here.append(str(cell["id"]))
            students -= bound_in(tree)
        else:
            read = read_code(cell.source)
            bound = bound_in(read) if read else set()
            imports = _imports(read) if read and not mark.is_locked else []
            code.imports.extend(ast.unparse(one) for one in imports)
            imported = set().union(*(bound_in(one) for one in imports))
            students |= bound - imported
    return code


def _read_test(code: OrdinaryCode, name: str, tree: ast.Module | None, students: set[str]) -> None:
    """Enter what a test takes, or why it runs inside."""
    if tree is None:
        code.refused[name] = "it has magics, or is no Python"
        return
    reason = reason_against(tree)
    if reason:
        code.refused[name] = reason
    else:
        code.takes[name] = sorted(_loaded(tree) & students)
        imports_checks = any(CHECKS in text for text in (ast.unparse(tree), *code.imports))
        if imports_checks and "exercise" in _loaded(tree):
            code.only_outside.add(name)


def plain_tree(source: str) -> ast.Module | None:
    """Return the tree of a cell that is Python as it stands; None for one with magics."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def reason_against(tree: ast.AST, students: Iterable[str] = ()) -> str:
    """Say why code may not run here, "" if it may; `students` are names that it must not load."""
    for node in ast.walk(tree):
        for module in _modules(node):
            if module == CHECKS:
                continue
            if module.partition(".")[0] not in MODULES or _is_denied(*module.split(".")[1:]):
                return f"it imports {module}"
        for name in _names(node):
            if _is_denied(name):
                return f"it uses `{name}`"
    taken = _loaded(tree) & set(students)
    return f"it uses the student's {min(taken)}" if taken else ""


def _is_denied(*names: str) -> bool:
    return any(name in DENIED or name.startswith("__") for name in names)


def _modules(node: ast.AST) -> Iterator[str]:
    """Name the modules that a statement imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield "." * node.level + (node.module or "")


def _names(node: ast.AST) -> Iterator[str]:
    """Give every name and attribute that a node itself uses."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.ImportFrom):
        yield from (alias.name for alias in node.names)


def _loaded(tree: ast.AST) -> set[str]:
    """Return the names that code reads, also in functions that it defines."""
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return {node.id for node in names if not isinstance(node.ctx, ast.Store)}


def bound_in(tree: ast.AST) -> set[str]:
    """Return the names that code binds, wherever it does."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return found


def _imports(tree: ast.Module) -> list[ast.stmt]:
    """Return the imports of a cell that may run here."""
    statements = [one for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom)]
    return [one for one in statements if not reason_against(one)]


def definitions(shown: str, takes: Iterable[str]) -> str:
    """Return what of a test's part in sight the student's process needs for later cells.

    Imports, definitions and plain values that do not use the student's names, and a random seed.
    """
    tree = plain_tree(shown)
    tainted, kept = set(takes), []
    for statement in tree.body if tree else []:
        if _loaded(statement) & tainted:
            tainted |= bound_in(statement)
        elif not isinstance(statement, ast.Assert | ast.Expr) or _is_seed(statement):
            kept.append(ast.unparse(statement))
    return "\n".join(kept)


def _is_seed(statement: ast.stmt) -> bool:
    """Whether a statement is a call such as `np.random.seed(1)`."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    function = call.func if isinstance(call, ast.Call) else None
    return isinstance(function, ast.Attribute) and function.attr == "seed"
