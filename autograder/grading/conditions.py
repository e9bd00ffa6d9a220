"""What every submission of a run finds: a sandbox that is proven, the secret, the data."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from autograder.boundary.agent import AGENT_FOLDER
from autograder.folders import ClassFolder, class_secret
from autograder.forkserver.forked_sandbox import prove_forks
from autograder.forkserver.pool import ForkSockets, open_pool
from autograder.grading.preloading import kernel_modules
from autograder.grading.submission_run import FONTS, Conditions
from autograder.sandbox import Limits, Sandbox, detect_sandbox
from autograder.sandbox.bubblewrap_sandbox import BubblewrapSandbox
from autograder.sandbox.proof import prove, require_proof
from autograder.sandbox.sandbox import private_folder
from autograder.sandbox.unprotected import NoSandbox


def cores() -> int:
    """Count the processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def usual_jobs() -> int:
    """One job for each core, and one more: each waits a part of its time for the other side."""
    return cores() + 1


@dataclass(frozen=True)
class GradeOptions:
    """What an instructor can choose."""

    sandboxed: bool = True
    """False runs student code with the grader's own rights."""
    limits: dict[str, Any] = field(default_factory=dict)
    """Fields of `Limits` that differ from the defaults."""
    jobs: int = field(default_factory=usual_jobs)
    """How many submissions run at a time on this machine."""
    cluster: str = ""
    """Address of a Dask scheduler, whose workers run the submissions; "": this machine does."""
    warm: bool | None = None
    """Use fork servers; None: if there are enough submissions to run, as `grade_class` finds."""
    force: bool = False
    """Run again also what did not change."""
    patience_seconds: float = 300.0
    """How long to wait for a gradebook that another program has locked."""

    def limits_per_job(self) -> dict[str, Any]:
        """Share the cores out among the jobs, unless someone chose otherwise."""
        return {"threads": max(1, cores() // self.jobs), **self.limits}


@contextmanager
def conditions(
    class_folder: ClassFolder,
    options: GradeOptions,
    forbidden: list[Path],
    meanwhile: Callable[[], None] = lambda: None,
    *,
    tensorflow: bool = True,
) -> Iterator[Conditions]:
    """Prove the sandbox, read the secret and lay out the data; refuse to go on without proof.

    `meanwhile` is called while fork servers import; nothing of a student's has run by then.
    They import TensorFlow only if the notebooks use it (`tensorflow`).
    """
    class_folder.root.mkdir(parents=True, exist_ok=True)
    hidden = (class_folder.root / ".secret", *_files(forbidden))

    def lay_out(folder: Path) -> None:
        _write_data(folder)
        meanwhile()

    with prepared(
        options, class_secret(class_folder), hidden, lay_out, tensorflow=tensorflow
    ) as common:
        yield common


@contextmanager
def conditions_for_others(class_folder: ClassFolder, options: GradeOptions) -> Iterator[Conditions]:
    """What this machine has to know of a run that others do: the secret, and data to send."""
    with private_folder() as given:
        _write_data(given / "data")
        yield Conditions(
            secret=class_secret(class_folder),
            data=given / "data",
            scratch=given,
            sandboxed=options.sandboxed,
            sandbox="",
            limits=options.limits,
            notebook_seconds=Limits(**options.limits).notebook_seconds,
        )


@contextmanager
def prepared(
    options: GradeOptions,
    secret: bytes,
    hidden: tuple[Path, ...],
    write_data: Callable[[Path], object],
    *,
    tensorflow: bool = True,
) -> Iterator[Conditions]:
    """Do that on any machine; `write_data` fills the folder that is given to it."""
    limits = Limits(**options.limits_per_job())
    with private_folder() as given, ExitStack() as opened:
        data, scratch = given / "data", given / "scratch"
        fonts = scratch / FONTS
        fonts.mkdir(parents=True)
        sandbox = detect_sandbox() if options.sandboxed else NoSandbox()
        pool = None
        if options.warm:
            # Forks are proven as soon as their stage has imported its modules.
            pool = opened.enter_context(
                open_pool(
                    given,
                    kernel_modules(tensorflow=tensorflow),
                    "autograder.forkserver.pool",
                    partial(_prove_forks, sandbox, hidden),
                    module_folder=AGENT_FOLDER,
                    env={"MPLCONFIGDIR": str(fonts)},
                )
            )
        write_data(data)
        if options.sandboxed:
            require_proof(prove(sandbox, hidden))
        if pool is not None:
            pool.first()
        else:
            _list_fonts(fonts)
        yield Conditions(
            secret=secret,
            data=data,
            scratch=scratch,
            sandboxed=options.sandboxed,
            sandbox=sandbox.name,
            limits=options.limits_per_job(),
            notebook_seconds=limits.notebook_seconds,
            pool=pool,
        )


def _prove_forks(sandbox: Sandbox, hidden: tuple[Path, ...], sockets: ForkSockets) -> None:
    """Prove that forks are confined; without a sandbox there is nothing to prove."""
    if isinstance(sandbox, BubblewrapSandbox):
        require_proof(prove_forks(sandbox, sockets.kernels, hidden))


def _write_data(folder: Path) -> None:
    """Lay out the small balanced subset."""
    from course.data import write_subset

    write_subset(folder)


def _list_fonts(folder: Path) -> None:
    """Let matplotlib list the machine's fonts once, which takes it seconds in a fresh home."""
    subprocess.run(
        [sys.executable, "-c", "import matplotlib.font_manager"],
        env={**os.environ, "MPLCONFIGDIR": str(folder)},
        check=True,
        capture_output=True,
    )


def _files(folders: list[Path]) -> list[Path]:
    """Name a few files of each folder, for the sandbox to try and fail to read."""
    return [path for folder in folders for path in sorted(folder.rglob("*.*"))[:5]]
