"""Statistics of marks, items and quiz options, computed from plain numbers.

Difficulty and discrimination are those of classical test theory: difficulty is the mean share of
an item's points; discrimination correlates the item with the rest of the marks, the item itself
left out (corrected item-total). Where an item is only right or wrong, that is the point-biserial.
"""

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

FEWEST = 5
"""The fewest students for whom a correlation is computed."""

MOST_OTHERS = 20
"""The most answers that are none of the question's options and have a row each."""

Item = tuple[str, str]
"""An assignment and one of its gaps."""


@dataclass(frozen=True)
class ItemMark:
    """What one student has in one gap."""

    student: str
    item: Item
    score: float
    max_score: float
    status: str = ""


@dataclass(frozen=True)
class Spread:
    """Summary of a group's marks, as shares of the points in 0 … 1."""

    count: int
    mean: float
    median: float
    deviation: float
    """Sample standard deviation; 0 for a single mark."""
    lower: float
    """Lower quartile."""
    upper: float
    """Upper quartile."""
    minimum: float
    maximum: float


@dataclass(frozen=True)
class ItemStatistics:
    """One gap or question, over all students who handed its assignment in."""

    item: Item
    count: int
    difficulty: float
    """Mean share of the points: near 1 is easy, near 0 is hard."""
    full: float
    """Share of students with all points."""
    attempted: float
    """Share of students who changed the gap."""
    discrimination: float | None
    """Correlation of the item's points with the other marks; None where it is not defined."""
    point_biserial: float | None
    """The same, with the item as 1 for all its points and 0 for fewer."""


def shares(marks: Iterable[ItemMark]) -> dict[str, float]:
    """Return each student's share of the points of everything that they handed in."""
    totals = sums(marks).items()
    return {student: earned / possible for student, (earned, possible) in totals if possible}


def spread(values: Sequence[float]) -> Spread | None:
    """Summarize values; None for no values."""
    if not values:
        return None
    ordered = sorted(values)
    lower, _, upper = _quartiles(ordered)
    return Spread(
        count=len(ordered),
        mean=statistics.fmean(ordered),
        median=statistics.median(ordered),
        deviation=statistics.stdev(ordered) if len(ordered) > 1 else 0.0,
        lower=lower,
        upper=upper,
        minimum=ordered[0],
        maximum=ordered[-1],
    )


def _quartiles(ordered: Sequence[float]) -> Sequence[float]:
    """Return the quartiles as NumPy does; of a single value, all three are that value."""
    if len(ordered) == 1:
        return [ordered[0]] * 3
    return statistics.quantiles(ordered, n=4, method="inclusive")


def histogram(values: Iterable[float], bins: int = 10) -> list[int]:
    """Count shares in 0 … 1 by equal bins; the last holds 1 and, with extra credit, more."""
    counts = [0] * bins
    for value in values:
        # 0.7 * 10 is a little less than 7 in floating point and must not fall into the lower bin.
        counts[min(bins - 1, max(0, math.floor(value * bins + 1e-9)))] += 1
    return counts


def item_statistics(marks: Sequence[ItemMark]) -> dict[Item, ItemStatistics]:
    """Compute difficulty and discrimination of every item, in the order of the marks."""
    totals = sums(marks)
    by_item: dict[Item, list[ItemMark]] = {}
    for mark in marks:
        by_item.setdefault(mark.item, []).append(mark)
    return {item: _item(item, own, totals) for item, own in by_item.items()}


def unmarked(item: Item) -> ItemStatistics:
    """Return the figures of an item that nobody has a mark in yet: none is a number."""
    return ItemStatistics(item, 0, math.nan, math.nan, math.nan, None, None)


def _item(
    item: Item, marks: Sequence[ItemMark], totals: Mapping[str, tuple[float, float]]
) -> ItemStatistics:
    """Compute one item."""
    parts = [mark.score / mark.max_score if mark.max_score else 0.0 for mark in marks]
    full = [float(part >= 1) for part in parts]
    pairs = [
        (part, right, rest)
        for part, right, mark in zip(parts, full, marks, strict=True)
        if (rest := rest_share(mark, totals)) is not None
    ]
    rests = [rest for _, _, rest in pairs]
    return ItemStatistics(
        item=item,
        count=len(marks),
        difficulty=statistics.fmean(parts),
        full=statistics.fmean(full),
        attempted=statistics.fmean(mark.status != "not_attempted" for mark in marks),
        discrimination=correlation([part for part, _, _ in pairs], rests),
        point_biserial=correlation([right for _, right, _ in pairs], rests),
    )


def rest_share(mark: ItemMark, totals: Mapping[str, tuple[float, float]]) -> float | None:
    """Return the student's share of the points of all other items; None if there are none."""
    earned, possible = totals[mark.student]
    rest = possible - mark.max_score
    return (earned - mark.score) / rest if rest > 0 else None


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Pearson's correlation; None for fewer than FEWEST values or where one side is constant."""
    if len(xs) < FEWEST:
        return None
    try:
        return statistics.correlation(xs, ys)
    except statistics.StatisticsError:
        return None


def sums(marks: Iterable[ItemMark]) -> dict[str, tuple[float, float]]:
    """Add up points earned and points possible, by student."""
    totals: dict[str, tuple[float, float]] = {}
    for mark in marks:
        earned, possible = totals.get(mark.student, (0.0, 0.0))
        totals[mark.student] = earned + mark.score, possible + mark.max_score
    return totals


@dataclass(frozen=True)
class ChoiceStatistics:
    """Who chose one option, or entered one number."""

    choice: str
    count: int
    share: float
    rest: float | None
    """Mean share of the other marks of those who chose it; low for a good distractor."""
    biserial: float | None
    """Point-biserial of choosing it with the other marks; negative for a good distractor."""


def choice_statistics(
    chosen: Mapping[str, Iterable[str]], rests: Mapping[str, float], options: Sequence[str]
) -> list[ChoiceStatistics]:
    """Count how often each answer was chosen: `options` first, then others by their count.

    Of more than MOST_OTHERS others, the rarest are one row that says how many they are.
    `chosen` has each student's answers (several, where several may be ticked); `rests` their
    share of the other marks, for those who have other marks.
    """
    sets = {student: frozenset(picked) for student, picked in chosen.items()}
    counts = Counter(option for picked in sets.values() for option in picked)
    others = sorted(set(counts) - set(options), key=lambda one: (-counts[one], one))
    if len(others) > MOST_OTHERS:
        rare = frozenset(others[MOST_OTHERS:])
        merged = f"{len(rare):,} other answers"
        sets = {
            student: picked - rare | {merged} if picked & rare else picked
            for student, picked in sets.items()
        }
        counts[merged] = sum(merged in picked for picked in sets.values())
        others[MOST_OTHERS:] = [merged]
    return [_choice(option, counts[option], sets, rests) for option in [*options, *others]]


def _choice(
    option: str, count: int, sets: Mapping[str, frozenset[str]], rests: Mapping[str, float]
) -> ChoiceStatistics:
    """Compute one option."""
    known = [student for student in sets if student in rests]
    picked = [float(option in sets[student]) for student in known]
    drawn = [rests[student] for student in known if option in sets[student]]
    return ChoiceStatistics(
        choice=option,
        count=count,
        share=count / len(sets) if sets else 0.0,
        rest=statistics.fmean(drawn) if drawn else None,
        biserial=correlation(picked, [rests[student] for student in known]),
    )
