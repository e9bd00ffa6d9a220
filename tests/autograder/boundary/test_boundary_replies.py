"""A reply that no honest process gives is one failed gap, never a crash of the grader."""

import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.boundary.agent.convpool_agent.decoding import decode
from autograder.boundary.agent.convpool_agent.encoding import encode
from autograder.boundary.agent.convpool_agent.records import HistoryRecord, ModelRecord
from autograder.boundary.channel import BadReply, FileChannel
from autograder.boundary.standin import RAISED_AS_ITSELF, StandInFunction, StudentError, fetch
from course.crossing import CannotCross
from course.errors import GradingError


class Forger:
    """A student's process that answers as it likes: `forge(request, path of the replies' file)`."""

    def __init__(self, folder: Path) -> None:
        self.requests, self.replies = folder / "request", folder / "reply"
        self.requests.touch()
        self.replies.touch()
        self.forge: Callable[[dict[str, Any], Path], None] = lambda request, path: None
        self.channel = FileChannel(self.requests, self.replies, self.serve)

    def serve(self, number: int, requests: str, replies: str, timeout: float) -> None:
        assert number == self.channel.number
        self.forge(decode(self.requests.read_bytes()), self.replies)

    def fetch(self) -> Any:
        return fetch(self.channel, "q1", 1.0)

    def call(self, *args: Any) -> Any:
        return StandInFunction(self.channel, "train", 1.0)(*args)


@pytest.fixture
def forger(tmp_path: Path) -> Iterator[Forger]:
    forger = Forger(tmp_path)
    yield forger
    forger.channel.close()


def head(request: dict[str, Any]) -> dict[str, Any]:
    return {"number": request["number"], "nonce": request["nonce"]}


def answer(**fields: Any) -> Callable[[dict[str, Any], Path], None]:
    """Reply in the right form with these fields over the honest ones."""
    return lambda request, path: path.write_bytes(encode({**head(request), **fields}))


def test_the_honest_twin_of_the_forged_replies_is_taken(forger: Forger) -> None:
    forger.forge = answer(kind="value", value="b")
    assert forger.fetch() == "b"
    forger.forge = answer(kind="result", result=1, args=[2], kwargs={})
    assert forger.call(2) == 1


def replaced_by(make: Callable[[Path], object]) -> Callable[[dict[str, Any], Path], None]:
    """Put something else in the place of the replies' file."""

    def forge(request: dict[str, Any], path: Path) -> None:
        path.unlink()
        make(path)

    return forge


def to_a_good_reply(request: dict[str, Any], path: Path) -> None:
    path.unlink()
    answer(kind="value", value="b")(request, path)


def to_a_link(request: dict[str, Any], path: Path) -> None:
    target = path.with_name("elsewhere")
    answer(kind="value", value="b")(request, target)
    path.unlink()
    path.symlink_to(target)


def with_a_hard_link(request: dict[str, Any], path: Path) -> None:
    answer(kind="value", value="b")(request, path)
    path.with_name("elsewhere").hardlink_to(path)


def to_a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        os.chdir(path.parent)
        listener.bind(path.name)


def sparse(request: dict[str, Any], path: Path) -> None:
    answer(kind="value", value="b")(request, path)
    os.truncate(path, 1 << 40)


def cut_off(request: dict[str, Any], path: Path) -> None:
    answer(kind="value", value="b")(request, path)
    os.truncate(path, path.stat().st_size - 1)


def foretold(request: dict[str, Any], path: Path) -> None:
    answer(nonce="0" * 32, kind="value", value="b")(request, path)


BAD_FILES: dict[str, Callable[[dict[str, Any], Path], None]] = {
    "nothing": lambda request, path: None,
    "empty": lambda request, path: path.write_bytes(b""),
    "directory": replaced_by(Path.mkdir),
    "FIFO that nobody writes": replaced_by(os.mkfifo),
    "socket": replaced_by(to_a_socket),
    "another file with a good reply": to_a_good_reply,
    "link to a good reply": to_a_link,
    "good reply with a hard link": with_a_hard_link,
    "link to a device": replaced_by(lambda path: path.symlink_to("/dev/zero")),
    "link to itself": replaced_by(lambda path: path.symlink_to(path)),
    "sparse terabyte": sparse,
    "cut off": cut_off,
    "request sent back": lambda request, path: path.write_bytes(encode(request | {"nonce": ""})),
    "pickle": lambda request, path: path.write_bytes(b"\x80\x04cos\nsystem\n(S'true'\ntR."),
    "foretold": foretold,
    "number of another request": answer(number=99, kind="value", value="b"),
    "number that is equal": answer(number=1.0, kind="value", value="b"),
    "number that is true": answer(number=True, kind="value", value="b"),
    "number missing": lambda request, path: path.write_bytes(
        encode({"nonce": request["nonce"], "kind": "value", "value": "b"})
    ),
    "nonce of another type": answer(nonce=["x"], kind="value", value="b"),
    "nonce as an array": answer(nonce=np.zeros(3), kind="value", value="b"),
    "no kind": answer(value="b"),
    "unknown kind": answer(kind="score", value=20),
    "kind as an array": answer(kind=np.zeros(2), value="b"),
    "kind as a list": answer(kind=["value"], value="b"),
    "value missing": answer(kind="value"),
    "result instead of a value": answer(kind="result", result="b", args=[], kwargs={}),
}


@pytest.mark.parametrize("forge", BAD_FILES.values(), ids=list(BAD_FILES))
def test_a_forged_reply_is_a_bad_reply(
    forger: Forger, forge: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path.cwd())
    forger.forge = forge
    with pytest.raises(BadReply):
        forger.fetch()
    assert forger.requests.read_bytes() == b""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("FIFO that nobody writes", "not a file of its own"),
        ("good reply with a hard link", "not a file of its own"),
        ("sparse terabyte", "larger than 64"),
    ],
)
def test_what_cannot_be_a_reply_is_not_even_read(
    forger: Forger, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    forger.forge = BAD_FILES[name]
    monkeypatch.setattr("autograder.boundary.channel.os.read", lambda *_: pytest.fail("was read"))
    with pytest.raises(BadReply, match=said):
        forger.fetch()


BAD_RESULTS: dict[str, dict[str, Any]] = {
    "value instead of a result": {"kind": "value", "value": 1},
    "function instead of a result": {"kind": "function"},
    "arguments missing": {"kind": "result", "result": 1, "kwargs": {}},
    "keywords missing": {"kind": "result", "result": 1, "args": []},
    "arguments of another type": {"kind": "result", "result": 1, "args": "ab", "kwargs": {}},
    "arguments as an array": {"kind": "result", "result": 1, "args": np.ones(1), "kwargs": {}},
    "keywords of another type": {"kind": "result", "result": 1, "args": [], "kwargs": []},
    "kind as an array": {"kind": np.ones(2), "result": 1, "args": [], "kwargs": {}},
}


@pytest.mark.parametrize("fields", BAD_RESULTS.values(), ids=list(BAD_RESULTS))
def test_a_forged_result_is_a_bad_reply(forger: Forger, fields: dict[str, Any]) -> None:
    forger.forge = answer(**fields)
    with pytest.raises(BadReply):
        forger.call(1)


@pytest.mark.parametrize(
    "args",
    [
        [],
        [1, 2, 3],
        ["other"],
        [[1]],
        [np.ones(5)],
        [np.ones((2, 2), int)],
        [np.ones((2, 2, 2))],
        [None],
    ],
    ids=range(8),
)
def test_forged_arguments_leave_the_passed_array_alone(forger: Forger, args: list[Any]) -> None:
    passed = np.zeros((2, 2))
    forger.forge = answer(kind="result", result=1, args=args, kwargs={"more": 1})
    assert forger.call(passed) == 1
    np.testing.assert_array_equal(passed, np.zeros((2, 2)))


def raised(**fields: Any) -> Callable[[dict[str, Any], Path], None]:
    honest = {"kind": "raised", "type": "ValueError", "message": "m", "line": 3, "source": "x = 1"}
    return answer(**{**honest, **fields})


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({}, "line 3: `x = 1`"),
        ({"line": None}, ""),
        ({"line": "3"}, ""),
        ({"line": True}, ""),
        ({"line": -1}, ""),
        ({"line": np.ones(2)}, ""),
        ({"source": None}, "line 3"),
        ({"source": "a\x1b[31m\x07b\u202ec\x00"}, "line 3: `abc`"),
        ({"source": "x" * 9999}, f"line 3: `{'x' * 200}`"),
    ],
    ids=range(9),
)
def test_the_place_of_an_error_is_checked(
    forger: Forger, fields: dict[str, Any], where: str
) -> None:
    forger.forge = raised(**fields)
    with pytest.raises(ValueError, match="m") as error:
        forger.call()
    assert error.value.student_where == where


@pytest.mark.parametrize("name", RAISED_AS_ITSELF)
def test_usual_exceptions_are_raised_as_themselves(forger: Forger, name: str) -> None:
    forger.forge = raised(type=name)
    with pytest.raises(Exception, match="m") as error:
        forger.call()
    assert type(error.value).__name__ == name


@pytest.mark.parametrize(
    "kind",
    [
        *("SystemExit", "KeyboardInterrupt", "GeneratorExit", "BaseException", "StopIteration"),
        *("MemoryError", "Warning", "eval", "__import__", "print", "NoSuchError", "", 7, None, [1]),
    ],
)
def test_no_other_name_becomes_an_exception(forger: Forger, kind: Any) -> None:
    forger.forge = raised(type=kind)
    with pytest.raises(StudentError) as error:
        forger.call()
    assert error.value.student_type == (kind if type(kind) is str else "")


@pytest.mark.parametrize("part", [None, 1, ["a"], np.ones(3), "x" * 9999, "\x1b]0;title\x07"])
def test_a_forged_refusal_is_a_short_printable_refusal(forger: Forger, part: Any) -> None:
    forger.forge = answer(kind="refused", path=part, type=part, reason=part)
    with pytest.raises(CannotCross) as refusal:
        forger.fetch()
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 700


def test_an_exception_cannot_carry_a_value_into_the_trusted_process(forger: Forger) -> None:
    forger.forge = raised(student_where="forged", args=[1], __cause__="x")
    with pytest.raises(ValueError, match="m") as error:
        forger.call()
    assert error.value.args == ("m",)
    assert error.value.__cause__ is None


def test_hostile_records_inside_a_value_are_refused(forger: Forger) -> None:
    model = ModelRecord("Sequential", {"layers": [{"class_name": "Lambda"}]}, {})
    forger.forge = answer(kind="value", value=[{"a": model}])
    with pytest.raises(CannotCross, match=r"`q1\[0\]\['a'\]` is a Keras model"):
        forger.fetch()


def test_hostile_records_inside_arguments_are_refused(forger: Forger) -> None:
    model = ModelRecord("Sequential", {"layers": [{"class_name": "Lambda"}]}, {})
    for args in ([[model]], [[1, model]], [model], [{"a": model}]):
        forger.forge = answer(kind="result", result=1, args=args, kwargs={})
        with pytest.raises(CannotCross, match="is a Keras model"):
            forger.call([1])


def test_a_history_has_plain_lists_only(forger: Forger) -> None:
    forger.forge = answer(
        kind="result", result=HistoryRecord({"loss": [0.5]}, [0]), args=[], kwargs={}
    )
    history = forger.call()
    assert (history.history, history.epoch) == ({"loss": [0.5]}, [0])


def test_replies_may_differ_from_call_to_call(forger: Forger) -> None:
    values = iter(["a", 2, None])
    forger.forge = lambda request, path: answer(kind="value", value=next(values))(request, path)
    assert [forger.fetch(), forger.fetch(), forger.fetch()] == ["a", 2, None]


@pytest.mark.parametrize("results", [None, [1], [1, 2, 3], (1, 2), {"0": 1, "1": 2}, "ab", 2])
def test_other_than_a_result_for_every_case_is_none_for_any(forger: Forger, results: Any) -> None:
    forger.forge = answer(kind="results", results=results)
    function = StandInFunction(forger.channel, "train", 1.0)

    assert function.call_each([(1,), (2,)]) is None


def test_hostile_records_among_many_results_are_refused(forger: Forger) -> None:
    model = ModelRecord("Sequential", {"layers": [{"class_name": "Lambda"}]}, {})
    forger.forge = answer(kind="results", results=[1, model])
    with pytest.raises(CannotCross, match="is a Keras model"):
        StandInFunction(forger.channel, "train", 1.0).call_each([(1,), (2,)])


def test_a_file_put_in_the_place_of_the_replies_is_not_followed(forger: Forger) -> None:
    def swap(request: dict[str, Any], path: Path) -> None:
        path.rename(path.with_name("moved"))
        answer(kind="value", value="b")(request, path)

    forger.forge = swap
    with pytest.raises(BadReply, match="a malformed reply"):
        forger.fetch()


def test_what_the_runner_raises_passes_through_and_leaves_no_request(forger: Forger) -> None:
    def die(request: dict[str, Any], path: Path) -> None:
        raise ChildProcessError("the kernel died")

    forger.forge = die
    with pytest.raises(ChildProcessError):
        forger.fetch()
    assert forger.requests.read_bytes() == b""


def test_the_requests_file_keeps_no_request(tmp_path: Path) -> None:
    asked, reply = tmp_path / "request", tmp_path / "reply"
    asked.touch()
    reply.touch()
    names: list[str] = []

    def serve(number: int, requests: str, replies: str, timeout: float) -> None:
        request = decode(asked.read_bytes())
        names.append(request["name"])
        if request["name"] == "dies":
            raise ChildProcessError
        reply.write_bytes(encode({**head(request), "kind": "undefined"}))

    channel = FileChannel(asked, reply, serve)
    for name in ("a" * 100, "dies", "b"):  # what is left of a longer one would spoil a shorter one
        with contextlib.suppress(ChildProcessError):
            fetch(channel, name, 1.0)
        assert asked.read_bytes() == b""
    channel.close()

    assert names == ["a" * 100, "dies", "b"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["reply", "request"]


def test_a_test_that_passes_what_cannot_cross_is_the_graders_fault(forger: Forger) -> None:
    with pytest.raises(GradingError, match="A test passes train something that cannot cross"):
        forger.call(b"bytes")


def test_a_stand_in_has_nothing_but_its_name(forger: Forger) -> None:
    function = StandInFunction(forger.channel, "train", 1.0)
    assert function.__name__ == "train"
    with pytest.raises(AttributeError):
        function.score = 20
    with pytest.raises(AttributeError):
        function.__code__  # noqa: B018
