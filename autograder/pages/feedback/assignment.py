"""What the feedback pages of one assignment have in common, and its hidden checks by their labels.

A label stands in `check.hidden("label", …)`, or in a column of the table that a loop around such a
call goes through. Nothing else of a hidden test is read.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nbformat import NotebookNode

from autograder.build.script import read_source_notebook
from autograder.folders import ClassFolder, CourseFolder, is_there
from autograder.grading.plan import read_source
from autograder.pages.quiz_answers import QUIZ, Question, read_questions
from course.checks.misconceptions import heading as heading_of
from course.notebook.cell_marks import mark_of
from course.notebook.release_folder import notes_of
from course.quiz import read_bank


@dataclass(frozen=True)
class HiddenCheck:
    """A hidden check, by its label."""

    label: str
    outcome: str
    """`passed`, `failed`, or "" where it is not known."""


def hidden_labels(source: NotebookNode) -> dict[str, list[str]]:
    """Return the labels of the hidden checks of every gap, in the order in which they run."""
    tests = ((mark_of(cell), cell["source"]) for cell in source["cells"])
    return {mark.exercise: _labels(test) for mark, test in tests if mark.is_test}


def check_outcomes(labels: list[str], correct: bool, message: str) -> list[HiddenCheck]:
    """Return how each check went: all passed if the gap is correct, else `message` names one."""
    if correct:
        return [HiddenCheck(label, "passed") for label in labels]
    return [HiddenCheck(label, "failed" if f": {label}." in message else "") for label in labels]


def _labels(test: str) -> list[str]:
    """Find the labels of one test cell."""
    tree = ast.parse(test)
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For)]
    labels: list[str] = []
    for node in sorted(ast.walk(tree), key=lambda one: getattr(one, "lineno", 0)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr == "hidden" and node.args:
            labels += _texts(node.args[0], loops)
    return list(dict.fromkeys(labels))


def _texts(argument: ast.expr, loops: list[ast.For]) -> Iterator[str]:
    """Read a label that is written out, or the column of a loop's table that holds it."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, ast.Name):
        for loop in loops:
            yield from _column(loop, argument.id)


def _column(loop: ast.For, name: str) -> Iterator[str]:
    """Read the texts that a loop over a written-out table gives to `name`."""
    targets = loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]
    names = [target.id if isinstance(target, ast.Name) else "" for target in targets]
    rows = loop.iter.elts if isinstance(loop.iter, ast.List | ast.Tuple) else []
    if name not in names:
        return
    place = names.index(name)
    for row in rows:
        cell = row.elts[place] if isinstance(row, ast.Tuple) and place < len(row.elts) else row
        if isinstance(cell, ast.Constant) and isinstance(cell.value, str):
            yield cell.value


@dataclass(frozen=True)
class FeedbackAssignment:
    """An assignment, as its feedback pages need it."""

    released: frozenset[str]
    """Sources of the cells of the release."""
    titles: Mapping[str, str]
    """Each gap's heading."""
    checks: Mapping[str, list[str]]
    """Labels of each gap's hidden checks."""
    questions: Mapping[str, Question]
    """The quiz's questions, by the gap's name."""
    sections: Mapping[str, str]
    """The lesson's section for each question of the quiz."""
    noted: Mapping[str, str] = field(default_factory=dict)
    """What to read after a mistake in a gap, where its author wrote that."""
    has_lesson: bool = True
    """Whether the page may name a section of the lesson to read next."""
    cells: Mapping[str, str] = field(default_factory=dict)
    """The exercise that a student's cell is shown with, where the cell has another name."""
    hidden: frozenset[str] = frozenset()
    """Lines of hidden tests, `squashed`: an output that quotes one is not shown."""


def read_assignment(
    course: CourseFolder, class_folder: ClassFolder, name: str
) -> FeedbackAssignment:
    """Read the assignment's source and release: the class's own, where it has one."""
    source = read_source(course, name, class_folder)
    release = _release(course, class_folder, name) or source
    questions = {question.name: question for question in read_questions(source)}
    return FeedbackAssignment(
        released=frozenset(cell.source for cell in release.cells),
        titles=_titles(source),
        checks=hidden_labels(source),
        questions=questions,
        sections=_sections(course, class_folder, list(questions)),
        noted={
            mark_of(cell).grade_id: notes.section
            for cell in source.cells
            if (notes := notes_of(cell)) is not None
        },
    )


def _release(course: CourseFolder, class_folder: ClassFolder, name: str) -> NotebookNode | None:
    """Read the release, the class's own first; None where only the source was kept."""
    paths = (class_folder.release(name), course.release(name))
    found = next((path for path in paths if is_there(path)), None)
    return read_source_notebook(found) if found else None


def _titles(source: NotebookNode) -> dict[str, str]:
    """Find the heading above each gap; the title of a quiz question is its number."""
    titles, heading = {}, ""
    for cell in source["cells"]:
        if cell["cell_type"] == "markdown":
            lines = [line for line in cell["source"].splitlines() if line.startswith("## ")]
            heading = lines[-1].lstrip("# ").partition(" (")[0] if lines else heading
        elif mark_of(cell).is_gap:
            name = cell["id"]
            titles[name] = heading or f"Question {name.removeprefix('q')}"
    return titles


def _sections(course: CourseFolder, class_folder: ClassFolder, names: list[str]) -> dict[str, str]:
    """Name the lesson's section of each question; for a class's own quiz it is not known."""
    bank = course.solutions / "quiz.md"
    if not names or is_there(class_folder.source(QUIZ)) or not bank.is_file():
        return {}
    questions = read_bank(bank).questions
    return {
        name: heading_of(question.section) for name, question in zip(names, questions, strict=False)
    }
