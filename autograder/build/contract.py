"""What a script-made assignment must keep, so that it can be graded: one function for each rule.

Each refusal names the file, the cell and the rule, and what to do next.
"""

import ast
import keyword
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from autograder.build.script import CANARY
from autograder.folders import CourseFolder, is_generated
from course.errors import BuildError
from course.learner.lab import LEARNERS_NOTEBOOKS
from course.notebook.cell_code import read_code, top_level_names
from course.notebook.cell_marks import exercise_of, id_of_test, mark_of

_REGION = re.compile(r"### BEGIN SOLUTION[^\n]*\n(.*?)### END SOLUTION", re.DOTALL)
_CARD_POINTS = re.compile(r"\*\*Points\*\* *\| *(\d+(?:\.\d+)?)\b")
_HEADING_POINTS = re.compile(r"^##+ .*\((\d+(?:\.\d+)?) points?\b[^)]*\) *$", re.MULTILINE)
_GAP_IN_SCRIPT = re.compile(r"""^# %%.*\bgap=["'](\w+)["']""", re.MULTILINE)


def require_contract(assignment: str, notebook: NotebookNode) -> None:
    """Check that every gap can be graded, and that no test can leak or give a wrong mark.

    Raises `BuildError` for the first cell that breaks the contract.
    """
    for cell in notebook.cells:
        if mark_of(cell).is_gap:
            # First: a region with nothing but a comment often does not parse either.
            _require_reference(assignment, cell)
        _require_syntax(assignment, cell)
    _require_pairs(assignment, notebook)
    for cell in notebook.cells:
        if mark_of(cell).is_test:
            _require_sound_test(assignment, cell)
        if mark_of(cell).is_gap:
            _require_name(assignment, cell)
    _require_points_add_up(assignment, notebook)


def require_free_name(course: CourseFolder, assignment: str) -> None:
    """Refuse an assignment whose files another one, or a lesson, would write too."""
    if course.has_lessons:
        for lesson in LEARNERS_NOTEBOOKS:
            if assignment.casefold() == lesson.removesuffix(".ipynb"):
                raise BuildError(
                    f"solutions/{assignment}.py and course/lessons/{lesson}: both are called "
                    f"{lesson} in a learner's folder.",
                    "Rename the script.",
                )
    for other in course.assignments():
        if other != assignment and other.casefold() == assignment.casefold():
            raise BuildError(
                f"solutions/{assignment}.py and solutions/{other}.py: both write "
                f"exercises/{assignment}/{assignment}.ipynb where capitals do not count.",
                "Rename one of them.",
            )


def require_own_files(course: CourseFolder, assignment: str) -> None:
    """Refuse to write over a notebook that was not generated, and a gap of two assignments.

    Hints and solutions are found by the gap's name alone.
    """
    require_free_name(course, assignment)
    source = course.source(assignment)
    has_script = course.script(assignment).is_file()
    if has_script and source.is_file() and not is_generated(source):
        raise BuildError(
            f"solutions/{assignment}.py and solutions/{assignment}/{source.name}: the notebook was "
            "not generated, and the script would replace it.",
            "Move one of the two away.",
        )
    own = _gaps_of(course, assignment)
    for other in course.assignments():
        for gap in sorted(own & _gaps_of(course, other)) if other != assignment else []:
            raise BuildError(
                f"solutions/{assignment}.py, cell `{gap}`: solutions/{other}.py has a gap of this "
                "name too; hints and solutions are found by it.",
                "Rename one of them.",
            )


def _gaps_of(course: CourseFolder, assignment: str) -> set[str]:
    """Read the gaps' names from a script's text, without a question bank's, or from a notebook."""
    script, source = course.script(assignment), course.source(assignment)
    if script.is_file():
        return set(_GAP_IN_SCRIPT.findall(script.read_text("utf-8", "replace")))
    try:
        marks = map(mark_of, nbformat.read(source, as_version=4).cells)
        return {mark.grade_id for mark in marks if mark.is_gap}
    except Exception:  # it is refused where it is built
        return set()


@contextmanager
def as_notebook(course: CourseFolder, assignment: str) -> Iterator[None]:
    """Let refusals name the written notebook of an assignment that has no script."""
    try:
        yield
    except BuildError as error:
        if course.script(assignment).is_file():
            raise
        front = f"solutions/{assignment}"
        text = error.message.replace(f"{front}.py", f"{front}/{assignment}.ipynb")
        raise BuildError(text, error.next_step) from error


def place_of(assignment: str, cell: NotebookNode) -> str:
    """Name the file and the cell: by its mark, else by its number in the script."""
    name = mark_of(cell).grade_id
    cell_id = str(cell.get("id", ""))
    number = cell_id.removeprefix("cell-").lstrip("0")
    where = f"cell `{name}`" if name else f"cell {number if number.isdecimal() else cell_id}"
    return f"solutions/{assignment}.py, {where}"


def _require_syntax(assignment: str, cell: NotebookNode) -> None:
    """Refuse a code cell that is no Python; IPython's magics are allowed outside of tests."""
    if cell.cell_type != "code":
        return
    try:
        is_test = mark_of(cell).is_test
        ast.parse(cell.source if is_test else TransformerManager().transform_cell(cell.source))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        reason = getattr(error, "msg", None) or error
        raise BuildError(
            f"{place_of(assignment, cell)}: it does not parse (line {line}: {reason}).",
            "Correct it.",
        ) from error


def _require_pairs(assignment: str, notebook: NotebookNode) -> None:
    """Require an identifier for each gap, a test below it, and a gap for each test."""
    marks = [mark_of(cell) for cell in notebook.cells]
    gaps = {mark.grade_id for mark in marks if mark.is_gap}
    tests = {mark.grade_id for mark in marks if mark.is_test}
    seen: set[str] = set()
    for cell, mark in zip(notebook.cells, marks, strict=True):
        place = place_of(assignment, cell)
        if mark.is_gap:
            seen.add(mark.grade_id)
            if not mark.grade_id.isidentifier() or keyword.iskeyword(mark.grade_id):
                raise BuildError(
                    f"{place}: a gap's name is the name that its cell defines, and this is none.",
                    "Use letters, digits and _.",
                )
            if id_of_test(mark.grade_id) not in tests:
                raise BuildError(
                    f"{place}: the gap has no test.",
                    f'Add a cell `# %% test="{mark.grade_id}" points=2` below it.',
                )
        elif mark.is_test and mark.exercise not in gaps:
            raise BuildError(
                f"{place}: there is no gap {mark.exercise!r} to test.",
                f"The gaps are {', '.join(sorted(gaps)) or 'none'}.",
            )
        elif mark.is_test and mark.exercise not in seen:
            raise BuildError(f"{place}: the test stands above its gap.", "Move it below the gap.")


def _require_reference(assignment: str, cell: NotebookNode) -> None:
    """Require a reference solution in a gap's region.

    nbgrader replaces the whole text of a gap that has no solution region.
    """
    _require_region(assignment, cell, "SOLUTION")
    if not any(_does_something(region) for region in _REGION.findall(cell.source)):
        raise BuildError(
            f"{place_of(assignment, cell)}: there is no reference solution between "
            "BEGIN SOLUTION and END SOLUTION.",
            "Write one: it is run, and has to pass the test.",
        )


def _require_name(assignment: str, cell: NotebookNode) -> None:
    """Require that a gap's cell defines the gap's name."""
    name = mark_of(cell).grade_id
    if name not in top_level_names(cell.source):
        raise BuildError(
            f"{place_of(assignment, cell)}: the cell does not define {name!r}.",
            "Give the gap the name that it defines.",
        )


def _does_something(region: str) -> bool:
    """Tell whether a region has a statement other than a placeholder."""
    lines = [line for line in region.splitlines() if line.strip() and line.strip()[0] != "#"]
    code = "\n".join(["if True:", *(f" {line}" for line in _dedented(lines))])
    tree = read_code(code) if lines else None
    if tree is None:
        # Part of a statement, such as the entries of a dictionary.
        return bool(lines)
    block = tree.body[0]
    return isinstance(block, ast.If) and not all(map(_is_placeholder, block.body))


def _dedented(lines: list[str]) -> list[str]:
    least = min((len(line) - len(line.lstrip()) for line in lines), default=0)
    return [line[least:] for line in lines]


def _is_placeholder(statement: ast.stmt) -> bool:
    """Tell whether a statement stands for an answer: `pass`, `...`, a text, NotImplementedError."""
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Raise(exc=ast.Name(id="NotImplementedError")):
            return True
        case ast.Raise(exc=ast.Call(func=ast.Name(id="NotImplementedError"))):
            return True
    return False


def _require_region(assignment: str, cell: NotebookNode, region: str) -> None:
    """Require at least one region of a kind, and an end for every beginning."""
    begins, ends = (cell.source.count(f"### {word} {region}") for word in ("BEGIN", "END"))
    place = place_of(assignment, cell)
    if not begins:
        raise BuildError(f"{place}: it has no ### BEGIN {region} region.", "Add it.")
    if begins != ends:
        raise BuildError(f"{place}: it has no ### END {region} for a region.", "Add it.")


def _require_sound_test(assignment: str, cell: NotebookNode) -> None:
    """Require a hidden region with its canary, and no last expression that gives part marks."""
    _require_region(assignment, cell, "HIDDEN TESTS")
    hidden = re.split("### (?:BEGIN|END) HIDDEN TESTS", cell.source)[1]
    canary = f"{CANARY}-{assignment}-{exercise_of(cell['id'])}"
    if canary not in hidden:
        raise BuildError(
            f"{place_of(assignment, cell)}: it lacks its canary in the hidden region.",
            f"Write `# {canary}` there.",
        )
    _require_no_stray_value(assignment, cell)


def _require_no_stray_value(assignment: str, cell: NotebookNode) -> None:
    """Refuse a last expression: nbgrader reads it as part marks.

    `check.mark(points, …)` is allowed, with the test's own points: it returns a float or None.
    """
    place, tree = place_of(assignment, cell), ast.parse(cell.source)
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr) and not ast.unparse(last).startswith("check.mark("):
        raise BuildError(
            f"{place}: it ends in an expression, which nbgrader reads as part marks.",
            "End the cell with its `with exercise(…)` block or with `check.mark(points, share)`.",
        )
    points = mark_of(cell).points
    for given in _points_of_marks(tree):
        if not math.isclose(given, points):
            raise BuildError(
                f"{place}: points do not add up: points={points:g}, check.mark({given:g}, …).",
                "Write the same number in both.",
            )


def _points_of_marks(tree: ast.Module) -> Iterator[float]:
    """Yield the points that `check.mark` is called with, where they are written out."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="check"), attr="mark"),
                args=[ast.Constant(value=int() | float() as points), *_],
            ):
                yield float(points)


def _require_points_add_up(assignment: str, notebook: NotebookNode) -> None:
    """Compare what the headings and the opening card promise with the points of the tests."""
    total = 0.0
    card: tuple[NotebookNode, float] | None = None
    below: tuple[NotebookNode, float] | None = None
    earned = 0.0
    for cell in [*notebook.cells, None]:
        text = cell.source if cell is not None and cell.cell_type == "markdown" else ""
        begins_section = cell is None or re.search(r"^##? ", text, re.MULTILINE)
        if begins_section and below is not None:
            _require_equal(assignment, *below, earned, "the tests below it have")
        if begins_section:
            found = _HEADING_POINTS.findall(text)
            below = (cell, sum(map(float, found))) if cell is not None and found else None
            earned = 0.0
        if card is None and cell is not None and (found := _CARD_POINTS.findall(text)):
            card = (cell, float(found[0]))
        if cell is not None and mark_of(cell).is_test:
            total += mark_of(cell).points
            earned += mark_of(cell).points
    if card is not None:
        _require_equal(assignment, *card, total, "all tests have")


def _require_equal(
    assignment: str, cell: NotebookNode, promised: float, points: float, whose: str
) -> None:
    """Refuse a promise that the tests don't keep."""
    if not math.isclose(promised, points):
        raise BuildError(
            f"{place_of(assignment, cell)}: points do not add up: it says {promised:g}, "
            f"{whose} {points:g}.",
            "Change one of the two.",
        )
