"""A few of the small assignments of other fields, graded as `autograder grade` does."""

from pathlib import Path

import pytest
from benchmarks.compat import compare_small
from support.courses.small_assignments import small_assignments

NAMES = [
    *("data_classes", "dictionaries", "game_of_life", "generators", "kept_arguments"),
    *("line_plot", "magics", "part_marks", "two_parts"),
]


@pytest.mark.slow
def test_marks_are_nbgraders_and_all_tests_run_outside_that_can(tmp_path: Path) -> None:
    known = {each.name: each for each in small_assignments()}
    rows = compare_small(tmp_path / "ours", NAMES, stock=False)
    assert [row.name for row in rows] == NAMES
    assert [row.differing for row in rows] == [[] for _ in NAMES]
    for row in rows:
        tests = known[row.name].tests().items()
        assert set(row.inside) == {name for name, test in tests if test.inside}, row.inside
