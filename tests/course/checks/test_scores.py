"""The rule that turns an answer into a share of the mark."""

import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.checks.answers import (
    as_number,
    chosen_letters,
    mark,
    score_choice,
    score_number,
    score_several,
)

KEYS = st.integers(3, 8).flatmap(
    lambda n: st.tuples(
        st.just(string.ascii_lowercase[:n]),
        st.sets(st.sampled_from(string.ascii_lowercase[:n]), min_size=1, max_size=n - 1),
    )
)


@pytest.mark.parametrize("answer", ["b", " B ", ["b"], ("b",), {"b"}, "b,"])
def test_the_right_letter_earns_everything_however_it_is_written(answer):
    assert score_choice(answer, "b") == 1.0


@pytest.mark.parametrize("answer", ["a", "ab", "", None, 2, True, ["b", 1], "1", {"b": 1}, b"b"])
def test_anything_else_than_the_right_letter_earns_nothing(answer):
    assert score_choice(answer, "b") == 0.0


@pytest.mark.parametrize(
    ("answer", "share"),
    [
        ("ac", 1.0),
        ("c, a", 1.0),
        (["c", "a", "a"], 1.0),
        ({"A", "C"}, 1.0),
        (["ac"], 1.0),
        ("a", 0.5),
        ("abc", 0.5),
        ("ab", 0.0),
        ("b", 0.0),
        ("abcd", 0.0),
        ("", 0.0),
        ("acz", 0.0),
        (None, 0.0),
    ],
)
def test_several_right_options_give_part_credit(answer, share):
    assert score_several(answer, "ac", "abcd") == pytest.approx(share)


@given(KEYS)
def test_ticking_everything_or_nothing_earns_nothing(drawn):
    letters, key = drawn

    assert score_several(letters, "".join(key), letters) == 0.0
    assert score_several("", "".join(key), letters) == 0.0


@given(KEYS, st.data())
def test_one_more_wrong_option_never_pays_and_one_more_right_one_never_costs(drawn, data):
    letters, key = drawn
    chosen = data.draw(st.sets(st.sampled_from(letters)))
    extra = data.draw(st.sampled_from(letters))
    before = score_several(chosen, "".join(key), letters)

    after = score_several(chosen | {extra}, "".join(key), letters)

    assert after >= before if extra in key else after <= before
    assert 0.0 <= after <= 1.0
    assert (after == 1.0) == (chosen | {extra} == key)


@pytest.mark.parametrize("answer", [26, 26.0, np.int64(26), np.float32(26), np.uint8(26)])
def test_a_number_is_right_in_every_number_type(answer):
    assert score_number(answer, 26) == 1.0


@pytest.mark.parametrize(
    "answer", [25, 26.01, -26, None, "26", True, float("nan"), float("inf"), 10**400, [26], 26j]
)
def test_another_number_or_no_number_earns_nothing(answer):
    assert score_number(answer, 26) == 0.0


def test_a_truth_value_is_no_number():
    assert score_number(True, 1) == 0.0
    assert score_number(np.True_, 1) == 0.0


def test_a_large_count_must_be_exact():
    assert score_number(243_786, 243_786) == 1.0
    assert score_number(243_787, 243_786) == 0.0


@given(st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.lists(st.text())))
def test_no_answer_breaks_the_scoring(answer):
    assert score_choice(answer, "a") in (0.0, 1.0)
    assert 0.0 <= score_several(answer, "ab", "abc") <= 1.0
    assert score_number(answer, 3) in (0.0, 1.0)
    assert as_number(answer) is None or isinstance(as_number(answer), float)
    assert chosen_letters(answer) == sorted(set(chosen_letters(answer)))


@pytest.mark.parametrize(("share", "expected"), [(1.0, None), (0.5, 1.0), (0.0, 0.0)])
def test_marks_end_a_cell_as_nbgrader_reads_them(share, expected):
    result = mark(2, share)

    assert result == expected
    assert result is None or type(result) is float


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_outside_zero_and_one_is_an_error(share):
    with pytest.raises(ValueError, match="between 0 and 1"):
        mark(2, share)
