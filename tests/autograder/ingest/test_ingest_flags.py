"""What looks like an attempt is flagged with its evidence; honest notebooks are left alone."""

import time

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from support.contract import ASSIGNMENTS
from support.places import ROOT, SUBMISSIONS
from support.rebuilding import rebuild

from autograder.build.answer_files import fill, read_answers
from autograder.ingest.attempt_rules import KINDS
from autograder.ingest.attempts import scan
from course.notebook.tampering import Flag

DEMO = sorted((SUBMISSIONS / "demo").glob("*/*.py"))
HOSTILE = [script for script in DEMO if script.parent.name in ("mallory", "trudy")]
HONEST_DEMO = [script for script in DEMO if script not in HOSTILE]


def read(kind: str, assignment: str) -> NotebookNode:
    return nbformat.read(ROOT / kind / assignment / f"{assignment}.ipynb", as_version=4)


def scanned(*sources: str) -> list[Flag]:
    cells = [new_code_cell(text, id=f"own-{n:02}") for n, text in enumerate(sources, start=1)]
    return scan(new_notebook(cells=cells))


def kinds(*sources: str) -> set[str]:
    return {flag.kind for flag in scanned(*sources)}


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_reference_solutions_have_no_flags(assignment):
    source, release = read("solutions", assignment), read("exercises", assignment)
    gaps = {c["id"]: c.source for c in source.cells if c.metadata.get("nbgrader")}
    for cell in release.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = gaps[cell["id"]]

    result = rebuild(source, release)

    assert [*result.flags, *scan(result.notebook)] == []


@pytest.mark.parametrize("script", HOSTILE, ids=lambda path: path.parent.name)
def test_the_demo_classes_attackers_are_flagged(script):
    submitted = fill(read("exercises", script.stem), read_answers(script))

    flags = scan(rebuild(read("solutions", script.stem), submitted).notebook)

    assert len({flag.kind for flag in flags}) >= 3


@pytest.mark.parametrize("script", HONEST_DEMO, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_demo_classes_answers_have_no_flags(script):
    submitted = fill(read("exercises", script.stem), read_answers(script))

    result = rebuild(read("solutions", script.stem), submitted)

    assert [*result.flags, *scan(result.notebook)] == []


HONEST = {
    "plots": "%matplotlib inline\nimport matplotlib.pyplot as plt\n"
    "plt.rcParams['figure.figsize'] = (9, 3)\nplt.imshow(train_images[0])\nplt.show()",
    "timing": "%%time\nmodel.fit(images, labels, epochs=1)",
    "seeds": "import random\nimport os\nos.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'\nrandom.seed(1)",
    "compile": "model.compile(optimizer='adam', loss='mse')\nmodel.evaluate(x, y)",
    "signal": "from scipy import signal\nsignal.convolve2d(a, b)",
    "an array called signal": "signal = image[0]\nsignal.shape\ncode = 'a'\ncode.strip()",
    "shadowed harmlessly": "sum = 0\nmax = 3\nlist = [1]\ninput = x",
    "operators": "if a != b: print(f'~ {a:.1%} and {b!r}')\nc = not a",
    "docstring": 'def f(x):\n    """Read /etc/passwd, ../solutions and gradebook.db."""',
    "a copied check": "from course.checks import exercise\nwith exercise('q1') as check:\n"
    "    check.choice(q1, 'ab')",
    "class": "class Pool:\n    def __init__(self):\n        self.size = 2\n"
    "    def __call__(self, x):\n        return x",
    "broken": "def f(:\n    return compile(",
    "help": "?print\nprint?\nhelp(np.pad)",
    "text": "print('two solutions ... and so on', 'A / B', '3/4')",
    "reading": "with open('notes.txt') as file:\n    print(file.read())",
}


@pytest.mark.parametrize("source", HONEST.values(), ids=HONEST)
def test_honest_code_has_no_flags(source):
    assert scanned(source) == []


ATTEMPTS = [
    ("transformer", "get_ipython().ast_transformers.append(Strip())"),
    (
        "transformer",
        "ip = get_ipython()\nip.input_transformers_post.append(lambda lines: ['pass'])",
    ),
    ("transformer", "import ast\nclass Strip(ast.NodeTransformer):\n    pass"),
    ("ipython_patched", "get_ipython().run_cell = lambda *a, **k: None"),
    ("ipython_patched", "from IPython import get_ipython as g\ng().kernel.do_execute = None"),
    ("ipython_patched", "from IPython.core.interactiveshell import InteractiveShell"),
    ("ipython_patched", "get_ipython().user_ns['scale_pixels'] = 3"),
    ("hook", "import sys\nsys.displayhook(5)"),
    ("hook", "from sys import displayhook\ndisplayhook(5)"),
    ("hook", "import sys as s\ns.settrace(spy)"),
    ("hook", "import atexit\natexit.register(print)"),
    ("hook", "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)"),
    ("builtins_patched", "import builtins\nbuiltins.AssertionError = Exception"),
    ("builtins_patched", "__builtins__.print = None"),
    ("introspection", "import gc\ngc.get_objects()"),
    ("introspection", "import inspect\ninspect.stack()"),
    ("introspection", "import sys\nsys._getframe(3).f_locals"),
    ("introspection", "().__class__.__base__.__subclasses__()"),
    ("introspection", "scale_pixels.__code__ = other.__code__"),
    ("native_code", "import ctypes\nctypes.string_at(0)"),
    ("process", "import os\nos._exit(0)"),
    ("process", "from os import kill\nkill(1, 9)"),
    ("process", "import os\nos.execv('a', [])"),
    ("process", "import os\nwhile True: os.fork()"),
    ("process", "import subprocess\nsubprocess.run('id')"),
    ("process", "!cat /etc/passwd"),
    ("process", "listing = !ls"),
    ("process", "%%bash\nid"),
    ("process", "%system id"),
    ("network", "import socket"),
    ("network", "from urllib.request import urlopen"),
    ("threads", "import threading\nthreading.Thread(target=swap).start()"),
    ("threads", "from concurrent.futures import ThreadPoolExecutor"),
    ("reads_outside", "open('/proc/self/environ').read()"),
    ("reads_outside", "open('../../solutions/reshape/reshape.ipynb')"),
    ("reads_outside", "import sqlite3\nsqlite3.connect('gradebook.db')"),
    ("reads_outside", "p = '~/.ipython/profile_default/startup/x.py'"),
    ("reads_outside", "from pathlib import Path\nPath.home()"),
    ("reads_outside", "x = b'/etc/shadow'"),
    ("reads_outside", "%run other.py"),
    ("grader_named", "import nbgrader.api"),
    ("grader_named", "import os\nos.environ.get('NBGRADER_EXECUTION')"),
    ("grader_named", "p = 'autograder'"),
    ("writes_files", "open('numpy.txt', 'w').write('')"),
    ("writes_files", "from pathlib import Path\nPath('a').open(mode='a')"),
    ("writes_files", "%%writefile numpy.py\nx = 1"),
    ("shadowed_module", "from pathlib import Path\nPath('numpy.py').write_text('')"),
    ("shadowed_module", "import sys\nsys.modules['numpy'] = None"),
    ("shadowed_module", "import sys\nsys.path.insert(0, '.')"),
    ("pickle", "import pickle"),
    ("pickle", "class Bomb:\n    def __reduce__(self):\n        return print, ()"),
    ("pickle", "import numpy as np\nnp.load('a.npy', allow_pickle=True)"),
    ("obfuscated", "exec('a = 1')"),
    ("obfuscated", "import base64\nbase64.b64decode(b'')"),
    ("obfuscated", "getattr(os, 'sys' + 'tem')('id')"),
    ("obfuscated", "globals()['f'] = 1"),
    ("always_equal", "class Yes:\n    def __eq__(self, other):\n        return True"),
    ("always_equal", "class Yes(float):\n    __eq__ = lambda *a: True"),
    ("always_equal", "class A:\n    def __array_ufunc__(self, *a, **k):\n        return True"),
    ("module_patched", "import numpy as np\nnp.testing.assert_allclose = lambda *a, **k: None"),
    ("module_patched", "import numpy as np\nsetattr(np, 'allclose', lambda *a, **k: True)"),
    ("module_patched", "from course import checks\nchecks.exercise = None"),
    (
        "module_patched",
        "import tensorflow as tf\ntf.keras.Model.count_params = lambda self: 243786",
    ),
    ("name_shadowed", "def isinstance(a, b):\n    return True"),
    ("name_shadowed", "class AssertionError(BaseException):\n    pass"),
    ("unreadable", "a = 1\n" * 10_000),
    ("answers_taken", "from course.checks.mistakes import _blocks"),
    ("answers_taken", "import importlib\nimportlib.import_module('course.quiz.bank')"),
    ("answers_taken", "import course\nopen(course.__path__[0] + '/models.py').read()"),
    ("answers_taken", "import inspect\nfrom course import checks\ninspect.getsource(checks)"),
    ("process", "import os\ndef f(:\n    os.system('id')"),
    ("hook", "x = (\nsys.settrace(spy)"),
]


@pytest.mark.parametrize(("kind", "source"), ATTEMPTS)
def test_attempts_are_flagged_with_evidence(kind, source):
    flags = [flag for flag in scanned(source) if flag.kind == kind]

    assert len(flags) == 1
    assert flags[0].cell == "own-01"
    assert flags[0].evidence.isprintable()
    assert 0 < len(flags[0].evidence) <= 120


def test_every_kind_of_the_scan_is_tried_here_and_described():
    found = set().union(*(kinds(source) for _, source in ATTEMPTS))

    assert found <= set(KINDS)
    assert {kind for kind, _ in ATTEMPTS} == found


def test_imports_count_in_all_cells():
    assert "process" in kinds("import os as harmless", "harmless._exit(1)")


def test_imports_of_the_locked_cells_count_and_their_own_text_is_not_flagged():
    source, submitted = read("solutions", "cnn"), read("exercises", "cnn")
    submitted.cells.append(new_code_cell("tf.keras.Model.count_params = lambda self: 243786"))

    flags = scan(rebuild(source, submitted).notebook)

    assert [(flag.kind, flag.cell) for flag in flags] == [("module_patched", "own-01")]


def test_evidence_is_one_short_printable_line():
    flag = Flag("process", "a\n\x1b[31mb\u202e" + "c" * 1_000_000)

    assert flag.evidence.startswith("a [31mb c")
    assert flag.evidence.isprintable()
    assert len(flag.evidence) == 120


@pytest.mark.parametrize(
    "source",
    [
        *["x = " + "-" * 49_000 + "1", "a" + ".b" * 20_000, "f" + "()" * 20_000, "(" * 40_000],
        *["\n" * 49_000 + "x", " " * 49_000 + "!", "a\0b", "=" * 40_000],
        *["x = 1 if 1 else " * 3_000, "x = 1\n" * 8_000, "import a\n" * 5_000],
        *["checks" + " " * 49_000 + "!", " " * 49_000 + "!checks", "a, checks" * 5_000 + "=!"],
        "from course import checks\na" + ".b" * 20_000,
    ],
    ids=range(15),
)
def test_hard_code_is_looked_through_quickly(source):
    started = time.process_time()

    scanned(*[source] * 4)

    assert time.process_time() - started < 10


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(alphabet="ab.=()[]:%!\n '\"\\/*@{}#~_1", max_size=60), max_size=3))
def test_any_text_can_be_scanned(sources):
    for flag in scanned(*sources):
        assert flag.kind in KINDS
