"""The quiz in GIFT reads back, by Moodle's own rules, as the questions of the bank."""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

import pytest
from support.commands import invoke_autograder

from autograder.folders import CourseFolder
from autograder.lms.gift import gift_text
from course.quiz import read_bank
from course.quiz.bank import practice_bank
from course.quiz.question import DrawnQuestion
from course.quiz.scoring import score
from course.quiz.variants import draw_bank

UGLY = """# Ugly: {braces} = tilde ~ # hash

## ugly-signs

topic: pooling
lesson: #pooling

What does `{a: 1}` mean = here ~ or # there: \\\\ or <b>bold</b>?

```python
first = 1

second = {2: 3}
```

- [x] `a = {b: c}` # and ~ more
  > Right: = { } ~ # \\\\ all of it.
- [ ] %50% of it
  > Wrong: **%**.
- [ ] -> an arrow
  > Wrong
  >
  > in two paragraphs.
"""


@dataclass
class Read:
    """A question as Moodle's importer reads it."""

    name: str
    text: str
    kind: str
    answers: list[tuple[float, str, str]] = field(default_factory=list)
    """Share of the mark (or 0), answer, feedback."""

    def mark(self, chosen: list[int]) -> float:
        return min(1.0, max(0.0, sum(self.answers[at][0] for at in chosen)))


_HELD = {sign: f"&&{ord(sign):03};" for sign in ":#={}~"}


def _hold(text: str) -> str:
    """`escapedchar_pre` of Moodle's qformat_gift."""
    text = text.replace("\\\\", "&&092;")
    for sign, held in _HELD.items():
        text = text.replace(f"\\{sign}", held)
    return text.replace("&&092;", "\\")


def _release(text: str) -> str:
    """`escapedchar_post`."""
    for sign, held in _HELD.items():
        text = text.replace(held, sign)
    return text


def _answer(text: str) -> tuple[float | None, str, str]:
    """A weight, if one is written, the answer, and its feedback."""
    weight = None
    found = re.match(r"%(-*[0-9]{1,2}\.?[0-9]*)%", text)
    if found:
        weight, text = float(found[1]) / 100, text[found.end() :]
    bits = text.split("#", 1)
    return weight, _release(bits[0].strip()), _release(bits[1].strip() if len(bits) > 1 else "")


def read_gift(text: str) -> tuple[list[str], list[Read]]:
    """Categories and questions, in the steps of Moodle's `readquestion`."""
    categories, questions = [], []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = ["" if line.strip().startswith("//") else line for line in block.splitlines()]
        body = _hold("\n".join(lines).strip())
        if body.startswith("$CATEGORY:"):
            categories.append(body.removeprefix("$CATEGORY:").strip())
            continue
        assert body.startswith("::"), body[:80]
        name, rest = body[2:].split("::", 1)
        assert rest.count("{") == rest.count("}") == 1
        start, end = rest.index("{"), rest.index("}")
        assert rest.endswith("}")
        inside, text_part = rest[start + 1 : end].strip(), rest[:start].strip()
        assert text_part.startswith("[html]")
        questions.append(_read(_release(name), _release(text_part[6:]), inside))
    return categories, questions


def _read(name: str, text: str, inside: str) -> Read:
    if inside.startswith("#"):
        assert "~" not in inside
        answers = [_answer(one.strip()) for one in inside[1:].split("=") if one.strip()]
        return Read(name, text, "numerical", [(w if w is not None else 1, *r) for w, *r in answers])
    single = "=" in inside
    found = []
    for one in filter(str.strip, inside.replace("=", "~=").split("~")):
        weight, answer, feedback = _answer(one.strip().removeprefix("="))
        right = one.strip().startswith("=")
        found.append((1.0 if right else weight or 0.0, answer, feedback))
    return Read(name, text, "single" if single else "several", found)


class _Words(HTMLParser):
    """The words of an HTML text."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""

    def handle_data(self, data: str) -> None:
        self.words += data


def words(html: str) -> str:
    parser = _Words()
    parser.feed(html)
    return "".join(parser.words.split())


def banks(course: CourseFolder) -> list[DrawnQuestion]:
    graded = read_bank(course.solutions / "quiz.md")
    return [*draw_bank(practice_bank(), 3), *draw_bank(graded, 3)]


def test_every_question_reads_back_with_every_option_and_its_explanation(
    course: CourseFolder,
) -> None:
    texts = [
        gift_text(practice_bank(), [3], "a"),
        gift_text(read_bank(course.solutions / "quiz.md"), [3], "b"),
    ]
    found = [question for text in texts for question in read_gift(text)[1]]

    for question, read in zip(banks(course), found, strict=True):
        assert read.name == question.id
        assert words(read.text).startswith(words(_bare(question.text))[:20])
        assert bool(question.figure) == ("<img" in read.text)
        if question.kind == "numeric":
            assert read.kind == "numerical"
            assert [share for share, *_ in read.answers] == [1.0] + [0.0] * len(question.mistakes)
            numbers = [float(answer.split(":")[0]) for _, answer, _ in read.answers]
            assert numbers == [question.key, *(mistake.value for mistake in question.mistakes)]
            assert all(answer.endswith(":0") and feedback for _, answer, feedback in read.answers)
        else:
            assert len(read.answers) == len(question.options)
            for option, (share, answer, feedback) in zip(
                question.options, read.answers, strict=True
            ):
                assert (share > 0) == option.right
                assert words(answer) == words(_bare(option.text))
                assert words(feedback) == words(_bare(option.explanation))


def _bare(markdown: str) -> str:
    """Markdown's own signs left out, for the words alone."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).render(markdown)


def test_moodle_s_sum_of_shares_is_the_course_s_own_mark(course: CourseFolder) -> None:
    graded = read_bank(course.solutions / "quiz.md")
    found = {
        one.name: one
        for b in (practice_bank(), graded)
        for one in read_gift(gift_text(b, [3], "a"))[1]
    }
    several = [question for question in banks(course) if question.kind == "multiple"]
    assert several

    for question in several:
        for picks in product([False, True], repeat=len(question.options)):
            chosen = [at for at, pick in enumerate(picks) if pick]
            letters = "".join(question.options[at].letter for at in chosen)
            expected = score(question, letters)
            assert found[question.id].mark(chosen) == pytest.approx(expected, abs=1e-4)


def test_the_signs_of_gift_survive_in_texts_options_and_explanations(tmp_path: Path) -> None:
    path = tmp_path / "ugly.md"
    path.write_text(UGLY, encoding="utf-8")
    bank = read_bank(path)

    (category,), (read,) = read_gift(gift_text(bank, [0], bank.title))

    assert category == "Ugly: {braces} = tilde ~ # hash"
    assert "{a: 1}" in unescape(read.text)
    assert "first = 1<br><br>second = {2: 3}" in unescape(read.text)
    assert "&lt;b&gt;bold" in read.text
    assert "\\" in read.text
    by_share = {share: answer for share, answer, _ in read.answers if share}
    assert unescape(by_share[1.0]) == "<code>a = {b: c}</code> # and ~ more"
    assert sorted(share for share, *_ in read.answers) == [0.0, 0.0, 1.0]
    assert "%50% of it" in [unescape(answer) for _, answer, _ in read.answers]
    feedback = {words(answer): text for _, answer, text in read.answers}
    assert "two paragraphs" in feedback["->anarrow"]


def test_only_numeric_questions_are_drawn_again(course: CourseFolder) -> None:
    graded = read_bank(course.solutions / "quiz.md")
    _, found = read_gift(gift_text(graded, range(3), "a"))

    names = [one.name for one in found]
    numeric = [question.id for question in graded.questions if question.kind == "numeric"]
    assert len(names) == len(set(names)) == 10 + 2 * len(numeric)
    assert {name.split(" (")[0] for name in names if "(" in name} == set(numeric)


def test_the_command_writes_a_file(course: CourseFolder, tmp_path: Path) -> None:
    bank = course.solutions / "quiz.md"
    command = ("gift", tmp_path / "q.gift", "--quiz", bank, "--category", "A/B")
    status, said = invoke_autograder(*command)
    assert status == 0, said
    categories, found = read_gift((tmp_path / "q.gift").read_text(encoding="utf-8"))
    assert (categories, len(found)) == (["A//B"], 10)
