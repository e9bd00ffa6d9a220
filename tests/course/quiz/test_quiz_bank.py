"""The form of a bank: what is read, and what is refused with file and line."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.places import ROOT

from course.errors import QuizError
from course.quiz import TOPICS, draw_bank, practice_bank, read_bank

PRACTICE = ROOT / "course" / "quiz" / "practice.md"
GRADED = ROOT / "solutions" / "quiz.md"

GOOD = """\
# A bank

Words in front.

## keeps

topic: pooling
lesson: #pooling

What does max pooling keep?

- [ ] The mean
  > That is average pooling.
- [x] The largest value
  > Of each window.

## size

topic: output-size
lesson: #output-size
kind: numeric
values: size = 12..20; kernel = 3, 5

How large is it for {size} and {kernel}?

- [x] `output_size`
  > {size} - {kernel} + 1 = {answer}
- [ ] `first_position_forgotten`
  > Add 1.

## several

topic: cost
lesson: #cost
kind: multiple

Which?

```figure
alt: Two numbers, 1 and 2.
grid:
1 2
```

- [x] One
  > Yes.
- [x] Two
  > Yes.
- [ ] Three
  > No.
"""

LESSON = {
    "What is a convolution?": {
        "A technique to filter out unwanted images": False,
        "A technique to isolate features in images": True,
    },
    "What is pooling?": {
        "A technique to reduce the information in an image while maintaining features": True,
        "A technique to isolate features in images": False,
    },
    "Applying convolutions on top of our deep neural network will make training:": {
        "Faster": False,
        "It depends on many factors. It might make your training faster or slower, a poorly "
        "designed Convolutional layer may even be less efficient than a plain DNN!": True,
    },
}


def write(folder: Path, text: str) -> Path:
    path = folder / "bank.md"
    path.write_text(text, encoding="utf-8")
    return path


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_bank_is_read_as_written(tmp_path):
    bank = read_bank(write(tmp_path, GOOD))

    keeps, size, several = bank.questions
    assert bank.title == "A bank"
    assert (keeps.id, keeps.topic, keeps.kind, keeps.section) == (
        "keeps",
        "pooling",
        "single",
        "pooling",
    )
    assert keeps.text == "What does max pooling keep?"
    assert [(o.text, o.right, o.explanation) for o in keeps.options] == [
        ("The mean", False, "That is average pooling."),
        ("The largest value", True, "Of each window."),
    ]
    assert size.values == (("size", tuple(range(12, 21))), ("kernel", (3, 5)))
    assert several.figure.grids == (("grid", (("1", "2"),)),)
    assert several.figure.alt == "Two numbers, 1 and 2."
    assert [q.points for q in bank.questions] == [2, 2, 2]


BROKEN = {
    # name: (what to replace, with what, the line's text, words of the message)
    "no title": ("# A bank\n", "A bank\n", "A bank", "no title"),
    "no right option": ("- [x] The largest", "- [ ] The largest", "## keeps", "no right option"),
    "two right options": ("- [ ] The mean", "- [x] The mean", "- [x] The largest", "second right"),
    "equal options": ("The largest value", "the  mean.", "- [x] the  mean.", "repeats"),
    "missing explanation": ("  > Of each window.\n", "", "- [x] The largest", "no explanation"),
    "empty explanation": ("> Of each window.", ">", "- [x] The largest", "no explanation"),
    "unknown topic": ("topic: pooling", "topic: boats", "## keeps", "'boats' is no topic"),
    "missing topic": ("topic: pooling\n", "", "## keeps", "topic is missing"),
    "missing lesson link": ("lesson: #pooling\n", "", "## keeps", "does not lead"),
    "link without its sign": ("lesson: #pooling", "lesson: pooling", "## keeps", "does not lead"),
    "link to nowhere": ("lesson: #pooling", "lesson: #boats", "## keeps", "'#boats'"),
    "duplicate id": ("## size", "## keeps", "## keeps\n\ntopic: output", "stands in line 5"),
    "strange id": ("## size", "## Size of it!", "## Size of it!", "no question id"),
    "unknown kind": ("kind: multiple", "kind: many", "## several", "no kind"),
    "unknown setting": ("kind: multiple", "sort: multiple", "sort: multiple", "not a setting"),
    "setting twice": ("lesson: #cost", "lesson: #cost\nlesson: #cost", "lesson: #cost\nk", "once"),
    "no settings": ("topic: pooling\nlesson: #pooling\n\n", "", "What does", "not a setting"),
    "no question": ("What does max pooling keep?\n\n", "", "- [ ] The mean", "asks nothing"),
    "no options": (
        "- [ ] The mean\n  > That is average pooling.\n- [x] The largest value\n"
        "  > Of each window.\n",
        "",
        "## size",
        "has no options",
    ),
    "no box": ("- [ ] The mean", "- The mean", "- The mean", "without a box"),
    "empty option": ("- [ ] The mean", "- [ ] ` `", "- [ ] ` `", "empty"),
    "one option": ("- [ ] The mean\n  > That is average pooling.\n", "", "## keeps", "no wrong"),
    "text behind": ("> Of each window.\n", "> Of each window.\n\nMore.\n", "More.", "text after"),
    "list in explanation": ("> Of each window.", "> - Of", "> - Of", "paragraphs only"),
    "all options right": ("- [ ] Three", "- [x] Three", "## several", "0 wrong"),
    "one right of several": ("- [x] Two", "- [ ] Two", "## several", "1 right"),
    "no formula": ("`output_size`", "`boat_size`", "- [x] `boat_size`", "no formula"),
    "text for a formula": ("`output_size`", "26", "- [x] 26", "no formula"),
    "value not drawn": ("; kernel = 3, 5", "", "- [x] `output_size`", "needs kernel"),
    "value not shown": ("for {size} and", "for", "## size", "draws size"),
    "unknown placeholder": ("and {kernel}?", "{kernel} {x}?", "## size", "{x} stands"),
    "answer in the question": ("and {kernel}?", "{kernel} {answer}?", "## size", "{answer}"),
    "placeholder in why": ("> Add 1.", "> Add {x}.", "- [ ] `first", "{x} stands"),
    "impossible values": ("size = 12..20", "size = 1..2", "## size", "no values within"),
    "malformed values": ("size = 12..20", "size : 12", "## size", "cannot be drawn"),
    "empty range": ("size = 12..20", "size = 20..12", "## size", "cannot be drawn"),
    "huge range": ("size = 12..20", "size = 0..99999999", "## size", "cannot be drawn"),
    "values for options": ("kind: multiple", "values: a = 1..3", "- [x] Two", "second right"),
    "no points": ("kind: multiple", "kind: multiple\npoints: 0", "## several", "no number"),
    "bad points": ("kind: multiple", "kind: multiple\npoints: x", "## several", "no number"),
    "figure without words": ("alt: Two numbers, 1 and 2.\n", "", "```figure", "alternative"),
    "figure without rows": ("\n1 2\n", "\n", "```figure", "no grid"),
    "figure of words": ("\n1 2\n", "\n1 x\n", "1 x", "no row"),
    "ragged figure": ("\n1 2\n", "\n1 2\n3\n", "3\n```", "differ in length"),
    "third level": ("What does max", "### More\n\nWhat does max", "### More", "third level"),
    "control character": ("The mean", "The \x1b[31mmean", "- [ ] The \x1b", "control"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_malformed_bank_is_refused_with_file_and_line(tmp_path, name):
    old, new, where, words = BROKEN[name]
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    path = write(tmp_path, text)

    with pytest.raises(QuizError) as caught:
        read_bank(path)

    assert caught.value.message.startswith(f"{path}, line {line_of(text, where)}: ")
    assert words in str(caught.value)
    assert caught.value.next_step


@pytest.mark.parametrize("text", ["", "# Title\n", "\n\n"])
def test_an_empty_bank_is_refused(tmp_path, text):
    with pytest.raises(QuizError, match="line 1"):
        read_bank(write(tmp_path, text))


def test_a_missing_file_and_a_binary_file_are_refused_by_name(tmp_path):
    (tmp_path / "binary.md").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(QuizError, match=r"none\.md does not exist"):
        read_bank(tmp_path / "none.md")
    with pytest.raises(QuizError, match=r"binary\.md cannot be read"):
        read_bank(tmp_path / "binary.md")


def test_a_plain_list_may_be_part_of_the_question(tmp_path):
    text = GOOD.replace("What does max pooling keep?", "What of these?\n\n1. one\n2. two")

    assert read_bank(write(tmp_path, text)).questions[0].text.endswith("1. one\n2. two")


LINES = GOOD.splitlines(keepends=True)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_bank_is_read_or_refused_by_line_but_never_crashes(tmp_path, data):
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        damage = data.draw(st.sampled_from(["drop", "repeat", "swap", "indent", "noise"]))
        other = data.draw(st.integers(0, len(lines) - 1))
        if damage == "drop":
            lines[at] = "\n"
        elif damage == "repeat":
            lines.insert(other, lines[at])
        elif damage == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        elif damage == "indent":
            lines[at] = "    " + lines[at]
        else:
            lines[at] = data.draw(st.text(max_size=30)) + "\n"
    path = tmp_path / "bank.md"
    path.write_text("".join(lines), encoding="utf-8", errors="replace")

    try:
        bank = read_bank(path)
    except QuizError as error:
        assert re.match(rf"{re.escape(str(path))}, line \d+: ", error.message)
    else:
        assert draw_bank(bank, 1)


@pytest.mark.parametrize("path", [PRACTICE, GRADED], ids=["practice", "graded"])
def test_the_lessons_three_questions_come_first(path):
    first = read_bank(path).questions[:3]

    assert {q.text: {o.text: o.right for o in q.options} for q in first} == LESSON
    assert [q.text for q in first] == list(LESSON)


def test_the_practice_bank_asks_every_topic_at_least_twice():
    bank = practice_bank()

    assert len(bank.questions) >= 24
    counts = Counter(question.topic for question in bank.questions)
    assert set(counts) == set(TOPICS)
    assert min(counts.values()) >= 2
    assert {question.kind for question in bank.questions} == {"single", "multiple", "numeric"}


def test_the_graded_bank_has_ten_questions_of_two_points_and_all_kinds():
    bank = read_bank(GRADED)

    kinds = Counter(question.kind for question in bank.questions)
    assert [question.points for question in bank.questions] == [2.0] * 10
    assert kinds["single"] >= 4
    assert kinds["multiple"] >= 1
    assert kinds["numeric"] >= 3


def test_the_graded_bank_shares_only_the_lessons_questions_with_the_practice_bank():
    practice, graded = practice_bank(), read_bank(GRADED)

    shared = {q.text for q in practice.questions} & {q.text for q in graded.questions}

    assert shared == set(LESSON)
    assert len({q.id for q in practice.questions} & {q.id for q in graded.questions}) == 3
