"""The conditions of a run: a sandbox that is proven, fork servers, the secret and the data."""

import hashlib
import hmac
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from autograder.boundary.agent import AGENT_FOLDER
from autograder.folders import ClassFolder, CourseFolder, class_secret
from autograder.forkserver.forked_sandbox import prove_forks
from autograder.forkserver.pool import ForkServerPool, ForkSockets, open_pool
from autograder.grading.preloading import kernel_modules
from autograder.sandbox import Sandbox, detect_sandbox
from autograder.sandbox.bubblewrap_sandbox import BubblewrapSandbox
from autograder.sandbox.cgroup import Cgroups, detect_cgroups
from autograder.sandbox.owned_folders import owned_folder, sweep_owned_folders
from autograder.sandbox.proof import prove, require_proof
from autograder.sandbox.unprotected import NoSandbox
from autograder.sandbox.view import PICTURES
from course.notebook.answer_modules import MESSAGE, answer_folders

FONTS = ".matplotlib"
"""Folder within the scratch folder that holds matplotlib's list of the machine's fonts."""

FORKED_WORKERS = "autograder.grading.forked_workers"
WORKER = "autograder.grading.worker"
"""The module that grades one submission in a process of its own."""


def cores() -> int:
    """Count the processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def usual_jobs() -> int:
    """Return one job for each core and one more: each job waits for part of its time."""
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
    """Use fork servers; None: `grade_class` decides, by how many submissions must run."""
    force: bool = False
    """Run again also what did not change."""
    patience_seconds: float = 300.0
    """How long to wait for a gradebook that another program has locked."""

    def limits_per_job(self) -> dict[str, Any]:
        """Share the cores out among the jobs, unless someone chose otherwise."""
        return {"threads": max(1, cores() // self.jobs), **self.limits}


@dataclass(frozen=True)
class Conditions:
    """What is the same for every submission of a run."""

    secret: bytes
    """The class's secret, from which the tests' inputs are drawn."""
    data: Path
    """Folder with the small data set that notebooks load."""
    scratch: Path
    """Folder whose files every submission finds in its working folder."""
    sandboxed: bool
    sandbox: str
    """Name of the sandbox, for results of submissions that did not run."""
    limits: dict[str, Any]
    """Fields of `Limits` that differ from the defaults."""
    pool: ForkServerPool | None = None
    """Fork servers; None starts every process anew."""
    seed: str = ""
    """The seed of the one submission to grade, where the secret itself is not known."""


@dataclass(frozen=True)
class Preparation:
    """A run that is being prepared: its fork servers import while the caller does other work."""

    data: Path
    """The folder that the caller fills with what notebooks load."""
    _scratch: Path
    _options: GradeOptions
    _secret: bytes
    _hidden: tuple[Path, ...]
    _sandbox: Sandbox
    _pool: ForkServerPool | None

    def prove(self) -> Conditions:
        """Prove the sandbox, and wait for the first fork server.

        Raises GradingError if something that the sandbox must deny is not denied.
        """
        if self._options.sandboxed:
            require_proof(prove(self._sandbox, self._hidden))
        if self._pool is not None:
            self._pool.first()
        else:
            _list_fonts(self._scratch / FONTS)
        return Conditions(
            secret=self._secret,
            data=self.data,
            scratch=self._scratch,
            sandboxed=self._options.sandboxed,
            sandbox=self._sandbox.name,
            limits=self._options.limits_per_job(),
            pool=self._pool,
        )


@contextmanager
def prepare(
    options: GradeOptions,
    secret: bytes,
    hidden: tuple[Path, ...],
    *,
    tensorflow: bool = True,
    stock: Sequence[str] | None = None,
) -> Iterator[Preparation]:
    """Start the fork servers of a run, if it has any, in a private folder.

    `hidden` are files that the sandbox must not show. The fork servers import TensorFlow only if
    the notebooks use it (`tensorflow`); of a stock course, the modules `stock` of its sources.
    """
    with _swept(options.sandboxed), owned_folder() as folder, ExitStack() as stack:
        scratch = folder / "scratch"
        fonts = scratch / FONTS
        fonts.mkdir(parents=True)
        sandbox = detect_sandbox(covered_packages()) if options.sandboxed else NoSandbox()
        pool = None
        if options.warm:
            # Forks are proven as soon as their stage has imported its modules.
            pool = stack.enter_context(
                open_pool(
                    folder,
                    kernel_modules(tensorflow=tensorflow, stock=stock),
                    FORKED_WORKERS,
                    partial(_prove_forks, sandbox, hidden),
                    module_folder=AGENT_FOLDER,
                    # matplotlib takes 40 ms to look the backend up, once for all forks.
                    env={"MPLCONFIGDIR": str(fonts), "MPLBACKEND": PICTURES},
                    tried=stock is not None,
                )
            )
        yield Preparation(folder / "data", scratch, options, secret, hidden, sandbox, pool)


@contextmanager
def _swept(sandboxed: bool) -> Iterator[None]:
    """Remove what killed processes left behind: before, that of other runs; after, of this one."""
    cgroups = detect_cgroups() if sandboxed else Cgroups(0)
    sweep_owned_folders()
    try:
        yield
    finally:
        cgroups.sweep()
        sweep_owned_folders()


@contextmanager
def prepare_class(
    course: CourseFolder,
    class_folder: ClassFolder,
    options: GradeOptions,
    *,
    tensorflow: bool = True,
) -> Iterator[Preparation]:
    """Prepare a run over a class, with the small data set laid out.

    The sandbox must not show the class's secret or the course's solutions.
    """
    secret = class_secret(class_folder)
    hidden = (class_folder.root / ".secret", *_sample(course.solutions))
    with prepare(options, secret, hidden, tensorflow=tensorflow) as preparation:
        _write_data(preparation.data)
        yield preparation


@contextmanager
def cluster_conditions(class_folder: ClassFolder, options: GradeOptions) -> Iterator[Conditions]:
    """Give what this machine must know of a run on other machines: the secret, and data to send."""
    with owned_folder() as folder:
        _write_data(folder / "data")
        yield Conditions(
            secret=class_secret(class_folder),
            data=folder / "data",
            scratch=folder,
            sandboxed=options.sandboxed,
            sandbox="",
            limits=options.limits,
        )


def covered_packages() -> dict[Path, str]:
    """Map the course's packages with answers to what a submission's process has in their place."""
    text = f"raise ImportError({MESSAGE.format(found='this module')!r})\n"
    return dict.fromkeys(answer_folders(), text)


def _prove_forks(sandbox: Sandbox, hidden: tuple[Path, ...], sockets: ForkSockets) -> None:
    """Prove that forks are confined; without a sandbox there is nothing to prove."""
    if isinstance(sandbox, BubblewrapSandbox):
        require_proof(prove_forks(sandbox, sockets.kernels, hidden))


def _write_data(folder: Path) -> None:
    """Lay out the small balanced subset."""
    from course.data import write_subset

    write_subset(folder)


def _list_fonts(folder: Path) -> None:
    """Let matplotlib list the machine's fonts once, which takes seconds in a fresh home."""
    subprocess.run(
        [sys.executable, "-P", "-c", "import matplotlib.font_manager"],
        env={**os.environ, "MPLCONFIGDIR": str(folder)},
        check=True,
        capture_output=True,
    )


def _sample(folder: Path) -> list[Path]:
    """Name a few files of a folder, for the sandbox to try and fail to read."""
    return sorted(folder.rglob("*.*"))[:5]


def submission_seed(secret: bytes, digest: str, assignment: str) -> str:
    """Return the seed of one submission (HMAC-SHA256, hexadecimal), the same at every regrade."""
    return hmac.new(secret, f"{assignment}:{digest}".encode(), hashlib.sha256).hexdigest()
