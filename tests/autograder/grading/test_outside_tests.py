"""Ordinary tests of many kinds run outside the student's process and have stock's marks."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from support.stock_course import (
    answer,
    automatic_scores,
    cell,
    hand_in,
    nbgrader,
    ordinary_test,
    write_notebook,
)

from autograder.build.coursedir import StockCourse, find_stock_course
from autograder.grading.conditions import GradeOptions
from autograder.grading.results import SubmissionResult, iter_results
from autograder.grading.stock_run import grade_stock_class
from autograder.sandbox import Sandbox

QUICK = GradeOptions(jobs=2, warm=True)
ACCOUNT = """\
class Overdrawn(ValueError):
    pass

class Account:
    "A bank account."
    def __init__(self, owner, balance=0):
        self.owner, self.balance = owner, balance
    def deposit(self, amount):
        self.balance += amount
    def withdraw(self, amount):
        if amount > self.balance:
            raise Overdrawn("too little")
        self.balance -= amount
    def __eq__(self, other):
        return self.balance == other.balance"""
FRAMES = """\
def mean_by_group(frame):
    return frame.groupby("g").mean()
def top(frame):
    return frame["v"].max()"""
TALK = """\
def greet():
    name = input("Name? ")
    print(f"Hello {name}!")
def show(n):
    print(*range(n))"""
CALLS = """\
def apply_twice(f, x):
    return f(f(x))
def adder(n):
    return lambda m: n + m
def squares(n):
    for i in range(n):
        yield i * i
def counted(f):
    @functools.wraps(f)
    def counting(*args):
        counting.calls += 1
        return f(*args)
    counting.calls = 0
    return counting
def apply_all(f, xs):
    return [f(x) for x in xs]
def save(values, key):
    return values[key]"""
DRAWS = """\
def draw():
    return np.random.random()
def roll():
    return random.randint(1, 6)"""
PLACES = """\
def biggest(numbers):
    return max(numbers)
def valid(word):
    return len(word) > 3"""
CHECKER = """\
limit = 5
def is_biggest(number, *numbers):
    found = biggest([number, *numbers])
    return found == number
def check_all():
    assert is_biggest(limit, 3) and not is_biggest(3, limit)"""
NOISE = """\
import logging
import sys
logging.basicConfig()
def after(x):
    return x + 1
def before(x):
    return x - 1
def inverse(x):
    return 1 / np.asarray(x)"""

SHARED = """\
import matplotlib.pyplot as plt
prices = {"a": 1, "b": 2}
def total(basket, prices):
    return sum(prices.get(name) * n for name, n in basket.items())
class Bag:
    def __init__(self, items):
        self.items = list(items)
def plot_line(axes):
    axes.plot([0, 1], [1, 4])
    axes.set_title("line")"""

OUTSIDE = {
    "instances": "a = Account('Ada', 5)\na.deposit(2)\nassert a.balance == 7 and a.owner == 'Ada'",
    "own-errors": "try:\n    Account('Ada').withdraw(1)\nexcept Overdrawn as error:\n"
    "    assert 'little' in str(error)\nelse:\n    assert False",
    "hidden-state": "b = Account('Bo')\nb.deposit(1)\nassert b.balance == 1\n"
    "### BEGIN HIDDEN TESTS\nb.deposit(2)\nassert b.balance == 3\n### END HIDDEN TESTS",
    "equal": "assert Account('a', 1) == Account('b', 1)",
    "frames": "from pandas.testing import assert_frame_equal\n"
    "data = pd.DataFrame({'g': list('aab'), 'v': [1.0, 3.0, 5.0]})\n"
    "assert_frame_equal(mean_by_group(data), data.groupby('g').mean())",
    "columns": "assert top(data) == 5 and list(mean_by_group(data)['v']) == [2, 5]",
    "input": "from unittest.mock import patch\nimport io, sys\n"
    "with patch('builtins.input', return_value='Ada') as asked, "
    "patch('sys.stdout', new_callable=io.StringIO) as out:\n    greet()\n"
    "asked.assert_called_once()\nassert out.getvalue() == 'Hello Ada!\\n'",
    "printed": "import io, contextlib\ntext = io.StringIO()\n"
    "with contextlib.redirect_stdout(text):\n    show(3)\nassert text.getvalue() == '0 1 2\\n'",
    "replaced": "import sys, io\nsys.stdout = io.StringIO()\nshow(2)\n"
    "found = sys.stdout.getvalue()\nsys.stdout = sys.__stdout__\nassert found == '0 1\\n'",
    "callback": "calls = []\ndef double(x):\n    calls.append(x)\n    return 2 * x\n"
    "assert apply_twice(double, 3) == 12 and calls == [3, 6]\n"
    "### BEGIN HIDDEN TESTS\nassert apply_twice(lambda x: x - 1, 3) == 1\n"
    "assert calls == [3, 6]\n### END HIDDEN TESTS",
    "named-input": "names = iter(['Bo'])\ninput = lambda text='': next(names)\n"
    "with contextlib.redirect_stdout(io.StringIO()) as out:\n    greet()\n"
    "del input\nassert out.getvalue() == 'Hello Bo!\\n'",
    "input-again": "with patch('builtins.input', return_value='Cy') as asked, "
    "patch('builtins.print') as shown:\n    greet()\nshown.assert_called_once_with('Hello Cy!')",
    "copied": "import copy\ne, f = Account('Ed'), Account('Fay')\nf = copy.deepcopy(e)\n"
    "f.deposit(1)\nassert (e.balance, f.balance, type(f).__name__) == (0, 1, 'Account')",
    "decorated": "@counted\ndef add(a, b):\n    return a + b\n"
    "assert add(1, 2) == 3 and add.calls == 1 and add.__name__ == 'add'",
    "key": "assert save({'k': 1}, 'k') == 1\ntry:\n    save({}, 'key')\n"
    "except KeyError as error:\n    assert error.args == ('key',)\nelse:\n    assert False",
    "each": "assert list(apply_all(abs, [-1, 2])) == [1, 2]\nassert sum(apply_all(abs, [-3])) == 3",
    "returned": "assert adder(2)(3) == 5 and list(squares(3)) == [0, 1, 4]",
    "signature": "import inspect\nfound = inspect.signature(biggest).parameters\n"
    "assert list(found) == ['numbers']",
    "docs": "assert 'bank' in Account.__doc__",
    "seeds": "np.random.seed(1)\nfirst = draw()\nnp.random.seed(1)\nassert draw() == first\n"
    "np.random.seed(1)\nassert abs(first - np.random.random()) < 1e-9",
    "seed-and-draw": "np.random.seed(0)\nnumbers = np.random.rand(3)\n"
    "assert abs(draw() - 0.5448831829968969) < 1e-9",
    "hidden-seed": "assert 1 <= roll() <= 6\n### BEGIN HIDDEN TESTS\nrandom.seed(5)\n"
    "rolled = [roll() for _ in range(4)]\nrandom.seed(5)\n"
    "assert rolled == [random.randint(1, 6) for _ in range(4)]\n### END HIDDEN TESTS",
    "plain": "assert biggest([3, 5]) == 5",
    "true": "assert valid('words')\nassert not valid('be')",
    "close": "assert abs(biggest([3, 5]) - 5) < 1e-9",
    "any-error": "try:\n    biggest([])\nexcept Exception:\n    pass\nelse:\n    assert False",
    "helper": "check_all()",
    "listed": "assert 'biggest' in dir() and 'smallest' not in dir()",
    "unit": "import unittest\ncase = unittest.TestCase()\ncase.assertEqual(biggest([1, 2]), 2)\n"
    "with case.assertRaises(ValueError):\n    biggest([])",
    "items": "assert list(squares(3)) == [0, 1, 4]\nassert adder(2)(3) == 5",
    "names": "found = biggest([3, 5])\naccount = Account('Cy', found)\nassert found == 5",
    "names-later": "assert found == 5 and account.balance == 5 and found + 1 == later",
    "errors": "assert after(1) == 2",
    "hidden-errors": "assert callable(after)\n### BEGIN HIDDEN TESTS\nassert after(3) == 4\n"
    "### END HIDDEN TESTS",
    "handler": "assert before(3) == 2",
    "ignored": "import warnings\nwith warnings.catch_warnings():\n"
    "    warnings.simplefilter('ignore')\n    assert inverse([0.0])[0] > 1",
    "warned": "with warnings.catch_warnings(record=True) as caught:\n"
    "    warnings.simplefilter('always')\n    inverse([0.0])\n"
    "assert [one.category for one in caught] == [RuntimeWarning]",
    "kept": "assert total({'a': 2}, prices) == 2\n### BEGIN HIDDEN TESTS\n"
    "assert total({}, prices) == 0\n### END HIDDEN TESTS\nassert total({'b': 1}, prices) == 2",
    "prices": "assert prices == {'a': 1, 'b': 2}",
    "same": "mine = [1]\nbag = Bag(mine)\nmine.append(2)\nassert bag.items == [1]\n"
    "### BEGIN HIDDEN TESTS\nbag.items.append(3)\nassert bag.items == [1, 3] and mine == [1, 2]\n"
    "### END HIDDEN TESTS",
    "drawn": "fig, ax = plt.subplots()\nplot_line(ax)\n"
    "assert ax.get_title() == 'line' and len(ax.lines) == 1\n### BEGIN HIDDEN TESTS\n"
    "assert list(ax.lines[0].get_ydata()) == [1, 4]\n### END HIDDEN TESTS",
    "not-shown": "0 * biggest([3]); # not shown",
    "share": "biggest([1, 2]) / 4",
    "shown": "np.float64(biggest([1]) / 4)",
}
"""Tests that run outside, by their ids."""
INSIDE = {
    "names-inside": "assert eval('found + later + account.balance') == 16",
    "evaluates": "assert pd.DataFrame({'v': [1]}).query('v == 1').size",
    "source": "import inspect\nassert 'max' in inspect.getsource(biggest)",
}
"""Tests that run inside."""
YES = """
class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __gt__ = __le__ = __ge__ = __lt__
    def __sub__(self, other): return 0.0
    __rsub__ = __add__ = __radd__ = __sub__
    def __abs__(self): return 0.0
    def __bool__(self): return True
    def __iter__(self): return iter([])
    def __getattr__(self, name): return Yes()
"""
OTHER_LIARS = {
    "Account": "class Account:\n    def __init__(self, *args): pass\n"
    "    def __getattr__(self, name): return Yes()",
    "squares": "def squares(n):\n    yield from [Yes()] * n",
    "adder": "def adder(n):\n    return lambda m: Yes()",
    "biggest": "biggest = Yes()\ncheck_all = is_biggest = lambda *numbers: True",
}
LIARS = {
    "biggest": "def biggest(numbers):\n    return Yes()",
    "valid": "def valid(word):\n    return Yes()",
    "top": "def top(frame):\n    return Yes()",
    "mean_by_group": "def mean_by_group(frame):\n    return Yes()",
    "apply_all": "def apply_all(f, xs):\n    return iter([Yes()] * len(xs))",
    "apply_twice": "def apply_twice(f, x):\n    return Yes()",
    "draw": "def draw():\n    return Yes()",
}
OTHERWISE = {
    "self.balance += amount": "self.balance += amount\n        return self",
    "return max(numbers)": "return max(iter(list(numbers)))",
    "print(*range(n))": "print(*range(n))\n    return Account('Ed')",
    "return [f(x) for x in xs]": "return map(f, xs)",
}
"""Right answers that give objects where the reference solution has plain values."""
WRONG = {
    "self.balance += amount": "self.balance += 2 * amount",
    ".mean()": ".sum()",
    "Hello {name}!": "Hello {name}",
    "print(*range(n))": "print(*range(n + 1))",
    "f(f(x))": "f(x)",
    "n + m": "n - m",
    "max(numbers)": "min(numbers)",
    "np.random.random()": "np.random.default_rng().random()",
    "prices.get(name)": "prices.pop(name)",
    "list(items)": "items",
    "[1, 4])": "[1, 3, 4][::2])\n    axes.plot(3, 3)",
    "return x + 1": "print(x, file=sys.stderr)\n    return x + 1",
    "return x - 1": "logging.warning(x)\n    return x - 1",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> StockCourse:
    """Grade right, wrong, and lying answers."""
    root = tmp_path_factory.mktemp("course")
    (root / "nbgrader_config.py").write_text("c = get_config()\n")
    source, submitted = root / "source" / "one", root / "submitted"
    parts = {"acc": ACCOUNT, "fr": FRAMES, "talk": TALK, "calls": CALLS, "dr": DRAWS, "pl": PLACES}
    parts |= {"no": NOISE, "sh": SHARED}
    tests = [ordinary_test(text, name) for name, text in {**OUTSIDE, **INSIDE}.items()]
    later = cell("later = found + 1")
    tests.insert(list(OUTSIDE).index("names-later"), later)
    write_notebook(
        source / "a.ipynb",
        [
            cell("import functools\nimport random\nimport numpy as np\nimport pandas as pd"),
            *(answer(text, name) for name, text in parts.items()),
            cell(CHECKER, "checker", locked=True),
            *tests,
            cell("done = True"),
        ],
    )
    hand_in(source, submitted / "right" / "one")
    as_json = {json.dumps(old)[1:-1]: json.dumps(new)[1:-1] for old, new in WRONG.items()}
    hand_in(source, submitted / "wrong" / "one", as_json)
    as_json = {json.dumps(old)[1:-1]: json.dumps(new)[1:-1] for old, new in OTHERWISE.items()}
    hand_in(source, submitted / "otherwise" / "one", as_json)
    last = PLACES.splitlines()[-1]
    for student, lies in (("liar", LIARS), ("other-liar", OTHER_LIARS)):
        text = YES + "\n".join(lies.values())
        hand_in(source, submitted / student / "one", {last: last + json.dumps(text)[1:-1]})
    hand_in(source, submitted / "quitter" / "one", {"done = True": "import os; os._exit(1)"})
    course = find_stock_course(root)
    assert course is not None
    summary = grade_stock_class(course, [], QUICK)
    assert not summary.failures
    return course


@pytest.fixture(scope="module")
def graded(course: StockCourse) -> dict[str, SubmissionResult]:
    """Return the results by student."""
    return {one.student: one for one in iter_results(course.class_folder)}


def scores(result: SubmissionResult) -> dict[str, float]:
    return {gap.exercise: gap.score for gap in result.gaps}


def test_tests_of_many_kinds_run_outside(graded: dict[str, SubmissionResult]) -> None:
    inside = graded["right"].inside
    assert {name: why for name, why in inside.items() if name not in INSIDE} == {}
    assert set(inside) == set(INSIDE)


@pytest.mark.parametrize("student", ["right", "otherwise"])
def test_right_answers_have_all_points(graded: dict[str, SubmissionResult], student: str) -> None:
    messages = {gap.exercise: gap.message for gap in graded[student].gaps if not gap.score}
    assert messages == {}


@pytest.mark.parametrize(
    "name",
    [
        *("instances", "hidden-state", "frames", "columns", "input", "printed", "replaced"),
        *(
            "callback",
            "named-input",
            "input-again",
            "copied",
            "returned",
            "seeds",
            "seed-and-draw",
            "plain",
            "close",
            "names",
            "errors",
            "hidden-errors",
            "handler",
            "prices",
            "same",
            "drawn",
        ),
    ],
)
def test_wrong_answers_have_none(graded: dict[str, SubmissionResult], name: str) -> None:
    assert scores(graded["wrong"])[name] == 0


@pytest.mark.parametrize(
    "name",
    [
        *("frames", "columns", "callback", "seeds", "seed-and-draw", "plain", "true", "close"),
        *("any-error", "each", "names", "helper", "unit"),
    ],
)
def test_an_object_that_is_equal_to_everything_earns_nothing(
    graded: dict[str, SubmissionResult], name: str
) -> None:
    assert scores(graded["liar"])[name] == 0


@pytest.mark.parametrize("name", ["instances", "items", "returned", "plain", "helper", "unit"])
def test_objects_that_give_such_objects_earn_nothing(
    graded: dict[str, SubmissionResult], name: str
) -> None:
    assert scores(graded["other-liar"])[name] == 0


def test_a_last_number_is_a_part_mark_where_it_is_shown(
    graded: dict[str, SubmissionResult],
) -> None:
    found = scores(graded["right"])
    plain_numbers = not repr(np.float64(1)).startswith("np.")
    assert [found[name] for name in ("not-shown", "share")] == [1, 0.5]
    assert found["shown"] == (0.25 if plain_numbers else 1)


def test_a_process_that_ended_costs_no_hidden_part_that_used_objects(
    graded: dict[str, SubmissionResult],
) -> None:
    found = scores(graded["quitter"])
    hidden = [name for name, text in OUTSIDE.items() if "HIDDEN" in text]
    assert [found[name] for name in hidden] == [1] * len(hidden)


def test_what_is_right_beside_lies_keeps_its_points(graded: dict[str, SubmissionResult]) -> None:
    found = scores(graded["liar"])
    assert [found[name] for name in ("instances", "equal", "input", "printed")] == [1] * 4


@pytest.mark.slow
def test_the_marks_are_those_of_stock(course: StockCourse, tmp_path: Path) -> None:
    ours = course.class_folder.root
    for name in ("source", "submitted/right", "submitted/wrong", "submitted/otherwise"):
        shutil.copytree(ours / name, tmp_path / name)
    shutil.copy(ours / "nbgrader_config.py", tmp_path)
    nbgrader(tmp_path, "generate_assignment", "one")
    nbgrader(tmp_path, "autograde", "--assignment=one")
    for student in ("right", "wrong", "otherwise"):
        expected = automatic_scores(tmp_path / "gradebook.db", student)
        assert automatic_scores(ours / "gradebook.db", student) == expected
