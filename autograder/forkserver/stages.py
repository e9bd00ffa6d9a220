"""How the warm processes are started: what each stage imports, and where it is asked for forks."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.forkserver.client import Recipe
from autograder.sandbox import view
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import OWN_ENVIRONMENT

SERVER = Path(__file__).with_name("stage_server.py")
THREADS = Limits(threads=1)  # a thread would be missing in every fork
MODULES = (
    "numpy",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    # What every kernel imports by itself as it starts, or as soon as a cell fails.
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
    "course.checks",
    "course.data",
    "course.plots.picture",
    "course.interactive.predicting",
    "course.data.idx",
    "course.training.fit",
)
# A quarter of the memory that each fork would have to copy, for a few students' answers.
SCIPY = ("scipy.signal",)
# Takes longer than all of that, and most notebooks never import it.
TENSORFLOW = ("tensorflow", "keras", "course.training.tracing")


@dataclass(frozen=True)
class Stage:
    """One warm process: where it is asked for forks, and what it adds to the stages before it.

    `beside` is the address of one more process with the same modules, and what serves there.
    `folder` is one more place to import `modules` from, which no fork imports anything from.
    """

    address: Path
    modules: tuple[str, ...]
    beside: tuple[Path, str] | None = None
    folder: Path | None = None


def warm_recipe(stages: Sequence[Stage], fonts: Path) -> Recipe:
    """Say how warm processes are started; `fonts` is matplotlib's folder with its list of them."""
    told = [
        {
            "socket": str(stage.address),
            "modules": stage.modules,
            "folder": stage.folder and str(stage.folder),
            "beside": stage.beside and {"socket": str(stage.beside[0]), "module": stage.beside[1]},
        }
        for stage in stages
    ]
    path = [str(view.user_site())] if view.user_site() else []
    argv = [sys.executable, "-I", "-B", "-X", "utf8", str(SERVER)]
    env = OWN_ENVIRONMENT | view.environment(THREADS, False, {"MPLCONFIGDIR": str(fonts)})
    addresses = [address for s in stages for address in (s.address, *(s.beside or ())[:1])]
    return Recipe([*argv, json.dumps({"path": path, "stages": told})], env, addresses)
