"""Runs notebooks as plain Python and marks them by nbgrader's rules: fast, without kernels.

Each notebook has a process of its own, forked from one that has imported the large libraries. Like
a kernel, it runs the cells in order in `__main__`, goes on after an error, keeps the value of a
cell's last expression, and closes figures behind each cell.
"""

import ast
import builtins
import contextlib
import io
import linecache
import multiprocessing
import sys
import types
from collections.abc import Iterator
from multiprocessing.pool import Pool
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

from IPython.core.inputtransformer2 import TransformerManager
from IPython.lib.pretty import pretty
from support.courses.small_assignments import (
    UNTOUCHED,
    Marks,
    SmallAssignment,
    SmallCell,
    SmallNotebook,
)

IMPORTED = [
    *("pandas", "matplotlib.pyplot", "scipy.stats", "sklearn.linear_model", "sklearn.pipeline"),
    *("sklearn.tree", "sklearn.neighbors", "unittest.mock", "IPython.core.inputtransformer2"),
    *("IPython.lib.pretty", "nbgrader.preprocessors"),
]
"""What is imported once for all runs, and is large: else each would import it anew."""


@contextlib.contextmanager
def plain_runs(workers: int = 2) -> Iterator[Pool]:
    """Give a pool in which each notebook has a process of its own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    with context.Pool(workers, maxtasksperchild=1) as pool:
        yield pool


def plain_marks(pool: Pool, assignment: SmallAssignment) -> dict[str, Marks]:
    """Return the automatic marks of all answers of an assignment, by the answer's name."""
    handed_in = [
        (given, each) for given in assignment.answers for each in assignment.handed_in(given)
    ]
    runs = pool.starmap(_run, [(assignment, each) for _, each in handed_in], chunksize=1)
    marks: dict[str, Marks] = {}
    for (given, _), found in zip(handed_in, runs, strict=True):
        unchanged = 0 if given.name == UNTOUCHED else None
        manual = {name: unchanged for name, each in assignment.cells() if each.is_manual}
        marks.setdefault(given.name, dict(manual)).update(found)
    return marks


def _run(assignment: SmallAssignment, notebook: SmallNotebook) -> Marks:
    """Run one notebook in a folder with the assignment's files; return its tests' points."""
    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        assignment.write_files(Path(folder))
        sys.path.insert(0, folder)
        names = _main_module()
        marks: Marks = {}
        for index, cell in enumerate(each for each in notebook.cells if each.is_code):
            value, failed = _run_cell(cell, f"<cell {index}>", names)
            if cell.kind == "test":
                marks[f"{notebook.name}/{cell.grade_id}"] = _points(cell, value, failed)
        return marks


def _main_module() -> dict[str, Any]:
    """Make the namespace of a new kernel, with what IPython puts there."""
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    magics = types.SimpleNamespace(run_line_magic=lambda *_: None)
    main.__dict__.update(get_ipython=lambda: magics, display=lambda *_, **__: None)
    builtins.input = _no_input
    pyplot: Any = sys.modules["matplotlib.pyplot"]
    pyplot.switch_backend("agg")
    pyplot.show = lambda *_, **__: pyplot.close("all")
    return main.__dict__


def _no_input(*_: object) -> NoReturn:
    raise RuntimeError("raw_input was called, but this frontend does not support input requests.")


def _run_cell(cell: SmallCell, name: str, names: dict[str, Any]) -> tuple[str, bool]:
    """Run a cell; return its last value as text, and whether it raised or wrote to stderr."""
    code = TransformerManager().transform_cell(cell.source)
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    errors, text = io.StringIO(), ""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
        try:
            value = _last_value(code, name, names)
            text = "" if value is None else pretty(value)
        except BaseException:
            return "", True
        finally:
            sys.modules["matplotlib.pyplot"].close("all")
    return text, bool(errors.getvalue())


def _last_value(code: str, name: str, names: dict[str, Any]) -> object:
    """Run a cell; return the value of its last expression, None where there is none."""
    tree = ast.parse(code, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), names)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), name, "eval"), names)


def _points(cell: SmallCell, value: str, failed: bool) -> float:
    """Return a test's points as nbgrader's `determine_grade` finds them in a cell's outputs."""
    if failed:
        return 0
    try:
        part = float(value)
    except ValueError:
        return cell.points
    if part > cell.points:
        raise ValueError(f"{cell.grade_id}: nbgrader refuses a part mark above the points")
    return part if part >= 0 else cell.points
