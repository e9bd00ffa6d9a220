"""What an ordinary test takes from a student, and which may not run in the grader's process."""

import pytest
from nbformat import NotebookNode
from support.stock_course import answer, cell, manual, ordinary_test

from autograder.grading.inside_tests import OrdinaryTest, inside_verdict
from autograder.grading.ordinary_code import OrdinaryCode, definitions, read_ordinary_code, without
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
        "import pandas as pd\nassert pd.DataFrame().query(answer)",
        "import pandas as pd\nassert pd.eval(answer)",
        "import pandas as pd\npd.read_pickle(answer)",
        "import pandas as pd\npd.DataFrame().to_csv(answer)",
        "import pandas as pd\npd.io.parsers.read_csv",
        "from pandas.io import sql",
        "from pandas import read_csv as r",
        "import scipy.io",
        "from scipy import io",
        "from scipy.sparse import load_npz",
        "from sklearn.datasets import fetch_openml\nfetch_openml(answer)",
        "from sklearn.feature_extraction.text import CountVectorizer",
        "import matplotlib.pyplot as plt\nplt.savefig(answer)",
        "import matplotlib.pyplot as plt\nplt.rcParams['text.usetex'] = True",
        "import sympy",
        "import sys\nsys.path.append(answer)",
        "import sys\ns = sys",
        "import sys as s\ns.modules[answer]",
        "from sys import modules",
        "import os\nos.listdir(answer)",
        "import os.path as p\np.exists(answer)",
        "from os import path\npath.exists(answer)",
        "import io\nio.FileIO(answer)",
        "import builtins\nbuiltins.exec(answer)",
        "import builtins as b\nrun = b",
        "import inspect\ninspect.signature(answer, eval_str=True)",
        "import inspect\ninspect.getsource(answer)",
        "from operator import methodcaller\nmethodcaller(answer)",
        "import timeit\ntimeit.timeit(answer)",
        "import doctest",
        "import pathlib\npathlib.Path(answer).read_text()",
        "%run answer.py",
        "!ls",
    ],
)
def test_code_that_could_run_or_open_what_a_student_gives_stays_inside(source: str) -> None:
    code = read(answer("answer = '1'", "answer"), ordinary_test(source, "test"))
    assert "test" in code.refused
    assert code.takes == {}


@pytest.mark.parametrize(
    "source",
    [
        "import pandas as pd\npd.testing.assert_series_equal(answer, pd.Series([1]))",
        "from pandas.testing import assert_frame_equal",
        "import scipy.stats as st\nfrom scipy import stats, optimize\nst.norm.cdf(answer)",
        "from sklearn.metrics import accuracy_score\nfrom sklearn.datasets import load_iris",
        "import matplotlib.pyplot as plt\nassert isinstance(answer, plt.Axes)",
        "import inspect\nassert inspect.signature(answer)",
        "import sys, io\nsys.stdout = io.StringIO()\nsys.stdout = sys.__stdout__",
        "from io import StringIO\nfrom contextlib import redirect_stdout",
        "from unittest.mock import patch\nwith patch('builtins.input', return_value=''): answer()",
        "from unittest import mock\n@mock.patch('sys.stdout')\ndef f(out): pass",
        "import builtins\nbuiltins.input = lambda text='': '3'",
        "input = lambda text='': '3'\nassert answer() == 3",
        "import warnings\nwarnings.simplefilter('ignore')",
        "import os\nassert os.path.basename(answer) == 'a'",
        "import re, json\nassert re.compile('a').match(answer) and json.loads(answer)",
        "re, im = 1, 2\nassert answer == re",
        "assert answer.__name__ == 'f' and answer.__doc__",
        "import hashlib\nassert hashlib.sha256(answer.encode()).hexdigest()",
    ],
)
def test_what_neither_runs_nor_opens_a_student_s_values_may_run_outside(source: str) -> None:
    code = read(answer("answer = '1'", "answer"), ordinary_test(source, "test"))
    assert code.refused == {}


def test_a_test_takes_only_what_it_has_not_bound_itself() -> None:
    code = read(
        answer("def f(x):\n    return x\nfound = n = total = 1", "f"),
        ordinary_test("found = f(1)\ndef helper():\n    n = 2\nassert found == n", "first"),
        ordinary_test("total += 1\nassert total", "second"),
        ordinary_test("assert 'f' in dir()", "third"),
    )
    assert code.takes["first"] == ["f", "n"]
    assert code.takes["second"] == ["total"]
    assert code.takes["third"] == ["f", "found", "n", "total"]


def test_functions_of_locked_cells_run_outside_with_the_student_s_names() -> None:
    code = read(
        cell("import numpy as np"),
        answer("def f(x):\n    return x\nlimit = 2", "f"),
        cell("size = 3\ndef check(n):\n    return again(f(n))", "one", locked=True),
        cell("def again(n):\n    return n < limit", "two", locked=True),
        cell("shown = check(1)", "three", locked=True),
        ordinary_test("assert check(size)", "checks"),
        ordinary_test("assert shown", "shows"),
    )
    assert code.here == ["c2", "c3"]
    assert code.takes == {"checks": ["f", "limit"], "shows": ["shown"]}
    assert "def check" in code.helpers["checks"]
    assert "def again" in code.helpers["checks"]


def test_the_source_s_classes_can_be_taken_from_the_student_and_its_functions_not() -> None:
    code = read(
        cell("class Node:\n    pass\ndef is_node(x):\n    return isinstance(x, Node)"),
        cell("class Edge:\n    pass", "edge", locked=True),
        answer("def f(x):\n    return Node()", "f"),
        ordinary_test("assert is_node(f(Edge()))", "uses"),
        answer("class Node:\n    own = 1", "own"),
        ordinary_test("assert f(Edge()).own", "later"),
    )
    assert code.takes == {"uses": ["f"], "later": ["f"]}
    assert code.classes == {"uses": ["Node"], "later": []}
    left = without(code.helpers["uses"], ["f", "Node"])
    assert "class Node" in code.helpers["uses"] and "class Node" not in left
    assert "def is_node" in left


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
