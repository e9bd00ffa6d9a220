"""The one interface to every way of running a student's code."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.sandbox import seccomp, view
from autograder.sandbox.bubblewrap import INSIDE_USER, Launch, choose_user, find_bwrap
from autograder.sandbox.cgroup import Cgroups
from autograder.sandbox.cgroup import detect as detect_cgroups
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import (
    BoundedReader,
    Descriptors,
    SandboxedProcess,
    Walls,
    spawn,
    walls,
)
from course.errors import GradingError

if TYPE_CHECKING:
    from autograder.sandbox.kernel import SandboxedKernel
    from autograder.sandbox.proof import Proof

LONGEST_FOLDER = 80  # a socket's path has at most 107 bytes, and the sockets lie below
DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Job:
    """What to run: `argv` with paths as seen inside, and what it is given, all read-only.

    `input` is a folder whose files are copied to the working folder; `data` becomes
    CONVPOOL_SUBSET_DIR; `extra` maps paths inside to files or folders of the host.
    """

    argv: list[str]
    limits: Limits = DEFAULT_LIMITS
    input: Path | None = None
    data: Path | None = None
    extra: Mapping[str, Path] = field(default_factory=dict)
    # The only way out for bytes: single files of the host, at most `limits.file_bytes` long each.
    writable: Mapping[str, Path] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Completed:
    """How a program ended: `status` is None when it ran out of time and was killed."""

    status: int | None
    output: bytes  # the last bytes of its standard output
    errors: str  # the last bytes of its standard error
    out_of_memory: bool


class Sandbox(ABC):
    """A way to run a program that is not trusted."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Return what every result is stamped with."""

    @abstractmethod
    def describe(self) -> str:
        """Say in a few sentences what holds a program here."""

    @abstractmethod
    def start(self, job: Job, folder: Path, inherited: Descriptors) -> SandboxedProcess:
        """Start `job`; `folder` is private to it, on the host, and empty."""

    @abstractmethod
    def prove(self, forbidden: tuple[Path, ...] = ()) -> Proof:
        """Try every way out, and to read each file of `forbidden`; return what happened."""

    def inside(self, path: str, source: Path) -> str:
        """Return the path at which a program sees `source`, which it is given at `path`."""
        return path

    @staticmethod
    def detect() -> BubblewrapSandbox:
        """Return this machine's sandbox, not yet proven; raise GradingError if there is none."""
        return BubblewrapSandbox(find_bwrap(), detect_cgroups())

    @contextlib.contextmanager
    def kernel(
        self,
        *,
        scratch: Path | None = None,
        data_dir: Path | None = None,
        limits: Limits = DEFAULT_LIMITS,
        extra_ro_binds: Mapping[str, Path] | None = None,
        writable_files: Mapping[str, Path] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Iterator[SandboxedKernel]:
        """Give a started IPython kernel that works on a private copy of the folder `scratch`."""
        from autograder.sandbox.kernel import open_sandboxed_kernel

        with open_sandboxed_kernel(
            limits,
            scratch,
            data_dir,
            extra_ro_binds or {},
            env or {},
            writable_files=writable_files or {},
            sandbox=self,
        ) as kernel:
            yield kernel

    def run(self, job: Job, seconds: float, stdin: bytes = b"") -> Completed:
        """Run `job` to its end, or for `seconds`, and return the end of what it wrote."""
        with private_folder() as folder, tempfile.TemporaryFile() as given:
            given.write(stdin)
            given.seek(0)
            process = self.start(job, folder, Descriptors(given.fileno(), subprocess.PIPE))
            with contextlib.closing(process):
                assert process.stdout is not None
                output = BoundedReader(process.stdout)
                status = process.wait(seconds)
                process.kill()
                out_of_memory = process.out_of_memory()
                return Completed(status, output.finish(), process.last_words(), out_of_memory)


class BubblewrapSandbox(Sandbox):
    """Namespaces, a system call filter and limits, laid by bubblewrap."""

    def __init__(
        self,
        bwrap: Path,
        cgroups: Cgroups,
        rewrite: Callable[[Walls], Walls] = lambda command: command,
    ) -> None:
        """Use this `bwrap`; `rewrite` is for tests, which weaken one wall and expect no proof."""
        self.bwrap, self.cgroups, self.rewrite = bwrap, cgroups, rewrite

    @property
    def name(self) -> str:
        """Return what every result is stamped with, such as "bubblewrap (cgroup v1)"."""
        return f"bubblewrap ({self.cgroups.name})"

    def describe(self) -> str:
        """Say in a few sentences what holds a program here."""
        user = (
            "The user namespace of an ordinary user drops root."
            if choose_user() is None
            else "Root drops to a user that owns nothing, another one for each submission."
        )
        calls = (
            "No system call filter: this processor's calls are not known."
            if seccomp.program() is None
            else "A system call filter is on."
        )
        return " ".join([f"{self.bwrap}.", user, calls, self.cgroups.describe()])

    def start(self, job: Job, folder: Path, inherited: Descriptors) -> SandboxedProcess:
        """Start `job` behind all walls."""
        return self.start_as(choose_user(), job, folder, inherited)

    def start_as(
        self,
        user: int | None,
        job: Job,
        folder: Path,
        inherited: Descriptors,
        program: list[str] | None = None,
    ) -> SandboxedProcess:
        """Start `job` behind all walls as this user of the host; None is the present one.

        `program` is what the sandbox starts, instead of `enter.py` which becomes the job's own.
        """
        launch = _launch(job, folder, user)
        group = self.cgroups.make(job.limits) if self.cgroups.version else None
        try:
            command = self.rewrite(walls(launch))
            if program is not None:
                command = replace(command, program=program)
            return spawn(self.bwrap, command, inherited, seccomp.program(), group)
        except BaseException:
            if group is not None:
                group.remove()
            raise

    def prove(self, forbidden: tuple[Path, ...] = ()) -> Proof:
        """Try every way out of a sandbox like the one that students get."""
        from autograder.sandbox.proof import prove

        return prove(self, forbidden)


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """Give a new folder that only this user may enter, short enough for a socket's path."""
    parent = None if len(tempfile.gettempdir()) <= LONGEST_FOLDER else "/tmp"
    with tempfile.TemporaryDirectory(prefix="convpool-", dir=parent) as folder:
        yield Path(folder)


def _launch(job: Job, folder: Path, user: int | None) -> Launch:
    """Return `job` with everything that it is given readable for the sandbox's user."""
    view.write_accounts(folder / "etc", INSIDE_USER if user is None else user)
    return Launch(
        argv=job.argv,
        limits=job.limits,
        folder=folder,
        user=user,
        input=readable_copy(job.input, folder / "input") if job.input else None,
        data=_readable(job.data, folder / "data", user) if job.data else None,
        extra={
            path: _readable(source, folder / f"extra-{number}", user)
            for number, (path, source) in enumerate(job.extra.items())
        },
        writable=job.writable,
        env=job.env,
    )


def _readable(source: Path, copy: Path, user: int | None) -> Path:
    """Return `source` if `user` of the host can read all of it, else a copy which it can read.

    What lies under a private folder or was made with umask 077 is readable to the grader only.
    """
    every = [source, *source.rglob("*")] if source.is_dir() else [source]
    if user is None or all(_open_to_all(path) for path in every):
        return source
    return readable_copy(source, copy)


def _open_to_all(path: Path) -> bool:
    needed = 0o005 if path.is_dir() else 0o004
    return path.stat().st_mode & needed == needed


def readable_copy(source: Path, target: Path) -> Path:
    """Copy regular files so that the sandbox's user can read them, whoever owns them here."""
    if source.is_symlink() or not (source.is_dir() or source.is_file()):
        raise GradingError(
            f"{source} is neither a regular file nor a folder.",
            "Remove it from what the sandbox is given.",
        )
    if source.is_dir():
        target.mkdir()
        target.chmod(0o755)
        for entry in sorted(source.iterdir()):
            readable_copy(entry, target / entry.name)
    else:
        target.write_bytes(source.read_bytes())
        target.chmod(0o644)
    return target
