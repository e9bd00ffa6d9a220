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
        *[("1e3", 1000), ("2.5E-1", 0.25), ("(27)", 27), ("[27]", 27), ("= 50", 50), ("×3", 3)],
        *[("–27", -27), ("around 5", 5), ("approx. 5", 5), ("approximately 5", 5), ("27.", 27)],
        *[("1.6k", 1600), ("2 k", 2000), ("2 thousand", 2000), ("1.2M", 1.2e6), ("3 million", 3e6)],
        *[("0,125", 0.125), ("1'600", 1600), ("7,", 7), ("5 m", 5), ("5 kernels", 5), ("5%.", 5)],
    ],
)
def test_a_number_is_read(typed, number) -> None:
    assert read(typed, like=0) == number


@pytest.mark.parametrize(
    "typed", ["", "many", "3, 3", "3 or 4", "(3, 3)", "1,60,0", "--3", "1 2", "50-60", "1/2"]
)
def test_what_is_no_number_is_refused(typed) -> None:
    with pytest.raises(ValueError, match=r"^\S.* is not a number"):
        read(typed, like=0)


@pytest.mark.parametrize(
    "typed",
    [
        *["3, 4", "(3,4)", "3 4", "3x4", "3 × 4", "[3, 4]", "(3, 4,)", "3 and 4", "3*4", "3;4"],
        *["3X4", "3 by 4", "3·4", "(3,4).", "3. 4.", "(3; 4)", "3\n4"],
    ],
)
def test_a_shape_is_read(typed) -> None:
    assert read(typed, like=(9, 9)) == (3, 4)


@pytest.mark.parametrize(
    "typed",
    [
        *["60,000 x 28 x 28 x 1", "(60,000, 28, 28, 1)", "60,000,28,28,1", "60 000 × 28 × 28 × 1"],
        *["60_000, 28, 28, 1", "60'000 28 28 1", "60000,28,28,1", "(60 000, 28, 28, 1)"],
        *["60,000 by 28 by 28 by 1", "60 000 28 28 1"],
    ],
)
def test_thousands_in_a_shape_are_one_number(typed) -> None:
    assert read(typed, like=(9, 9)) == (60_000, 28, 28, 1)


def test_a_comma_before_three_digits_may_stand_between_two_numbers() -> None:
    assert read("(3,128,128)", like=(9, 9)) == (3, 128, 128)
    assert read("(3, 128, 128)", like=(9, 9)) == (3, 128, 128)
    assert read("28 128", like=(9, 9)) == (28, 128)
    assert read("1,600 x 10", like=(9, 9)) == (1600, 10)
    assert read("10 x 1,600,000", like=(9, 9)) == (10, 1_600_000)
    assert read("-1, 28, 28, 1", like=(9, 9)) == (-1, 28, 28, 1)


@pytest.mark.parametrize("typed", ["three by four", "", "()", "3 rows", "3-4", "3 - 4"])
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
    "typed",
    [
        *["b", "B", '"b"', "(b)", "b.", "B)", "lines that lie", "Lines that LIE", "[B]", "B?"],
        *["option B", "Option b.", "B) lines that lie", "b: lines  that lie", "B - lines that lie"],
    ],
)
def test_a_choice_is_read(typed) -> None:
    assert read(typed, choices=CHOICES) == "B"


@pytest.mark.parametrize("typed", ["", "D", "AB", "lines", "A: lines that lie", 1])
def test_what_is_no_choice_is_refused(typed) -> None:
    with pytest.raises(ValueError, match=r"^\S.* is not a choice. Write one of A, B, C"):
        read(typed, choices=CHOICES)


def test_numbers_with_a_point_alone_are_read() -> None:
    assert read("[0. 0. 0.]", like=[1, 2, 3]) == [0, 0, 0]
    assert read("0 -27 –3", like=[1, 2, 3]) == [0, -27, -3]


def test_free_words_stay_as_they_are() -> None:
    assert read("4 more layers", like="") == "4 more layers"
