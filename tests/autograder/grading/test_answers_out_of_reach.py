"""A student's process sees no module of the course that holds answers, forked or started anew."""

import json
import subprocess
import sys

import pytest

from autograder.boundary.agent import AGENT_FOLDER
from autograder.grading.conditions import covered_packages
from autograder.grading.preloading import kernel_modules
from autograder.sandbox import open_sandboxed_kernel
from autograder.sandbox.bubblewrap_sandbox import BubblewrapSandbox
from course.notebook.answer_modules import ANSWER_MODULES, answer_folders

PACKAGES = tuple(f"course.{name}" for name in ANSWER_MODULES)


@pytest.fixture(scope="module")
def kernel(sandbox):
    covering = BubblewrapSandbox(sandbox.bwrap, sandbox.cgroups, covered=covered_packages())
    with open_sandboxed_kernel(covering) as opened:
        yield opened


@pytest.mark.parametrize(
    "source",
    [
        "from course.quiz.bank import practice_bank",
        "from course.checks.mistakes import _blocks",
        "import course.checks.models",
        "from course import checks",
        "import importlib; importlib.import_module('.formulas', 'course.checks')",
        "from course.plots.operations.pooling import pooled",
        "from course import plots; plots.classic_maps",
        "import course.lessons.lesson",
        "from course import show_quiz",
    ],
)
def test_an_import_fails_with_a_plain_message(kernel, source):
    run = kernel.run_cell(source)

    assert (run.status, run.error_name) == ("error", "ImportError")
    assert run.error_value.startswith("Answers cannot be taken from the course's own package")


def test_the_files_are_not_there(kernel):
    folders = [str(folder) for folder in answer_folders()]
    code = f"import os\nprint([sorted(os.listdir(folder)) for folder in {folders}])"

    run = kernel.run_cell(code)

    assert run.outputs[0]["text"].strip() == str([["__init__.py"]] * len(folders))


def test_what_released_notebooks_import_still_works(kernel):
    run = kernel.run_cell(
        "from course import load_data, plots, predict, hint\n"
        "from course.quiet import quiet\n"
        "import course.interactive.difference, course.training.fit\n"
        "plots.images, plots.maps, hint('convolve2d')"
    )

    assert run.status == "ok", run


@pytest.mark.parametrize("stage", [0, 1])
def test_what_kernels_are_forked_from_holds_no_answer(stage):
    modules = [name for names in kernel_modules(tensorflow=True)[: stage + 1] for name in names]
    code = (
        f"import json, sys; sys.path.append({str(AGENT_FOLDER)!r})\n"
        f"for name in {modules}: __import__(name)\n"
        "import gc\n"
        "functions = {getattr(o, '__module__', '') for o in gc.get_objects() if callable(o)}\n"
        "print(json.dumps(sorted({*sys.modules, *filter(None, map(str, functions))})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    loaded = json.loads(done.stdout.splitlines()[-1])
    assert "course.plots.picture" in loaded
    assert [name for name in loaded if name.startswith(PACKAGES)] == []
