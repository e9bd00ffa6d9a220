"""Writes a question bank in GIFT, a text format that Moodle imports (Question bank, Import, GIFT).

Texts are HTML on one line. GIFT's special characters are escaped as Moodle's own writer does it:
backslash, colon, hash, equals, tilde and braces.
"""

import re
from collections.abc import Iterable
from html import escape

from course.quiz.question import SEVERAL_RULE, Bank, DrawnQuestion
from course.quiz.rendering import block_html, figure_data_uri, inline_html
from course.quiz.variants import draw_bank

_SPECIAL = re.compile(r"([\\:#=~{}])")
_IN_CODE = re.compile(r"<pre>.*?</pre>", re.DOTALL)


def gift_text(bank: Bank, seeds: Iterable[int | str], category: str) -> str:
    """Write a bank, drawn once for each seed; only numeric questions differ from seed to seed."""
    parts = [f"$CATEGORY: {_category(category)}"]
    seen: set[str] = set()
    for seed in seeds:
        for question in draw_bank(bank, seed):
            if question.kind != "numeric" and question.id in seen:
                continue
            name = f"{question.id} ({seed})" if question.id in seen else question.id
            seen.add(question.id)
            parts.append(_question(name, question))
    return "\n\n".join(parts) + "\n"


def _category(name: str) -> str:
    """Return a category's name on one line; a doubled slash begins no subcategory."""
    return " ".join(name.replace("/", "//").split())


def _question(name: str, question: DrawnQuestion) -> str:
    """Write one question: its name, its text, its answers with their explanations."""
    writer = {"single": _single, "multiple": _several, "numeric": _number}[question.kind]
    return f"::{_plain(name)}::[html]{_text(question)}{{{writer(question)}\n}}"


def _text(question: DrawnQuestion) -> str:
    """Return the question as HTML, its figure as an image with an alternative text."""
    parts = [block_html(question.text)]
    if question.figure:
        alt = escape(question.figure.alt)
        parts.append(f'<p><img src="{figure_data_uri(question.figure)}" alt="{alt}"></p>')
    if question.kind == "multiple":
        parts.append(f"<p><em>{escape(SEVERAL_RULE)}</em></p>")
    return _html("".join(parts))


def _single(question: DrawnQuestion) -> str:
    """Write the options of a question with one correct option."""
    return "".join(
        f"\n{'=' if option.right else '~'}{_option(option.text, option.explanation)}"
        for option in question.options
    )


def _several(question: DrawnQuestion) -> str:
    """Write the options of a question with several correct ones, each with its share of the mark.

    Moodle adds up the shares of the chosen options and never goes below 0, as the course does.
    """
    right = sum(option.right for option in question.options)
    wrong = len(question.options) - right
    return "".join(
        f"\n~%{_share(100 / right if option.right else -100 / wrong)}%"
        + _option(option.text, option.explanation)
        for option in question.options
    )


def _share(percent: float) -> str:
    """Write a share as Moodle does, with up to five decimals: 33.33333."""
    return f"{percent:.5f}".rstrip("0").rstrip(".")


def _number(question: DrawnQuestion) -> str:
    """Write the correct number, and the wrong ones with the mistake behind each."""
    answers = [f"#\n=%100%{question.key}:0#{_html(block_html(question.explanation))}"]
    answers += [
        f"=%0%{_numeral(mistake.value)}:0#{_html(block_html(mistake.explanation))}"
        for mistake in question.mistakes
    ]
    return "\n".join(answers)


def _numeral(number: float) -> str:
    """Write a number as PHP reads it: no thousands separators, no typographic minus."""
    return repr(int(number)) if float(number).is_integer() else repr(float(number))


def _option(text: str, explanation: str) -> str:
    """Write an option and the feedback on choosing it."""
    html = inline_html(text)
    if html.startswith("%"):
        html = f"&#37;{html[1:]}"  # else GIFT reads it as a share of the mark
    return f"{_html(html)}#{_html(block_html(explanation))}"


def _html(html: str) -> str:
    """Put HTML on one line, because a blank line would end the question."""
    html = _IN_CODE.sub(lambda code: code[0].rstrip().replace("\n", "<br>"), html)
    return _plain(" ".join(html.split("\n")))


def _plain(text: str) -> str:
    """Escape GIFT's special characters."""
    return _SPECIAL.sub(r"\\\1", text)
