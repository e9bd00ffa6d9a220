"""Run a test cell as a notebook does, in this process: never a cell of a learner's."""

import ast
from typing import Any


def run_as_cell(source: str, names: dict[str, Any], filename: str) -> Any:
    """Run `source` with `names` and return the value of its last line, None if that has none.

    `filename` is what a traceback calls it.
    """
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, filename, "exec"), names)
    if last is None:
        return None
    assert isinstance(last, ast.Expr)
    return eval(compile(ast.Expression(last.value), filename, "eval"), names)
