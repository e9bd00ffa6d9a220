"""Reads a question bank: Markdown in the lesson's checklist form.

A question is a second-level heading (its id), a paragraph of settings, the question itself, and
one checklist. Every option is followed by its explanation in a block quote:

    ## id-of-the-question

    topic: pooling
    lesson: #pooling

    What does max pooling keep?

    - [ ] The mean of a window
      > That is average pooling.
    - [x] The largest value of a window
      > …

`kind: multiple` announces several right options. `kind: numeric` asks for a number: `values:
size = 12..64; kernel = 3, 5` draws what the `{size}` of the text stands for, and each option
names a formula of `course.checks.formulas` in backquotes: the right one, and those that people
mistake for it. A fenced block with the info string `figure` draws grids of numbers.
"""

import re
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from course.errors import QuizError
from course.quiz.bank_rules import check_bank, check_question
from course.quiz.question import Bank, Figure, Option, Question
from course.quiz.rendering import read_figure

_SETTINGS = {"topic", "lesson", "kind", "values", "points"}
_CHECKBOX = re.compile(r"\[([ xX])\]\s+(.*)", re.DOTALL)
_ID = re.compile(r"[a-z][a-z0-9-]*")
_VALUE = re.compile(r"(?P<name>[a-z_]\w*)\s*=\s*(?P<choices>[-\d,.\s]+)")
_RANGE = re.compile(r"(-?\d+)\s*\.\.\s*(-?\d+)")
# They could move a terminal's cursor or change its colors; the tab is harmless.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MOST_CHOICES = 10_000

PRACTICE_BANK = Path(__file__).with_name("practice.md")


@cache
def practice_bank() -> Bank:
    """Read the practice bank, which is part of the package, once."""
    return read_bank(PRACTICE_BANK)


def read_bank(path: Path | str) -> Bank:
    """Read the bank at `path`; QuizError names file and line of what is malformed."""
    path = Path(path)
    try:
        source = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise QuizError(f"{path} does not exist.", "Name an existing question bank.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise QuizError(f"{path} cannot be read as UTF-8 text: {error}.", "Save it anew.") from None
    for line, row in enumerate(source.split("\n"), start=1):
        if _CONTROL.search(row):
            raise QuizError(f"{path}, line {line}: a control character.", "Take it out.")
    return _Reader(path, source).bank()


class _Reader:
    """Walks through the tokens of one file; every method consumes what it is named after."""

    def __init__(self, path: Path, source: str) -> None:
        self.path = path
        self.lines = source.splitlines()
        self.tokens = MarkdownIt("commonmark", {"html": False}).parse(source)
        self.at = 0

    def bank(self) -> Bank:
        title = self._title()
        while self.at < len(self.tokens) and not self._heading("h2"):
            self._skip_block()
        questions = []
        while self.at < len(self.tokens):
            questions.append(self._question())
        bank = Bank(self.path, title, tuple(questions))
        check_bank(bank, self.fail)
        return bank

    def fail(self, line: int, problem: str, next_step: str) -> QuizError:
        """Return the error for a 1-based line of this file."""
        return QuizError(f"{self.path}, line {line}: {problem}", next_step)

    def _title(self) -> str:
        if not self.tokens or not self._heading("h1"):
            raise self.fail(1, "the bank has no title.", "Begin it with a line like '# Practice'.")
        title = self.tokens[1].content
        self.at = 3
        return title

    def _question(self) -> Question:
        line = self._line()
        question_id = self.tokens[self.at + 1].content
        if not _ID.fullmatch(question_id):
            raise self.fail(
                line,
                f"{question_id!r} is no question id.",
                "Write the heading in small letters, digits and hyphens, such as 'max-pooling'.",
            )
        self.at += 3
        settings = self._settings(question_id)
        lesson = settings.get("lesson", "")
        text, figure = self._text(question_id)
        question = Question(
            id=question_id,
            topic=settings.get("topic", ""),
            kind=settings.get("kind", "single"),
            text=text,
            options=self._options(question_id),
            section=lesson[1:] if lesson.startswith("#") else "",
            points=self._points(settings.get("points", "2"), line),
            figure=figure,
            values=self._values(settings.get("values", ""), line),
            line=line,
        )
        check_question(question, self.fail)
        return question

    def _settings(self, question_id: str) -> dict[str, str]:
        line = self._line()
        if self.at >= len(self.tokens) or self.tokens[self.at].type != "paragraph_open":
            raise self.fail(line, f"{question_id!r} has no settings.", "Add 'topic: …' below it.")
        settings: dict[str, str] = {}
        for number, row in enumerate(self.tokens[self.at + 1].content.splitlines(), start=line):
            name, colon, value = (part.strip() for part in row.partition(":"))
            if not colon or name not in _SETTINGS or name in settings:
                raise self.fail(
                    number,
                    f"{row!r} is not a setting of its own.",
                    f"Write each of {', '.join(sorted(_SETTINGS))} at most once, as 'name: value'.",
                )
            settings[name] = value
        self.at += 3
        return settings

    def _text(self, question_id: str) -> tuple[str, Figure | None]:
        first, figure, parts = self._line(), None, []
        while self.at < len(self.tokens) and not self._opens_options():
            token = self.tokens[self.at]
            if self._heading("h2") or token.tag == "h1":
                break
            if token.type == "fence" and token.info.strip() == "figure":
                if figure is not None:
                    raise self.fail(self._line(), "a second figure.", "Join the two into one.")
                figure = read_figure(token.content, self._line(), self.fail)
            else:
                parts.append(self._source(token))
            self._skip_block()
        if not parts:
            raise self.fail(first, f"{question_id!r} asks nothing.", "Write the question first.")
        return "\n\n".join(parts), figure

    def _options(self, question_id: str) -> tuple[Option, ...]:
        if not self._opens_options():
            line = self._line()
            raise self.fail(line, f"{question_id!r} has no options.", "Add '- [ ] …' lines.")
        self.at += 1
        options = []
        while self.tokens[self.at].type == "list_item_open":
            options.append(self._option())
        self.at += 1
        if self.at < len(self.tokens) and not self._heading("h2"):
            raise self.fail(
                self._line(), "text after the last option.", "Move it above the options."
            )
        return tuple(options)

    def _option(self) -> Option:
        line = self._line()
        self.at += 1
        found = None
        if self.tokens[self.at].type == "paragraph_open":
            found = _CHECKBOX.fullmatch(self.tokens[self.at + 1].content)
        if found is None:
            raise self.fail(line, "an option without a box.", "Begin it with '- [ ] ' or '- [x] '.")
        self.at += 3
        explanation = self._explanation(line)
        return Option(" ".join(found.group(2).split()), found.group(1) != " ", explanation, line)

    def _explanation(self, line: int) -> str:
        quote = self.tokens[self.at]
        step = "Add it in a block quote under the option: '  > …'."
        if quote.type != "blockquote_open":
            raise self.fail(line, "the option has no explanation.", step)
        end = self._end_of_block()
        inside = self.tokens[self.at + 1 : end - 1]
        if {token.type for token in inside} - {"paragraph_open", "inline", "paragraph_close"}:
            raise self.fail(self._line(), "an explanation holds paragraphs only.", step)
        self.at = end
        if self.tokens[self.at].type != "list_item_close":
            raise self.fail(self._line(), "more text after the explanation.", step)
        self.at += 1
        text = "\n\n".join(token.content for token in inside if token.type == "inline").strip()
        if not text:
            raise self.fail(line, "the option has no explanation.", step)
        return text

    def _values(self, setting: str, line: int) -> tuple[tuple[str, tuple[int, ...]], ...]:
        values: dict[str, tuple[int, ...]] = {}
        for part in filter(None, (piece.strip() for piece in setting.split(";"))):
            found = _VALUE.fullmatch(part)
            choices = _choices(found["choices"]) if found else ()
            if found is None or not choices or found["name"] in values:
                raise self.fail(
                    line,
                    f"the values {part!r} cannot be drawn.",
                    "Write 'values: size = 12..64; kernel = 3, 5', each name once.",
                )
            values[found["name"]] = choices
        return tuple(values.items())

    def _points(self, setting: str, line: int) -> float:
        if not re.fullmatch(r"\d{1,3}(\.\d+)?", setting) or float(setting) == 0:
            raise self.fail(line, f"{setting!r} is no number of points.", "Write 'points: 2'.")
        return float(setting)

    def _opens_options(self) -> bool:
        """Tell whether a checklist begins here; a plain list belongs to the question."""
        if self.at + 3 >= len(self.tokens) or self.tokens[self.at].type != "bullet_list_open":
            return False
        inside = self.tokens[self.at : self._end_of_block()]
        return any(t.type == "inline" and _CHECKBOX.match(t.content) for t in inside)

    def _heading(self, tag: str) -> bool:
        token = self.tokens[self.at]
        if token.type == "heading_open" and token.tag not in ("h1", "h2"):
            raise self.fail(self._line(), "a heading of the third level.", "Use '## id' only.")
        return token.type == "heading_open" and token.tag == tag

    def _end_of_block(self) -> int:
        """Return the index just behind the block that begins here."""
        depth, end = 0, self.at
        while True:
            depth += self.tokens[end].nesting
            end += 1
            if depth == 0:
                return end

    def _skip_block(self) -> None:
        self.at = self._end_of_block()

    def _source(self, token: Token) -> str:
        first, last = token.map or [0, 0]
        return "\n".join(self.lines[first:last]).strip("\n")

    def _line(self) -> int:
        """Return the 1-based line of the token that comes next, or of the file's end."""
        for token in self.tokens[self.at :]:
            if token.map:
                return token.map[0] + 1
        return max(len(self.lines), 1)


def _choices(text: str) -> tuple[int, ...]:
    """Expand `12..64` or `3, 5, 7`; empty when it is neither."""
    span = _RANGE.fullmatch(text.strip())
    if span:
        low, high = int(span.group(1)), int(span.group(2))
        return tuple(range(low, high + 1)) if high - low < _MOST_CHOICES else ()
    parts = [part.strip() for part in text.split(",")]
    if not all(re.fullmatch(r"-?\d{1,9}", part) for part in parts):
        return ()
    return tuple(int(part) for part in parts)
