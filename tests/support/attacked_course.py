"""A small ordinary course with tests of many kinds, for attacks on it."""

from pathlib import Path

from support.stock_course import answer, cell, ordinary_test, write_notebook

from autograder.grading.rehearsal import in_sight

MARK = "hostile-was-here"
HIDDEN_WORD = "xylograph"
"""Stands in every hidden part of a test outside, and nowhere else."""
INSIDE_WORD = "quagga"
"""Stands in the hidden part of the test inside."""

SETUP = f"""\
import functools
import random
import unittest
from unittest.mock import patch
import numpy as np
import pandas as pd

def assert_same(got, wanted):
    assert got == wanted, "not the same"
limit = 3
note = "{MARK[:7]}"
"""
LOCKED = "numbers = [4, 8, 1]\ngrid = np.arange(6.0).reshape(2, 3)"
ANSWERS = {
    "double": "def double(xs):\n    return 2 * xs",
    "biggest": "def biggest(numbers):\n    return max(numbers)",
    "valid": "def valid(word):\n    return len(word) > 3",
    "root": "def root(x):\n    return x ** 0.5",
    "means": "def means(frame):\n    return frame.groupby('g').mean()",
    "greet": "def greet():\n    name = input('Name? ')\n    print(f'Hello {name}!')",
    "account": "class Account:\n    def __init__(self, balance=0):\n"
    "        self.balance = balance\n    def deposit(self, amount):\n"
    "        self.balance += amount\n        return self.balance",
    "twice": "def twice(f, x):\n    return f(f(x))",
    "squares": "def squares(n):\n    for i in range(n):\n        yield i * i",
    "refuse": "def refuse(x):\n    if x < 0:\n        raise ValueError('negative')\n    return x",
    "total": "def total(numbers):\n    return sum(numbers)",
    "count": "def count(text):\n    return {one: text.count(one) for one in text}",
    "shout": "def shout(text):\n    return text.upper() + '!'",
    "power": "def power(n):\n    return lambda x: x ** n",
}


def hidden(shown: str, rest: str) -> str:
    """Return a test with a hidden part, whose first line has the hidden word."""
    secret = f"assert shout('{HIDDEN_WORD}') == '{HIDDEN_WORD.upper()}!', '{HIDDEN_WORD}'"
    return f"{shown}\n### BEGIN HIDDEN TESTS\n{rest}\n{secret}\n### END HIDDEN TESTS"


CASES = "cases = [([1, 5], 5), ([7, 2], 7), ([3, 3, 4], 4), ([-2, -1], -1)]\n"
OUTSIDE = {
    "doubled": hidden(
        "x = np.array([1.0, 2.5])\nnp.testing.assert_allclose(double(x), 2 * x)",
        "y = np.array([3.0, 4.5])\nnp.testing.assert_allclose(double(y), 2 * y)",
    ),
    "whole-grid": "assert (double(grid) == 2 * grid).all() and double(grid).shape == (2, 3)",
    "close": "assert np.allclose(double(np.array([1.5, 2])), [3, 4])",
    "compared-later": "z = np.array([1.0, 2.0])\ndoubled = double(z)\nassert biggest([1, 2]) == 2\n"
    "assert (doubled == 2 * z).all()",
    "largest": hidden("assert biggest([3, 5]) == 5", "assert biggest([2, 9, 4]) == 9"),
    "long-enough": "assert valid('words')\nassert not valid('be')",
    "near": "assert abs(root(2.25) - 1.5) < 1e-9",
    "frame": "data = pd.DataFrame({'g': list('aab'), 'v': [1.0, 3.0, 5.0]})\n"
    "pd.testing.assert_frame_equal(means(data), data.groupby('g').mean())",
    "column": "assert list(means(pd.DataFrame({'g': list('ab'), 'v': [2.0, 5]}))['v']) == [2, 5]",
    "greeting": "import contextlib, io\nout = io.StringIO()\n"
    "with patch('builtins.input', return_value='Ada') as asked:\n"
    "    with contextlib.redirect_stdout(out):\n        greet()\n"
    "asked.assert_called_once()\nassert out.getvalue() == 'Hello Ada!\\n'",
    "instance": hidden(
        "a = Account(5)\nassert a.deposit(2) == 7 and a.balance == 7",
        "b = Account()\nb.deposit(9)\nassert b.balance == 9",
    ),
    "callback": hidden(
        "calls = []\ndef add(x):\n    calls.append(x)\n    return x + 4\n"
        "assert twice(add, 3) == 11\nassert calls == [3, 7]",
        "assert twice(lambda x: x * x, 3) == 81",
    ),
    "generated": "assert list(squares(4)) == [0, 1, 4, 9]",
    "in-turn": "got = squares(3)\nassert [next(got), next(got), next(got)] == [0, 1, 4]",
    "raises": "case = unittest.TestCase()\nwith case.assertRaises(ValueError):\n    refuse(-1)\n"
    "case.assertEqual(refuse(3), 3)",
    "any-error": "try:\n    refuse(-1)\nexcept Exception:\n    pass\nelse:\n    assert False\n"
    "assert refuse(2) == 2",
    "added": "assert total(numbers) == sum(numbers)\nassert numbers == [4, 8, 1]",
    "added-up": "assert total([1, 2, 3]) == 6",
    "mapped": "found = map(total, [[1, 2], [5]])\nfor got, wanted in zip(found, [3, 5]):\n"
    "    assert got == wanted",
    "by-helper": "assert_same(total([3, 4]), 7)\nassert_same(biggest([1, 2]), 2)",
    "letters": "assert count('see') == {'s': 1, 'e': 2}\nassert sorted(count('ab')) == ['a', 'b']",
    "shouted": hidden("assert shout('hi') == 'HI!'", "assert shout('no').endswith('O!')"),
    "returned": "assert power(2)(3) == 9 and power(3)(2) == 8",
    "part-mark": CASES + "2 * sum(biggest(list(c)) == w for c, w in cases) / len(cases)",
    "faults": "2 - sum(abs(total(n) - sum(n)) for n in ([1, 2], [3]))",
    "all-hidden": hidden("# see the hidden part", "assert biggest([6, 1]) == 6"),
}
"""Tests that run outside, by their ids; each is worth 2 points."""
INSIDE = {
    "inside": "import inspect\nassert 'def' in inspect.getsource(total)\nassert total([2]) == 2\n"
    "### BEGIN HIDDEN TESTS\n"
    f"assert total([4]) == 4, '{INSIDE_WORD}'\n### END HIDDEN TESTS",
}
"""A test that runs inside."""
POINTS = 2.0


def write_source(path: Path) -> None:
    """Write the course's notebook with its right answers and all of its tests."""
    _write(path, ANSWERS, {**OUTSIDE, **INSIDE})


def write(path: Path, answers: dict[str, str], before: str = "", after: str = "") -> None:
    """Write a notebook that is handed in, with these answers and cells of a student's own."""
    tests = {name: in_sight(text) for name, text in {**OUTSIDE, **INSIDE}.items()}
    _write(path, answers, tests, before, after)


def _write(
    path: Path,
    answers: dict[str, str],
    tests: dict[str, str],
    before: str = "",
    after: str = "",
) -> None:
    write_notebook(
        path,
        [
            cell(SETUP),
            cell(LOCKED, "given", locked=True),
            *([cell(before)] if before else []),
            *(answer(answers[name], name) for name in ANSWERS),
            *(ordinary_test(text, name, POINTS) for name, text in tests.items()),
            *([cell(after)] if after else []),
            cell("print('done')"),
        ],
    )
