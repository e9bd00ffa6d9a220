"""What student code says of its objects is nothing that a test's process relies on.

The attacks of `test_ordinary_courses` with a kernel of their own and no class around them.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.plain_kernel import LATE, Student

from autograder.boundary.agent.convpool_agent import frames
from autograder.boundary.channel import BadReply
from autograder.boundary.standin import fetch
from autograder.boundary.student_objects import StandIns
from autograder.grading import worker_bounds
from autograder.grading.inside_tests import OrdinaryTest, failed
from autograder.grading.outside_tests import OutsideTests
from course.crossing import CannotCross

CELL = """
import numpy as np, pandas as pd
import convpool_agent.serving as serving, convpool_agent.objects as objects
from convpool_agent.records import HandleRecord
held = []

def of_library(module, name, **told):
    "Make an object that says it is of a library's class, and tells these attributes."
    body = {key: (lambda self, _v=v, **k: _v) for key, v in told.items()}
    body["__iter__"] = lambda self: iter([1, 2])
    body["__contains__"] = lambda self, value: True
    kind = type(name, (), body)
    kind.__module__ = module
    return kind()

def pipeline():
    return of_library("sklearn.pipeline", "Pipeline", get_params={"steps": [], "memory": "FOLDER"})

def matrix():
    return of_library("scipy.sparse._csr", "csr_matrix")

def holds(f):
    held.append(f)
    return f(1)

def gives_back(*args):
    return held[0]

def calls_back(*args):
    return held[0](*args)

def nests():
    return lambda x: of_library("__main__", "Any")

def stops(x):
    raise StopIteration

def zeros(x):
    x[:] = 0
    return x

def table():
    return pd.DataFrame({"v": [of_library("__main__", "Any")]})

def masked():
    return np.ma.masked_all(3)
"""


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Student]:
    folder = tmp_path_factory.mktemp("student")
    running = Student(folder)
    try:
        running.run(CELL.replace("FOLDER", str(folder)))
        yield running
    finally:
        running.stop()


def permitting(student: Student, *places: str) -> Any:
    """Return stand-ins that permit objects at these places, and a way to get names."""
    stand_ins = StandIns(student.channel, LATE, frozenset(places))
    return stand_ins, lambda name: fetch(student.channel, name, LATE, wide=stand_ins)


def test_nothing_of_a_library_s_is_made_after_an_object_that_claims_its_class(
    student: Student,
) -> None:
    base = pytest.importorskip("sklearn.base")
    pipelines = pytest.importorskip("sklearn.pipeline")
    _, get = permitting(student, "pipeline", "pipeline(…)", "pipeline(…).get_params")
    claimed = get("pipeline")()
    assert isinstance(claimed, pipelines.Pipeline)
    with pytest.raises(TypeError, match="can't make a Pipeline"):
        base.clone(claimed)


def test_an_object_is_no_matrix_of_scipy_s(student: Student) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    _, get = permitting(student, "matrix", "matrix(…)")
    assert not sparse.issparse(get("matrix")())
    assert not isinstance(get("matrix")(), sparse.csr_matrix)


def test_what_a_test_looks_for_in_an_object_is_not_told(student: Student) -> None:
    places = ["matrix", "matrix(…)", "matrix(…).__iter__"]
    _, get = permitting(student, *places)
    assert 2 in get("matrix")()
    assert 3 not in get("matrix")()
    _, get = permitting(student, *places, "matrix(…).__contains__")
    assert 3 in get("matrix")()  # the reference solution's object is asked, too


def test_what_a_returned_function_returns_has_a_place_of_its_own(student: Student) -> None:
    stand_ins, get = permitting(student, "nests", "nests(…)")
    with pytest.raises(CannotCross, match="plain value was expected"):
        assert get("nests")()(3)
    assert stand_ins.trouble is not None


def test_a_function_of_a_test_is_no_answer_to_it_nor_to_the_next(student: Student) -> None:
    names = ["holds", "gives_back", "calls_back"]
    stand_ins, get = permitting(student, *names)
    assert get("holds")(lambda x: 7) == 7
    with pytest.raises(CannotCross, match="plain value was expected"):
        assert get("gives_back")()
    assert get("calls_back")(1) == 7
    stand_ins.begin(student.channel, frozenset(names))
    with pytest.raises(BadReply, match="earlier test's function"):
        get("calls_back")(1)


def test_a_definition_calls_no_function_of_a_test(student: Student) -> None:
    called: list[int] = []
    stand_ins, get = permitting(student, "holds")
    get("holds")(called.append)
    student.run(
        "usual = serving.ANSWERS['define']\n"
        "serving.ANSWERS['define'] = lambda request: "
        "{'kind': 'callback', 'callback': 0, 'args': [2], 'kwargs': {}, 'printed': ''}"
    )
    stand_ins.define({"x": 1})
    student.run("serving.ANSWERS['define'] = usual")
    assert called == [1]


def test_a_function_can_t_end_a_loop_of_the_test_s(student: Student) -> None:
    _, get = permitting(student, "stops")
    with pytest.raises(RuntimeError, match="StopIteration"):
        list(map(get("stops"), [1, 2]))
    _, get = permitting(student, "stops", "stops(…) stops")
    with pytest.raises(StopIteration):
        get("stops")(1)


def test_changes_of_arguments_are_noted_and_can_be_taken_back(student: Student) -> None:
    stand_ins, get = permitting(student, "zeros")
    numbers, array = [1, 2], np.array([3.0, np.nan])
    with pytest.raises(TypeError):
        get("zeros")(numbers)
    get("zeros")(array)
    assert array.tolist() == [0, 0]
    assert stand_ins.changes
    stand_ins.changes.take_back()
    assert np.array_equal(array, [3, np.nan], equal_nan=True)
    stand_ins.leaves_changes_out = True
    assert get("zeros")(array).tolist() == [0, 0]
    assert array[0] == 3
    stand_ins, get = permitting(student, "zeros", "zeros(…) changes its arguments")
    get("zeros")(array)
    assert array[0] == 0
    assert not stand_ins.changes


def test_an_object_is_no_value_of_a_table_and_a_masked_array_no_array(student: Student) -> None:
    _, get = permitting(student, "table", "masked")
    with pytest.raises(BadReply):
        get("table")()
    with pytest.raises(CannotCross, match="masked array"):
        get("masked")()
    _, get = permitting(student, "masked", "masked(…) masked")
    assert get("masked")().mask.all()


def test_a_time_zone_s_name_opens_no_file() -> None:
    with pytest.raises(Exception, match="time zone"):
        frames.MAKERS["timestamp"](["s", 0, "dateutil//etc/passwd"])
    made = frames.MAKERS["timestamp"](["s", 0, "Europe/Paris"])
    assert made == pd.Timestamp(0, tz="UTC")


def test_a_hidden_part_quotes_whole_texts_of_what_students_see_alone() -> None:
    shown = "assert f(12345) == 6, 'six'"
    test = OrdinaryTest("t", 1, f"{shown}\nassert f(2345) == 4, 'four'", shown)
    assert "six" in failed(test, "AssertionError", "six").message
    for text in ("2345", "f(1", "four"):
        assert text not in failed(test, "AssertionError", text).message


class OneProcess:
    """The plain kernel as a student's side that never begins anew."""

    def __init__(self, student: Student) -> None:
        """Ask this student."""
        self.request = student.channel.request

    def process_number(self) -> int:
        """Return the number of the one process."""
        return 0

    def wrote_errors(self) -> bool:
        """Tell of no errors."""
        return False


def test_time_that_ran_out_is_no_error_that_a_test_may_expect(
    student: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (
        "try:\n    while True:\n        pass\nexcept Exception:\n    pass\nelse:\n    assert False"
    )
    monkeypatch.setattr(worker_bounds, "_bounded", True)
    monkeypatch.setattr(worker_bounds, "GAP_SECONDS", 0.2)
    usual = worker_bounds.signal.signal(worker_bounds.signal.SIGVTALRM, worker_bounds._over_budget)
    try:
        tests = OutsideTests(OneProcess(student), LATE, [])
        verdict = tests.run(OrdinaryTest("t", 1, source, source), [])
    finally:
        worker_bounds.signal.signal(worker_bounds.signal.SIGVTALRM, usual)
    assert (verdict.score, verdict.status) == (0, "timeout")
