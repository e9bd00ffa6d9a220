"""The interface to every way of running a student's code."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from autograder.sandbox.limits import Limits
from autograder.sandbox.owned_folders import owned_folder
from autograder.sandbox.process import BoundedReader, Descriptors, SandboxedProcess
from course.errors import GradingError

DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Job:
    """A program to run, and the files that it can see.

    `argv` has paths as seen in the sandbox. The files of the folder `input` are copied to the
    working folder. `data` is visible read-only, as the folder CONVPOOL_SUBSET_DIR. `extra` maps
    paths in the sandbox to files or folders of the host, read-only; `writable` maps them to single
    files of the host, at most `limits.file_bytes` long each: the only files that can be written to.
    """

    argv: list[str]
    limits: Limits = DEFAULT_LIMITS
    input: Path | None = None
    data: Path | None = None
    extra: Mapping[str, Path] = field(default_factory=dict)
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

    has_walls = True
    covered: Mapping[Path, str] = MappingProxyType({})
    """Packages whose folders no program may see, and the `__init__.py` that each has instead."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Return the name that every result is stamped with."""

    @abstractmethod
    def start(self, job: Job, folder: Path, inherited: Descriptors) -> SandboxedProcess:
        """Start `job`; `folder` is an empty folder of the host for this job only."""

    def inside(self, path: str, source: Path) -> str:
        """Return the path at which a program sees the host's `source` that a job maps to `path`."""
        return path

    def run(self, job: Job, seconds: float, stdin: bytes = b"") -> Completed:
        """Run `job` to its end, or for `seconds`, and return the end of its output."""
        with owned_folder() as folder, tempfile.TemporaryFile() as input_file:
            input_file.write(stdin)
            input_file.seek(0)
            process = self.start(job, folder, Descriptors(input_file.fileno(), subprocess.PIPE))
            with contextlib.closing(process):
                assert process.stdout is not None
                output = BoundedReader(process.stdout)
                status = process.wait(seconds)
                process.kill()
                out_of_memory = process.out_of_memory()
                return Completed(status, output.finish(), process.last_errors(), out_of_memory)


def readable_copy(source: Path, target: Path) -> Path:
    """Copy regular files so that the sandbox's user can read them; refuse links and devices."""
    if source.is_symlink() or not (source.is_dir() or source.is_file()):
        raise GradingError(
            f"{source} is neither a regular file nor a folder.",
            "Remove it from the files that the sandbox is given.",
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
