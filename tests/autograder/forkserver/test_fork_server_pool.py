"""Which stage a submission is forked from, when, and what happens if forks are not confined."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import nbformat
import psutil
import pytest
from support.contract import ASSIGNMENTS
from support.places import COURSE

from autograder.forkserver.client import (
    STAGE_SERVER,
    NoForkServer,
    Stage,
    fork_server,
    request_fork,
)
from autograder.forkserver.pool import ForkServerPool, ForkSockets
from autograder.grading.conditions import FORKED_WORKERS
from autograder.grading.places import ThisMachine
from autograder.grading.preloading import (
    kernel_modules,
    sockets_for,
    stock_modules,
    stock_sockets_for,
    uses_tensorflow,
)
from autograder.sandbox.owned_folders import owned_folder
from autograder.sandbox.process import readable_within
from course.errors import GradingError

SECONDS = 20.0
FORK_SERVER = STAGE_SERVER.parent
ENDS_WITH_ITS_GRADER = """
import socket, sys
from autograder.grading import forked_workers as worker

line = socket.socket(fileno=int(sys.argv[1]))
line.send(b"1")
worker.end_with_the_run(line)
"""
PLAIN, HEAVY = (ForkSockets(Path(n) / "kernels", Path(n) / "workers") for n in ("plain", "heavy"))
LIGHT_NOTEBOOK = {"cells": [{"cell_type": "code", "source": "import numpy", "metadata": {}}]}
HEAVY_NOTEBOOK = {"cells": [{"cell_type": "code", "source": "import keras", "metadata": {}}]}


@pytest.fixture
def executor():
    with ThreadPoolExecutor(2) as executor:
        yield executor


def test_of_the_course_only_the_cnn_needs_tensorflow():
    found = [n for n in ASSIGNMENTS if uses_tensorflow(nbformat.read(COURSE.source(n), 4))]

    assert found == ["cnn"]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import tensorflow as tf", True),
        ("from keras.layers import Conv2D", True),
        ("my_keras_notes = 1", False),
        ("# %% no code", False),
    ],
)
def test_tensorflow_is_found_by_its_name(source, found):
    cells = [
        {"cell_type": "markdown", "source": "TensorFlow is `tensorflow`"},
        {"cell_type": "code", "source": source},
    ]

    assert uses_tensorflow({"cells": cells}) is found


def test_a_notebook_gets_the_fork_that_it_needs(executor):
    proven = []
    pool = ForkServerPool(PLAIN, HEAVY, proven.append, executor)

    assert sockets_for(LIGHT_NOTEBOOK, b"", pool) == PLAIN
    assert sockets_for(HEAVY_NOTEBOOK, b"", pool) == HEAVY
    assert sorted(proven, key=str) == [HEAVY, PLAIN]


KERAS = rb"""{"cells": [{"source": "import numpy\nfrom keras.layers import Conv2D"}]}"""


def test_a_student_s_own_import_gets_what_it_needs(executor):
    pool = ForkServerPool(PLAIN, HEAVY, lambda sockets: None, executor)

    assert sockets_for(LIGHT_NOTEBOOK, KERAS, pool) == HEAVY
    assert sockets_for(LIGHT_NOTEBOOK, b"[see keras](https://keras.io), tensorflow", pool) == PLAIN


def test_without_tensorflow_in_the_class_one_stage_serves_all(executor):
    proven = []
    pool = ForkServerPool(PLAIN, PLAIN, proven.append, executor)

    assert sockets_for(HEAVY_NOTEBOOK, b"", pool) == PLAIN
    assert proven == [PLAIN]


def cells_of(*sources: str) -> dict:
    return {"cells": [{"cell_type": "code", "source": one, "metadata": {}} for one in sources]}


def test_a_stock_course_s_own_sources_say_what_is_imported(executor):
    sources = [
        cells_of("import json, pandas as pd\nimport helper\nimport no_such_package.part"),
        cells_of("%matplotlib inline\nfrom sklearn.tree import export_text\nfrom .own import a"),
        cells_of("def f():\n    import scipy.stats\nfrom course.checks.exercise import exercise"),
    ]

    found = stock_modules([*sources, cells_of("import yaml")], ["helper.py", "yaml/a.csv"])

    assert found == ["pandas", "sklearn.tree", "scipy.stats"]
    assert kernel_modules(tensorflow=False, stock=found)[1:] == [tuple(found)]
    assert len(kernel_modules(tensorflow=False, stock=["numpy"])) == 1
    pool = ForkServerPool(PLAIN, HEAVY, lambda sockets: None, executor)
    assert stock_sockets_for(sources[0], pool) == HEAVY
    assert stock_sockets_for(cells_of("import numpy, json"), pool) == PLAIN


def test_a_module_that_fails_or_starts_a_thread_is_left_out(tmp_path):
    (tmp_path / "breaks.py").write_text("raise SystemExit(3)")
    (tmp_path / "threads.py").write_text(
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()"
    )
    (tmp_path / "works.py").write_text("print('loaded')")
    code = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(FORK_SERVER)!r}]\n"
        "import server; server.import_all(['breaks', 'threads', 'works'], tried=True)\n"
        "print({'breaks', 'threads', 'works'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["loaded", "{'works'}"]


def test_no_fork_is_used_before_it_is_proven(executor):
    proof = Event()
    pool = ForkServerPool(
        PLAIN, HEAVY, lambda sockets: sockets == PLAIN or proof.wait(20), executor
    )
    with ThreadPoolExecutor(1) as other:
        asked = other.submit(sockets_for, HEAVY_NOTEBOOK, b"", pool)
        assert sockets_for(LIGHT_NOTEBOOK, b"", pool) == PLAIN
        assert not asked.done()
        assert not pool.is_complete()
        proof.set()

        assert asked.result(20) == HEAVY
    assert pool.is_complete()


def test_a_fork_that_is_not_held_is_never_used(executor):
    def prove(sockets):
        if sockets == HEAVY:
            raise GradingError("Not denied: network.")

    pool = ForkServerPool(PLAIN, HEAVY, prove, executor)
    pool.first()

    for _ in range(2):
        with pytest.raises(GradingError, match="Not denied"):
            sockets_for(HEAVY_NOTEBOOK, b"", pool)


def test_a_run_does_not_begin_where_no_fork_is_held(executor):
    def prove(sockets):
        raise GradingError("Not denied: network.")

    with pytest.raises(GradingError, match="Not denied"):
        ForkServerPool(PLAIN, HEAVY, prove, executor).first()


def test_where_no_fork_is_to_be_had_everything_starts_anew(executor):
    def prove(sockets):
        raise NoForkServer

    pool = ForkServerPool(PLAIN, HEAVY, prove, executor)
    pool.first()

    assert sockets_for(LIGHT_NOTEBOOK, b"", pool) is sockets_for(HEAVY_NOTEBOOK, b"", pool) is None


def test_a_worker_ends_with_who_waits_for_it(tmp_path):
    # An order that can't be read, because nobody writes it: the worker waits for ever.
    os.mkfifo(tmp_path / "order.json")
    with contextlib.ExitStack() as opened:
        folder = opened.enter_context(owned_folder())
        stage = Stage(folder / "kernels", ("random",), folder / "workers", FORKED_WORKERS)
        opened.enter_context(fork_server([stage], {}))
        output = opened.enter_context((tmp_path / "said").open("wb"))
        request = {"order": str(tmp_path / "order.json"), "env": dict(os.environ)}
        line, process_id = request_fork(stage.workers, request, [output.fileno()])
        worker = psutil.Process(process_id)
        assert worker.is_running()

        line.close()

        psutil.wait_procs([worker], timeout=SECONDS)
        assert not worker.is_running()


def state(*, complete: bool) -> SimpleNamespace:
    return SimpleNamespace(pool=SimpleNamespace(is_complete=lambda: complete))


def test_a_worker_ends_also_with_who_never_learned_its_number():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        command = [sys.executable, "-c", ENDS_WITH_ITS_GRADER, str(theirs.fileno())]
        worker = subprocess.Popen(command, pass_fds=[theirs.fileno()], stderr=subprocess.PIPE)
        theirs.close()
        assert readable_within(ours.fileno(), SECONDS)

        ours.close()

        said = worker.communicate(timeout=SECONDS)[1]
        assert worker.returncode == -signal.SIGKILL, said.decode()


@pytest.mark.parametrize(
    ("jobs", "importing", "then"), [(1, 1, 2), (2, 1, 4), (3, 2, 6), (9, 8, 18)]
)
def test_an_import_has_a_core_for_itself(jobs, importing, then):
    def capacity(*, complete: bool) -> int:
        return ThisMachine(None, jobs, Path(), {}, state(complete=complete)).capacity()

    assert (capacity(complete=False), capacity(complete=True)) == (importing, then)
