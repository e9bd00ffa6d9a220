"""No sandbox: a student's code runs as the person who grades.

Only for who asks for it in so many words. Nothing here protects files, marks or neighbors; it
offers the same interface, so that a grader can be tried where there is no sandbox.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path

from autograder.sandbox import view
from autograder.sandbox.process import GONE_SECONDS, OWN_ENVIRONMENT, Descriptors, SandboxedProcess
from autograder.sandbox.proof import Attempt, Proof
from autograder.sandbox.sandbox import Job, Sandbox, readable_copy


class NoSandbox(Sandbox):
    """Runs programs with no walls at all."""

    @property
    def name(self) -> str:
        """Return what every result is stamped with: "none"."""
        return "none"

    def describe(self) -> str:
        """Say that nothing is protected."""
        return "No sandbox: submissions run as you, and can read and change what you can."

    def inside(self, path: str, source: Path) -> str:
        """Return the host's own path: nothing is laid elsewhere."""
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
        return PlainProcess(popen, None, None)

    def prove(self, forbidden: tuple[Path, ...] = ()) -> Proof:
        """Return a proof that does not hold: there is nothing to prove."""
        return Proof(self.name, (Attempt("everything", False, "there is no sandbox"),), 0.0)


class PlainProcess(SandboxedProcess):
    """A process and its session; what leaves the session is not found again."""

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
