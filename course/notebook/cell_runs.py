"""Remembers which cell made each name in a live kernel, and whether that cell ran well since.

A kernel keeps the old function when the cell that defines it is changed and stops with an error. A
check would then judge a function that the notebook no longer has. IPython calls `before` and
`after` around each cell; an exercise asks `stale_reason`.

A kernel is not told that a cell was edited and not run. A program that runs a notebook from top to
bottom, as grading does, sends no ids of cells; nothing is claimed there.
"""

import ast
import contextlib
import linecache
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import CodeType, FunctionType
from typing import Any

from course.notebook.cell_code import read_code, top_level_names

_LENGTH = 200
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# What can bind names that the text does not show.
_OPAQUE_CALLS = {"exec", "eval", "globals", "locals", "vars"}
_OPAQUE_MAGICS = {"run", "pylab", "store", "load_ext", "reload_ext"}


@dataclass
class CellRuns:
    """What is known of the cells that ran in one kernel."""

    shell: Any
    makers: dict[str, str | None] = field(default_factory=dict)
    """By name: the id of the cell that made it last; None where the front end sends no ids."""
    stale: dict[str, tuple[int, str]] = field(default_factory=dict)
    """By name: the id of the object that is there, and what its cell did since."""
    never_made: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    """By name: the cell that stopped before it made the name, and its error."""
    own_cell_made: set[str] = field(default_factory=set)
    """Names that were made by the cell whose id is the name, as a gap's cell is."""
    _ids: dict[str, int] = field(default_factory=dict)
    _kept: list[Any] = field(default_factory=list)

    def before(self, _info: Any = None) -> None:
        """Note which objects the names have before a cell runs."""
        names = list(self.shell.user_ns.items())
        self._ids = {name: id(value) for name, value in names}
        # Without this, a new function could get the memory, and so the id, of a deleted one.
        self._kept = [value for _, value in names if isinstance(value, FunctionType | type)]

    def after(self, result: Any) -> None:
        """Note what the cell made, and what it did not make any more."""
        # An error here would be printed below the learner's cell.
        with contextlib.suppress(Exception):
            self._after(result)
        self._kept = []

    def _after(self, result: Any) -> None:
        cell, text = getattr(result.info, "cell_id", None), str(result.info.raw_cell or "")
        error = result.error_before_exec or result.error_in_exec
        made, opaque = self._made(text, result)
        for name in made:
            self.makers[name] = cell
            self.stale.pop(name, None)
            self.never_made.pop(name, None)
            if name == cell:
                self.own_cell_made.add(name)
        of_cell = [] if cell is None else [n for n, (c, _) in self.never_made.items() if c == cell]
        for name in of_cell:
            del self.never_made[name]
        if error is not None:
            self._note_failure(cell, text, made, _described(error))
        elif cell is not None and not opaque:
            self._note_lost_names(cell, made)

    def _made(self, text: str, result: Any) -> tuple[set[str], bool]:
        """Name what the cell made; tell whether it may have made more than can be seen."""
        names = self.shell.user_ns
        made = {name for name, value in names.items() if self._ids.get(name) != id(value)}
        if result.error_before_exec is not None:
            return made, False
        # A name can get the object that it had before: 1, "b", a module.
        in_magic = text.lstrip().startswith("%%")
        tree = read_code(text if in_magic else self.shell.transform_cell(text))
        if tree is None:
            return made, True
        ran = tree.body
        if result.error_in_exec is not None:
            line = 0 if in_magic else self._line_of(result.error_in_exec)
            ran = [statement for statement in ran if (statement.end_lineno or 0) < line]
        # `%%time` may hide an error, but a function that was defined is a new object.
        again = set(_bindings(ran, functions=not in_magic))
        return made | (again & names.keys()), any(map(_is_opaque, ran))

    def _line_of(self, error: BaseException) -> int:
        """Return the line of the cell in which its error happened; 0 if that is not known."""
        traceback = error.__traceback__
        while traceback is not None:
            if traceback.tb_frame.f_globals is self.shell.user_ns:
                return traceback.tb_lineno
            traceback = traceback.tb_next
        return 0

    def _note_failure(self, cell: str | None, text: str, made: set[str], error: str) -> None:
        """Note the names that this cell made earlier, or would have made."""
        names = self.shell.user_ns
        wanted = set(top_level_names(text)) - made
        missing = (wanted | ({cell} if cell else set())) - names.keys()
        self.never_made |= dict.fromkeys(missing, (cell, error))
        if cell is None and _is_grading():
            return
        # Without ids the text has to tell which cell it is.
        earlier = self._made_by(cell) if cell is not None else self._made_by(None) & wanted
        for name in earlier - made:
            self.stale[name] = (id(names[name]), f"stopped with {error}")

    def note_earlier_failure(self) -> None:
        """Note the cell that stopped last before the course was imported, as in the quiz."""
        error: Any = getattr(sys, "last_value", None)
        trace = getattr(error, "__traceback__", None)
        while trace is not None and trace.tb_frame.f_globals is not self.shell.user_ns:
            trace = trace.tb_next
        if trace is not None:
            text = "".join(linecache.getlines(trace.tb_frame.f_code.co_filename))
            missing = top_level_names(text) - self.shell.user_ns.keys()
            self.never_made |= dict.fromkeys(missing, (None, _described(error)))

    def _made_by(self, cell: str | None) -> set[str]:
        """Name what a cell made last and what is still there."""
        found = {name for name, maker in self.makers.items() if maker == cell}
        return found & self.shell.user_ns.keys()

    def _note_lost_names(self, cell: str, made: set[str]) -> None:
        """Note the names that this cell made earlier and does not make any more."""
        for name in self._made_by(cell) - made:
            close = get_close_matches(name, made, n=1)
            instead = f"defines `{close[0]}` now, not" if close else "does not define"
            self.stale[name] = (id(self.shell.user_ns[name]), f"{instead} `{name}`")

    def what_its_cell_did(self, name: str) -> str:
        """Say what the cell of a name did since it made the object that is there; else ""."""
        known, what = self.stale.get(name, (0, ""))
        is_there = name in self.shell.user_ns and id(self.shell.user_ns[name]) == known
        return what if is_there else ""

    def reason(self, name: str) -> str:
        """Say why what stands under a name is not what the notebook's cells say now; else ""."""
        names = self.shell.user_ns
        if name not in names:
            _, error = self.never_made.get(name, (None, ""))
            missing = f"it is not defined: its cell stopped with {_ended(error)}"
            return error and f"{missing} Fix that cell, run it, then this check."
        if what := self.what_its_cell_did(name):
            older = f"the older {'function' if callable(names[name]) else 'value'}"
            return f"{_story(name, what)} What is checked here is {older}. {_NEXT}"
        for helper in sorted(_names_used(names[name], names)):
            if what := self.what_its_cell_did(helper):
                return f"{_story(helper, what)} `{name}` uses the older `{helper}`. {_NEXT}"
        return ""

    def note(self, name: str) -> str:
        """Say that another cell has replaced what the gap's own cell made; else ""."""
        maker = self.makers.get(name)
        if name not in self.own_cell_made or maker in (None, name):
            return ""
        return (
            f"Another cell has defined `{name}` since the gap's own cell ran: that one is checked. "
            "Grading runs all cells from top to bottom."
        )


_NEXT = "Fix the cell, run it, then this check."


def _story(name: str, what: str) -> str:
    """Say what a cell did, as a sentence."""
    when = " when you ran it last" if what.startswith("stopped") else ""
    return f"the cell of `{name}` {_ended(what.rstrip('.') + when)}"


def _is_grading() -> bool:
    return bool(os.environ.get("NBGRADER_EXECUTION"))


def _ended(text: str) -> str:
    """End a text as a sentence."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _described(error: BaseException) -> str:
    """Return an error in one short line; a syntax error without the name of a temporary file."""
    kind = type(error).__name__
    if isinstance(error, SyntaxError):
        where = f" in line {error.lineno}" if error.lineno else ""
        return f"{kind}{where}: {error.msg}"[:_LENGTH]
    text = " ".join(str(error).split())
    return (f"{kind}: {text}" if text else kind)[:_LENGTH]


def _bindings(statements: Iterable[ast.stmt], *, functions: bool) -> Iterator[str]:
    """Name what statements bind in the cell's own scope, also inside `if`, `try` and `with`."""
    waiting: list[ast.AST] = list(statements)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (*_SCOPES, ast.Lambda)):
            if functions and not isinstance(node, ast.Lambda):
                yield node.name
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield (alias.asname or alias.name).partition(".")[0]
        waiting.extend(ast.iter_child_nodes(node))


def _is_opaque(statement: ast.stmt) -> bool:
    """Tell whether a statement can bind names that its text does not show."""
    for node in ast.walk(statement):
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            return True
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in _OPAQUE_CALLS:
            return True
        is_magic = isinstance(node.func, ast.Attribute) and node.func.attr == "run_line_magic"
        first = node.args[0] if node.args else None
        if is_magic and isinstance(first, ast.Constant) and first.value in _OPAQUE_MAGICS:
            return True
    return False


def _names_used(value: Any, names: dict[str, Any]) -> set[str]:
    """Name the functions of the kernel that a function calls, and that those call."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        function = waiting.pop()
        if isinstance(function, FunctionType) and function.__globals__ is names:
            used = {name for name in _globals_of(function.__code__) if name not in found}
            new = {name for name in used if isinstance(names.get(name), FunctionType | type)}
            found |= new
            waiting += [names[name] for name in new]
    return found


def _globals_of(code: CodeType) -> Iterator[str]:
    """Name the globals that code loads; the names of attributes are not among them."""
    import dis

    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(step.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _globals_of(constant)


_watched: list[CellRuns] = []


def watch() -> CellRuns | None:
    """Follow the cells of this process's IPython from now on; None where there is none."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        return None
    if not _watched or _watched[0].shell is not shell:
        runs = CellRuns(shell)
        runs.before()
        with contextlib.suppress(Exception):
            runs.note_earlier_failure()
        shell.events.register("pre_run_cell", runs.before)
        shell.events.register("post_run_cell", runs.after)
        _watched[:] = [runs]
    return _watched[0]


def stale_reason(name: str) -> str:
    """Say why what stands under a name is not what its cell says now; "" if nothing is known."""
    runs = watch()
    return runs.reason(name) if runs else ""


def run_order_note(name: str) -> str:
    """Say that another cell than the gap's own defines a name now; "" if nothing is known."""
    runs = watch()
    return runs.note(name) if runs else ""
