"""The modules that a run's fork servers import, and which notebook needs which of them.

For this course's own notebooks they are known; for a stock course's, its sources say which.
"""

import ast
import importlib.util
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from autograder.forkserver.pool import ForkServerPool, ForkSockets
from course.notebook.cell_code import read_code

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
# The tests of two assignments use it, and some students; it takes long to import in each fork.
SCIPY = ("scipy.signal",)
# Takes longer to import than all other modules together, and most notebooks do not use it.
TENSORFLOW = ("tensorflow", "keras", "course.training.short_runs")

_IMPORTS_TENSORFLOW = re.compile(rb"(?:import|from)\s+(?:tensorflow|keras)\b")
USES_TENSORFLOW = re.compile(r"\b(tensorflow|keras)\b")


OWN_PACKAGES = frozenset(["autograder", "course"])


def kernel_modules(
    *, tensorflow: bool, stock: Iterable[str] | None = None
) -> list[tuple[str, ...]]:
    """Return the modules of each stage: TensorFlow has a stage of its own.

    So have the modules `stock`, which a stock course's sources import; then there are no others.
    """
    if stock is not None:
        more = tuple(name for name in stock if name not in FIRST_MODULES)
        return [FIRST_MODULES, more] if more else [FIRST_MODULES]
    first = (*FIRST_MODULES, *SCIPY)
    return [first, TENSORFLOW] if tensorflow else [first]


def stock_modules(sources: Iterable[Mapping[str, Any]], beside: Iterable[str]) -> list[str]:
    """Return the installed modules that a stock course's notebooks import, in their order.

    A package of the course's own has the name of one of the files `beside` the notebooks; it must
    not be imported from elsewhere.
    """
    own = {path.partition("/")[0].removesuffix(".py") for path in beside}
    found = dict.fromkeys(name for source in sources for name in imported_modules(source))
    packages = {name.partition(".")[0] for name in found} - own
    installed = {name for name in packages if importlib.util.find_spec(name) is not None}
    return [name for name in found if name.partition(".")[0] in installed]


def imported_modules(notebook: Mapping[str, Any]) -> list[str]:
    """Return the modules of other packages than Python's and this one that a notebook imports."""
    found: dict[str, None] = {}
    for tree in filter(None, (read_code(cell["source"]) for cell in _code_cells(notebook))):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found.update(dict.fromkeys(alias.name for alias in node.names))
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found[node.module] = None
    known = sys.stdlib_module_names | OWN_PACKAGES
    return [name for name in found if name.partition(".")[0] not in known]


def sockets_for(
    source: Mapping[str, Any], content: bytes, pool: ForkServerPool
) -> ForkSockets | None:
    """Return the stage that a submission's processes are forked from, once its forks are proven.

    None means that they must be started anew. What students import besides is searched in the
    bytes that were handed in; an import that is not found takes its time in the fork.
    """
    if uses_tensorflow(source) or _IMPORTS_TENSORFLOW.search(content):
        return pool.last()
    return pool.first()


def stock_sockets_for(notebook: Mapping[str, Any], pool: ForkServerPool) -> ForkSockets | None:
    """Return the same for a notebook of a stock course: it waits if it imports more than others."""
    more = set(imported_modules(notebook)) - set(FIRST_MODULES)
    return pool.last() if more else pool.first()


def uses_tensorflow(notebook: Mapping[str, Any]) -> bool:
    """Return whether a notebook's code names TensorFlow; if it does not, importing takes longer."""
    return any(USES_TENSORFLOW.search(cell["source"]) for cell in _code_cells(notebook))


def _code_cells(notebook: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (cell for cell in notebook["cells"] if cell["cell_type"] == "code")
