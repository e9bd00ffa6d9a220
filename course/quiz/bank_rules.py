"""Refuses a malformed question: what the form of the file allows but the quiz cannot ask."""

import re
from collections.abc import Callable, Iterator

from course.checks.formulas import FORMULAS, parameters
from course.checks.misconceptions import SECTIONS
from course.errors import QuizError
from course.quiz.question import KINDS, LETTERS, TOPICS, Bank, Question
from course.quiz.variants import PLACEHOLDER, draw_question, formula_name

# (line, problem, next step) -> the error that names the file too.
Fail = Callable[[int, str, str], QuizError]


def check_bank(bank: Bank, fail: Fail) -> None:
    """Refuse a bank without questions or with two of the same id."""
    if not bank.questions:
        raise fail(1, "the bank has no question.", "Add a heading like '## max-pooling'.")
    seen: dict[str, int] = {}
    for question in bank.questions:
        if question.id in seen:
            raise fail(
                question.line,
                f"the id {question.id!r} stands in line {seen[question.id]} already.",
                "Give each question its own.",
            )
        seen[question.id] = question.line


def check_question(question: Question, fail: Fail) -> None:
    """Refuse a question that has no clear answer or lacks its topic or its link."""
    _check_settings(question, fail)
    _check_options(question, fail)
    if question.kind == "numeric":
        _check_formulas(question, fail)
        _check_placeholders(question, fail)
        _check_draw(question, fail)
    elif question.values:
        raise fail(question.line, "only numeric questions draw values.", "Add 'kind: numeric'.")


def _check_settings(question: Question, fail: Fail) -> None:
    if question.topic not in TOPICS:
        what = f"{question.topic!r} is no topic." if question.topic else "the topic is missing."
        raise fail(question.line, what, f"Choose one of {', '.join(TOPICS)}.")
    if question.kind not in KINDS:
        raise fail(
            question.line,
            f"{question.kind!r} is no kind of question.",
            f"Choose one of {', '.join(KINDS)}, or leave the line out for 'single'.",
        )
    if question.section not in SECTIONS:
        raise fail(
            question.line,
            f"{'#' + question.section!r} does not lead into the lesson.",
            f"Write 'lesson:' and one of {', '.join(f'#{section}' for section in SECTIONS)}.",
        )


def _check_options(question: Question, fail: Fail) -> None:
    _check_different(question, fail)
    right = len(question.right_options)
    wrong = len(question.options) - right
    if right == 0:
        raise fail(question.line, f"{question.id!r} has no right option.", "Mark one with '[x]'.")
    if question.kind != "multiple" and right > 1:
        raise fail(
            question.right_options[1].line,
            f"{question.id!r} has a second right option.",
            "Take one back, or say 'kind: multiple'.",
        )
    if question.kind == "multiple" and (right < 2 or wrong < 1):
        raise fail(
            question.line,
            f"{question.id!r} has {right} right and {wrong} wrong options.",
            "Several-right questions have at least two right and one wrong option.",
        )
    if question.kind == "single" and wrong == 0:
        raise fail(question.line, f"{question.id!r} has no wrong option.", "Add one.")
    if len(question.options) > len(LETTERS):
        raise fail(
            question.options[len(LETTERS)].line,
            f"{question.id!r} has more than {len(LETTERS)} options.",
            "Keep the best ones.",
        )


def _check_different(question: Question, fail: Fail) -> None:
    seen: dict[str, int] = {}
    for option in question.options:
        # What a reader sees as the same option: case, spaces, marks and the last period aside.
        plain = re.sub(r"[\s`*_]+", " ", option.text).strip(" .").casefold()
        if not plain:
            raise fail(option.line, "the option is empty.", "Write what it says.")
        if plain in seen:
            raise fail(
                option.line,
                f"the option repeats the one in line {seen[plain]}.",
                "Change one of them.",
            )
        seen[plain] = option.line


def _check_formulas(question: Question, fail: Fail) -> None:
    drawn = {name for name, _ in question.values}
    for option in question.options:
        name = formula_name(option)
        if name not in FORMULAS:
            raise fail(
                option.line,
                f"{name!r} is no formula.",
                "A numeric option names one of course/checks/formulas.py in backquotes.",
            )
        missing = parameters(name)[0] - drawn
        if missing:
            raise fail(
                option.line,
                f"the formula {name!r} needs {', '.join(sorted(missing))}.",
                "Draw it after 'values:'.",
            )


def _check_placeholders(question: Question, fail: Fail) -> None:
    drawn = {name for name, _ in question.values}
    asked = set()
    for line, text in _asked_texts(question):
        asked |= _known_placeholders(text, drawn, line, fail)
    unused = drawn - asked
    if unused:
        raise fail(
            question.line,
            f"{question.id!r} draws {', '.join(sorted(unused))} but never shows it.",
            "Put it into the question as '{name}', or take it out of 'values:'.",
        )
    for option in question.options:
        _known_placeholders(option.explanation, drawn | {"answer"}, option.line, fail)


def _asked_texts(question: Question) -> Iterator[tuple[int, str]]:
    yield question.line, question.text
    if question.figure:
        for _, rows in question.figure.grids:
            for row in rows:
                yield question.line, " ".join(row)
        yield question.line, question.figure.alt


def _known_placeholders(text: str, known: set[str], line: int, fail: Fail) -> set[str]:
    found = set(PLACEHOLDER.findall(text))
    if found - known:
        raise fail(
            line,
            f"{{{sorted(found - known)[0]}}} stands for nothing.",
            f"Known here: {', '.join(sorted(known)) or 'nothing'}.",
        )
    return found


def _check_draw(question: Question, fail: Fail) -> None:
    try:
        draw_question(question, 0)
    except QuizError as error:
        raise fail(question.line, error.message, error.next_step) from None
