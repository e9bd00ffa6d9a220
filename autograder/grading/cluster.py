"""Many machines: submissions run on the workers of a Dask cluster, each behind its own sandbox.

A worker gets the sources and the data once, and for each submission the bytes of the notebook and
a seed; it answers in JSON. It never gets the class's secret, its gradebook or a student's name.

This module runs on the machine of the class folder, `station.py` on the workers.
"""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import nbformat
from nbformat import NotebookNode

from autograder.grading.conditions import Conditions, GradeOptions, submission_seed
from autograder.grading.plan import Submission
from autograder.grading.results import SubmissionResult, from_dict
from autograder.grading.submission_run import grade_submission
from autograder.grading.versions import grader_version
from autograder.ingest.reading import Unreadable, read_submission
from course.errors import GradingError
from course.notebook.rejecting import Rejected

MOST_RERUNS = 2
"""How often a submission is run again after a worker was lost while it ran."""

CONNECT_SECONDS = 30


class Cluster:
    """A Dask cluster as a place to run submissions in."""

    def __init__(
        self,
        client: Any,
        station: str,
        submitted: Path,
        sources: Mapping[str, NotebookNode],
        conditions: Conditions,
    ) -> None:
        """Use the workers, each of which has opened a station of this name."""
        self.conditions = conditions
        self._client, self._station = client, station
        self._executor: Executor = client.get_executor(pure=False)
        self._submitted, self._sources = submitted, sources

    def submit(self, submission: Submission) -> "Future[Any]":
        """Send a submission's bytes to a worker; one that can't be read needs none."""
        from autograder.grading.station import grade_bytes

        student, name = submission
        folder = self._submitted / student
        done: Future[Any] = Future()
        try:
            read = read_submission(folder, name)
        except Unreadable as error:
            done.set_exception(error)
            return done
        except Rejected:
            done.set_result(
                grade_submission(self._sources[name], folder, student, name, self.conditions)
            )
            return done
        seed = submission_seed(self.conditions.secret, read.digest, name)
        return self._executor.submit(grade_bytes, self._station, name, read.content, seed)

    def read(self, submission: Submission, future: "Future[Any]") -> SubmissionResult:
        """Return a worker's answer as a result; raise GradingError if the grader failed."""
        from distributed import KilledWorker

        try:
            answer = future.result()
        except KilledWorker as error:
            raise GradingError(
                f"{MOST_RERUNS + 1} workers were lost while they ran it, the last at "
                f"{error.last_worker.address}.",
                "See that worker's log; then grade again.",
            ) from error
        if isinstance(answer, SubmissionResult):
            return answer
        fields = json.loads(answer)
        if "failure" in fields:
            raise GradingError(fields["failure"])
        result = from_dict(fields["result"])
        result.student = submission[0]
        return result

    def capacity(self) -> int:
        """Return two for each thread of the present workers: one that runs, one on its way."""
        return max(2, 2 * sum(self._client.nthreads().values()))


@contextmanager
def open_cluster(
    options: GradeOptions,
    submitted: Path,
    sources: Mapping[str, NotebookNode],
    conditions: Conditions,
) -> Iterator[Cluster]:
    """Connect to a scheduler, and let every worker open a station, also one that joins later.

    Raises GradingError if a worker's sandbox does not prove itself.
    """
    from autograder.grading.station import Station, allow_losses, sandbox_of

    address = options.cluster
    with ExitStack() as stack:
        client = stack.enter_context(_client(address))
        if not client.nthreads():
            raise GradingError(
                f"The cluster at {address} has no workers.", f"Start one: dask worker {address}"
            )
        before = client.run_on_scheduler(allow_losses, MOST_RERUNS)
        stack.callback(client.run_on_scheduler, allow_losses, before)
        name = f"convpool-{uuid4().hex}"
        station = Station(
            name=name,
            grader=grader_version(),
            sources={each: nbformat.writes(source) for each, source in sources.items()},
            data={path.name: path.read_bytes() for path in sorted(conditions.data.iterdir())},
            sandboxed=options.sandboxed,
            limits=options.limits,
        )
        client.register_plugin(station, name=name)  # raises what a worker's proof raised
        stack.callback(client.unregister_worker_plugin, name)
        sandbox = max(client.run(sandbox_of, name).values(), default="")
        yield Cluster(client, name, submitted, sources, replace(conditions, sandbox=sandbox))


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """Connect; raise GradingError if Dask is not installed or no scheduler answers."""
    try:
        from distributed import Client
    except ImportError as error:
        raise GradingError(
            "Grading on a cluster needs Dask.", "pip install 'convpool-course[cluster]'"
        ) from error
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise GradingError(
            f"No Dask scheduler answers at {address} ({type(error).__name__}).",
            "Start one with `dask scheduler`, and give the address that it prints.",
        ) from error
    try:
        yield client
    finally:
        client.close()
