"""Plain data crosses the boundary unchanged; everything else is refused by name and type."""

import json
import math
from collections import OrderedDict, namedtuple

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.same_values import same

from autograder.boundary.agent.convpool_agent import encoding, npy, records
from autograder.boundary.agent.convpool_agent.decoding import decode
from autograder.boundary.agent.convpool_agent.encoding import MAGIC, encode
from autograder.boundary.agent.convpool_agent.npy import MalformedData
from autograder.boundary.agent.convpool_agent.records import HistoryRecord, ModelRecord
from course.crossing import CannotCross

DTYPES = st.sampled_from(sorted(npy.DTYPES)).map(np.dtype)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]))
)
ARRAYS = hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
NUMPY_SCALARS = ARRAYS.filter(lambda array: array.size).map(lambda array: array.flat[0])
VALUES = st.recursive(
    SCALARS | ARRAYS | NUMPY_SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(alphabet="abc_1", max_size=4) | st.integers(0, 9), inner)
        | st.sets(st.text(alphabet="abc_1", max_size=4) | st.integers(0, 9), max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES)
def test_every_plain_value_comes_back_as_it_was(value: object) -> None:
    assert same(decode(encode({"value": value}))["value"], value)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=60), st.integers(0, 80))
def test_no_bytes_make_decoding_raise_anything_else(text: bytes, rest: bytes, size: int) -> None:
    for data in (text, MAGIC + text, MAGIC + size.to_bytes(8, "little") + text + rest):
        with pytest.raises(MalformedData):
            decode(data)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES, st.data())
def test_a_flipped_byte_is_refused_or_gives_plain_data(value: object, data: st.DataObject) -> None:
    message = bytearray(encode({"value": value}))
    position = data.draw(st.integers(0, len(message) - 1))
    message[position] ^= data.draw(st.integers(1, 255))
    try:
        decoded = decode(bytes(message))
    except MalformedData:
        return
    assert is_plain(decoded)


def is_plain(value: object) -> bool:
    if type(value) in (list, tuple):
        return all(map(is_plain, value))
    if type(value) is set:
        return all(map(is_plain, value))
    if type(value) is dict:
        return all(map(is_plain, value)) and all(map(is_plain, value.values()))
    if isinstance(value, np.generic) or type(value) is np.ndarray:
        return value.dtype.kind in "biuf"
    return value is None or value is ... or type(value) in (bool, int, float, str)


Pair = namedtuple("Pair", "a b")


class LyingNumber(float):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = float.__hash__


class LyingArray(np.ndarray):
    def __eq__(self, other: object) -> bool:
        return True


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Pair(1, 2), (1, 2)),
        (OrderedDict(a=1), {"a": 1}),
        (np.str_("relu"), "relu"),
        (np.zeros((2, 2), ">f4"), np.zeros((2, 2), "<f4")),
        (np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.arange(6.0).reshape(2, 3)),
        (np.arange(6)[::-2], np.array([5, 3, 1])),
        (LyingNumber(2.0), 2.0),
        (np.arange(3).view(LyingArray), np.arange(3)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_subclasses_and_layouts_arrive_as_plain_values(value: object, expected: object) -> None:
    assert same(decode(encode({"value": value}))["value"], expected)


def test_a_read_only_array_stays_read_only() -> None:
    array = np.zeros(3)
    array.flags.writeable = False
    fields = decode(encode({"locked": array, "free": np.zeros(3)}))
    assert not fields["locked"].flags.writeable
    assert fields["free"].flags.writeable


def test_records_come_back_equal() -> None:
    history = HistoryRecord({"loss": [0.5, math.inf]}, [0, 1])
    model = ModelRecord(
        "Sequential", {"layers": []}, {"dense": [np.zeros(2)]}, {"loss": None}, "x", 7, True
    )
    fields = decode(encode({"history": history, "model": model}))
    assert fields["history"] == history
    assert same(vars(fields["model"]), vars(model))


def self_containing() -> list[object]:
    value: list[object] = []
    value.append(value)
    return value


def deep(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


def wide() -> list[object]:
    value: list[object] = [0] * 10
    for _ in range(20):
        value = [value] * 10
    return value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ((n for n in [1]), "`answer` is a generator"),
        ({(1, 2)}, "`answer` is a set with a tuple as a member"),
        (b"bytes", "`answer` is a bytes"),
        (lambda: 1, "`answer` is a function"),
        (object(), "`answer` is an object"),
        (1j, "`answer` is a complex"),
        (2**70, "`answer` is a huge integer"),
        ("\ud800", "not valid Unicode"),
        ({"conv_1": b""}, "`answer['conv_1']` is a bytes"),
        ([0, (1, b"")], "`answer[1][1]` is a bytes"),
        ({(1, 2): 3}, "with a tuple as a key"),
        (np.array(["a"]), "array of dtype <U1"),
        (np.array([None]), "array of dtype object"),
        (np.zeros(2, complex), "array of dtype complex128"),
        (np.ma.masked_array([1, 2], [0, 1]), "`answer` is a masked array"),
        (np.datetime64("2020-01-01"), "datetime64"),
        (np.zeros((1,) * 9), "9 axes: at most 8"),
        (np.broadcast_to(np.zeros(1), (1 << 24,)), "too large"),
        (self_containing(), "nested too deeply"),
        (deep(40), "nested too deeply"),
        (wide(), "too long"),
        ([np.zeros(1)] * 10_001, "at most 10000"),
        ("x" * (9 << 20), "too long"),
        ("[" * 1_000_001, "too long"),
        ([np.zeros(4 << 20)] * 2, "too large"),
    ],
    ids=range(25),
)
def test_what_cannot_cross_is_refused_by_name_and_type(value: object, said: str) -> None:
    with pytest.raises(CannotCross) as refusal:
        encode({"value": value}, {"value": "answer"})
    assert said in str(refusal.value)


def document(fields: object, arrays: bytes = b"", lengths: object = None) -> bytes:
    lengths = [len(arrays)] * bool(arrays) if lengths is None else lengths
    text = json.dumps({"arrays": lengths, "fields": fields}).encode()
    return MAGIC + len(text).to_bytes(8, "little") + text + arrays


def raw(text: bytes) -> bytes:
    return MAGIC + len(text).to_bytes(8, "little") + text


def header(text: bytes, body: bytes, version: bytes = b"\x01\x00") -> bytes:
    return b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text + body


def npy_bytes(descr: str, shape: str, body: bytes, order: str = "False") -> bytes:
    text = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n"
    return header(text.encode(), body)


ARRAY = {"value": {"array": 0}}
GOOD = npy_bytes("<f4", "(2,)", bytes(8))


def test_the_well_formed_twin_of_the_malformed_messages_is_read() -> None:
    assert same(decode(document(ARRAY, GOOD))["value"], np.zeros(2, "<f4"))


MALFORMED = {
    "empty": b"",
    "other magic": b"PICKLE...." + bytes(20),
    "pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00cos\nsystem\n.",
    "text longer than the file": MAGIC + (1000).to_bytes(8, "little") + b"{}",
    "text of 2^63 bytes": MAGIC + (2**63).to_bytes(8, "little") + b"{}",
    "over 64 MiB": MAGIC + bytes(64 << 20),
    "not JSON": raw(b"{'arrays': []}"),
    "not ASCII": raw('{"arrays":[],"fields":{"é":1}}'.encode()),
    "a list": raw(b"[1, 2]"),
    "fields missing": raw(b'{"arrays":[]}'),
    "a part too many": raw(b'{"arrays":[],"fields":{},"more":1}'),
    "duplicate field": raw(b'{"arrays":[],"fields":{"kind":"value","kind":"function"}}'),
    "duplicate key": document({"value": {"dict": [["a", 1], ["a", 2]]}}),
    "equal keys": document({"value": {"dict": [[1, 1], [True, 2]]}}),
    "list as a key": document({"value": {"dict": [[[1], 1]]}}),
    "deep nesting of text": raw(b"[" * 100_000),
    "deep nesting of values": document({"value": deep(40)}),
    "deep tags": raw(b'{"arrays":[],"fields":{"v":' + b'{"tuple":' * 900 + b"1" + b"}" * 902),
    "half a million values": document({"value": [0] * 500_001}),
    "integer of 21 digits": document({"value": 10**20}),
    "integer of a million digits": raw(b'{"arrays":[],"fields":{"v":' + b"9" * 10**6 + b"}}"),
    "integer of 65 bits": document({"value": 2**64}),
    "lone surrogate": document({"value": "\ud800"}),
    "unknown kind": document({"value": {"object": "os.system"}}),
    "two kinds": document({"value": {"tuple": [], "array": 0}}),
    "no kind": document({"value": {}}),
    "tuple of a string": document({"value": {"tuple": "abc"}}),
    "array missing": document(ARRAY),
    "array by truth": document({"value": {"array": False}}, GOOD),
    "array from the end": document({"value": {"array": -1}}, GOOD),
    "array used twice": document({"value": [{"array": 0}, {"array": 0}]}, GOOD),
    "array nowhere used": document({"value": 1}, GOOD),
    "negative length": document(ARRAY, GOOD, [len(GOOD) + 1, -1]),
    "lengths beyond the end": document(ARRAY, GOOD, [len(GOOD) + 1]),
    "bytes after the end": document(ARRAY, GOOD, [len(GOOD) - 1]),
    "too many arrays": document(
        {"value": [{"array": i} for i in range(10_001)]}, GOOD * 10_001, [len(GOOD)] * 10_001
    ),
    "header larger than its bytes": document(ARRAY, npy_bytes("<f4", "(1000000,)", bytes(8))),
    "header smaller than its bytes": document(ARRAY, npy_bytes("<f4", "(1,)", bytes(8))),
    "8 GB by header": document(ARRAY, npy_bytes("<f8", "(1000, 1000, 1000)", bytes(8))),
    "empty but enormous": document(ARRAY, npy_bytes("<f8", "(0, 999999999)", b"")),
    "nine axes": document(ARRAY, npy_bytes("|u1", "(1, 1, 1, 1, 1, 1, 1, 1, 1)", b"1")),
    "negative axis": document(ARRAY, npy_bytes("<f4", "(-2,)", bytes(8))),
    "dtype in another spelling": document(ARRAY, npy_bytes("|f4", "(2,)", bytes(8))),
    "objects": document(ARRAY, npy_bytes("|O", "(1,)", bytes(8))),
    "structured": document(ARRAY, npy_bytes("|V8", "(1,)", bytes(8))),
    "strings": document(ARRAY, npy_bytes("<U1", "(2,)", bytes(8))),
    "complex": document(ARRAY, npy_bytes("<c8", "(1,)", bytes(8))),
    "long double": document(ARRAY, npy_bytes("<f16", "(1,)", bytes(16))),
    "big-endian": document(ARRAY, npy_bytes(">f4", "(2,)", bytes(8))),
    "fortran order": document(ARRAY, npy_bytes("<f4", "(2,)", bytes(8), order="True")),
    "expression in the header": document(ARRAY, npy_bytes("<f4", "(1+1,)", bytes(8))),
    "npy version 3": document(ARRAY, header(GOOD[10:-8], bytes(8), b"\x03\x00")),
    "header beyond the end": document(ARRAY, GOOD[:8] + b"\xff\xff" + GOOD[10:]),
    "long header": document(ARRAY, header(GOOD[10:-9] + b" " * 600 + b"\n", bytes(8))),
    "a boolean of 7": document(ARRAY, npy_bytes("|b1", "(2,)", b"\x07\x00")),
    "scalar of nothing": document({"value": {"scalar": ["<f4", ""]}}),
    "scalar of two": document({"value": {"scalar": ["<f4", "00" * 8]}}),
    "boolean scalar of 7": document({"value": {"scalar": ["|b1", "07"]}}),
    "a million brackets": raw(b'{"arrays":[],"fields":{"v":[' + b"[]," * 1_000_000 + b"0]}}"),
    "scalar of objects": document({"value": {"scalar": ["|O", "00" * 8]}}),
    "scalar that breaks out": document({"value": {"scalar": ["<f4', 'shape': (9,)", "00"]}}),
    "history of strings": document(
        {"value": {"history": [{"dict": [["loss", ["0.1"]]]}, [0]]}},
    ),
    "history without epochs": document({"value": {"history": [{"dict": []}]}}),
    "model of pickles": document({"value": {"model": "gASV"}}),
    "model with lists for arrays": document(
        {
            "value": {
                "model": [
                    "Sequential",
                    {"dict": []},
                    {"dict": [["d", [[1.0]]]]},
                    None,
                    "",
                    0,
                    False,
                ]
            }
        }
    ),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=list(MALFORMED))
def test_a_malformed_message_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedData):
        decode(data)


def test_nothing_heavy_is_needed_to_read_and_write_plain_data() -> None:
    for module in (encoding, records, npy):
        assert "keras" not in vars(module)
        assert "tensorflow" not in vars(module)
