"""The tests of the quiz: how answers are read, what they get, and what a learner is told."""

import ast
import os
import re
import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest
from support.gap_cells import cells_of, run_test

from course.checks import exercise
from course.checks import inputs as seeding
from course.checks.failures import (
    CheckFailed,
    HiddenCheckFailed,
    from_exception,
    own_cell_raised,
)
from course.checks.models import LESSON_CNN

# The key of the release that is committed (solutions/quiz/quiz.ipynb).
RIGHT: dict[str, list[Any]] = {
    "q1": ["b", "B", " b "],
    "q5": ["ef", "fe", "e, f", ["e", "f"], ("f", "e"), {"e", "f"}, "EF"],
    "q6": [16, 16.0, np.int64(16), np.array(16)],
    "q9": ["ade", "eda", ["a", "d", "e"]],
}
PARTS: list[tuple[str, Any, float]] = [
    ("q5", "e", 2 * 1 / 2),
    ("q5", "efa", 2 * (1 - 1 / 4)),
    ("q5", "ea", 2 * (1 / 2 - 1 / 4)),
    ("q9", "ad", 2 * 2 / 3),
    ("q9", "adeb", 2 * (1 - 1 / 2)),
]
WRONG: list[tuple[str, Any, str]] = [
    ("q1", "a", "the answer"),
    ("q1", None, "not answered yet"),
    ("q1", ..., "not answered yet"),
    ("q1", "ab", "the answer is one of"),
    ("q1", "z", "the answer is one of"),
    ("q1", "", "the answer is one of"),
    ("q1", 2, "one letter in quotes"),
    ("q1", ["b"], "one letter in quotes"),
    ("q5", "abcdef", "the answer"),
    ("q5", "abcd", "the answer"),
    ("q5", "", "no option is ticked"),
    ("q5", "xy", "the options are a, b, c, d, e, f, but it says 'xy'"),
    ("q5", "e and f", "write letters alone"),
    ("q5", "e+f", "write letters alone"),
    ("q5", ["e", "f)"], "it says 'e f)'"),
    ("q5", [False, False, True], "one of them is a truth value"),
    ("q5", [(28, 28, 1)], "one of them is a tuple"),
    ("q5", 5, "write the letters"),
    ("q6", 17, "the answer"),
    ("q6", "16", "one number was expected"),
    ("q6", True, "one number was expected"),
    ("q6", [16], "one number was expected"),
    ("q6", float("nan"), "the answer"),
    ("q6", float("inf"), "the answer"),
]


@pytest.mark.parametrize(
    ("gap", "answer"), [(g, a) for g, answers in RIGHT.items() for a in answers]
)
def test_a_right_answer_in_any_notation_gets_every_point(gap: str, answer: Any) -> None:
    assert run_test("quiz", gap, answer) == 1.0


@pytest.mark.parametrize(("gap", "answer", "points"), PARTS)
def test_a_part_of_the_options_gets_its_share_as_a_plain_float(
    gap: str, answer: Any, points: float
) -> None:
    assert run_test("quiz", gap, answer) == pytest.approx(points)


@pytest.mark.parametrize(("gap", "answer", "words"), WRONG)
def test_a_wrong_answer_is_told_what_is_wrong(gap: str, answer: Any, words: str) -> None:
    said = run_test("quiz", gap, answer)

    assert isinstance(said, str), f"it got {said}"
    assert words in said


def test_no_set_of_letters_ever_gets_more_than_the_points() -> None:
    for number in range(1, 2**6):
        ticked = "".join(letter for bit, letter in enumerate("abcdef") if number >> bit & 1)
        got = run_test("quiz", "q5", ticked)
        assert isinstance(got, str) or 0.0 < got <= 2.0


def test_every_part_mark_is_an_expression_of_check_mark_only() -> None:
    part_marks = 0
    for source in cells_of("quiz").values():
        last = ast.parse(source).body[-1]
        if isinstance(last, ast.Expr):
            assert isinstance(last.value, ast.Call), ast.unparse(last)
            assert ast.unparse(last.value.func) == "check.mark"
            part_marks += 1
        else:
            assert isinstance(last, ast.With), ast.unparse(last)
    assert part_marks == 2, "the quiz has two questions with several right options"


def test_a_failed_check_shows_one_line_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CheckFailed) as failure, exercise("double") as check:
        check.close(3, 4)

    assert failure.value._render_traceback_() == [
        "✗ `double`: 4 was expected, but the result is 3."
    ]
    assert failure.value.__suppress_context__
    assert capsys.readouterr().out == ""


def test_a_hidden_check_tells_its_label_and_nothing_more() -> None:
    with (
        pytest.raises(HiddenCheckFailed) as failure,
        exercise("double") as check,
        check.hidden("large numbers"),
    ):
        check.close(3, 123456)

    assert "large numbers" in str(failure.value)
    assert "123456" not in str(failure.value)


def test_a_part_inside_a_hidden_check_tells_its_label_and_nothing_more(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with exercise("double") as check:
        with check.hidden("large numbers"), check.part(0.5):
            check.close(3, 123456)
        with check.part(0.25):
            check.close(4, 77)

    said = capsys.readouterr().out
    assert "25% of the points" in said
    assert "large numbers" in said
    assert "77 was expected" in said
    assert "123456" not in said


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ZeroDivisionError("division by zero"), "raised ZeroDivisionError: division by zero"),
        (NotImplementedError(), "raised NotImplementedError.\n"),
        (KeyboardInterrupt(), "took longer than the 60 s"),
        (SystemExit(0), "left Python"),
        (NameError("name 'x' is not defined", name="x"), "raised NameError"),
        (ValueError("x" * 5000), " …"),
    ],
)
def test_whatever_is_raised_becomes_one_short_message(error: BaseException, words: str) -> None:
    message = str(from_exception("double", error))

    assert words in message
    assert len(message) < 600


def as_given(images):
    """Return something."""
    # YOUR CODE HERE
    raise NotImplementedError()


def a_branch_is_missing(images):
    if images:
        raise NotImplementedError()
    return images


def a_library_has_not_got_it(images):
    raise NotImplementedError("numpy() is only available when eager execution is enabled.")


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (as_given, "NotAttempted"),
        (a_branch_is_missing, "CodeRaised"),
        (a_library_has_not_got_it, "CodeRaised"),
    ],
)
def test_only_a_gap_as_it_was_given_is_not_attempted(function: Any, kind: str) -> None:
    with pytest.raises(CheckFailed) as failure, exercise("double") as check:
        check.call(function, 1)

    assert type(failure.value).__name__ == kind


@pytest.mark.parametrize(
    ("gap", "kind", "text", "misconception", "said"),
    [
        ("q1", "NameError", "name 'b' is not defined", "letter-without-quotes", '`"b"`'),
        ("double", "NameError", "name 'b' is not defined", "", "raised NameError"),
        (
            "double",
            "UsageError",
            "Line magic function `%%time` not found.",
            "cell-magic-not-first",
            "first line of its cell",
        ),
        ("double", "SyntaxError", "invalid syntax (2938.py, line 3)", "", "syntax (line 3)"),
        ("double", "ModuleNotFoundError", "No module named 'cv2'", "", "No module named 'cv2'"),
        ("double", "NotImplementedError", "", "placeholder-reached", "still there"),
        ("double", "RecursionError", "maximum recursion depth exceeded", "endless-recursion", ""),
    ],
)
def test_the_error_of_a_gaps_own_cell_is_explained(
    gap: str, kind: str, text: str, misconception: str, said: str
) -> None:
    failure = own_cell_raised(gap, kind, text)

    assert failure.misconception == misconception
    assert said in str(failure)
    assert "2938" not in str(failure)


@pytest.mark.parametrize(
    "text",
    [
        "invalid syntax (<ipython-input-3-abc>, line 3)",
        'File "/tmp/ipykernel_12/345.py", line 3',
        "\x1b[1mThe layer\x1b[0m has no weights",
    ],
)
def test_no_temporary_file_and_no_color_code_is_quoted(text: str) -> None:
    message = str(from_exception("double", ValueError(text)))

    assert not re.search(r"ipykernel|ipython-input|\x1b|\[1m", message)


def test_a_pass_says_that_more_checks_run_when_graded(capsys: pytest.CaptureFixture[str]) -> None:
    with exercise("double") as check:
        check.close(4, 4)

    assert capsys.readouterr().out == "✓ double: right. More checks run when it is graded.\n"


def test_inputs_are_the_same_at_every_run_and_others_under_another_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, again = (exercise("double").rng.random(4).tolist() for _ in range(2))
    other_gap = exercise("triple").rng.random(4).tolist()
    monkeypatch.setattr(seeding, "_secret", b"another class")
    other_secret = exercise("double").rng.random(4).tolist()

    assert first == again
    assert first not in (other_gap, other_secret)
    with pytest.raises(ValueError, match="must not be empty"):
        seeding.set_secret(b"")


def test_a_check_keeps_standard_error_clean_and_gives_it_back() -> None:
    script = """
import logging, os, sys, warnings
handler = logging.StreamHandler(sys.stderr)
logging.getLogger().addHandler(handler)
from course.checks import exercise
with exercise("noise") as check:
    print("inside", file=sys.stderr)
    os.write(2, b"inside")
    os.system("echo inside >&2")
    warnings.warn("inside")
    logging.error("inside")
    sys.displayhook("inside")
print("outside", file=sys.stderr)
os.write(2, b"outside")
logging.error("outside")
"""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}

    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=clean
    )

    assert result.returncode == 0, result.stderr
    assert "inside" not in result.stderr + result.stdout
    assert result.stderr.count("outside") == 3


def test_warnings_as_errors_do_not_fail_a_right_answer() -> None:
    with exercise("double"):
        warnings.warn("a student's own noise", stacklevel=1)


NUMBERS = {
    "rows of two lengths": ([[1.0, 2.0], [3.0]], "it is a list."),
    "arrays of two lengths": ([np.ones((2, 2)), np.ones(3)], "it is a list."),
    "a tuple of rows": (((1,), (2, 3)), "it is a tuple."),
    "a list of None": ([None], "it is a list."),
    "a list of a dictionary": ([{"a": 1}], "it is a list."),
    "a number in lists": ([[5]], "number is in a list"),
    "an array of one": (np.array([5]), "number is in a list"),
}


@pytest.mark.parametrize("kind", NUMBERS)
def test_what_is_no_number_is_told_in_words_of_this_course(kind: str) -> None:
    value, words = NUMBERS[kind]

    with pytest.raises(CheckFailed) as failure, exercise("output_size") as check:
        check.examples(lambda *arguments, **named: value)

    message = str(failure.value)
    assert "one number was expected, but it is" in message
    assert words in message
    assert "inhomogeneous" not in message
    assert ("number is in" in message) == ("number is in" in words)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([1, None], "an array of numbers was expected, but None is in it."),
        ([[1.0], [{"a": 1}]], "an array of numbers was expected, but a dictionary is in it."),
        (np.bytes_(b"a"), "is a NumPy bytes8 value: a real number was expected."),
        (np.datetime64("2020"), "is a NumPy datetime64[Y] value: a real number was expected."),
        (np.complex64(1), "is a NumPy complex64 number: a real number was expected."),
    ],
)
def test_what_is_no_array_of_numbers_is_named(value: object, words: str) -> None:
    with pytest.raises(CheckFailed) as failure, exercise("add_channel_axis") as check:
        check.examples(lambda images: value)

    assert words in str(failure.value)


ROWS = {
    "a color": ("\x1b[1mx\u202ey", "it is 'xy'."),
    "colors in a list": (["\x1b[1mx", ["\u202ey"]], "it is ['x', ['y']]."),
    "a long shape": (tuple(range(400_000)), "… has 400000 axes, but 3 were expected."),
    "a long text": ("x" * 1_000_000, "it is 'xxxx"),
    "a long list": ([["x"] * 100] * 4_000, "it is [['x', 'x'"),
}


@pytest.mark.parametrize("kind", ROWS)
def test_a_row_of_the_table_is_quoted_short_and_clean(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    value, words = ROWS[kind]
    table = {name: row.shape for name, row in LESSON_CNN.items()}

    with exercise("layer_shapes") as check:
        check.examples({**table, "pool_1": value})

    said = capsys.readouterr().out
    assert words in said
    assert len(said) < 500
    assert "x1b" not in said
    assert "202e" not in said


def test_a_message_has_an_end_whatever_is_in_it() -> None:
    with pytest.raises(CheckFailed) as failure, exercise("double") as check:
        check.fail("x" * 1_000_000)

    assert 1_000 < len(str(failure.value)) < 5_000
