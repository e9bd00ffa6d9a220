"""Loaded into a Dask worker by `--preload`: submissions are graded with the stub.

`DEADLY` names a folder. A submission that says `# deadly-once` kills the worker that first runs
it, one that says `# deadly-always` every worker.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from support import fake_grading

from autograder.grading import station
from autograder.grading.conditions import Conditions


@contextmanager
def prepare(options: Any, secret: bytes, hidden: Any) -> Iterator[Any]:
    """Prove nothing; leave a trace of the proof, and of what was sent."""
    folder = Path(os.environ["DEADLY"])

    def prove() -> Conditions:
        with (folder / "proofs").open("a") as file:
            file.write(f"{os.getpid()} {options.jobs} {secret!r}\n")
        return Conditions(b"", folder, folder, False, "none", {})

    yield SimpleNamespace(data=folder / f"data-{os.getpid()}", prove=prove)


def deadly(source: Any, submission: Any, student: str, assignment: str, common: Conditions) -> Any:
    """Die, or grade."""
    here = Path(os.environ["DEADLY"])
    assert (student, common.secret, len(common.seed)) == (station.NOBODY, b"", 64)
    content = submission.content.decode()
    if "# deadly-" in content:
        with (here / "deaths").open("a") as file:
            file.write("x")
        if "# deadly-always" in content or (here / "deaths").stat().st_size == 1:
            os.kill(os.getpid(), signal.SIGKILL)
    return fake_grading.stub_content(source, submission, student, assignment, common)


station.prepare = prepare  # type: ignore[assignment]
station.grade_content = deadly
