"""Draws a question for one seed: values from their ranges, options in a shuffled order.

Drawing uses SHA-256 of the seed and the question's id, not `random`, so that a seed gives the
same quiz with every version of Python, and adding a question changes no other.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from course.checks.formulas import compute
from course.errors import QuizError
from course.quiz.question import (
    LETTERS,
    TOPICS,
    Bank,
    DrawnOption,
    DrawnQuestion,
    Figure,
    Mistake,
    Option,
    Question,
    number_text,
)

PLACEHOLDER = re.compile(r"\{(\w+)\}")
_ATTEMPTS = 200


def draw_bank(bank: Bank, seed: int | str = 0) -> list[DrawnQuestion]:
    """Draw every question of a bank for `seed`, in the bank's order."""
    return [draw_question(question, seed) for question in bank.questions]


def draw_question(question: Question, seed: int | str = 0) -> DrawnQuestion:
    """Draw one question for `seed`; the same seed always gives the same question."""
    if question.kind == "numeric":
        return _draw_numeric(question, seed)
    return _draw_options(question, seed)


def select(bank: Bank, topic: str | None, number: int | None, seed: int) -> list[DrawnQuestion]:
    """Draw `number` questions on `topic` (all, where either is None), in the bank's order.

    Raises QuizError for a topic that the bank doesn't ask, or a number below 1.
    """
    chosen = [question for question in bank.questions if topic in (None, question.topic)]
    if not chosen:
        asked = {question.topic for question in bank.questions}
        topics = ", ".join(name for name in TOPICS if name in asked)
        raise QuizError(f"The quiz asks nothing on {topic!r}.", f"Choose one of {topics}.")
    if number is not None:
        if number < 1:
            raise QuizError(f"{number} questions cannot be asked.", "Ask for at least 1.")
        lot = sorted(chosen, key=lambda q: hashlib.sha256(f"{seed} {q.id}".encode()).digest())
        drawn = {question.id for question in lot[:number]}
        chosen = [question for question in chosen if question.id in drawn]
    return [draw_question(question, seed) for question in chosen]


def digest_of(questions: Sequence[DrawnQuestion]) -> str:
    """Tell one drawn quiz from another by 16 hexadecimal digits, to keep their answers apart."""
    asked = repr([(q.id, q.text, q.key, q.letters) for q in questions])
    return hashlib.sha256(asked.encode()).hexdigest()[:16]


def fill(text: str, values: dict[str, int | float]) -> str:
    """Put `values` in place of the `{placeholders}` of `text`."""
    return PLACEHOLDER.sub(lambda found: number_text(values[found.group(1)]), text)


def formula_name(option: Option) -> str:
    """Return the formula that an option of a numeric question names."""
    return option.text.strip("`")


def _draw_options(question: Question, seed: int | str) -> DrawnQuestion:
    order = sorted(question.options, key=lambda option: _digest(seed, question.id, option.text))
    options = tuple(
        DrawnOption(letter, option.text, option.right, option.explanation)
        for letter, option in zip(LETTERS, order, strict=False)
    )
    key = "".join(option.letter for option in options if option.right)
    return DrawnQuestion(
        **_shared(question), key=key, options=options, text=question.text, figure=question.figure
    )


def _draw_numeric(question: Question, seed: int | str) -> DrawnQuestion:
    right = formula_name(question.right_options[0])
    for attempt in range(_ATTEMPTS):
        values = _draw_values(question, seed, attempt)
        results = _results(question, values)
        if results is not None:
            return _numeric(question, right, values, results)
    raise QuizError(
        f"{question.id!r} (line {question.line}): no values within the ranges give "
        f"{_ATTEMPTS} times in a row an answer that differs from every wrong one.",
        "Widen the ranges after `values:`.",
    )


def _numeric(
    question: Question, right: str, values: dict[str, int], results: dict[str, int | float]
) -> DrawnQuestion:
    shown: dict[str, int | float] = {**values, "answer": results[right]}
    mistakes = tuple(
        Mistake(results[formula_name(option)], fill(option.explanation, shown))
        for option in question.options
        if not option.right
    )
    return DrawnQuestion(
        **_shared(question),
        key=results[right],
        text=fill(question.text, shown),
        figure=_fill_figure(question.figure, shown),
        explanation=fill(question.right_options[0].explanation, shown),
        mistakes=mistakes,
        formula=right,
        values=tuple(values.items()),
    )


def _results(question: Question, values: dict[str, int]) -> dict[str, int | float] | None:
    """Compute every option; None when one is impossible or two come to the same number."""
    names = [formula_name(option) for option in question.options]
    try:
        results = {name: compute(name, **values) for name in names}
    except ValueError:
        return None
    return results if len(set(results.values())) == len(names) else None


def _draw_values(question: Question, seed: int | str, attempt: int) -> dict[str, int]:
    return {
        name: choices[int(_digest(seed, question.id, name, attempt), 16) % len(choices)]
        for name, choices in question.values
    }


def _fill_figure(figure: Figure | None, values: dict[str, int | float]) -> Figure | None:
    if figure is None:
        return None
    grids = tuple(
        (name, tuple(tuple(_plain(cell, values) for cell in row) for row in rows))
        for name, rows in figure.grids
    )
    return replace(figure, alt=fill(figure.alt, values), grids=grids)


def _plain(cell: str, values: dict[str, int | float]) -> str:
    """Fill a cell with digits that `float` can read, for the picture's shades."""
    return PLACEHOLDER.sub(lambda found: str(values[found.group(1)]), cell)


def _shared(question: Question) -> dict[str, Any]:
    names = ("id", "topic", "kind", "section", "points")
    return {name: getattr(question, name) for name in names}


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(tuple(map(str, parts))).encode()).hexdigest()
