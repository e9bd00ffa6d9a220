"""The names of a gap's hidden checks, read from its test cell; nothing else of them is taken."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.gradebook.marks import SubmissionMark
from autograder.grading.results import SubmissionResult
from autograder.pages.feedback.shown_cells import ShownCell
from autograder.pages.quiz_answers import Question, chosen
from course.checks.misconceptions import section_of
from course.notebook.marks import mark_of
from course.notebook.verdict import STATUS_WORDS, Verdict


@dataclass(frozen=True)
class HiddenCheck:
    """A hidden check by its name."""

    label: str
    outcome: str
    """`passed`, `failed`, or "" where it is not known."""


def hidden_checks(source: Any) -> dict[str, list[str]]:
    """Give the labels of the hidden checks of every gap, in the order in which they run."""
    found = {}
    for cell in source["cells"]:
        mark = mark_of(cell)
        if mark.is_test:
            found[mark.exercise] = _labels(cell["source"])
    return found


def outcomes(labels: list[str], full: bool, message: str) -> list[HiddenCheck]:
    """Say of each check how it went: all passed with full points; else what the message names."""
    if full:
        return [HiddenCheck(label, "passed") for label in labels]
    return [HiddenCheck(label, "failed" if f": {label}." in message else "") for label in labels]


def _labels(test: str) -> list[str]:
    """Find what stands in `check.hidden(…)`, also where a loop goes through the labels."""
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


# What a page says of each gap: the mark that counts, the message, what to read next.


@dataclass(frozen=True)
class ShownGap:
    """One gap on the page."""

    name: str
    title: str
    score: float
    max_score: float
    look: str
    """`right`, `part` or `wrong`."""
    status: str
    message: str = ""
    section: str = ""
    """The heading of the lesson's section to read next; "" where nothing is amiss."""
    by_hand: bool = False
    """Whether a person entered the mark."""
    comment: str = ""
    """What a person wrote."""
    checks: list[HiddenCheck] = field(default_factory=list)
    cells: list[ShownCell] = field(default_factory=list)
    question: str = ""
    """The quiz question's Markdown, written by the course."""
    options: list[tuple[str, str, bool]] = field(default_factory=list)
    """Letter, text, and whether it was chosen."""


@dataclass(frozen=True)
class Assignment:
    """What is the same on the pages of all students."""

    name: str
    given: frozenset[str]
    """Sources of the cells that were handed out."""
    titles: Mapping[str, str]
    """Each gap's heading."""
    checks: Mapping[str, list[str]]
    """Labels of each gap's hidden checks."""
    questions: Mapping[str, Question]
    sections: Mapping[str, str]
    """The lesson's section for each question of the quiz."""


def shown_gaps(
    result: SubmissionResult,
    entry: SubmissionMark | None,
    assignment: Assignment,
    cells: list[ShownCell],
) -> list[ShownGap]:
    """Describe every gap, in the order of the notebook."""
    sources = {cell["id"]: cell["source"] for cell in result.notebook.get("cells", [])}
    return [
        _gap(gap, entry, assignment, [one for one in cells if one.name == gap.exercise], sources)
        for gap in result.gaps
    ]


def _gap(
    gap: Verdict,
    entry: SubmissionMark | None,
    assignment: Assignment,
    cells: list[ShownCell],
    sources: Mapping[str, Any],
) -> ShownGap:
    """Describe one gap."""
    entered = entry.exercise(gap.exercise) if entry else None
    score = float(entered.score) if entered else gap.score
    words = STATUS_WORDS[gap.status]
    look, status = words.look, words.label.capitalize()
    by_hand = entered is not None and entered.by_hand
    if by_hand:
        look = "right" if score >= gap.max_score else "part" if score > 0 else "wrong"
    question = assignment.questions.get(gap.exercise)
    return ShownGap(
        name=gap.exercise,
        title=assignment.titles.get(gap.exercise, gap.exercise),
        score=score,
        max_score=gap.max_score,
        look=look,
        status=status,
        message=gap.message,
        section="" if look == "right" else _section(gap, assignment),
        by_hand=by_hand,
        comment=(entered.manual_comment or "") if entered else "",
        checks=[] if question else _checks(gap, assignment),
        cells=cells,
        question=question.text if question else "",
        options=_options(question, str(sources.get(gap.exercise, ""))) if question else [],
    )


def _section(gap: Verdict, assignment: Assignment) -> str:
    """Say what to read next."""
    if gap.exercise in assignment.sections:
        return assignment.sections[gap.exercise]
    return section_of(gap.misconception, gap.exercise)


def _checks(gap: Verdict, assignment: Assignment) -> list[HiddenCheck]:
    """Name the hidden checks."""
    labels = assignment.checks.get(gap.exercise, [])
    return outcomes(labels, gap.status == "correct", gap.message)


def _options(question: Question, source: str) -> list[tuple[str, str, bool]]:
    """List the options with what was chosen; the key is not among it."""
    picked = chosen(source, question.name, True) if question.options else []
    return [(letter, text, letter in picked) for letter, text in question.options]
