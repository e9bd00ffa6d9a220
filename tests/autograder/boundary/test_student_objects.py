"""Stand-ins for a student's objects, end to end with the agent in a kernel of its own."""

import contextlib
import copy
import importlib
import inspect
import io
import random
import warnings
from collections.abc import Iterator
from typing import Any
from unittest import mock

import numpy as np
import pytest
from support.plain_kernel import LATE, Student

from autograder.boundary.agent.convpool_agent.records import HandleRecord
from autograder.boundary.channel import BadReply
from autograder.boundary.object_stand_ins import StandIn
from autograder.boundary.standin import UNDEFINED, StudentError, fetch
from autograder.boundary.student_objects import StandIns
from course.crossing import CannotCross

CELL = """
class Overdrawn(ValueError):
    pass

class Account:
    "A bank account."
    def __init__(self, owner, balance=0):
        self.owner, self.balance = owner, balance
    def deposit(self, amount):
        self.balance += amount
        return self.balance
    def withdraw(self, amount):
        if amount > self.balance:
            raise Overdrawn(f"only {self.balance}")
        self.balance -= amount
    def __str__(self):
        return f"{self.owner}: {self.balance}"
    def __eq__(self, other):
        return isinstance(other, Account) and self.balance == other.balance
    def __len__(self):
        return 3
    def __add__(self, other):
        return Account(self.owner, self.balance + getattr(other, "balance", other))

class Saver(Account):
    pass

class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __gt__ = __le__ = __ge__ = __lt__
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __abs__(self): return 0.0

def liar():
    return Yes()

def counting(n):
    for i in range(n):
        yield i * i

def endless():
    n = 0
    while True:
        yield n
        n += 1

def adder(n):
    def add(m, k=1):
        return n + m + k
    return add

def apply(f, xs):
    return [f(x) for x in xs]

def catches(f):
    try:
        return f()
    except KeyError as error:
        return f"caught {error.args[0]}"

def forever(f):
    while True:
        f()

def asks():
    name = input("Name? ")
    print(f"Hello {name}!")
    return len(name)

def spoils(frame, members, items):
    frame["new"] = 1
    members.add(3)
    items[0].append(9)

def big(n):
    return {(n, n): 2 ** n}

def nests(f):
    return f(lambda x: x + 1)
"""


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Student]:
    running = Student(tmp_path_factory.mktemp("student"))
    try:
        running.run(CELL)
        yield running
    finally:
        running.stop()


@pytest.fixture
def get(student: Student) -> Any:
    return lambda name: fetch(student.channel, name, LATE, wide=True)


def test_instances_have_their_methods_and_attributes(get: Any) -> None:
    account = get("Account")("Ada", balance=5)
    assert account.deposit(10) == 15
    assert (account.balance, account.owner, len(account)) == (15, "Ada", 3)
    account.balance = 2**70
    assert account.balance == 2**70
    assert str(account) == f"Ada: {2**70}"
    assert hasattr(account, "deposit")
    assert not hasattr(account, "nothing")
    assert "deposit" in dir(account)
    with pytest.raises(TypeError):
        account()


def test_instances_are_of_their_classes(get: Any) -> None:
    account, saver = get("Account")("a"), get("Saver")("b")
    assert isinstance(saver, get("Account"))
    assert isinstance(saver, get("Saver"))
    assert not isinstance(account, get("Saver"))
    assert not isinstance(3, get("Account"))
    assert issubclass(get("Saver"), get("Account"))


def test_instances_are_compared_with_each_other_in_their_process(get: Any) -> None:
    make = get("Account")
    assert make("a", 1) == make("b", 1)
    assert make("a", 1) != make("b", 2)
    assert (make("a", 1) + make("b", 2)).balance == 3


def test_an_object_that_is_equal_to_everything_earns_nothing(get: Any) -> None:
    liar = get("liar")()
    assert (liar == 3) is False
    assert (liar != 3) is True
    assert liar != "b"
    assert liar not in [1, 2]
    assert liar != pytest.approx(3)
    for untrue in (lambda: liar < 3, lambda: 3 - liar, lambda: abs(3 - liar) < 1):
        with pytest.raises(TypeError):
            untrue()


def test_a_reference_records_where_objects_and_comparisons_stand(student: Student) -> None:
    reference = StandIns(student.channel, LATE)
    reference.recording = True
    account = fetch(student.channel, "Account", LATE, wide=reference)("a", 1)
    assert (account + 2).balance == 3
    places = frozenset(reference.seen)
    assert places == {"Account", "Account(…)", "Account(…).__add__"}
    again = StandIns(student.channel, LATE, places)
    account = fetch(student.channel, "Account", LATE, wide=again)("a", 1)
    assert (account + 2).balance == 3
    liar = fetch(student.channel, "liar", LATE, wide=again)
    with pytest.raises(CannotCross, match="plain value was expected"):
        liar()


UNEXPECTED = {
    "equal": lambda yes: yes == 3,
    "unequal": lambda yes: yes != 3,
    "among": lambda yes: yes in [1, 2],
    "in a list": lambda yes: [yes] == [1],
    "in a set": lambda yes: {yes},
    "less": lambda yes: yes > 1,
    "difference": lambda yes: abs(3 - yes) < 1,
    "true": lambda yes: bool(yes),
    "false": lambda yes: not yes,
    "text": lambda yes: f"{yes}" + str(yes),
    "attribute": lambda yes: yes.real,
    "called": lambda yes: yes(),
    "as a class": lambda yes: isinstance(3, yes),
    "length": lambda yes: len(yes),
    "items": lambda yes: list(yes),
    "array": lambda yes: np.array(yes) == 3,
    "close": lambda yes: yes == pytest.approx(3),
}


@pytest.mark.parametrize("use", UNEXPECTED.values(), ids=UNEXPECTED.keys())
def test_an_object_where_the_reference_has_a_plain_value_can_t_be_used(
    student: Student, use: Any
) -> None:
    stand_ins = StandIns(student.channel, LATE, frozenset(["liar"]))
    yes = fetch(student.channel, "liar", LATE, wide=stand_ins)()
    assert stand_ins.trouble is None
    with pytest.raises(CannotCross, match="plain value was expected"):
        use(yes)
    assert isinstance(stand_ins.trouble, CannotCross)


def test_such_an_object_can_be_ignored_and_passed_back(student: Student) -> None:
    student.run("def is_yes(it): return type(it) is Yes")
    stand_ins = StandIns(student.channel, LATE, frozenset(["liar", "is_yes"]))
    liar, is_yes = (fetch(student.channel, n, LATE, wide=stand_ins) for n in ("liar", "is_yes"))
    assert is_yes(liar()) is True
    assert liar() is not None
    assert not isinstance(liar(), (int, list))
    assert stand_ins.trouble is None


def test_an_iterator_where_the_reference_has_a_plain_value_gives_its_items(
    student: Student,
) -> None:
    student.run("def lies(n):\n    yield from [Yes()] * n")
    stand_ins = StandIns(student.channel, LATE, frozenset(["counting", "lies"]))
    counting = fetch(student.channel, "counting", LATE, wide=stand_ins)
    assert sum(counting(4)) == 14
    assert sorted(counting(3)) == list(counting(3)) == [0, 1, 4]
    assert 4 in counting(3)
    assert 3 not in counting(3)
    assert stand_ins.trouble is None
    with pytest.raises(CannotCross, match="plain value was expected"):
        assert list(fetch(student.channel, "lies", LATE, wide=stand_ins)(2)) == [1, 1]
    with pytest.raises(CannotCross, match="plain value was expected"):
        assert counting(4) == [0, 1, 4, 9]


def test_own_exceptions_are_caught_by_class_and_by_base(get: Any) -> None:
    account = get("Account")("Ada")
    with pytest.raises(get("Overdrawn"), match="only 0"):
        account.withdraw(1)
    with pytest.raises(ValueError):
        account.withdraw(1)
    with pytest.raises(StudentError) as caught:
        account.withdraw(1)
    assert caught.value.student_type == "Overdrawn"


def test_generators_are_read_one_by_one(get: Any) -> None:
    assert list(get("counting")(4)) == [0, 1, 4, 9]
    stream = get("endless")()
    assert [next(stream), next(stream)] == [0, 1]
    assert next(iter(get("counting")(1))) == 0


def test_functions_that_are_returned_can_be_called(get: Any) -> None:
    add = get("adder")(2)
    assert (add(3), add(3, k=0)) == (6, 5)
    assert add.__name__ == "add"
    assert str(inspect.signature(add)) == "(m, k=1)"
    assert get("Account").__doc__ == "A bank account."


def test_functions_of_the_test_are_called_by_the_student(get: Any) -> None:
    seen: list[int] = []

    def double(x: int) -> int:
        seen.append(x)
        return 2 * x

    assert get("apply")(double, [1, 2, 3]) == [2, 4, 6]
    assert seen == [1, 2, 3]
    assert get("nests")(lambda plus_one: plus_one(4)) == 5


def test_a_function_of_the_test_may_raise(get: Any) -> None:
    def fails() -> None:
        raise KeyError("k")

    assert get("catches")(fails) == "caught 'k'"
    with pytest.raises(ZeroDivisionError):
        get("catches")(lambda: 1 / 0)


def test_the_reference_solution_may_call_less_often_than_students(
    student: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.boundary.student_objects.MAX_CALLBACKS", 50)
    stand_ins = StandIns(student.channel, LATE)
    apply = fetch(student.channel, "apply", LATE, wide=stand_ins)
    assert apply(abs, [-1] * 20) == [1] * 20
    stand_ins.recording = True
    with pytest.raises(BadReply, match="too many calls"):
        apply(abs, [-1] * 20)


def test_objects_are_copied_in_their_process(get: Any) -> None:
    one = get("Account")("Ada", 1)
    other, third = copy.copy(one), copy.deepcopy(one)
    other.deposit(2)
    third.deposit(3)
    assert (one.balance, other.balance, third.balance) == (1, 3, 4)
    assert type(third).__name__ == "Account"


def test_an_error_of_a_missing_key_has_the_key(student: Student, get: Any) -> None:
    student.run("def at(d, k): return d[k]")
    with pytest.raises(KeyError) as caught:
        get("at")({}, "k")
    assert caught.value.args == ("k",)


def test_a_function_of_the_test_has_its_name(student: Student, get: Any) -> None:
    student.run("def name_of(f): return f.__name__")
    assert get("name_of")(abs) == "abs"


def test_calls_of_the_test_are_limited(get: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.boundary.student_objects.MAX_CALLBACKS", 20)
    with pytest.raises(Exception, match="too many calls"):
        get("forever")(lambda: None)


def test_input_is_mocked_and_print_is_captured(get: Any) -> None:
    asks = get("asks")
    with (
        mock.patch("builtins.input", return_value="Ada") as asked,
        contextlib.redirect_stdout(io.StringIO()) as printed,
    ):
        assert asks() == 3
    asked.assert_called_once_with("Name? ")
    assert printed.getvalue() == "Hello Ada!\n"


def test_arguments_are_changed_in_place(get: Any) -> None:
    pd = pytest.importorskip("pandas")
    frame, members, items = pd.DataFrame({"a": [1]}), {1}, [[0]]
    inner = items[0]
    get("spoils")(frame, members, items)
    assert list(frame.columns) == ["a", "new"]
    assert (members, inner) == ({1, 3}, [0, 9])


def test_plain_values_and_missing_names(get: Any) -> None:
    assert get("big")(100) == {(100, 100): 2**100}
    assert get("missing") is UNDEFINED


def test_shared_random_numbers_go_on_where_the_test_is(student: Student) -> None:
    student.run("import random\nimport numpy as np\nrandoms = [random.random, np.random.rand]")
    stand_ins = StandIns(student.channel, LATE)
    draws = fetch(student.channel, "randoms", LATE, wide=stand_ins)
    stand_ins.settings.shares_random = True
    random.seed(1)
    np.random.seed(1)
    random.random()
    plain, numpys = random.Random(1), np.random.RandomState(1)
    plain.random()
    found = [draw() for draw in draws * 2]
    assert found == [plain.random(), numpys.rand(), plain.random(), numpys.rand()]


def test_random_numbers_are_shared_on_demand_only(student: Student) -> None:
    student.run("import random\nrandom.seed(7)\nroll = random.random")
    stand_ins = StandIns(student.channel, LATE)
    roll = fetch(student.channel, "roll", LATE, wide=stand_ins)
    random.seed(1)
    assert roll() == random.Random(7).random()


def test_names_of_a_test_are_defined_in_the_student_s_process(student: Student) -> None:
    stand_ins = StandIns(student.channel, LATE)
    account = fetch(student.channel, "Account", LATE, wide=stand_ins)("Ada", 3)
    stand_ins.define({"own": account, "sum_of_it": 2**70, "helper": len, "odd": iter([])})
    student.run("assert isinstance(own, Account) and own.balance == 3 and sum_of_it == 2**70")
    student.run("assert 'helper' not in dir() and 'odd' not in dir()")


def test_trouble_is_kept_where_a_test_catches_it(student: Student) -> None:
    stand_ins = StandIns(student.channel, LATE, frozenset(["liar"]))
    liar = fetch(student.channel, "liar", LATE, wide=stand_ins)
    with contextlib.suppress(Exception):
        abs(liar())
    assert isinstance(stand_ins.trouble, CannotCross)


class Forger:
    """A student's process whose every reply is the next one of a list."""

    def __init__(self, *replies: dict[str, Any]) -> None:
        self.replies = list(replies)

    def request(self, kind: str, fields: dict[str, object], timeout: float) -> dict[str, Any]:
        return self.replies.pop(0)


THING = HandleRecord(7, "object", "Thing", {"methods": ["__len__", "__eq__", "__bool__", 3]})
FORGED = {
    "call of no function": {"kind": "callback", "callback": 0, "args": [], "kwargs": {}},
    "call of a negative function": {"kind": "callback", "callback": -1, "args": [], "kwargs": {}},
    "call without arguments": {"kind": "callback", "callback": 0, "args": 3, "kwargs": None},
    "no arguments afterwards": {"kind": "result", "result": 1},
    "arguments of another kind": {"kind": "result", "result": 1, "args": 1, "kwargs": 1},
    "printed text too long": {"kind": "result", "printed": "x" * 1_000_001},
    "printed text that is none": {"kind": "result", "printed": 3},
    "an unknown kind": {"kind": "code", "result": 1},
    "a function of the test that is none": {
        "kind": "result", "result": HandleRecord(5, "callback", ""), "args": [], "kwargs": {},
    },
}  # fmt: skip


@pytest.mark.parametrize("reply", FORGED.values(), ids=FORGED.keys())
def test_a_forged_reply_is_refused(reply: dict[str, Any]) -> None:
    with pytest.raises(BadReply):
        fetch(Forger(reply), "q", LATE, wide=StandIns(Forger(reply), LATE))


def result(value: Any) -> dict[str, Any]:
    return {"kind": "result", "result": value, "args": [], "kwargs": {}}


def test_special_methods_answer_in_their_types() -> None:
    channel = Forger(result(THING), result("many"), result(1), result(True))
    thing = StandIns(channel, LATE).fetch("thing", "", UNDEFINED)
    with pytest.raises(TypeError):
        len(thing)
    with pytest.raises(TypeError):
        bool(thing)
    assert bool(thing) is True


def test_an_exception_class_is_below_pythons_exceptions_only() -> None:
    bases = {"bases": ["Own", "SystemExit", "eval", 3, "KeyError"]}
    made = StandIns(Forger(result(HandleRecord(1, "exception", "Own", bases))), LATE)
    own = made.fetch("Own", "", UNDEFINED)
    assert issubclass(own, KeyError)
    assert not issubclass(own, SystemExit)


@pytest.mark.parametrize(
    "claim", [["builtins", "int"], ["numpy", "ndarray"], ["matplotlib", "axes"], ["os", "x"], 3]
)
def test_an_object_is_of_no_class_of_plain_values(claim: Any) -> None:
    record = HandleRecord(7, "object", "Thing", {"methods": [], "library": claim})
    thing = StandIns(Forger(result(record)), LATE).fetch("thing", "", UNDEFINED)
    assert not isinstance(thing, (int, float, str, list, np.ndarray))
    assert isinstance(thing, StandIn)


@pytest.mark.parametrize("name", ["_typ", "__array__", "__wrapped__", "_repr_html_", "__class_x__"])
def test_libraries_find_no_marks_of_their_own(name: str) -> None:
    thing = StandIns(Forger(result(THING), result(1)), LATE).fetch("thing", "", UNDEFINED)
    assert not hasattr(thing, name)


def test_the_narrow_fetch_is_as_before(student: Student) -> None:
    with pytest.raises(CannotCross):
        fetch(student.channel, "big", LATE)(100)


LIBRARY_CELL = """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt

def plot(x):
    figure, axes = plt.subplots()
    axes.plot(x, [v * v for v in x], label="squares")
    axes.set_title("Squares")
    axes.set_xlabel("x")
    axes.legend()
    return axes

def fitted(x, y):
    from sklearn.linear_model import LinearRegression
    return LinearRegression().fit(x, y)
"""


def test_axes_have_their_titles_lines_and_legend(student: Student, get: Any) -> None:
    student.run(LIBRARY_CELL)
    axes = get("plot")([1, 2, 3])
    assert (axes.get_title(), axes.get_xlabel()) == ("Squares", "x")
    assert isinstance(axes, importlib.import_module("matplotlib.axes").Axes)
    (line,) = axes.get_lines()
    assert line.get_ydata().tolist() == [1, 4, 9]
    assert axes.lines[0].get_label() == "squares"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["squares"]
    assert axes.get_xlim()[0] < 1


def test_estimators_have_their_attributes(student: Student, get: Any) -> None:
    pytest.importorskip("sklearn")
    student.run(LIBRARY_CELL)
    estimator = get("fitted")([[0.0], [1.0]], [1.0, 3.0])
    assert estimator.coef_.tolist() == pytest.approx([2.0])
    assert estimator.predict([[2.0]]).tolist() == pytest.approx([5.0])


WARNS = """
import warnings, numpy as np
class Odd(UserWarning): pass
def old(n):
    warnings.warn("old function", DeprecationWarning)
    return n
def odd(n):
    warnings.warn("odd " + str(n), Odd)
def inverse(x):
    return 1 / np.asarray(x)
def complains():
    import sys
    print("trouble", file=sys.stderr)
def singular():
    return np.linalg.inv(np.zeros((2, 2)))
"""


def test_what_is_written_to_standard_error_arrives_there(student: Student, get: Any) -> None:
    student.run(WARNS)
    with contextlib.redirect_stderr(io.StringIO()) as errors:
        get("complains")()
    assert errors.getvalue() == "trouble\n"
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        get("inverse")([1.0, 0.0])


def test_warnings_are_filtered_and_caught_as_the_test_says(student: Student, get: Any) -> None:
    student.run(WARNS)
    inverse = get("inverse")
    with warnings.catch_warnings(record=True) as caught:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            inverse([0.0])
        with np.errstate(divide="ignore"):
            inverse([0.0])
    assert caught == []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert get("old")(3) == 3
        get("odd")(5)
    assert [(one.category.__name__, str(one.message)) for one in caught] == [
        ("DeprecationWarning", "old function"),
        ("Odd", "odd 5"),
    ]
    assert issubclass(caught[1].category, UserWarning)
    with pytest.warns(RuntimeWarning, match="divide"):
        inverse([0.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        with pytest.raises(Warning, match="divide"):
            inverse([0.0])
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        inverse([0.0])


def test_a_library_s_error_is_of_its_class(student: Student, get: Any) -> None:
    student.run(WARNS)
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        get("singular")()


def test_a_class_has_the_methods_of_its_own_class(student: Student, get: Any) -> None:
    student.run("import enum\nclass Suit(enum.Enum):\n    HEARTS = 1\n    SPADES = 2")
    suit = get("Suit")
    assert [one.name for one in suit] == ["HEARTS", "SPADES"]
    assert (len(suit), suit["SPADES"].value) == (2, 2)
    assert suit(2) == suit.SPADES and suit(2) is suit.SPADES and suit.HEARTS in suit
    assert isinstance(suit.HEARTS, suit)


SHARES = """
class Bag:
    def __init__(self, items=[]):
        self.items = items
        self.own = []
    def add(self, item):
        self.items.append(item)
        self.own.append(item)
    def all(self):
        return self.items
    def copies(self):
        return list(self.own)
prices = {"apple": 1, "bread": 2}
def total(names, prices):
    return sum(prices.pop(name) for name in names)
def same(values):
    return values
def other(values):
    return values.copy()
def fails(values):
    values.clear()
    raise ValueError("cleared")
def pairs(values):
    values = iter(values)
    for one in values:
        yield one, next(values)
def is_word(word, pair, items):
    return word is "word" and pair is items[1]
"""


@pytest.fixture
def shares(student: Student, get: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        student.run(SHARES)
    stand_ins = StandIns(student.channel, LATE)
    return lambda name: fetch(student.channel, name, LATE, wide=stand_ins)


def test_a_value_that_comes_back_is_the_one_that_was_passed(shares: Any) -> None:
    np_values, values = np.arange(3), [1, 2]
    for one in (np_values, values, {"k": 1}, {1}, bytearray(b"a")):
        assert shares("same")(one) is one
        assert shares("other")(one) is not one
    assert shares("prices") is shares("prices")


def test_what_one_side_changes_is_changed_on_the_other(shares: Any) -> None:
    given = [1]
    bag = shares("Bag")(given)
    given.append(2)
    assert bag.all() == [1, 2] and bag.all() is given
    bag.add(3)
    assert given == [1, 2, 3]
    bag.own.append(9)
    assert bag.own == [3, 9] and bag.copies() == [3, 9]
    bag.copies().append(7)
    assert bag.copies() == [3, 9]
    kept = bag.own
    bag.add(4)
    assert kept == [3, 9, 4] and kept is bag.own


def test_a_default_value_remembers_what_the_test_does_to_it(shares: Any) -> None:
    first, second = shares("Bag")(), shares("Bag")()
    first.items.append("mine")
    assert second.items == ["mine"]


def test_a_variable_of_the_student_s_that_is_passed_back_is_the_variable(
    student: Student, shares: Any
) -> None:
    prices = shares("prices")
    assert shares("total")(["apple"], prices) == 1
    assert prices == {"bread": 2}
    student.run("assert prices == {'bread': 2}; prices['milk'] = 4")
    assert shares("prices") == {"bread": 2, "milk": 4}


def test_arguments_of_a_call_that_fails_are_changed_too(shares: Any) -> None:
    values = [1]
    with pytest.raises(ValueError, match="cleared"):
        shares("fails")(values)
    assert values == []


def test_iterators_of_the_test_are_read_by_the_student(shares: Any) -> None:
    assert list(shares("pairs")(iter([1, 2, 3, 4]))) == [(1, 2), (3, 4)]
    assert list(shares("pairs")(n * n for n in range(2))) == [(0, 1)]
    given = iter([5])
    assert shares("same")(given) is given


def test_a_generator_of_the_test_is_drawn_from_by_both(student: Student, shares: Any) -> None:
    student.run(
        "def roll(rng): return rng.random()\nclass Die:\n    def __init__(self, rng):\n"
        "        self.rng = rng\n    def roll(self):\n        return self.rng.random()"
    )
    for make in (np.random.default_rng, random.Random, np.random.RandomState):
        ours, plain = make(3), make(3)
        die = shares("Die")(ours)
        found = [ours.random(), shares("roll")(ours), die.roll(), ours.random(), die.roll()]
        assert found == [plain.random() for _ in found]


def test_equal_constants_are_one_object_as_in_one_cell(shares: Any) -> None:
    assert shares("is_word")("word", (1, 2), [0, (1, 2)])


def test_a_value_that_the_test_no_longer_holds_is_forgotten(shares: Any) -> None:
    stand_ins = shares("same")._stand_in[0]
    for n in range(20):
        assert shares("other")([n]) == [n]
    assert len(stand_ins._shared._held) < 5


BAGS = frozenset(["Bag", "Bag(…)", "Bag(…).add", "Bag(…).copies", "other", "empties"])


def test_a_change_that_is_taken_back_here_stays_there(student: Student, shares: Any) -> None:
    stand_ins = StandIns(student.channel, LATE, BAGS)
    bag = fetch(student.channel, "Bag", LATE, wide=stand_ins)([])
    kept = bag.own
    bag.add(3)
    assert kept == [3] and stand_ins.changes
    stand_ins.take_back_changes()
    assert kept == []
    assert bag.own == bag.copies() == [3]
    bag.add(4)
    assert (kept, bag.copies()) == ([], [3, 4])


def test_a_change_that_is_left_out_is_in_no_value_of_the_test_s(
    student: Student, shares: Any
) -> None:
    student.run("def empties(values):\n    values.clear()\n    return values")
    stand_ins = StandIns(student.channel, LATE, BAGS)
    empties, other, new = (
        fetch(student.channel, name, LATE, wide=stand_ins) for name in ("empties", "other", "Bag")
    )
    stand_ins.leaves_changes_out = True
    values = [1, 2]
    assert empties(values) == [] and values == [1, 2]
    assert other(values) == [1, 2]
    bag = new(values)
    bag.add(3)
    assert values == [1, 2] and bag.copies() == [3]


@pytest.mark.parametrize(
    "told",
    [3, {"changed": 3}, {"changed": [[1]]}, {"changed": [3]}],
    ids=["no dict", "no list", "no pair", "no lists"],
)
def test_a_forged_change_is_refused(told: Any) -> None:
    reply = {"kind": "result", "result": [1], "args": [], "kwargs": {}, "shared": told}
    with pytest.raises(BadReply):
        fetch(Forger(reply), "q", LATE, wide=StandIns(Forger(reply), LATE))
