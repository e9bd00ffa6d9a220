"""Honest notebooks keep files and locks as elsewhere; a large error is that error, not a timeout."""

# ruff: noqa: E501 -- students' cells
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from autograder.grading.student_process import StudentProcess, open_student
from autograder.sandbox import Limits, Sandbox
from course.learner.fresh_run import run_notebook

FILES = {
    "sqlite": """
import sqlite3
one = sqlite3.connect("a.db"); one.execute("create table t(x)"); one.execute("insert into t values(1)")
one.commit()
two = sqlite3.connect("a.db"); two.execute("insert into t values(2)"); two.commit()
assert one.execute("select sum(x) from t").fetchone() == (3,)
""",
    "sqlite with a log": """
import sqlite3
one = sqlite3.connect("w.db"); assert one.execute("pragma journal_mode=wal").fetchone() == ("wal",)
one.execute("create table t(x)"); one.execute("insert into t values(1)"); one.commit()
assert sqlite3.connect("w.db").execute("select * from t").fetchall() == [(1,)]
""",
    "sqlite that was interrupted": """
import shutil, sqlite3
one = sqlite3.connect("h.db", isolation_level=None); one.execute("create table t(x)")
one.executemany("insert into t values(?)", [(i,) for i in range(2000)])
one.execute("pragma cache_size=1"); one.execute("begin"); one.execute("update t set x=x+1")
shutil.copy("h.db", "g.db"); shutil.copy("h.db-journal", "g.db-journal")
found = sqlite3.connect("g.db").execute("select sum(x) from t").fetchone()
assert found == (sum(range(2000)),), found
""",
    "locks of files": """
import fcntl, os
file = open("l", "w"); fcntl.flock(file, fcntl.LOCK_EX); fcntl.lockf(file, fcntl.LOCK_EX)
os.lockf(file.fileno(), os.F_TEST, 0)
""",
    "hdf5": """
import h5py
with h5py.File("a.h5", "w") as f: f["x"] = [1, 2]
with h5py.File("a.h5", "a") as f: f["y"] = 3
with h5py.File("a.h5", "r") as f: assert list(f["x"][:]) == [1, 2]
""",
    "shelves and temporary files": """
import shelve, shutil, tempfile
with shelve.open("s") as s: s["a"] = [1]
with shelve.open("s") as s: assert s["a"] == [1]
with tempfile.TemporaryDirectory() as d, tempfile.NamedTemporaryFile() as f: shutil.copy2(f.name, d + "/y")
""",
    "processes and threads": """
import multiprocessing, subprocess
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(2) as pool: assert sum(pool.map(abs, [-1, 2])) == 3
with multiprocessing.get_context("fork").Pool(2) as pool: assert pool.map(abs, [-1]) == [1]
assert subprocess.run(["echo", "a"], capture_output=True).stdout == b"a\\n"
""",
}
MODELS = """
import numpy as np
import tensorflow as tf
model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(2)])
model.save("m.keras"); model.save("m.h5"); model.save_weights("m.weights.h5")
model.load_weights("m.weights.h5")
assert tf.keras.models.load_model("m.keras").count_params() == 10
model.compile("adam", "mse")
model.fit(np.zeros((8, 4)), np.zeros((8, 2)), verbose=0, callbacks=[
    tf.keras.callbacks.ModelCheckpoint("c.keras"), tf.keras.callbacks.CSVLogger("l.csv")])
"""
ERRORS = {
    "a message of 100 MB": ("raise ValueError('x' * 100_000_000)", "ValueError", "xxx"),
    "of 50 million lines": ("raise ValueError('x\\n' * 50_000_000)", "ValueError", "x\nx"),
    "a key of 2 million numbers": ("{}[tuple(range(2_000_000))]", "KeyError", "(0, 1"),
    "a long name": ("raise type('N' * 9_000_000, (Exception,), {})('a')", "N" * 200, "a"),
    "a message that raises": (
        "class E(Exception):\n    def __str__(self): raise OSError('no')\nraise E",
        "E",
        "(no message: OSError)",
    ),
    "a message that is slow": (
        "class E(Exception):\n    def __str__(self): __import__('time').sleep(1); return 's'\nraise E",
        "E",
        "s",
    ),
    "twenty thousand causes": (
        "e = None\nfor i in range(20_000):\n    n = ValueError(i); n.__context__ = e; e = n\nraise e",
        "ValueError",
        "19999",
    ),
    "large causes": (
        "e = None\nfor i in range(9):\n    n = ValueError('q' * 5_000_000); n.__cause__ = e; e = n\n"
        "raise OSError('o') from e",
        "OSError",
        "o",
    ),
    "a group": (
        "raise ExceptionGroup('g', [ValueError('w' * 1_000_000)] * 100)",
        "ExceptionGroup",
        "g (100",
    ),
    "notes": (
        "e = ValueError('n'); e.__notes__ = ['m' * 1_000_000] * 50; raise e",
        "ValueError",
        "n",
    ),
    "a long line": ("x = " + repr("k" * 900_000) + "; 1/0", "ZeroDivisionError", "division"),
    "recursion": ("def f(n): return f(n + 1)\nf(0)", "RecursionError", "maximum"),
    "a short one": ("1/0", "ZeroDivisionError", "division by zero"),
}


@pytest.fixture(scope="module")
def student(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudentProcess]:
    data, scratch = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("scratch")
    with open_student(sandbox, Limits(cell_seconds=40.0), data, scratch) as process:
        yield process


@pytest.mark.parametrize("name", FILES)
def test_a_notebook_keeps_files_of_its_own(student: StudentProcess, name: str) -> None:
    run = student.run_cell(FILES[name])

    assert (run.status, run.error_name, run.error_value) == ("ok", "", "")


@pytest.mark.slow
def test_a_notebook_saves_models(student: StudentProcess) -> None:
    run = student.run_cell(MODELS)

    assert (run.status, run.error_name, run.error_value) == ("ok", "", "")


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_of_any_size_is_named(student: StudentProcess, name: str) -> None:
    source, kind, beginning = ERRORS[name]
    run = student.run_cell(source)

    assert (run.status, run.error_name) == ("error", kind)
    assert run.error_value.startswith(beginning)
    assert len(str(run.outputs)) < 700_000
    assert student.run_cell("1").status == "ok"
    assert student.restarts == 0


def test_an_error_of_any_size_is_named_in_the_learners_check(tmp_path: Path) -> None:
    names = ["a message of 100 MB", "twenty thousand causes", "a group", "notes"]
    names += ["a message that raises", "a long name"]
    cells = [nbformat.v4.new_code_cell(ERRORS[name][0], id=f"c{n}") for n, name in enumerate(names)]
    run = run_notebook(nbformat.v4.new_notebook(cells=cells), lambda *_: None)

    assert run.stopped == ""
    for number, name in enumerate(names):
        _, kind, beginning = ERRORS[name]
        assert run.errors[f"c{number}"].startswith(f"{kind}: {beginning}"[:40])
        assert len(run.errors[f"c{number}"]) < 300
