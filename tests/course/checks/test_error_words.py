"""Common errors are explained in plain words, and no cause is claimed that is not established."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course.checks import exercise
from course.checks.error_patterns import of_error
from course.checks.error_words import in_plain_words
from course.checks.failures import CheckFailed

THREE, ROWS = np.arange(3.0), [[1.0]]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (lambda: THREE + np.ones(2), "their shapes don't fit"),
        (lambda: np.ones((2, 3)) @ np.ones((2, 3)), "matrix product"),
        (lambda: THREE[1, 2], "fewer axes"),
        (lambda: (1, 2, *ROWS)[7], "An index went beyond the end"),
        (lambda: int(THREE), "single number belongs"),
        (lambda: [1.0] / 255, "A list is no array"),
        (lambda: None + 1, "The value is None"),
        (lambda: np.max([]), "no values at all"),
        (lambda: max([]), "no values at all"),
        (lambda: 1 // 0, "divided by 0"),
        (lambda: THREE.reshape(2, 2), "a different number of values"),
        (lambda: (lambda x: x)(), "too many or too few arguments"),
        (lambda: [a for a, _ in [(1, 2, 3)]], "As many names must stand"),
        (lambda: ROWS[0][0][0], "no parts"),
        (lambda: np.nothing_of_that_name, "nothing of that name after the dot"),
        (lambda: Path("my_numbers.csv").read_text(), "Files of your own"),
        (lambda: compile("f(", "cell", "exec"), "can't read the cell"),
        (lambda: compile("a = “b”", "cell", "exec"), "Curly quotes"),
        (lambda: compile("a = ‘b’", "cell", "exec"), "Curly quotes"),
        (lambda: compile("a = 3,040", "cell", "exec"), "a comma ends it"),
        (lambda: compile("if 1:\nf()", "cell", "exec"), "spaces at the beginning"),
        (lambda: __import__("module_that_is_not_there"), "not installed"),
        (lambda: unknown_name, "nothing of that name"),  # noqa: F821
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_an_error_as_python_and_numpy_word_it_is_explained(
    code: Callable[[], Any], words: str
) -> None:
    with pytest.raises(Exception) as raised:
        code()

    kind, text = type(raised.value).__name__, str(raised.value)
    # An error that tells of a misconception has that one's words.
    assert not of_error(text)
    assert words in in_plain_words(kind, text)


def test_an_error_of_no_known_kind_gets_no_words() -> None:
    assert in_plain_words("StrangeError", "something happened") == ""
    assert in_plain_words("StrangeError", "x" * 10_000_000) == ""


def failure(function: Callable[..., Any]) -> str:
    """Return what a check says of a function."""
    with pytest.raises(CheckFailed) as failed, exercise("double") as check:
        check.array(check.call(function, 1), (3,))
    return str(failed.value)


def test_a_check_asks_for_no_input_where_somebody_could_type(monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("2\n"))

    said = failure(lambda x: x * float(input()))

    assert "nobody types" in said
    monkeypatch.setattr("sys.stdin", io.StringIO("2\n"))
    assert input() == "2"


class StandIn:
    """A function that is none of Python's own kinds."""

    def __call__(self) -> None: ...


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (THREE * 1j, "real numbers"),
        (np.complex128(1j), "a real number was expected"),
        (np.array(["a"]), "only arrays of numbers"),
        (2**70, "64 bits"),
    ],
)
def test_a_result_that_cannot_be_sent_is_refused_by_what_can(result: Any, words: str) -> None:
    said = failure(lambda x: result)

    assert words in said
    assert "cross" not in said


def test_a_function_of_any_class_is_called_a_function() -> None:
    with pytest.raises(CheckFailed) as failed, exercise("double") as check:
        check.number(StandIn())

    assert "it is a function" in str(failed.value)
    assert "StandIn" not in str(failed.value)


def test_the_placeholder_of_a_helper_is_reached_and_the_gap_is_attempted() -> None:
    source = (
        "def helper(x):\n    raise NotImplementedError()\ndef double(x):\n    return helper(x)\n"
    )
    names: dict[str, Any] = {}
    exec(compile(source, "<ipython-input-1>", "exec"), names)

    said = failure(names["double"])

    assert re.search(r"`raise NotImplementedError\(\)` is still there", said)


def test_every_part_that_was_lost_is_told() -> None:
    with pytest.raises(CheckFailed) as failed, exercise("double") as check:
        for number in range(5):
            with check.part(0.2):
                check.fail(f"row {number} is wrong.")

    assert all(f"row {number} is wrong." in str(failed.value) for number in range(5))
