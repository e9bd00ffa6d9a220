"""Any bytes of the student's process are decoded to plain data or refused, in linear time."""

import json
from random import Random
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.growing_text import UNITS, grown

from autograder.boundary.agent.convpool_agent.decoding import decode
from autograder.boundary.agent.convpool_agent.encoding import MAGIC, encode
from autograder.boundary.agent.convpool_agent.npy import MalformedData
from autograder.boundary.channel import BadReply, FileChannel, printable

TAGS = ["tuple", "dict", "set", "dots", "scalar", "array", "frozen", "history", "model", "other"]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**65), 2**65)
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(["<f8", "|b1", "<i8", "00", "0000000000000080"])
)
NODES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.builds(lambda tag, content: {tag: content}, st.sampled_from(TAGS), inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=15,
)
ARRAYS = st.lists(st.binary(max_size=80) | st.just(b"\x93NUMPY\x01\x00v\x00{'descr': '<f8'"))


def message(document: object, arrays: bytes = b"") -> bytes:
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return MAGIC + len(text).to_bytes(8, "little") + text + arrays


def decoded(data: bytes) -> object:
    """Decode, or return None for what is refused; any other error fails the test."""
    try:
        return decode(data)
    except MalformedData:
        return None


def test_any_message(examples: int = 300) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(NODES, ARRAYS, NODES)
    def check(node: object, arrays: list[bytes], lengths: object) -> None:
        document = {"arrays": [len(one) for one in arrays], "fields": {"value": node}}
        decoded(message(document, b"".join(arrays)))
        decoded(message(document | {"arrays": lengths}, b"".join(arrays)))
        decoded(message({"fields": node}))
        decoded(message({"arrays": [], "fields": node}))

    check()


def test_any_damage_to_a_message(examples: int = 300) -> None:
    whole = encode({"a": [1, (2.5, "x"), {3: {4}}, None], "b": [b"".join([b"x"]).decode()]})

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=40), st.integers(0, len(whole)), st.integers(0, 40))
    def check(inserted: bytes, place: int, removed: int) -> None:
        decoded(inserted)
        decoded(MAGIC + inserted)
        decoded(message(inserted))
        decoded(whole[:place] + inserted + whole[place + removed :])

    check()


@pytest.mark.slow
def test_any_message_for_long() -> None:
    test_any_message(4000)
    test_any_damage_to_a_message(4000)


@pytest.mark.parametrize("unit", [*UNITS.values(), '"\\', "{", '{"a":', "[1,", '{"set":[1', "1e"])
def test_a_long_text_is_decoded_or_refused_within_seconds(unit: str) -> None:
    text = grown(unit, 500_000).encode("utf-8", "replace")
    start = process_time()
    for one in (text, b'{"arrays": [], "fields": ' + text, b'{"arrays": [' + text + b"]}"):
        decoded(message(one))

    assert process_time() - start < 4


@pytest.mark.parametrize("factor", [2**61 - 1, 2**40, 2**44, 1])
@pytest.mark.parametrize("tag", ["set", "dict"])
def test_keys_chosen_to_collide_take_linear_time(factor: int, tag: str) -> None:
    keys = [factor * n for n in range(200_000) if factor * n < 2**64]
    content = [[one, 0] for one in keys] if tag == "dict" else keys
    start = process_time()
    decoded(message({"arrays": [], "fields": {"value": {tag: content}}}))

    assert process_time() - start < 10


NOISE = Random(0).randbytes(2000)  # the same for all workers, whose tests are told by it


@pytest.mark.parametrize("content", [b"", b"x", MAGIC, MAGIC * 50, NOISE], ids=len)
def test_any_reply_is_a_reply_or_a_bad_one(tmp_path, content: bytes) -> None:
    requests, replies = tmp_path / "requests", tmp_path / "replies"
    requests.touch()
    replies.touch()
    channel = FileChannel(requests, replies, lambda *_: replies.write_bytes(content))

    with pytest.raises(BadReply):
        channel.request("describe", {}, 1.0)
    channel.close()


def test_what_the_student_says_is_shown_without_what_acts() -> None:
    said = "\x1b[1mbold\x1b[0m \u202e\u2066\u200fturned\x07\ttab \x1b]0;title\x07end"

    assert printable(said, 100) == "bold turnedtab end"
    assert printable("\ud800x", 100).encode()
    assert printable(b"x", 100) == ""
