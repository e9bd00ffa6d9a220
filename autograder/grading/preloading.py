"""The modules that a run's fork servers import, and which notebook needs which of them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from autograder.forkserver.pool import ForkServerPool, ForkSockets
from course.notebook.cell_marks import mark_of

# None of them imports a module that holds answers (`course.notebook.answer_modules`): a fork has
# the memory of the process that imported them.
FIRST_MODULES = (
    "numpy",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    # Modules that every kernel imports as it starts, or as soon as a cell fails.
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "psutil",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.interactiveshell",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "pygments.formatters.terminal256",
    "stack_data",
    "tornado.platform.asyncio",
    "course.data",
    "course.plots.picture",
    "course.interactive.predicting",
    "course.data.idx",
    "course.training.fit",
    # Every kernel imports it for the first call of a test.
    "convpool_agent",
)
# For a few submissions only, and a quarter of the memory that each fork would have to copy.
SCIPY = ("scipy.signal",)
# Takes longer to import than all other modules together, and most notebooks do not use it.
TENSORFLOW = ("tensorflow", "keras", "course.training.short_runs")

USES_TENSORFLOW = re.compile(r"\b(tensorflow|keras)\b")
USES_SCIPY = re.compile(r"\bscipy\b")


def kernel_modules(*, tensorflow: bool) -> list[tuple[str, ...]]:
    """Return the modules of each stage: TensorFlow has a stage of its own."""
    if tensorflow:
        return [FIRST_MODULES, (*SCIPY, *TENSORFLOW)]
    return [(*FIRST_MODULES, *SCIPY)]


def sockets_for(notebook: Mapping[str, Any], pool: ForkServerPool) -> ForkSockets | None:
    """Return the stage that a notebook's processes are forked from, once its forks are proven.

    None means that they must be started anew. A notebook that uses SciPy but not TensorFlow does
    not wait for the last stage, because importing SciPy takes a part of that time.
    """
    if uses_tensorflow(notebook) or (pool.is_complete() and students_use_scipy(notebook)):
        return pool.last()
    return pool.first()


def uses_tensorflow(notebook: Mapping[str, Any]) -> bool:
    """Return whether a notebook's code names TensorFlow; if it does not, importing takes longer."""
    return any(USES_TENSORFLOW.search(cell["source"]) for cell in _code_cells(notebook))


def students_use_scipy(notebook: Mapping[str, Any]) -> bool:
    """Return whether a cell that runs in the student's kernel, thus no test, names SciPy."""
    return any(
        USES_SCIPY.search(cell["source"])
        for cell in _code_cells(notebook)
        if not mark_of(cell).is_test
    )


def _code_cells(notebook: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (cell for cell in notebook["cells"] if cell["cell_type"] == "code")
