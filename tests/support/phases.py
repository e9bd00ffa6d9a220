"""Measures by phase where a run's time goes, by wrapping the grader's own functions.

`watch_run` is for the process of a run. `serve` stands in for the module that forks its workers:
each worker adds a line to the file PHASES_FILE. Both need nothing in the product.
"""

import contextlib
import functools
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

FILE = "PHASES_FILE"
WORKER, ALL, STUDENT = "worker", "all", "student's process"

Seconds = dict[str, list[float]]
"""Wall and processor seconds by phase."""


class Phases:
    """Wall and processor seconds of each phase, of its own without the phases inside it."""

    def __init__(self, processor: Callable[[], float]) -> None:
        """Take the clock of processor time: of the process, or of a thread."""
        self._processor, self._lock = processor, threading.Lock()
        self._local = threading.local()
        self.found: dict[str, Seconds] = {}
        """By assignment."""

    @contextlib.contextmanager
    def phase(self, name: str, assignment: str = "") -> Iterator[None]:
        """Count the time inside for a phase; an outer phase stops meanwhile."""
        stack: list[tuple[str, str]] = self._local.__dict__.setdefault("stack", [])
        self._count(stack)
        stack.append((assignment or (stack[-1][0] if stack else ""), name))
        try:
            yield
        finally:
            self._count(stack)
            stack.pop()

    def _count(self, stack: list[tuple[str, str]]) -> None:
        """Add the time since the last change to the phase that is innermost."""
        now = time.perf_counter(), self._processor()
        if stack:
            assignment, name = stack[-1]
            with self._lock:
                sums = self.found.setdefault(assignment, {}).setdefault(name, [0.0, 0.0])
                for place, clock in enumerate(now):
                    sums[place] += clock - self._local.since[place]
        self._local.since = now

    def wrap(
        self, owner: Any, name: str, phase: str, assignment: Callable[..., str] = lambda *_: ""
    ) -> None:
        """Let a function or a method of `owner` count for a phase."""
        function = getattr(owner, name)

        @functools.wraps(function)
        def timed(*args: Any, **more: Any) -> Any:
            with self.phase(phase, assignment(*args)):
                return function(*args, **more)

        setattr(owner, name, timed)

    def wrap_end(self, owner: Any, name: str, phase: str) -> None:
        """Let the end of a context manager count for a phase."""
        manager = getattr(owner, name)

        @contextlib.contextmanager
        def timed(*args: Any, **more: Any) -> Iterator[Any]:
            with contextlib.ExitStack() as stack:
                yield stack.enter_context(manager(*args, **more))
                with self.phase(phase):
                    stack.close()

        setattr(owner, name, timed)


def watch_run() -> Phases:
    """Watch the functions of a run in this process; let its workers be forked by `serve`."""
    from autograder.forkserver import client
    from autograder.gradebook.writer import GradebookWriter
    from autograder.grading import class_run, conditions, places, submission_run

    phases = Phases(time.thread_time)
    phases.wrap(places, "grade_submission", "the rest", lambda *args: args[3])
    phases.wrap(submission_run, "lay_out", "reading in")
    phases.wrap(submission_run, "sockets_for", "waiting for imports")
    phases.wrap(submission_run, "run_worker", WORKER)
    phases.wrap(submission_run, "load", "result")
    phases.wrap(class_run, "put", "result", lambda _, result: result.assignment)
    phases.wrap(class_run, "write_autograded", "page", lambda _, result, *__: result.assignment)
    phases.wrap(GradebookWriter, "enter", "gradebook", lambda *args: args[1][0].assignment)
    conditions.FORKED_WORKERS = __name__
    command = client._command

    def with_tests(stages: Any) -> list[str]:
        *words, spec = command(stages)
        found = json.loads(spec)
        found["path"].append(str(Path(__file__).parents[1]))
        return [*words, json.dumps(found)]

    client._command = with_tests
    return phases


def serve(listener: Any, owners: list[int]) -> None:
    """Fork workers as `forked_workers` does, and let each report its phases."""
    from autograder.grading import forked_workers

    watch_worker()
    forked_workers.serve(listener, owners)


def watch_worker() -> None:
    """Watch the functions of a worker; its forks inherit that."""
    import psutil

    from autograder.forkserver import forked_sandbox
    from autograder.grading import worker
    from autograder.grading.student_process import StudentProcess
    from autograder.grading.trusted_tests import TrustedTests

    phases, forks = Phases(time.process_time), []
    phases.wrap(forked_sandbox.ForkedSandbox, "start", "walls")
    phases.wrap(forked_sandbox.ForkedSandbox, "_join", "fork")
    phases.wrap(StudentProcess, "_open", "start of the kernel")
    phases.wrap(StudentProcess, "run_cell", "cells")
    phases.wrap(StudentProcess, "request", "calls across")
    for name in ("run_locked", "run_test", "run_hidden"):
        phases.wrap(TrustedTests, name, "tests")
    phases.wrap(worker, "take_in_there", "reading in")
    phases.wrap(worker, "_keep", "result")
    phases.wrap(worker, "save", "result")
    phases.wrap_end(worker, "open_student", "end of the kernel")
    request, run_hidden, carry_out = (
        forked_sandbox.request_fork,
        worker._run_hidden,
        worker.carry_out,
    )

    def fork(*args: Any) -> Any:
        connection, process_id = request(*args)
        forks.append(process_id)
        return connection, process_id

    def last_step(*args: Any) -> None:
        run_hidden(*args)
        kernels = [one for each in forks for one in psutil.Process(each).children(recursive=True)]
        used = sum(sum(one.cpu_times()[:2]) for one in kernels)
        phases.found.setdefault("", {})[STUDENT] = [0.0, used]

    def report(path: Path) -> None:
        assignment = json.loads(path.read_text())["assignment"]
        started = time.perf_counter()
        with phases.phase("the rest"):
            carry_out(path)
        phases.found[""][ALL] = [time.perf_counter() - started, 0.0]
        with Path(os.environ[FILE]).open("a") as file:
            file.write(json.dumps([assignment, phases.found[""]]) + "\n")

    forked_sandbox.request_fork = fork
    worker._run_hidden, worker.carry_out = last_step, report
