"""Everything that people type for a number, a shape, a list or a choice is read as they mean it."""

import numpy as np
import pytest

from course.interactive.typed import read, shaped

CHOICES = {"A": "upright lines", "B": "lines that lie", "C": "nothing"}


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        *[("27", 27), ("-27", -27), ("−27", -27), (" 27 ", 27), ('"27"', 27), ("2.5", 2.5)],
        *[("1,600", 1600), ("1 600", 1600), ("1_600", 1600), ("36,864", 36864), ("1600", 1600)],
        *[("60,000,000", 6e7), ("1,600.5", 1600.5), ("0,82", 0.82), ("82 %", 82), ("82%", 82)],
        *[("about 80", 80), ("~80", 80), ("10 pixels", 10), ("5 times", 5), (".5", 0.5)],
    ],
)
def test_a_number_is_read(typed, number) -> None:
    assert read(typed, like=0) == number


@pytest.mark.parametrize("typed", ["", "many", "3, 3", "3 or 4", "(3, 3)", "1,60,0", "--3"])
def test_what_is_no_number_is_refused(typed) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        read(typed, like=0)


@pytest.mark.parametrize(
    "typed", ["3, 4", "(3,4)", "3 4", "3x4", "3 × 4", "[3, 4]", "(3, 4,)", "3 and 4", "3*4"]
)
def test_a_shape_is_read(typed) -> None:
    assert read(typed, like=(9, 9)) == (3, 4)


@pytest.mark.parametrize("typed", ["three by four", "", "()", "3 rows"])
def test_what_is_no_shape_is_refused_with_an_example(typed) -> None:
    with pytest.raises(ValueError, match=r"Write it as \(9, 9\)\."):
        read(typed, like=(9, 9))


@pytest.mark.parametrize(
    "typed", ["[[6, 2], [2, 9]]", "6 2; 2 9", "6 2 2 9", "6, 2, 2, 9", "[6 2] [2 9]", "6 2\n2 9"]
)
def test_rows_of_numbers_are_read(typed) -> None:
    result = np.array([[6, 2], [2, 9]])
    assert np.array_equal(shaped(read(typed, like=[[1, 2], [3, 4]]), result), result)


@pytest.mark.parametrize(
    "typed", ["b", "B", '"b"', "(b)", "b.", "B)", "lines that lie", "Lines that LIE"]
)
def test_a_choice_is_read(typed) -> None:
    assert read(typed, choices=CHOICES) == "B"


@pytest.mark.parametrize("typed", ["", "D", "AB", "lines", 1])
def test_what_is_no_choice_is_refused(typed) -> None:
    with pytest.raises(ValueError, match="Write one of A, B, C"):
        read(typed, choices=CHOICES)


def test_free_words_stay_as_they_are() -> None:
    assert read("4 more layers", like="") == "4 more layers"
