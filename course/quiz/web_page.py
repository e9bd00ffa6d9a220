"""Writes the quiz as one web page that needs no server and loads nothing from elsewhere."""

import json
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from course.document import Document
from course.errors import QuizError
from course.files import require_folder, write_atomically
from course.quiz.bank import practice_bank
from course.quiz.question import SEVERAL_RULE, TOPICS, Bank, DrawnQuestion, number_text
from course.quiz.rendering import block_html, figure_svg, inline_html
from course.quiz.variants import digest_of, select

_TEMPLATES = Path(__file__).parent / "templates"


def write_page(
    path: Path | str,
    bank: Bank | None = None,
    *,
    topic: str | None = None,
    number: int | None = None,
    seed: int = 0,
    lesson_url: str = "",
) -> Path:
    """Write the questions of `bank` (the practice bank) as a page to `path`; return the path.

    `topic`, `number` and `seed` choose and draw as in the terminal. With `lesson_url`, the
    address of the lesson, the page links to it and into its sections; without, it names them.
    Raises QuizError for an unknown topic, a strange address, or a file that cannot be written, and
    CourseError for a missing folder.
    """
    bank = bank or practice_bank()
    html = page_html(bank.title, select(bank, topic, number, seed), lesson_url)
    path = Path(path)
    require_folder(path)
    try:
        write_atomically(path, lambda file: file.write(html.encode()))
    except OSError as error:
        raise QuizError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Name a file in a folder of yours, such as quiz.html.",
        ) from None
    return path


def page_html(title: str, questions: list[DrawnQuestion], lesson_url: str = "") -> str:
    """Return the page; the same questions always give the same text."""
    if urlsplit(lesson_url).scheme not in ("", "http", "https"):
        raise QuizError(f"{lesson_url!r} is no address of a lesson.", "Begin it with 'https://'.")
    return Document(_TEMPLATES, "page").render(
        title=title,
        lesson_url=lesson_url,
        data=Markup(_script_json(_data(questions, lesson_url))),
        several_rule=SEVERAL_RULE,
        questions=[_shown(question) for question in questions],
    )


def _shown(question: DrawnQuestion) -> dict[str, Any]:
    """Return what the page shows before an answer; no key and no explanation is among it."""
    return {
        "id": question.id,
        "kind": question.kind,
        "topic": TOPICS[question.topic],
        "points": f"{question.points:g}",
        "html": Markup(block_html(question.text)),
        "figure": Markup(figure_svg(question.figure, styled=False)) if question.figure else "",
        "options": [
            {"letter": option.letter, "html": Markup(inline_html(option.text))}
            for option in question.options
        ],
    }


def _data(questions: list[DrawnQuestion], lesson_url: str) -> dict[str, Any]:
    topics = {question.topic for question in questions}
    return {
        "storage": f"convpool-quiz-{digest_of(questions)}",
        "topics": [title for topic, title in TOPICS.items() if topic in topics],
        "questions": [_answers(question, lesson_url) for question in questions],
    }


def _answers(question: DrawnQuestion, lesson_url: str) -> dict[str, Any]:
    section = escape(question.heading)
    if lesson_url:
        section = f'<a href="{escape(lesson_url + question.fragment)}">{section}</a>'
    solution = (
        f"The number is **{number_text(question.key)}**." if question.kind == "numeric" else ""
    )
    return {
        "id": question.id,
        "kind": question.kind,
        "topic": TOPICS[question.topic],
        "points": question.points,
        "key": question.key,
        "letters": question.letters,
        "section": section,
        "html": block_html(f"{solution} {question.explanation}"),
        "options": [
            {"letter": o.letter, "right": o.right, "html": block_html(o.explanation)}
            for o in question.options
        ],
        "mistakes": [
            {"value": m.value, "html": block_html(m.explanation)} for m in question.mistakes
        ],
    }


def _script_json(data: dict[str, Any]) -> str:
    """Write JSON that no text in it can end the script element with."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
