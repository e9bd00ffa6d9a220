"""Hidden inputs stay hidden: nothing that a submission says after a hidden call is kept."""

import json
from collections.abc import Iterator

import pytest
from support.kernel_endings import ADD, Ending, EndingGrader, ending_grader

from autograder.boundary.agent.convpool_agent.records import HandleRecord
from autograder.boundary.channel import BadReply
from autograder.folders import CourseFolder
from autograder.grading.automatic_names import AutomaticNames
from autograder.grading.inside_tests import OrdinaryTest
from autograder.grading.outside_tests import OutsideTests
from autograder.grading.rehearsal import Rehearsal, in_sight
from autograder.grading.results import SubmissionResult
from autograder.grading.trusted_tests import TrustedTests
from course.crossing import MAX_BYTES
from course.notebook.verdict import Verdict

COLLECTS = """seen = []
def scale_pixels(images):
    seen.append(images.copy())
    return images / 255.0
"""
TELLS = (
    "'SEEN' + str([part.shape for part in seen if part.ndim == 3 and part.shape[1] not in (2, 28)])"
)


def notebook(scale: str, add: str = ADD, between: str = "", after: str = "") -> Ending:
    cells = [
        f'# %% gap="scale_pixels"\n{scale}',
        f"# %%\n{between}" if between else "",
        f'# %% gap="add_channel_axis"\n{add}',
        f"# %%\n{after}" if after else "",
    ]
    return Ending("", "\n".join(filter(None, cells)), (0.0, 0.0))


@pytest.fixture(scope="module")
def grader(course: CourseFolder, course_images: None, sandbox: object) -> Iterator[EndingGrader]:
    with ending_grader(course, forked=True) as prepared:
        yield prepared


def marks(result: SubmissionResult) -> tuple[float, ...]:
    return tuple(gap.score for gap in result.gaps)


WAYS = {
    "a later cell prints": {"after": f"print({TELLS})"},
    "a cell between prints": {"between": f"print({TELLS})"},
    "a later cell raises": {"after": f"raise ValueError({TELLS})"},
    "a later cell draws": {
        "after": "import matplotlib.pyplot as plt\n"
        f"figure = plt.figure()\nfigure.text(0, 0, 'x')\nprint({TELLS})\nplt.show()"
    },
    "a thread prints": {
        "between": "import threading, time\ndef tell():\n    for _ in range(30):\n"
        f"        time.sleep(0.05)\n        print({TELLS}, flush=True)\n"
        "threading.Thread(target=tell, daemon=True).start()",
        "after": "import time\ntime.sleep(0.5)",
    },
    "another gap raises": {"add": f"def add_channel_axis(images):\n    raise ValueError({TELLS})"},
    "another gap returns it": {"add": f"def add_channel_axis(images):\n    return {TELLS}"},
    "another gap returns an odd type": {
        "add": f"def add_channel_axis(images):\n    return type({TELLS}, (), {{}})()"
    },
    "a patched display": {
        "between": "ip = get_ipython()\n"
        f"ip.events.register('post_run_cell', lambda *_: print({TELLS}))",
        "after": "1",
    },
}


@pytest.mark.parametrize("way", WAYS)
def test_no_later_output_holds_a_hidden_input(grader: EndingGrader, way: str) -> None:
    result = grader.grade(notebook(COLLECTS, **WAYS[way]))

    everything = json.dumps([result.notebook, [gap.message for gap in result.gaps]])
    told = everything.split("'SEEN' + ")  # the source of the cell, which stands in the notebook
    assert all("SEEN[(" not in part for part in told)
    assert marks(result)[0] == 4.0
    assert marks(result)[1] in ((6.0,) if "another" not in way else (0.0,))


SAYS = {
    "raises": "raise ValueError('SEEN' + str(images.shape))",
    "raises its own": "raise type('SEEN' + str(images.shape[0]), (Exception,), {})('SEEN')",
    "returns an odd type": "return type('SEEN', (), {})()",
    "returns a text": "return 'SEEN' + str(images.shape)",
    "returns another shape": "return images[..., None] / 255",
    "prints": "print('SEEN', images)\n        return images",
    "ends": "import os\n        os._exit(1)",
}


@pytest.mark.parametrize("way", SAYS)
def test_a_failed_hidden_check_quotes_nothing_of_the_student(
    grader: EndingGrader, way: str
) -> None:
    scale = (  # right for the images of the visible check, and for those of the notebook
        "def scale_pixels(images):\n    if images.shape[1] in (2, 28):\n"
        f"        return images / 255.0\n    else:\n        {SAYS[way]}\n"
    )

    result = grader.grade(notebook(scale))

    assert marks(result) == (0.0, 6.0)
    outputs = [cell.get("outputs") for cell in result.notebook["cells"]]
    assert "SEEN" not in json.dumps([outputs, [gap.message for gap in result.gaps]])
    assert result.gaps[0].message.startswith(("`scale_pixels` passes the checks", "`scale_pixels`"))


AS_IT_WAS = {
    "a helper is redefined": "factor = None\ndef half(images):\n    return 0",
    "the function is redefined": "def scale_pixels(images):\n    return 0",
    "the function is deleted": "del scale_pixels, half",
    "the kernel ends": "import os\nos._exit(1)",
    "a cell raises": "1 / 0",
    "NumPy's name is taken": "np = 3",
}


@pytest.mark.parametrize("later", AS_IT_WAS)
def test_a_later_cell_changes_no_mark(grader: EndingGrader, later: str) -> None:
    scale = (
        "factor = 2\ndef half(images):\n    return np.asarray(images) / 510.0\n"
        "def scale_pixels(images):\n    return half(images) * factor\n"
    )

    assert marks(grader.grade(notebook(scale, after=AS_IT_WAS[later]))) == (4.0, 6.0)


def test_what_a_function_remembers_is_kept_from_call_to_call(grader: EndingGrader) -> None:
    scale = (
        "calls = 0\ndef scale_pixels(images):\n    global calls\n    calls += 1\n"
        "    return images / 255.0 if calls == {right} else images\n"
    )

    assert marks(grader.grade(notebook(scale.format(right=1), after="calls = 0")))[0] == 0.0
    assert (
        marks(grader.grade(notebook(scale.replace("== {right}", "< 9999"), after="calls = 9999")))[
            0
        ]
        == 4.0
    )


def test_the_part_in_sight_is_what_stands_outside_of_all_hidden_regions() -> None:
    source = (
        "a\n    ### BEGIN HIDDEN TESTS\nb\n    ### END HIDDEN TESTS\nc\n### BEGIN HIDDEN TESTS\nd"
    )

    assert in_sight(source) == "a\nc\n"
    assert in_sight("assert f(1)\n") == "assert f(1)\n"


class Counting:
    """A channel that counts: each reply is another."""

    def __init__(self) -> None:
        self.requests: list[dict[str, object]] = []

    def request(self, kind: str, fields: dict[str, object], timeout: float) -> dict[str, object]:
        self.requests.append(fields)
        return {"kind": "result", "result": len(self.requests)}


def test_a_reply_is_given_again_to_the_same_request_only() -> None:
    channel = Counting()
    rehearsal = Rehearsal(channel)
    first = [rehearsal.request("call", {"args": [n]}, 1.0) for n in (1, 2)]

    rehearsal.repeat()
    again = [rehearsal.request("call", {"args": [n]}, 1.0) for n in (1, 2, 2)]

    assert again[:2] == first
    assert again[2]["result"] == 3
    assert [set(fields) for fields in channel.requests] == [{"args", "keep"}] * 2 + [
        {"args", "kept"}
    ]
    assert not rehearsal.strayed


def test_a_request_out_of_order_is_asked_and_noted() -> None:
    rehearsal = Rehearsal(Counting())
    rehearsal.request("call", {"args": [1]}, 1.0)

    rehearsal.repeat()

    assert rehearsal.request("call", {"args": [5]}, 1.0)["result"] == 2
    assert rehearsal.strayed
    assert rehearsal.request("call", {"args": [1]}, 1.0)["result"] == 1


CALLED = {"kind": "function"}
PARTLY = """
with exercise("f") as check:
    with check.part(0.5):
        check.call(f)
    ### BEGIN HIDDEN TESTS
    check.that(f is not None, "")
    ### END HIDDEN TESTS
### BEGIN HIDDEN TESTS
check.mark(4, check.share)
### END HIDDEN TESTS
"""


class Telling:
    """A student's process that tells what it has seen once the last cell has run."""

    def __init__(self, before: dict[str, object] | Exception, after: dict[str, object]) -> None:
        self.before, self.after = before, after

    def request(self, kind: str, fields: dict[str, object], timeout: float) -> dict[str, object]:
        if kind == "describe":
            return CALLED
        if fields.get("action") == "value":
            function = HandleRecord(1, "function", "f")
            return {"kind": "result", "result": function, "args": [], "kwargs": {}}
        answer = self.after if fields.get("kept") else self.before
        if isinstance(answer, Exception):
            raise answer
        return answer

    def process_number(self) -> int:
        return 0

    def wrote_errors(self) -> bool:
        return False


def decided(channel: Telling, source: str) -> Verdict:
    tests = TrustedTests(channel, {})
    tests.run_locked("from course.checks import exercise")
    seen, _ = tests.run_test("f", 4.0, source)
    assert "SEEN" not in seen.message
    assert tests.waiting == ["f"]
    verdict, printed = tests.run_hidden("f")
    assert "SEEN" not in printed
    return verdict


def raised(kind: str, message: str, **more: object) -> dict[str, object]:
    fields = {"line": 1, "source": message, "placeholder": False}
    return {"kind": "raised", "type": kind, "message": message, **fields, **more}


@pytest.mark.parametrize("kind", ["MemoryError", "ValueError", "SEEN"])
def test_an_error_outside_of_a_hidden_check_quotes_nothing_either(kind: str) -> None:
    source = (
        'with exercise("f") as check:\n    check.that(callable(f), "")\n'
        "    ### BEGIN HIDDEN TESTS\n    check.call(f)\n    ### END HIDDEN TESTS\n"
    )

    verdict = decided(Telling({}, raised(kind, "SEEN [3 4 5]")), source)

    assert verdict.score == 0.0
    assert "raised an error in a hidden one" in verdict.message
    assert "SEEN" not in verdict.message


@pytest.mark.parametrize(
    "before",
    [raised("ValueError", "x", more="x" * (MAX_BYTES - 500)), BadReply("a reply that is none")],
)
def test_a_reply_that_could_not_be_kept_is_not_quoted_when_it_is_given_anew(
    before: dict[str, object] | Exception,
) -> None:
    verdict = decided(Telling(before, raised("ValueError", "SEEN [3 4 5]")), PARTLY)

    assert verdict.score == 2.0
    assert verdict.message == "2 of 4 points."


def test_a_reply_that_was_kept_is_quoted_as_it_was() -> None:
    before = raised("ValueError", "as it was")

    verdict = decided(Telling(before, raised("ValueError", "SEEN [3 4 5]")), PARTLY)

    assert verdict.score == 2.0
    assert "as it was" in verdict.message


@pytest.mark.parametrize(
    "after",
    [
        raised("SEEN_3_4_5", "SEEN"),
        raised("SEEN_3_4_5", ""),
        raised("ValueError", "SEEN [3 4 5]"),
        {"kind": "refused", "path": "SEEN", "type": "SEEN", "reason": "SEEN"},
        {"kind": "SEEN"},
        {"kind": "result", "result": "SEEN", "args": [], "kwargs": {}},
    ],
)
def test_a_hidden_part_of_an_ordinary_test_quotes_nothing(after: dict[str, object]) -> None:
    shown, hidden = "assert f\n", "assert f() == 'right', f()\n"
    tests = OutsideTests(Telling({}, after), 10.0, [], objects={"t": ["f"]})

    tests.run(OrdinaryTest("t", 4.0, shown + hidden, shown), ["f"])
    verdict = tests.run_hidden()

    assert verdict.score == 0.0
    assert verdict.message
    assert "SEEN" not in verdict.message


GIVES_A_NETWORK = """
import keras
network = keras.Sequential(
    [keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="zeros")]
)
network.compile(keras.optimizers.Adam(), "mse")
assert f(network) is None
"""
ASKS_MORE = "### BEGIN HIDDEN TESTS\nassert f(2) is None\n### END HIDDEN TESTS\n"


class Recording(Telling):
    """Counts the calls; each leaves its arguments as they were."""

    calls = 0

    def request(self, kind: str, fields: dict[str, object], timeout: float) -> dict[str, object]:
        if kind == "describe" or fields.get("action") == "value":
            return super().request(kind, fields, timeout)
        self.calls += 1
        return {"kind": "result", "result": None, "args": fields["args"], "kwargs": {}}


def test_a_network_of_a_test_is_the_same_in_both_turns() -> None:
    channel = Recording({}, {})
    tests = TrustedTests(channel, {})

    first, _ = tests.run_test("f", 4.0, GIVES_A_NETWORK + ASKS_MORE)
    verdict, _ = tests.run_hidden("f")

    assert (first.score, verdict.score) == (4.0, 4.0)
    assert channel.calls == 2  # not once more for the part in sight


def test_a_network_of_an_ordinary_test_is_the_same_in_both_turns() -> None:
    channel = Recording({}, {})
    tests = OutsideTests(channel, 10.0, [], narrow=["t"])

    tests.run(OrdinaryTest("t", 4.0, GIVES_A_NETWORK + ASKS_MORE, GIVES_A_NETWORK), ["f"])
    verdict = tests.run_hidden()

    assert verdict.score == 4.0, verdict.message
    assert channel.calls == 2


def test_names_are_given_on_from_where_they_were() -> None:
    import keras

    before = AutomaticNames()
    first, second = (keras.layers.Flatten().name for _ in range(2))

    before.restore()

    assert [keras.layers.Flatten().name for _ in range(2)] == [first, second]
    assert first != second
