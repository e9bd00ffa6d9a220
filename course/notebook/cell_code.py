"""A cell's Python: read as a syntax tree without running it, and run as a notebook runs it."""

import ast
import re
import threading
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

MAX_CHARACTERS = 50_000
"""Longest cell that is parsed: a syntax tree takes 500 times the memory of its text."""

_PYTHON_CELL_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
_LINE_MAGIC = re.compile(r"^([ \t]*)[!%?][^\n]*$", re.MULTILINE)
_ASSIGNED_MAGIC = re.compile(r"^([^\n=]*=)[ \t]*[!%][^\n]*$", re.MULTILINE)

# Python counts the depth of a tree and keeps its warning filters once for all threads: two threads
# that parse at the same time can get a SystemError, or each other's filters.
_PARSING = threading.Lock()


def read_code(text: str) -> ast.Module | None:
    """Return a cell's syntax tree without IPython's magics; None if it cannot be parsed."""
    if len(text) > MAX_CHARACTERS:
        return None
    return _parsed(text) or _parsed(_without_magics(text))


@lru_cache(maxsize=256)
def top_level_names(text: str) -> frozenset[str]:
    """Name what a cell defines, assigns or imports outside of functions and classes."""
    tree = read_code(text)
    if tree is None:
        return frozenset(_names_in_broken_code(text[:MAX_CHARACTERS]))
    return frozenset(name for statement in tree.body for name in _bound(statement))


def _parsed(text: str) -> ast.Module | None:
    """Parse a text; None if Python's parser refuses it."""
    try:
        with _PARSING, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on the student's invalid escapes
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _without_magics(text: str) -> str:
    """Replace magics and shell lines by `pass`; a cell in another language becomes empty."""
    if text.lstrip().startswith("%%"):
        first, _, rest = text.lstrip().partition("\n")
        text = rest if first.split()[0] in _PYTHON_CELL_MAGICS else ""
    return _ASSIGNED_MAGIC.sub(r"\1 None", _LINE_MAGIC.sub(r"\1pass", text))


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Name what one statement binds."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name
        case ast.Import() | ast.ImportFrom():
            for alias in statement.names:
                yield (alias.asname or alias.name).partition(".")[0]
        case ast.Assign():
            for target in statement.targets:
                yield from _assigned(target)
        case ast.AnnAssign() if statement.value is not None:
            yield from _assigned(statement.target)


def _assigned(target: ast.expr) -> Iterator[str]:
    """Name the variables of an assignment's target: `a`, and `a, b`, but not `a.b`."""
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _assigned(element)


def _names_in_broken_code(text: str) -> set[str]:
    """Name what unindented lines define, in a cell that is not valid Python."""
    found = re.findall(r"^(?:(?:def|class)\s+(\w+)|(\w+)[ \t]*=[^=])", text, re.MULTILINE)
    return {name for pair in found for name in pair if name}


_ONLY_RAISES = {"RESUME", "LOAD_GLOBAL", "PUSH_NULL", "PRECALL", "CALL", "RAISE_VARARGS", "NOP"}


def is_placeholder(error: BaseException) -> bool:
    """Tell whether an error comes from a function that is as it was given: it only raises.

    A `NotImplementedError` of a learner's own code, or of a library, is like any other error, and
    so is that of another gap which a learner's function calls.
    """
    import dis

    if not isinstance(error, NotImplementedError) or error.args or error.__traceback__ is None:
        return False
    caller, last = None, error.__traceback__
    while last.tb_next is not None:
        caller, last = last, last.tb_next
    code = last.tb_frame.f_code
    if not {step.opname for step in dis.get_instructions(code)} <= _ONLY_RAISES:
        return False
    calling = caller.tb_frame.f_code if caller else None
    return calling is None or calling.co_name == "<module>" or not is_cell(calling.co_filename)


def is_cell(filename: str) -> bool:
    """Tell whether a file name is one that IPython or ipykernel gives to a notebook's cell."""
    return "ipykernel_" in filename or filename.startswith("<ipython-input")


def run_as_cell(source: str, names: dict[str, Any], filename: str) -> Any:
    """Run a test cell in this process; never call it with a learner's cell.

    `names` are the cell's globals, `filename` stands in tracebacks. Returns the value of the last
    line, None if that is no expression or ends in a semicolon.
    """
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, filename, "exec"), names)
    if last is None:
        return None
    assert isinstance(last, ast.Expr)
    value = eval(compile(ast.Expression(last.value), filename, "eval"), names)
    return None if _ends_in_semicolon(source, last) else value


def _ends_in_semicolon(source: str, last: ast.Expr) -> bool:
    """Tell whether a semicolon stands behind the last expression, which then is not shown."""
    line = source.split("\n")[(last.end_lineno or 1) - 1].encode()
    return line[last.end_col_offset :].lstrip().startswith(b";")
