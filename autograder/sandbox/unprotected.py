"""No sandbox: a student's code runs with the rights of the person who grades.

Used only on explicit request. It protects no files, no marks and no other submissions; it has the
interface of a sandbox, so that the grader can be tried on machines without one.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
from pathlib import Path

from autograder.sandbox import view
from autograder.sandbox.process import GONE_SECONDS, OWN_ENVIRONMENT, Descriptors, SandboxedProcess
from autograder.sandbox.sandbox import Job, Sandbox, readable_copy


class NoSandbox(Sandbox):
    """Runs programs without walls."""

    has_walls = False

    @property
    def name(self) -> str:
        """Return the name that every result is stamped with: "none"."""
        return "none"

    def inside(self, path: str, source: Path) -> str:
        """Return the host's own path, because files are not mapped."""
        return str(source)

    def start(self, job: Job, folder: Path, inherited: Descriptors) -> SandboxedProcess:
        """Start `job` as an ordinary process, in a working folder and a home of its own."""
        home, work = folder / "home", folder / "home" / "work"
        home.mkdir()
        if job.input is None:
            work.mkdir()
        else:
            readable_copy(job.input, work)
        popen = subprocess.Popen(
            [str(job.extra.get(word, word)) for word in job.argv],
            stdin=inherited.stdin,
            stdout=inherited.stdout,
            stderr=subprocess.PIPE,
            pass_fds=inherited.passed,
            env=_environment(job, home),
            cwd=work,
            start_new_session=True,
        )
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.prlimit(popen.pid, resource.RLIMIT_DATA, (hard, hard))  # the worker's is lower
        return PlainProcess(popen, None, None)


class PlainProcess(SandboxedProcess):
    """A process and its session; a process that leaves the session is not ended."""

    def kill(self) -> None:
        """End the session's processes."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait(GONE_SECONDS)


def _environment(job: Job, home: Path) -> dict[str, str]:
    """Return the sandbox's environment with the host's paths in it."""
    inside = OWN_ENVIRONMENT | view.environment(job.limits, job.data is not None, job.env)
    paths = {view.HOME: str(home), view.DATA: str(job.data)}
    return {name: _replace(value, paths) for name, value in inside.items()}


def _replace(text: str, replacements: dict[str, str]) -> str:
    for old, new in replacements.items():
        text = text.replace(old, new)
    return text
