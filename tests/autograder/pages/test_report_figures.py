"""The report's figures, for a class of 300, against SciPy, NumPy and counts by hand."""

import numpy as np
import pytest
from scipy import stats
from support.contract import POINTS
from support.pretend_results import PRETEND_ASSIGNMENTS, pretend_class

from autograder.pages.report.graded_class import GradedClass
from autograder.pages.report.item_statistics import (
    FEWEST,
    ItemMark,
    choice_statistics,
    correlation,
    histogram,
    item_statistics,
    spread,
    sums,
)

CLASS = pretend_class(300)
MATERIAL = GradedClass(
    "pretend", list(PRETEND_ASSIGNMENTS), dict.fromkeys(CLASS.ability, ""), CLASS.results
)
MARKS = MATERIAL.marks()
ITEMS = [(assignment, gap) for assignment in PRETEND_ASSIGNMENTS for gap in POINTS[assignment]]


def table(item):
    """Points of `item` and of everything else, possible points of everything else; by hand."""
    own, rest, possible = [], [], []
    for student in sorted(CLASS.ability):
        results = [one for one in CLASS.results if one.student == student]
        gaps = [((one.assignment, gap.exercise), gap) for one in results for gap in one.gaps]
        mine = [gap for name, gap in gaps if name == item]
        if mine:
            own.append(mine[0].score / mine[0].max_score)
            rest.append(sum(gap.score for name, gap in gaps if name != item))
            possible.append(sum(gap.max_score for name, gap in gaps if name != item))
    return np.array(own), np.array(rest), np.array(possible)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: "-".join(item))
def test_difficulty_and_discrimination_are_those_of_scipy(item):
    own, rest, possible = table(item)

    figures = item_statistics(MARKS)[item]

    assert figures.count == len(own) == (270 if item[0] == "quiz" else 300)
    assert figures.difficulty == pytest.approx(own.mean())
    assert figures.full == pytest.approx((own == 1).mean())
    expected = stats.pearsonr(own, rest / possible).statistic
    assert figures.discrimination == pytest.approx(expected)
    biserial = stats.pointbiserialr(own == 1, rest / possible).statistic
    assert figures.point_biserial == pytest.approx(biserial)
    # The pretend class is built so that ability decides: a sign or a mix-up would show.
    assert figures.discrimination > 0.3


def test_the_item_itself_is_left_out_of_what_it_is_correlated_with():
    own, rest, possible = table(("pooling", "max_pool2d"))
    with_itself = stats.pearsonr(own, (rest + 9 * own) / (possible + 9)).statistic

    found = item_statistics(MARKS)["pooling", "max_pool2d"].discrimination

    assert found < with_itself - 0.05


def test_a_right_or_wrong_item_has_one_discrimination():
    marks = [mark for mark in MARKS if mark.item[0] == "quiz"]

    found = item_statistics(marks)

    assert len(found) == 10
    for figures in found.values():
        assert figures.discrimination == pytest.approx(figures.point_biserial)


@pytest.mark.parametrize("question", POINTS["quiz"])
def test_what_each_option_drew_is_counted_and_correlated(question):
    letters = CLASS.chosen[question]
    _, rest, possible = table(("quiz", question))
    rests = dict(zip(sorted(letters), rest / possible, strict=True))
    picked = {student: [letter] if letter else [] for student, letter in letters.items()}

    figures = choice_statistics(picked, rests, "abcd")

    for one in figures:
        hits = np.array([letters[student] == one.choice for student in sorted(letters)])
        assert one.count == hits.sum()
        assert one.share == pytest.approx(hits.mean())
        assert one.rest == pytest.approx((rest / possible)[hits].mean())
        expected = stats.pointbiserialr(hits, rest / possible).statistic
        assert one.biserial == pytest.approx(expected)
    assert figures[0].biserial > 0 > figures[1].biserial


def test_several_ticked_options_count_each_and_unknown_ones_come_last():
    picked = {"ada": ["a", "c"], "ben": ["a"], "chi": ["x"], "dana": []}

    figures = choice_statistics(picked, {}, "abc")

    assert [(one.choice, one.count, one.share) for one in figures] == [
        ("a", 2, 0.5),
        ("b", 0, 0.0),
        ("c", 1, 0.25),
        ("x", 1, 0.25),
    ]


def test_the_spread_is_numpys():
    values = [got / most for got, most in sums(MARKS).values()]

    found = spread(values)

    assert (found.count, found.minimum, found.maximum) == (300, min(values), max(values))
    assert found.mean == pytest.approx(np.mean(values))
    assert found.median == pytest.approx(np.median(values))
    assert found.deviation == pytest.approx(np.std(values, ddof=1))
    assert [found.lower, found.upper] == pytest.approx(np.quantile(values, [0.25, 0.75]))


def test_a_histogram_holds_everybody_once_and_a_written_share_in_its_own_bin():
    values = [got / most for got, most in sums(MARKS).values()]

    assert sum(histogram(values)) == 300
    # 0.7 - 1e-17 and the like: what is written 70 % stands in the bin from 70 %.
    assert histogram([0.0, 0.1 * 3, 0.7, 7 / 10, 0.9999, 1.0, 1.2]) == [
        1,
        0,
        0,
        1,
        0,
        0,
        0,
        2,
        0,
        3,
    ]


def test_where_there_is_no_correlation_none_is_made_up():
    assert correlation([1.0] * 10, list(range(10))) is None
    assert correlation([0.0, 1.0] * 2, [0.0, 1.0] * 2) is None
    assert correlation([0.0, 1.0] * FEWEST, [0.0, 1.0] * FEWEST) == pytest.approx(1)
    alone = [ItemMark(f"s{n}", ("reshape", "only"), n % 2, 1.0) for n in range(20)]
    assert item_statistics(alone)["reshape", "only"].discrimination is None


def test_single_marks_and_no_marks_have_a_spread_too():
    assert spread([]) is None
    assert (spread([0.4]).deviation, spread([0.4]).upper) == (0.0, 0.4)
