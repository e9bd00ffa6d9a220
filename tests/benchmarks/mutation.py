"""Mutate the reference solutions mechanically; every mutant that acts otherwise must be refused.

`python tests/benchmarks/mutation.py` prints a row per gap and every survivor with its reason;
`make mutation` runs it. Mutants change one thing: an operator, a constant by 1, a keyword argument,
the order of two arguments, an item of a list or a statement that is left out.
"""

import ast
import copy
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from support.contract import ASSIGNMENT_OF, CODE_GAPS, POINTS
from support.gap_cells import imported_names, judge_in
from support.places import COURSE, TESTS
from support.reference import reference

SURVIVORS = TESTS / "benchmarks" / "survivors.md"

OTHER_OPERATORS: dict[type, list[type]] = {
    ast.Add: [ast.Sub, ast.Mult],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Add, ast.Div],
    ast.Div: [ast.Mult, ast.FloorDiv],
    ast.FloorDiv: [ast.Div, ast.Mult],
    ast.USub: [ast.UAdd],
}


@dataclass(frozen=True)
class Mutant:
    """A reference solution with one change."""

    gap: str
    change: str
    """The line as it was, and as it is now."""
    source: str


def mutants(gap: str) -> list[Mutant]:
    """Make every mutant of a gap's reference solution, each once."""
    original = reference(COURSE, ASSIGNMENT_OF[gap]).gaps[gap]
    # What stands above this mark is the gap as it is given.
    tree = ast.parse(original.rpartition("### KEEP ABOVE")[2])
    # As the parser writes it, so that only the change differs.
    before = ast.unparse(tree).splitlines()
    found = {}
    for mutated in _variants(tree):
        source = ast.unparse(ast.fix_missing_locations(mutated))
        after = source.splitlines()
        if after != before:
            found[source] = Mutant(gap, _difference(before, after), source)
    return list(found.values())


def _difference(before: list[str], after: list[str]) -> str:
    lost = [line.strip() for line in before if line not in after]
    new = [line.strip() for line in after if line not in before]
    return f"{' '.join(lost)} → {' '.join(new) or '(left out)'}"


def _variants(tree: ast.Module) -> Iterator[ast.Module]:
    """Change each node in each way; yields a whole tree for each."""
    for index, node in enumerate(ast.walk(tree)):
        for change in _changes(node):
            other = copy.deepcopy(tree)
            change(list(ast.walk(other))[index])
            yield other


def _changes(node: ast.AST) -> Iterator[Any]:
    """Give the functions that change such a node in place."""
    if isinstance(node, (ast.BinOp, ast.UnaryOp)):
        for kind in OTHER_OPERATORS.get(type(node.op), []):
            yield lambda n, kind=kind: setattr(n, "op", kind())
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        for step in (1, -1):
            yield lambda n, step=step: setattr(n, "value", n.value + step)
    if isinstance(node, ast.Call):
        for place in range(len(node.keywords)):
            yield lambda n, place=place: n.keywords.pop(place)
        if len(node.args) > 1:
            yield lambda n: n.args.reverse()
    if isinstance(node, (ast.Tuple, ast.List)):
        yield lambda n: n.elts.reverse()
    if isinstance(node, ast.List):
        for place in range(len(node.elts)):
            yield lambda n, place=place: n.elts.pop(place)
        for place in range(len(node.elts) - 1):
            yield lambda n, place=place: n.elts.insert(place, n.elts.pop(place + 1))
    if isinstance(node, ast.Slice) and node.step:
        yield lambda n: setattr(n, "step", None)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        words = {"relu": "tanh", "softmax": "sigmoid", "accuracy": "mse", "ij": "ji"}
        for old, new in words.items():
            if node.value == old or (old == "ij" and "->" in node.value):
                yield lambda n, o=old, w=new: setattr(n, "value", _last_replaced(n.value, o, w))
    body = getattr(node, "body", None)
    if isinstance(node, (ast.FunctionDef, ast.For)) and isinstance(body, list):
        for place in range(len(body)):
            if isinstance(body[place], ast.Expr) and isinstance(body[place].value, ast.Constant):
                continue  # a docstring
            yield lambda n, place=place: n.body.__setitem__(place, ast.Pass())


def _last_replaced(text: str, old: str, new: str) -> str:
    head, _, tail = text.rpartition(old)
    return head + new + tail


def known_survivors() -> dict[tuple[str, str], str]:
    """Read the list of mutants that act as the reference does: (gap, change) to the reason."""
    rows = [
        line
        for line in SURVIVORS.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
    ]
    cells = [[cell.strip().strip("`") for cell in row.strip("| ").split(" | ")] for row in rows]
    return {(gap, change): reason for gap, change, reason in cells}


def survives(mutant: Mutant, names: dict[str, Any]) -> bool:
    """Tell whether a mutant gets all the points of its gap."""
    namespace = dict(names)
    try:
        exec(compile(mutant.source, "<ipython-input-mutant>", "exec"), namespace)
    except Exception:
        return False
    assignment = ASSIGNMENT_OF[mutant.gap]
    return judge_in(namespace, assignment, mutant.gap).score == POINTS[assignment][mutant.gap]


def main() -> int:
    """Print the table; 1 if a mutant survives that is not on the list."""
    listed, unlisted = known_survivors(), 0
    for gap in CODE_GAPS:
        made = mutants(gap)
        alive = [mutant for mutant in made if survives(mutant, imported_names(gap))]
        print(f"{gap:22} {len(made):4} mutants, {len(alive):3} survive")
        for mutant in alive:
            reason = listed.get((gap, mutant.change), "NOT EXPLAINED")
            unlisted += reason == "NOT EXPLAINED"
            print(f"    {mutant.change}\n        {reason}")
    return int(unlisted > 0)


if __name__ == "__main__":
    sys.exit(main())
