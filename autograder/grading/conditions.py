"""What every submission of a run finds: a sandbox that is proven, the secret, the data."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.course_folder import ClassFolder
from autograder.grading.pages import UNSAFE
from autograder.grading.run import Conditions
from autograder.grading.secret import class_secret
from autograder.grading.student import FONTS
from autograder.sandbox import Limits, Sandbox
from autograder.sandbox.none import NoSandbox
from autograder.sandbox.proof import require_proof


def cores() -> int:
    """Count the processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class GradeOptions:
    """What an instructor can choose."""

    sandboxed: bool = True
    """False runs student code with the grader's own rights."""
    limits: dict[str, Any] = field(default_factory=dict)
    """Fields of `Limits` that differ from the defaults."""
    jobs: int = field(default_factory=cores)
    """How many submissions run at a time on this machine."""
    force: bool = False
    """Run again also what did not change."""
    patience_seconds: float = 300.0
    """How long to wait for a gradebook that another program has locked."""

    def limits_per_job(self) -> dict[str, Any]:
        """Share the cores out among the jobs, unless someone chose otherwise."""
        return {"threads": max(1, cores() // self.jobs), **self.limits}


@contextmanager
def conditions(
    class_folder: ClassFolder, options: GradeOptions, forbidden: list[Path]
) -> Iterator[Conditions]:
    """Prove the sandbox, read the secret and lay out the data; refuse to go on without proof."""
    class_folder.root.mkdir(parents=True, exist_ok=True)
    hidden = (class_folder.root / ".secret", *_files(forbidden))
    with prepared(options, class_secret(class_folder), hidden, _write_data) as common:
        yield common


@contextmanager
def prepared(
    options: GradeOptions,
    secret: bytes,
    hidden: tuple[Path, ...],
    write_data: Callable[[Path], object],
) -> Iterator[Conditions]:
    """Do that on any machine; `write_data` fills the folder that is given to it."""
    limits = Limits(**options.limits_per_job())
    if options.sandboxed:
        sandbox = Sandbox.detect()
        require_proof(sandbox.prove(forbidden=hidden))
        name = sandbox.name
    else:
        name = NoSandbox().name
        assert name == UNSAFE
    with tempfile.TemporaryDirectory(prefix="convpool-given-") as given:
        data, scratch = Path(given) / "data", Path(given) / "scratch"
        write_data(data)
        _list_fonts(scratch / FONTS)
        yield Conditions(
            secret=secret,
            data=data,
            scratch=scratch,
            sandboxed=options.sandboxed,
            sandbox=name,
            limits=options.limits_per_job(),
            notebook_seconds=limits.notebook_seconds,
        )


def _write_data(folder: Path) -> None:
    """Lay out the small balanced subset."""
    from course.data import write_subset

    write_subset(folder)


def _list_fonts(folder: Path) -> None:
    """Let matplotlib list the machine's fonts once, which takes it seconds in a fresh home."""
    folder.mkdir(parents=True)
    subprocess.run(
        [sys.executable, "-c", "import matplotlib.font_manager"],
        env={**os.environ, "MPLCONFIGDIR": str(folder)},
        check=True,
        capture_output=True,
    )


def _files(folders: list[Path]) -> list[Path]:
    """Name a few files of each folder, for the sandbox to try and fail to read."""
    return [path for folder in folders for path in sorted(folder.rglob("*.*"))[:5]]
