"""One rule for what may cross: a check in the notebook judges what a check in grading would."""

import array
import collections
import datetime
import decimal
import enum
import fractions
import pathlib
import types
from time import process_time
from typing import Any

import numpy as np
import pytest
from support.same_values import same

from autograder.boundary.agent.convpool_agent.decoding import decode
from autograder.boundary.agent.convpool_agent.encoding import encode
from autograder.boundary.agent.convpool_agent.keras_values import reduce
from course.checks import CheckFailed, exercise
from course.crossing import CannotCross, arriving


class Text(str):
    pass


class Count(enum.IntEnum):
    ONE = 1


class Own:
    pass


class OwnArray(np.ndarray):
    pass


Pair = collections.namedtuple("Pair", "a b")
GRID = np.arange(6.0).reshape(2, 3)
FROZEN = np.arange(3)
FROZEN.flags.writeable = False
ARRAY_LIKE = types.SimpleNamespace(__array__=lambda: GRID, numpy=lambda: GRID, shape=(2, 3))


def _numbers(kind: str) -> dict[str, Any]:
    return {f"array of {kind}": np.ones(3, kind), f"number of {kind}": np.dtype(kind).type(1)}


CROSS: dict[str, tuple[Any, Any]] = {
    **{
        name: (value, value)
        for kind in ("?", "i1", "u1", "i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8")
        for name, value in _numbers(kind).items()
    },
    **{
        repr(value): (value, value)
        for value in (
            *(None, True, 0, -1, 2**63, 2**64 - 1, -(2**63), 0.5, float("inf"), float("nan")),
            *("", "a", "größer", [], [1], [[1, 2], [3]], (), (1, (2,)), {}, {"a": 1}, {1: [None]}),
            *({"a"}, {1, 2}, set(), ..., {"a": ...}, [True, 1, 1.0]),
        )
    },
    "an empty array": (np.zeros((0, 3)), np.zeros((0, 3))),
    "an array without axes": (np.array(3.5), np.array(3.5)),
    "a view": (GRID[:, ::2], GRID[:, ::2].copy()),
    "a transposed array": (GRID.T, np.ascontiguousarray(GRID.T)),
    "a read-only array": (FROZEN, np.arange(3)),
    "a broadcast array": (np.broadcast_to(1.0, (2, 2)), np.ones((2, 2))),
    "a big-endian array": (GRID.astype(">f8"), GRID),
    "big-endian integers": (np.arange(3, dtype=">i2"), np.arange(3, dtype="<i2")),
    "longdouble": (GRID.astype(np.longdouble), GRID),
    "a longdouble number": (np.longdouble(1.5), np.float64(1.5)),
    "a matrix": (GRID.view(np.matrix), GRID),
    "a subclass of array": (GRID.view(OwnArray), GRID),
    "a record array's column": (np.rec.fromarrays([[1, 2]], names="a").a, np.array([1, 2])),
    "a list of arrays": ([GRID, FROZEN], [GRID, np.arange(3)]),
    "an array of numbers of the library": (array.array("d", [1.5, 2]), np.array([1.5, 2.0])),
    "integers of the library": (array.array("i", [1, 2]), np.array([1, 2], "i4")),
    "deque": (collections.deque([1, 2]), [1, 2]),
    "a nested deque": ({"a": collections.deque([(1,)])}, {"a": [(1,)]}),
    "range": (range(3), [0, 1, 2]),
    "frozenset": (frozenset("ac"), {"a", "c"}),
    "defaultdict": (collections.defaultdict(int, a=1), {"a": 1}),
    "OrderedDict": (collections.OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
    "Counter": (collections.Counter("aa"), {"a": 2}),
    "namedtuple": (Pair(1, 2), (1, 2)),
    "a subclass of str": (Text("a"), "a"),
    "NumPy's text": (np.str_("a"), "a"),
    "IntEnum": (Count.ONE, 1),
    "NumPy's number as a key": ({np.int64(1): 2}, {np.int64(1): 2}),
}
REFUSED: dict[str, tuple[Any, str]] = {
    "a generator": ((n for n in [1]), "a generator"),
    "a map": (map(str, [1]), "a map"),
    "zip": (zip([1], [2], strict=True), "a zip"),
    "a dict's keys": ({"a": 1}.keys(), "a dict_keys"),
    "an iterator": (iter([1]), "a list_iterator"),
    "bytes": (b"ab", "a bytes"),
    "bytearray": (bytearray(b"ab"), "a bytearray"),
    "memoryview": (memoryview(b"ab"), "a memoryview"),
    "complex": (1j, "a complex"),
    "Decimal": (decimal.Decimal("0.5"), "a decimal Decimal"),
    "Fraction": (fractions.Fraction(1, 2), "a fractions Fraction"),
    "a date": (datetime.date(2026, 1, 1), "a datetime date"),
    "a path": (pathlib.Path("a"), "a pathlib PosixPath"),
    "a module": (types, "a module"),
    "a class": (Own, "a type"),
    "an object": (object(), "an object"),
    "an array-like object": (ARRAY_LIKE, "a types SimpleNamespace"),
    "letters": (array.array("u", "ab"), "an array array"),
    "a huge integer": (2**64, "a huge integer"),
    "a huge negative integer": (-(2**63) - 1, "a huge integer"),
    "half a character": ("\ud800", "a string that is not valid Unicode"),
    "a masked array": (np.ma.masked_array([1, 2], [0, 1]), "a masked array"),
    "a masked array without a mask": (np.ma.masked_array([1.0]), "a masked array"),
    "a masked number": (np.ma.masked, "a masked array"),
    "a structured array": (np.zeros(2, "i4,f4"), "an array of dtype"),
    "an array of objects": (np.array([None, 1]), "an array of dtype object"),
    "an array of text": (np.array(["a"]), "an array of dtype <U1"),
    "an array of bytes": (np.array([b"a"]), "an array of dtype |S1"),
    "an array of complex": (np.ones(2, complex), "an array of dtype complex128"),
    "a complex number of NumPy": (np.complex64(1), "a NumPy complex64 number"),
    "an array of times": (np.zeros(2, "M8[s]"), "an array of dtype datetime64[s]"),
    "a duration": (np.timedelta64(1, "s"), "a NumPy timedelta64[s] value"),
    "a tuple as a key": ({(1, 2): 3}, "a dict with a tuple as a key"),
    "a tuple in a set": ({(1, 2)}, "a set with a tuple as a member"),
    "nine axes": (np.zeros((1,) * 9), "an array of 9 axes"),
    "an axis of a trillion, and none of them": (
        np.zeros((0, 10**12)),
        "an array of shape (0, 1000",
    ),
    "a broadcast number": (np.broadcast_to(0.0, (10**5, 10**5)), "an array of shape (100000, 100"),
    "a dtype with a long name": (
        np.zeros(2, [("q" * 9000, "f4")]),
        f"an array of dtype [('{'q' * 37} …",
    ),
}


def sent(value: Any) -> Any:
    """Send a value through the boundary as the student's process does."""
    return decode(encode({"value": value}, {"value": "answer"}, reduce))["value"]


def test_the_table_has_a_hundred_values() -> None:
    assert len(CROSS) + len(REFUSED) >= 100


@pytest.mark.parametrize(("value", "expected"), CROSS.values(), ids=CROSS)
def test_a_value_is_judged_in_the_notebook_as_it_arrives_in_grading(
    value: Any, expected: Any
) -> None:
    here, there = arriving(value, "answer"), sent(value)

    assert same(here, expected)
    assert same(there, expected)
    assert same(arriving(here, "answer"), here)


@pytest.mark.parametrize(("value", "named"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_has_the_same_words_in_the_notebook_and_in_grading(
    value: Any, named: str
) -> None:
    with pytest.raises(CannotCross) as here:
        arriving(value, "answer")
    with pytest.raises(CannotCross) as there:
        sent(value)

    assert str(here.value) == str(there.value)
    assert str(here.value).startswith(f"`answer` is {named}")


@pytest.mark.parametrize(("value", "named"), REFUSED.values(), ids=REFUSED)
def test_a_check_refuses_what_cannot_cross(value: Any, named: str) -> None:
    with pytest.raises(CheckFailed) as failure, exercise("answer") as check:
        check.call(lambda: value)

    assert f"`answer(…)` is {named}" in str(failure.value)


def test_a_long_text_is_read_quickly() -> None:
    start = process_time()

    assert len(arriving("x" * 50_000_000, "answer")) == 50_000_000
    assert process_time() - start < 1


def test_tensors_and_variables_are_arrays_on_both_sides() -> None:
    tf = pytest.importorskip("tensorflow")
    import keras

    values = (
        *(tf.constant(GRID), tf.Variable(GRID), keras.Variable(GRID, dtype="float64")),
        tf.constant(GRID)[0],
    )
    for value in values:
        assert same(arriving(value, "answer"), sent(value))
        assert type(arriving(value, "answer")) is np.ndarray
    assert arriving(tf.TensorShape([1, None]), "answer") == (1, None)
    for refused in (tf.ragged.constant([[1], [1, 2]]), tf.constant("a"), keras.KerasTensor((1,))):
        with pytest.raises(CannotCross) as here:
            arriving(refused, "answer")
        with pytest.raises(CannotCross) as there:
            sent(refused)
        assert str(here.value) == str(there.value)


def test_a_library_is_named_with_its_type() -> None:
    frame = type("DataFrame", (), {"__module__": "pandas.core.frame"})()

    with pytest.raises(CannotCross, match="`answer` is a pandas DataFrame: it cannot be sent"):
        arriving(frame, "answer")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"a", "`answer` is a bytes: text or a number was expected."),
        (2**70, "`answer` is a huge integer: at most 64 bits can be sent to the tests."),
        ([b"a"], "`answer[0]` is a bytes: it cannot be sent to the tests"),
    ],
)
def test_what_was_expected_is_said_where_it_is_no_contradiction(value: Any, said: str) -> None:
    with pytest.raises(CheckFailed) as failure, exercise("answer") as check:
        check.choices(value, "abc")

    assert said in str(failure.value)
