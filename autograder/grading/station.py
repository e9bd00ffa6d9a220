"""What a worker of a cluster holds for a run: its own proven sandbox, the sources, the data.

Dask calls `Station.setup` on every worker, also on one that joins or restarts during the run. No
submission runs on a worker whose sandbox has not proven itself.
"""

import asyncio
import json
import threading
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Any

import nbformat
from distributed import get_worker
from distributed.diagnostics.plugin import WorkerPlugin
from nbformat import NotebookNode

from autograder.grading.conditions import Conditions, GradeOptions, prepare
from autograder.grading.submission_run import grade_content
from autograder.grading.versions import grader_version
from autograder.ingest.reading import Submission
from course.errors import CourseError, GradingError

NOBODY = "submission"
"""The student's name on a worker."""

READY_SECONDS = 300.0
"""How long a submission waits on a worker that has just begun to prove its sandbox."""


@dataclass(frozen=True)
class Opened:
    """A station that is ready."""

    sources: dict[str, NotebookNode]
    conditions: Conditions
    close: ExitStack


_CHANGED = threading.Condition()
_OPENED: dict[tuple[str, str], Opened | Exception] = {}
"""By the worker's address and the station's name."""


@dataclass
class Station(WorkerPlugin):
    """What is sent to every worker once: sources, data and options as plain values."""

    name: str
    grader: str
    """The grader's version, which must be the worker's own."""
    sources: dict[str, str]
    data: dict[str, bytes]
    sandboxed: bool = True
    limits: dict[str, Any] = field(default_factory=dict)

    async def setup(self, worker: Any) -> None:
        """Open the station in a thread: meanwhile the worker must answer the scheduler."""
        found: Opened | Exception
        try:
            found = await asyncio.to_thread(self._open, worker.state.nthreads)
        except Exception as error:
            found = error
        with _CHANGED:
            _OPENED[worker.address, self.name] = found
            _CHANGED.notify_all()
        if isinstance(found, Exception):
            raise found

    async def teardown(self, worker: Any) -> None:
        """Close it."""
        with _CHANGED:
            found = _OPENED.pop((worker.address, self.name), None)
        if isinstance(found, Opened):
            await asyncio.to_thread(found.close.close)

    def _open(self, threads: int) -> Opened:
        """Prove the sandbox, lay out the data and read the sources."""
        if grader_version() != self.grader:
            raise GradingError(
                "A worker has another version of the course or of TensorFlow.",
                "Install the same on every machine, with constraints.txt.",
            )
        options = GradeOptions(
            sandboxed=self.sandboxed, limits=self.limits, jobs=max(1, threads), warm=True
        )
        stack = ExitStack()
        try:
            preparation = stack.enter_context(prepare(options, b"", ()))
            self._write_data(preparation.data)
            conditions = preparation.prove()
            sources = {name: nbformat.reads(s, 4) for name, s in self.sources.items()}
        except BaseException:
            stack.close()
            raise
        return Opened(sources, conditions, stack)

    def _write_data(self, folder: Path) -> None:
        """Write the files of the data set into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.data.items():
            (folder / Path(name).name).write_bytes(content)


def grade_bytes(station: str, assignment: str, content: bytes, seed: str) -> str:
    """Grade the bytes of a notebook; return the result or the grader's failure as JSON."""
    try:
        started = monotonic()
        opened = _opened(station)
        result = grade_content(
            opened.sources[assignment],
            Submission(content),
            NOBODY,
            assignment,
            replace(opened.conditions, seed=seed),
        )
        result.times["total"] = monotonic() - started
    # Whatever one submission raises is its own failure; the worker goes on.
    except Exception as error:
        kind = "" if isinstance(error, CourseError) else f"{type(error).__name__}: "
        return json.dumps({"failure": f"{kind}{error} (on the worker {get_worker().address})"})
    return json.dumps({"result": asdict(result)})


def _opened(station: str) -> Opened:
    """Return this worker's station as soon as its sandbox is proven."""
    place = (get_worker().address, station)
    with _CHANGED:
        if not _CHANGED.wait_for(lambda: place in _OPENED, READY_SECONDS):
            raise GradingError("The worker did not prove its sandbox in time.")
        found = _OPENED[place]
    if isinstance(found, Exception):
        raise GradingError(f"The worker is not fit to grade: {found}")
    return found


def sandbox_of(station: str, dask_worker: Any = None) -> str:
    """Return the name of this worker's sandbox, "" if it is not proven yet."""
    found = _OPENED.get((dask_worker.address, station))
    return found.conditions.sandbox if isinstance(found, Opened) else ""


def allow_losses(losses: int, dask_scheduler: Any = None) -> int:
    """Let a task lose so many workers before it is a failure; return the number before."""
    before = int(dask_scheduler.allowed_failures)
    dask_scheduler.allowed_failures = losses
    return before
