"""Reads ordinary tests as syntax trees: what they take from a student, and what may run here.

`permitted_code` says what may run outside the student's process.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.grading.permitted_code import names_loaded, reason_against, restricted_modules
from course.notebook.cell_code import read_code, top_level_names
from course.notebook.cell_marks import mark_of

_DEFINITIONS = ast.FunctionDef | ast.ClassDef
CHECKS = "course.checks"
"""This project's own checks: a student's process has no such module while it is graded."""

PYPLOT = "matplotlib.pyplot"


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
    helpers: dict[str, str]
    """Functions and classes of locked cells that a test uses and that use the student's names."""
    names: dict[str, set[str]]
    """The student's names that a test reads, and those that it binds, by `grade_id`, in order."""
    drawing: dict[str, list[str]]
    """The names by which a test reads the notebook's own pyplot, by `grade_id`."""
    classes: dict[str, list[str]]
    """Classes that a test uses of cells that students may edit, but not answer, by `grade_id`."""


def read_ordinary_code(source: NotebookNode) -> OrdinaryCode:
    """Read the cells of a source notebook in their order."""
    students: set[str] = set()
    code = OrdinaryCode({}, {}, [], [], set(), {}, {}, {}, {})
    cells = [cell for cell in source.cells if cell.cell_type == "code"]
    modules = restricted_modules(read_code(cell.source) for cell in cells)
    imports: list[ast.stmt] = []
    helpers: dict[str, ast.stmt] = {}
    editable: set[str] = set()
    read_here: set[str] = set()
    pyplot: set[str] = set()
    for cell in cells:
        mark, tree = mark_of(cell), plain_tree(cell.source)
        if mark.is_test:
            read_here |= _read_test(code, mark.grade_id, tree, students, modules, helpers)
            own = top_level_names(cell.source)
            code.names[mark.grade_id] = (names_read(cell.source) & students) | own
            code.drawing[mark.grade_id] = sorted(names_read(cell.source) & pyplot - own)
            used = top_level_names(code.helpers.get(mark.grade_id, ""))
            code.classes[mark.grade_id] = sorted(used & editable & set(helpers))
            continue
        pyplot |= _pyplot_names(read_code(cell.source))
        if mark.is_locked and tree and _may_run_here(tree, students | set(helpers), modules):
            code.here.append(str(cell["id"]))
            students -= top_level_names(cell.source)
            editable -= top_level_names(cell.source)
            helpers |= _helpers(tree, students | set(helpers))
            read_here |= names_loaded(tree)
        else:
            read = read_code(cell.source)
            found = _imports(read, modules) if read else []
            imports.extend(found)
            imported = set().union(*(bound_in(one) for one in found))
            bound = (bound_in(read) if read else set()) - imported
            helpers = {one: text for one, text in helpers.items() if one not in bound}
            others = students | set(helpers)
            theirs = {} if mark.is_gap else _authors_functions(read, others, modules)
            helpers |= theirs
            editable -= bound
            editable |= {one for one, text in theirs.items() if isinstance(text, ast.ClassDef)}
            students = (students | bound) - set(theirs)
    code.imports.extend(ast.unparse(one) for one in imports if bound_in(one) & (read_here | {"*"}))
    code.only_outside.update(_only_outside(code, cells))
    return code


def _read_test(
    code: OrdinaryCode,
    name: str,
    tree: ast.Module | None,
    students: set[str],
    modules: Mapping[str, str],
    helpers: Mapping[str, ast.stmt],
) -> set[str]:
    """Enter what a test takes, or why it runs inside; return the names that it reads outside."""
    if tree is None:
        code.refused[name] = "it has magics, or is no Python"
        return set()
    reason = reason_against(tree, modules=modules, own=students)
    if reason:
        code.refused[name] = reason
        return set()
    read = names_loaded(tree)
    used: set[str] = set()
    while more := (read & set(helpers)) - used:
        used |= more
        read |= set().union(*(names_loaded(helpers[one]) for one in more))
    needed = set().union(*(names_loaded(helpers[one]) for one in used))
    code.helpers[name] = "\n".join(ast.unparse(helpers[one]) for one in helpers if one in used)
    takes = students if _lists_names(tree) else (_taken(tree) | needed) & students
    code.takes[name] = sorted(takes)
    return read


def _pyplot_names(tree: ast.Module | None) -> set[str]:
    """Return the names by which code imports pyplot."""
    found: set[str] = set()
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Import):
            found |= {one.asname for one in node.names if one.name == PYPLOT and one.asname}
        elif isinstance(node, ast.ImportFrom):
            whole = [(f"{node.module}.{one.name}", one.asname or one.name) for one in node.names]
            found |= {name for module, name in whole if module == PYPLOT}
    return found


def _may_run_here(tree: ast.Module, others: Iterable[str], modules: Mapping[str, str]) -> bool:
    """Whether a locked cell runs outside: all but its functions' bodies does without `others`."""
    return not (reason_against(tree, modules=modules) or read_at_once(tree) & set(others))


def _authors_functions(
    tree: ast.Module | None, others: set[str], modules: Mapping[str, str]
) -> dict[str, ast.stmt]:
    """Return the functions and classes of a cell that no answer stands in, if they may run here.

    The author wrote them to check answers with. A student's own of the same name must not.
    """
    defined = [one for one in (tree.body if tree else []) if isinstance(one, _DEFINITIONS)]
    unsure = [one for one in defined if reason_against(one, modules=modules)]
    others = others | {one.name for one in unsure}
    return {
        one.name: one for one in defined if one not in unsure and not read_at_once(one) & others
    }


def _helpers(tree: ast.Module, others: Iterable[str]) -> dict[str, ast.stmt]:
    """Return the functions and classes of a locked cell that use `others` when they are called.

    One that uses another of them is one, too.
    """
    defined = [one for one in tree.body if isinstance(one, _DEFINITIONS)]
    used, found = set(others), dict[str, ast.stmt]()
    while more := [one for one in defined if one.name not in found and names_loaded(one) & used]:
        found |= {one.name: one for one in more}
        used |= set(found)
    return found


def without(helpers: str, names: Iterable[str]) -> str:
    """Return the text of functions and classes without those of some names."""
    left = set(names)
    kept = [one for one in ast.parse(helpers).body if getattr(one, "name", "") not in left]
    return "\n".join(ast.unparse(one) for one in kept)


def _only_outside(code: OrdinaryCode, cells: Iterable[NotebookNode]) -> Iterator[str]:
    """Name the tests that are written with `exercise`."""
    imported = any(CHECKS in text for text in code.imports)
    for cell in cells:
        name, tree = mark_of(cell).grade_id, plain_tree(cell.source)
        own = tree and "exercise" in names_loaded(tree)
        if name in code.takes and tree and own and (imported or CHECKS in ast.unparse(tree)):
            yield name


def _taken(tree: ast.Module) -> set[str]:
    """Return the names that a test reads before it has bound them itself."""
    taken: set[str] = set()
    bound: set[str] = set()
    for statement in tree.body:
        taken |= _names_used(statement) - bound
        bound |= top_level_names(ast.unparse(statement))
    return taken


def _names_used(tree: ast.AST) -> set[str]:
    """Return the names that code reads; `+=` and the like read what they change."""
    targets = (node.target for node in ast.walk(tree) if isinstance(node, ast.AugAssign))
    return names_loaded(tree) | {one.id for one in targets if isinstance(one, ast.Name)}


def _lists_names(tree: ast.AST) -> bool:
    """Whether a test asks by `dir()` for all names of the notebook."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and not node.args)
    return any(isinstance(call.func, ast.Name) and call.func.id == "dir" for call in calls)


def plain_tree(source: str) -> ast.Module | None:
    """Return the tree of a cell that is Python as it stands; None for one with magics."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


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


def names_read(source: str) -> set[str]:
    """Return the names that a cell's code reads."""
    tree = read_code(source)
    return _names_used(tree) if tree else set()


def _imports(tree: ast.Module, modules: Mapping[str, str]) -> list[ast.stmt]:
    """Return the imports of a cell that may run here."""
    statements = [one for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom)]
    return [one for one in statements if not reason_against(one, modules=modules)]


def definitions(shown: str, takes: Iterable[str]) -> str:
    """Return what of a test's part in sight the student's process needs for later cells.

    Imports, definitions, and plain values that do not use the student's names. What replaces
    `sys.stdout` or `builtins.input` is not among them: it holds during the test's own calls.
    """
    tree = plain_tree(shown)
    modules = restricted_modules([tree])
    tainted = {*takes, *(name for name, one in modules.items() if one in ("sys", "builtins"))}
    kept = []
    for statement in tree.body if tree else []:
        used = _names_used(statement)
        if used & tainted:
            tainted |= bound_in(statement)
        if isinstance(statement, ast.FunctionDef):
            used = read_at_once(statement)
        if not (used & tainted or isinstance(statement, ast.Assert | ast.Expr | ast.Delete)):
            kept.append(ast.unparse(statement))
    return "\n".join(kept)


def read_at_once(tree: ast.AST) -> set[str]:
    """Return the names that code reads when it runs, without those in bodies of functions."""
    if isinstance(tree, ast.Module):
        return set().union(*map(read_at_once, tree.body))
    if isinstance(tree, ast.ClassDef):
        outer = [*tree.decorator_list, *tree.bases, *(word.value for word in tree.keywords)]
        return set().union(*map(read_at_once, [*outer, *tree.body]))
    if isinstance(tree, ast.FunctionDef):
        defaults = [*tree.args.defaults, *(one for one in tree.args.kw_defaults if one)]
        notes = [one.annotation for one in ast.walk(tree.args) if isinstance(one, ast.arg)]
        parts = [*tree.decorator_list, *defaults, *notes, tree.returns]
        return set().union(*(names_loaded(part) for part in parts if part))
    return _names_used(tree)
