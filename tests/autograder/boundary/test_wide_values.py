"""The wider set of values: each arrives as what it was, and its hostile siblings are refused."""

import collections
import datetime as dt
import json
import pathlib
import random
import re
import zoneinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from support.wide_messages import crossed, forged, wide

from autograder.boundary.agent.convpool_agent.npy import MalformedData
from autograder.boundary.agent.convpool_agent.random_generators import copy_state
from course.crossing import CannotCross

Point = collections.namedtuple("Point", "x y")


EQUAL = [
    2**200, -(2**64), 3 + 4j, b"a\x00b", bytearray(b"xy"), Decimal("1.10"), Fraction(1, 3),
    range(0, 10, 3), slice(1, None, 2), {1, "a"}, {(1, 2), (3, 4)}, frozenset({1}), set(),
    {(0, 1): "a", (1, 0): [1]}, {frozenset({1}): 2}, {2**70: 1},
    collections.Counter("hello"), collections.OrderedDict(b=1, a=2),
    collections.deque([1, 2], maxlen=3), dt.date(2024, 2, 29), dt.time(1, 2, 3, 4),
    dt.datetime(2024, 1, 2, 3, 4, 5, 6), dt.datetime(2024, 1, 2, tzinfo=dt.UTC),
    dt.datetime(2024, 1, 2, tzinfo=zoneinfo.ZoneInfo("Europe/Paris")),
    dt.timedelta(days=-1, seconds=3), Point(1, [2]), int, ValueError, type(None),
    np.dtype("<f4"), pathlib.PurePosixPath("a/b"), [{"a": (1, {2, 3})}], np.complex64(1 + 2j),
    np.datetime64("2024-01-02"), np.timedelta64(3, "h"), True, None, ..., "text", 1.5,
    re.compile(r"a\d", re.I | re.X),
]  # fmt: skip


# No id from a set's text: its order differs between the workers of one run.
@pytest.mark.parametrize("value", EQUAL, ids=lambda value: type(value).__name__)
def test_a_value_arrives_equal_and_of_its_type(value: Any) -> None:
    arrived = crossed(value)
    assert arrived == value
    assert type(arrived).__name__ == type(value).__name__
    assert repr(arrived) == repr(value) or isinstance(value, (set, frozenset, np.dtype))


def test_named_tuples_have_their_fields() -> None:
    point = crossed(Point(1, 2))
    assert (point.x, point.y, point._asdict()) == (1, 2, {"x": 1, "y": 2})


def test_a_defaultdict_keeps_a_plain_factory_only() -> None:
    assert crossed(collections.defaultdict(list, a=[1]))["new"] == []
    odd = crossed(collections.defaultdict(lambda: 7, a=1))
    assert odd == {"a": 1}
    assert odd.default_factory is None


@pytest.mark.parametrize(
    "array",
    [
        np.array(["a", "longer"]),
        np.array([["a"], [""]]),
        np.array([1 + 2j, np.inf]),
        np.array([1, "a", None, [2]], dtype=object),
        np.array(["2024-01-01", "NaT"], dtype="M8[D]"),
        np.array([1, 2], dtype="m8[ns]"),
        np.zeros((0, 3), dtype="U3"),
        np.zeros((2, 0), dtype=complex),
    ],
    ids=lambda array: str(array.dtype),
)
def test_arrays_of_other_kinds_arrive(array: np.ndarray) -> None:
    arrived = crossed(array)
    assert (arrived.dtype, arrived.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(arrived, array)


def test_a_masked_array_keeps_its_mask() -> None:
    arrived = crossed(np.ma.MaskedArray([1, 2, 3], [False, True, False]))
    assert arrived.sum() == 4
    assert arrived.mask.tolist() == [False, True, False]


def test_what_is_not_plain_is_refused() -> None:
    class Equal(dict):
        def __eq__(self, other: object) -> bool:
            return True

    for value in (object(), Equal(a=1), [Equal()], lambda: 1, 2**20_000, "\ud800", json):
        with pytest.raises(CannotCross):
            crossed(value)


GENERATORS = {
    "Random": lambda: random.Random(5),
    "RandomState": lambda: np.random.RandomState(5),
    "Generator": lambda: np.random.default_rng(5),
}


@pytest.mark.parametrize("make", GENERATORS.values(), ids=GENERATORS.keys())
def test_a_generator_of_random_numbers_goes_on_where_it_was(make: Any) -> None:
    one, other = make(), make()
    for drawn in (one, other):
        drawn.normal(0, 1) if hasattr(drawn, "normal") else drawn.gauss(0, 1)
        drawn.random()
    arrived = crossed(one)
    assert type(arrived) is type(one)
    assert [arrived.random() for _ in range(700)] == [other.random() for _ in range(700)]
    copy_state(arrived, make())
    assert arrived.random() == make().random()


def test_a_cycle_is_refused() -> None:
    around: list[Any] = []
    around.append({(1,): around})
    with pytest.raises(CannotCross, match="nested too deeply"):
        crossed(around)


def pairs(count: int) -> list[Any]:
    """Make tuples of -1 and -2, which all have the same hash."""
    return [{"tuple": [-1 - (n >> bit & 1) for bit in range(12)]} for n in range(count)]


HOSTILE = {
    "unknown kind": wide("pickle", "gASV"),
    "kind is no text": {"wide": [1, 2]},
    "long int": wide("int", "0x" + "f" * 10_000),
    "int with underscores": wide("int", "1_0"),
    "decimal that int() turns into a gigabyte": wide("decimal", "1E+999999999"),
    "decimal that is none": wide("decimal", "x"),
    "regular expression that is none": wide("pattern", ["(", 32]),
    "regular expression that is too long": wide("pattern", ["a" * 10_001, 32]),
    "regular expression that is shown": wide("pattern", ["a", 128]),
    "fraction over zero": wide("fraction", [1, 0]),
    "fraction of booleans": wide("fraction", [True, True]),
    "long range": wide("range", [0, 10**15, 1]),
    "range without a step": wide("range", [0, 1, 0]),
    "set of lists": wide("set", [[1]]),
    "set with a member twice": wide("set", [1, 1]),
    "set of one hash": wide("set", pairs(4000)),
    "dict of one hash": wide("dict", [[key, 1] for key in pairs(4000)]),
    "dict with a key of three parts": wide("dict", [[1, 2, 3]]),
    "namedtuple with code as its name": wide("namedtuple", ["P; import os", ["x"], [1]]),
    "namedtuple with code as a field": wide("namedtuple", ["P", ["x=print()"], [1]]),
    "namedtuple with a keyword": wide("namedtuple", ["P", ["class"], [1]]),
    "namedtuple with a special method": wide("namedtuple", ["P", ["__eq__"], [1]]),
    "namedtuple with a value too few": wide("namedtuple", ["P", ["x", "y"], [1]]),
    "defaultdict with another factory": wide("defaultdict", ["eval", []]),
    "year too late": wide("date", [10**6, 1, 1]),
    "time zone that is a path": wide("datetime", [2024, 1, 1, 0, 0, 0, 0, "../../etc/passwd", 0]),
    "type that is none": wide("type", "eval"),
    "type of another module": wide("type", "os.system"),
    "dtype of objects in fields": wide("dtype", "O,O"),
    "texts that are too wide": wide("texts", [[1], 10**9, ["a"]]),
    "texts of another shape": wide("texts", [[3], 1, ["a"]]),
    "texts that are numbers": wide("texts", [[1], 1, [1]]),
    "objects with a negative axis": wide("objects", [[-1, -1], [1]]),
    "objects with an endless empty axis": wide("objects", [[0, 10**12], []]),
    "times without numbers": wide("times", ["<M8[D]", [1]]),
    "bytes that are none": wide("bytes", "zz"),
    "deque of a negative length": wide("deque", [[1], -1]),
    "handle of a negative number": {"handle": [-1, "object", "A", {"dict": []}]},
    "handle of an unknown kind": {"handle": [1, "module", "A", {"dict": []}]},
    "generator without a state": wide("generator", [1, 2]),
    "generator with a long state": wide("generator", ["0x" + "f" * 40, "0x1", 0, 0]),
    "generator without words": wide("random", [[1], None]),
    "frame without columns": wide("frame", [[], [], []]),
}


@pytest.mark.parametrize("node", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_sibling_is_malformed(node: Any) -> None:
    with pytest.raises(MalformedData):
        forged(node)


def test_the_honest_twins_of_the_hostile_values_are_taken() -> None:
    assert forged(wide("set", pairs(40))) == {tuple(p["tuple"]) for p in pairs(40)}
    assert forged(wide("namedtuple", ["P", ["x"], [1]])) == (1,)
    assert forged(wide("texts", [[1], 1, ["a"]])) == ["a"]
    assert forged(wide("pattern", ["[[a]", 32])).fullmatch("[")  # without Python's warning


@pytest.mark.parametrize("node", [wide("int", "0x1"), {"handle": [1, "object", "A", {"dict": []}]}])
def test_the_narrow_set_has_none_of_it(node: Any) -> None:
    with pytest.raises(MalformedData):
        forged(node, wide=False)
