"""A mark has exact decimals, is computed as nbgrader computes it, and is rounded once."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.contract import POINTS
from support.graded_class import REGISTERED, give, new_class

from autograder.gradebook.database import open_gradebook
from autograder.gradebook.marks import (
    ClassMarks,
    ExerciseMark,
    SubmissionMark,
    exact,
    final_text,
    points_text,
)
from autograder.gradebook.reader import read_class
from autograder.gradebook.roster import Person

CENTS = st.integers(-2000, 20_000)


def submission(scores: list[Decimal], penalty: Decimal = Decimal(0)) -> SubmissionMark:
    marks = [ExerciseMark(f"q{n}", Decimal(10), auto_score=one) for n, one in enumerate(scores)]
    return SubmissionMark("ada", "quiz", tuple(marks), penalty)


@given(scores=st.lists(CENTS, max_size=12), penalty=st.integers(0, 5000))
def test_the_final_mark_is_the_rational_sum_rounded_half_up_and_never_below_0(
    scores: list[int], penalty: int
) -> None:
    mark = submission([exact(one / 1000) for one in scores], exact(penalty / 1000))

    hundredths = Fraction(sum(scores) - penalty, 10)
    # Half up, away from zero; below zero everything is zero.
    expected = max(0, int(hundredths + Fraction(1, 2))) if hundredths > 0 else 0
    assert mark.final == Decimal(expected) / 100


def test_points_are_written_without_the_noise_of_binary_numbers() -> None:
    assert submission([exact(1.15), exact(2.3)]).score == Decimal("3.45")
    assert exact(1.15 + 2.3) == Decimal("3.45")
    assert [points_text(exact(one)) for one in (10, 7.5, 1 / 3, 0.005, -0.001, 100)] == [
        "10",
        "7.5",
        "0.33",
        "0.01",
        "0",
        "100",
    ]


def test_what_was_not_handed_in_is_empty_or_a_zero_on_request() -> None:
    assert final_text(None, missing_zero=False) == ""
    assert final_text(None, missing_zero=True) == "0"
    assert final_text(submission([Decimal("2.5")]), missing_zero=True) == "2.5"


@pytest.mark.parametrize(
    ("auto", "manual", "extra"),
    [
        (None, None, None),
        (None, None, 2.0),
        (3.5, None, None),
        (3.5, None, 0.25),
        (3.5, 0.0, None),
        (3.5, 1.25, 0.5),
        (None, 1.25, 0.5),
    ],
)
def test_points_and_comments_count_as_nbgrader_counts_them(
    registered: Path, tmp_path: Path, auto: Any, manual: Any, extra: Any
) -> None:
    folder = new_class(registered, tmp_path / "class")
    give(folder, "ada", "reshape", POINTS["reshape"])
    with open_gradebook(folder) as gradebook:
        grade = gradebook.find_grade("test_scale_pixels", "reshape", "reshape", "ada")
        grade.auto_score, grade.manual_score, grade.extra_credit = auto, manual, extra
        comment = gradebook.find_comment("scale_pixels", "reshape", "reshape", "ada")
        comment.auto_comment, comment.manual_comment = "by the grader", extra and "by a person"
        gradebook.db.commit()
        gradebook.db.refresh(grade)
        gradebook.db.refresh(comment)
        expected = grade.score, comment.comment
        total, most = gradebook.find_submission("reshape", "ada").score, grade.max_score

    found = read_class(folder).submissions["ada", "reshape"]

    mark = found.exercise("scale_pixels")
    assert mark is not None
    assert (float(mark.score), mark.comment) == expected
    assert (float(found.score), float(mark.max_score), found.max_score) == (total, most, 10)
    assert mark.by_hand == (manual is not None or bool(extra))


def test_a_class_is_read_in_five_queries_and_an_order_of_its_own(
    registered: Path, tmp_path: Path
) -> None:
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    folder = new_class(registered, tmp_path / "class")
    for student in ("ben", "ada", "chi"):
        for assignment in REGISTERED:
            give(folder, student, assignment, POINTS[assignment])
    seen: list[str] = []

    def count(*arguments: Any) -> None:
        seen.append(arguments[2])

    event.listen(Engine, "before_cursor_execute", count)
    try:
        marks = read_class(folder)
    finally:
        event.remove(Engine, "before_cursor_execute", count)

    # nbgrader itself looks for its tables and its course when it opens the gradebook.
    own = [one for one in seen if "sqlite_master" not in one and "FROM course" not in one]
    assert len([one for one in own if one.startswith("SELECT")]) == 5
    assert list(marks.max_scores) == ["reshape", "pooling"]
    assert list(marks.submissions) == [
        (student, name) for student in ("ada", "ben", "chi") for name in ("reshape", "pooling")
    ]
    only = read_class(folder, ["pooling"], ["ben"])
    assert list(only.submissions) == [("ben", "pooling")]
    assert list(only.people) == ["ben"]
    assert only.submissions["ben", "pooling"] == marks.submissions["ben", "pooling"]


def test_who_handed_in_nothing_has_a_row_too() -> None:
    mark = submission([Decimal(1)])
    marks = ClassMarks(
        people={"ada": Person("ada"), "ben": Person("ben")}, submissions={("ada", "quiz"): mark}
    )
    assert [(person.student, own) for person, own in marks.rows()] == [
        ("ada", {"quiz": mark}),
        ("ben", {}),
    ]
