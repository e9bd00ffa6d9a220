"""Reads the quiz's questions from its source, and answers from graded notebooks as data."""

import ast
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from course.notebook.cell_code import read_code
from course.notebook.cell_marks import mark_of

QUIZ = "quiz"
"""The assignment of the graded quiz."""

UNREADABLE = "something else"
"""Stands for an answer that is not a plain letter or number."""

_NO_LITERAL = (ValueError, TypeError, SyntaxError, ArithmeticError, MemoryError, RecursionError)
_LARGEST = 10**60
_OPTION = re.compile(r"^- \*\*([a-z])\*\* – (.*)$", re.MULTILINE)
_FIGURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_HEAD = re.compile(r"^\*\*Question \d+ \([^)]*\)\.\*\*\s*")


@dataclass(frozen=True)
class Question:
    """A question of the class's graded quiz."""

    name: str
    """The gap's name, such as `q1`."""
    text: str
    """Markdown, written by the course."""
    options: tuple[tuple[str, str], ...]
    """Letters and texts; empty where a number is asked for."""
    key: str
    """The right letters, or the right number as it is written here."""


def read_questions(source: Any) -> list[Question]:
    """Read the questions and their keys from a source notebook; other cells are ignored."""
    texts = {cell["id"]: str(cell["source"]) for cell in source["cells"]}
    found = []
    for cell in source["cells"]:
        name = cell["id"]
        is_gap = mark_of(cell).is_gap
        if is_gap and f"{name}_question" in texts:
            found.append(_question(name, texts[f"{name}_question"], texts[name]))
    return found


def _question(name: str, text: str, solution: str) -> Question:
    """Read one question from the cell that asks it and the cell that solves it."""
    options = tuple((letter, words.strip()) for letter, words in _OPTION.findall(text))
    asked = _HEAD.sub("", _OPTION.split(text)[0])
    asked = _FIGURE.sub(lambda figure: f"({figure.group(1)})", asked).strip()
    return Question(name, asked, options, "".join(chosen(solution, name, bool(options))))


def answers(
    notebooks: Iterable[tuple[str, dict[str, Any]]], question: Question
) -> dict[str, list[str]]:
    """Return each student's answer: options, one number, or UNREADABLE; empty if there is none."""
    found = {}
    for student, notebook in notebooks:
        sources = {cell["id"]: cell["source"] for cell in notebook.get("cells", [])}
        source = str(sources.get(question.name, ""))
        found[student] = chosen(source, question.name, bool(question.options))
    return found


def chosen(source: str, name: str, letters: bool) -> list[str]:
    """Return the answer that a cell assigns to `name`, read as data and never run."""
    value = _literal(source, name)
    if value is None or value is ...:
        return []
    if letters:
        return _letters(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [_number(value)]
    return [UNREADABLE]


def _number(value: float) -> str:
    """Write a number as every answer of its size is written; no answer has more than 60 digits."""
    if isinstance(value, int) and abs(value) >= _LARGEST:
        return UNREADABLE
    return f"{value:,.10g}" if math.isfinite(value) else UNREADABLE


def _letters(value: Any) -> list[str]:
    """Read letters from a text or a collection of texts."""
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, list | tuple | set) or not all(isinstance(one, str) for one in parts):
        return [UNREADABLE]
    found = {letter for part in parts for letter in part.lower() if letter not in " ,;"}
    if not found or not all(len(one) == 1 and "a" <= one <= "z" for one in found) or len(found) > 8:
        return [UNREADABLE]
    return sorted(found)


def _literal(source: str, name: str) -> Any:
    """Return the value of the last top-level `name = …`; a bare object if it is not a literal."""
    tree = read_code(source)
    if tree is None:
        return object() if source.strip() else None
    value: Any = None
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == name for target in statement.targets
        ):
            try:
                value = ast.literal_eval(statement.value)
            except _NO_LITERAL:
                value = object()
    return value
