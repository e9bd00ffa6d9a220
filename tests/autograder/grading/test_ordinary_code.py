"""What an ordinary test takes from a student, and which may not run in the grader's process."""

import pytest
from nbformat import NotebookNode
from support.stock_course import answer, cell, manual, ordinary_test

from autograder.grading.inside_tests import OrdinaryTest, inside_verdict
from autograder.grading.ordinary_code import OrdinaryCode, definitions, read_ordinary_code
from autograder.sandbox import CellRun


def read(*cells: NotebookNode) -> OrdinaryCode:
    """Read a notebook of these cells."""
    for number, one in enumerate(cells):
        one["id"] = f"c{number}"
    return read_ordinary_code(NotebookNode(cells=list(cells)))


def test_a_test_takes_the_names_that_other_cells_bind() -> None:
    code = read(
        cell("import numpy as np\nlimit = 3"),
        cell("start = 1", "given", locked=True),
        answer("def f(x):\n    return x", "f"),
        cell("shown = f(start)", "example", locked=True),
        manual("drawn = 1", "by-hand", kind="code"),
        ordinary_test("own = 2\nassert f(own) == limit + start + drawn", "first"),
        ordinary_test("assert np.all(own == 2) and len([shown]) == 1", "second"),
    )
    assert code.takes == {"first": ["drawn", "f", "limit"], "second": ["shown"]}
    assert code.imports == ["import numpy as np"]
    assert code.here == ["c1"]
    assert code.refused == {}


@pytest.mark.parametrize(
    "source",
    [
        "assert eval(answer) == 1",
        "exec(answer)",
        "import os\nos.system(answer)",
        "from subprocess import run\nrun(answer)",
        "import pickle\npickle.loads(answer)",
        "import sympy\nassert sympy.sympify(answer) == 1",
        "assert open(answer).read()",
        "import numpy as np\nassert np.load(answer, allow_pickle=True)",
        "import numpy as np\nassert np.lib.npyio.load(answer)",
        "from numpy import load\nassert load(answer)",
        "import numpy.lib.npyio as n",
        "import numpy.f2py as n",
        "assert [].__class__.__base__.__subclasses__()",
        "run = __builtins__['eval']",
        "run = getattr(answer, 'x')",
        "from numpy.testing import runstring",
        "import importlib",
        "from . import neighbor",
        "from unittest import mock\nmock.patch(answer)",
        "from unittest.mock import patch as p",
        "from unittest.mock import patch\npatch.object(answer, 'x')",
        "%run answer.py",
        "!ls",
    ],
)
def test_code_that_could_run_or_open_what_a_student_gives_stays_inside(source: str) -> None:
    code = read(answer("answer = '1'", "answer"), ordinary_test(source, "test"))
    assert "test" in code.refused
    assert code.takes == {}


def test_the_student_s_process_gets_a_test_s_definitions_without_its_questions() -> None:
    shown = (
        "import math\nnp.random.seed(3)\nwanted = 4\nfound = f(wanted)\nassert found == 4\n"
        "twice = 2 * found\ndef close(a):\n    return a\nprint(1)"
    )
    assert definitions(shown, ["f"]).splitlines() == [
        "import math",
        "wanted = 4",
        "def close(a):",
        "    return a",
    ]


def value(text: str) -> dict[str, object]:
    """Return a cell's value as the kernel shows it."""
    return {"output_type": "execute_result", "data": {"text/plain": text}}


ERROR = {"output_type": "error", "ename": "AssertionError", "evalue": "no", "traceback": []}


@pytest.mark.parametrize(
    ("outputs", "status", "score", "found"),
    [
        ([], "ok", 2.0, "correct"),
        ([{"output_type": "stream", "name": "stdout", "text": "0"}], "ok", 2.0, "correct"),
        ([{"output_type": "stream", "name": "stderr", "text": "!"}], "ok", 0.0, "error"),
        ([ERROR], "error", 0.0, "incorrect"),
        ([value("0.5")], "ok", 0.5, "partial"),
        ([value("0")], "ok", 0.0, "incorrect"),
        ([value("2")], "ok", 2.0, "correct"),
        ([value("-1")], "ok", 2.0, "correct"),
        ([value("nan")], "ok", 2.0, "correct"),
        ([value("True")], "ok", 2.0, "correct"),
        ([value("3")], "ok", 0.0, "error"),
        ([value("inf")], "ok", 0.0, "error"),
        ([value("0.5"), ERROR], "error", 0.5, "partial"),
        ([], "timeout", 0.0, "timeout"),
        ([], "died", 0.0, "error"),
    ],
)
def test_a_test_inside_has_the_mark_that_nbgrader_reads(
    outputs: list[dict[str, object]], status: str, score: float, found: str
) -> None:
    test = OrdinaryTest("t", 2.0, "assert f()", "assert f()")
    verdict = inside_verdict(test, CellRun(status, outputs))
    assert (verdict.score, verdict.status) == (score, found)
