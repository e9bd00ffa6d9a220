"""The student's side of one submission: a sandboxed kernel, and the way to call into it."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.boundary.agent import AGENT_FOLDER
from autograder.boundary.channel import BadReply, FileChannel
from autograder.grading.conditions import FONTS
from autograder.sandbox import (
    CellRun,
    KernelCall,
    Limits,
    Sandbox,
    SandboxedKernel,
    open_sandboxed_kernel,
)
from autograder.sandbox.owned_folders import owned_folder
from autograder.sandbox.view import WORK

AGENT = "/run/convpool/agent"
REQUEST = "/run/convpool/request"
REPLY = "/run/convpool/reply"

_REASONS = {
    "timeout": "it took too long and was stopped",
    "memory": "it used too much memory and was stopped",
    "output": "it printed too much and was stopped",
    "died": "its process ended before it gave a result",
    "malformed": "its process sent something that no notebook sends",
}
MOST_RESTARTS = 3


class Stopped(Exception):
    """The student's process was stopped in the middle of a call, or ended by itself.

    `check_message` is the words for it in a check's message to the student.
    """

    def __init__(self, status: str) -> None:
        """Take the status of a `CellRun` that was not "ok" or "error"."""
        self.status = status
        self.check_message = _REASONS.get(status, "its process did not answer")
        super().__init__(self.check_message)


class StudentProcess:
    """Runs a submission's own cells and answers the tests' calls, as `autograder.boundary` asks."""

    def __init__(
        self,
        sandbox: Sandbox,
        limits: Limits,
        data: Path,
        scratch: Path,
        folder: Path,
        stack: contextlib.ExitStack,
    ) -> None:
        """Open the first kernel; `folder` is private to this submission."""
        self._sandbox, self._limits = sandbox, limits
        self._data, self._scratch = data, scratch
        self._folder, self._stack = folder, stack
        self._kernel_stack = stack.enter_context(contextlib.ExitStack())
        self._done: list[str] = []
        self.restarts = 0
        self._wrote_errors = False
        self._restarts_left = MOST_RESTARTS
        self._ends_at = time.monotonic() + limits.notebook_seconds
        self._kernel = self._open(limits)

    def _open(self, limits: Limits) -> SandboxedKernel:
        """Start a kernel with the agent in it, and files of its own to ask it through."""
        request, reply = self._new_files()
        inside = self._sandbox.inside
        self._channel = FileChannel(
            request,
            reply,
            self._serve,
            inside=(inside(REQUEST, request), inside(REPLY, reply)),
        )
        self._kernel_stack.callback(self._channel.close)
        return self._kernel_stack.enter_context(
            open_sandboxed_kernel(
                self._sandbox,
                scratch=self._scratch,
                data_dir=self._data,
                env={"MPLCONFIGDIR": f"{WORK}/{FONTS}"},
                limits=limits,
                extra_ro_binds={AGENT: AGENT_FOLDER, REQUEST: request},
                writable_files={REPLY: reply},
            )
        )

    def _new_files(self) -> tuple[Path, Path]:
        """Make a file for requests and one for replies; nothing of an earlier kernel's is left."""
        files = self._folder / "request", self._folder / "reply"
        # The sandbox's user is another one; the folder is private.
        for file, mode in zip(files, (0o644, 0o666), strict=True):
            file.unlink(missing_ok=True)
            file.touch()
            file.chmod(mode)
        return files

    def run_cell(self, source: str) -> CellRun:
        """Run one of the notebook's cells, in a new kernel if the last one has ended."""
        self._revive()
        run = self._kernel.run_cell(source)
        # A cell that was stopped is not run again in the next kernel, which would stop there too.
        if run.status in ("ok", "error"):
            self._done.append(source)
        return run

    def request(self, kind: str, fields: dict[str, object], timeout: float) -> dict[str, Any]:
        """Ask the student's process for a value or for a call (the boundary's `Channel`)."""
        self._revive()
        return self._channel.request(kind, fields, timeout)

    def process_number(self) -> int:
        """Return the number of the process that answers next, after a new start if one is due."""
        self._revive()
        return self.restarts

    def wrote_errors(self) -> bool:
        """Return whether requests since the last question wrote to standard error.

        The agent's replies have what Python's own code wrote; this is what a handler of logs that
        is older than the request wrote, a program that was started, or code in C.
        """
        found, self._wrote_errors = self._wrote_errors, False
        return found

    def begin_hidden(self) -> None:
        """Give hidden tests time of their own, and another kernel if the last one has ended.

        Else a last cell that never ends would cost the marks of all exercises before it.
        """
        ends_at = time.monotonic() + self._limits.hidden_seconds
        self._ends_at = self._kernel.ends_at = max(self._ends_at, ends_at)
        self._restarts_left += 1

    def _serve(self, number: int, requests: str, replies: str, timeout: float) -> None:
        """Let the agent answer a request; raise `Stopped` if it did not finish."""
        path = self._sandbox.inside(AGENT, AGENT_FOLDER)
        call = KernelCall(path, "convpool_agent", "serve", (number, requests, replies))
        run = self._kernel.call(call, timeout)
        self._wrote_errors |= any(output.get("name") == "stderr" for output in run.outputs)
        if run.status == "error":
            raise BadReply(f"the agent did not run ({run.error_name[:60]})")
        if run.status != "ok":
            over = run.status == "died" and time.monotonic() >= self._ends_at
            raise Stopped("timeout" if over else run.status)

    def _revive(self) -> None:
        """Open another kernel if the last one has ended, and run again the cells that ran in it.

        Without this, one endless loop that can't be interrupted would cost the marks of all later
        exercises. All kernels of a notebook share its time.
        """
        left = self._ends_at - time.monotonic()
        if self._kernel.alive or not self._restarts_left or left <= 0:
            return
        self._restarts_left -= 1
        self.restarts += 1
        self._kernel_stack.close()
        seconds = min(left, self._limits.cell_seconds)
        limits = replace(self._limits, notebook_seconds=left, cell_seconds=seconds)
        self._kernel = self._open(limits)
        cells, self._done = self._done, []
        for source in cells:
            if self._kernel.alive and self._kernel.run_cell(source).status in ("ok", "error"):
                self._done.append(source)


@contextlib.contextmanager
def open_student(
    sandbox: Sandbox, limits: Limits, data: Path, scratch: Path
) -> Iterator[StudentProcess]:
    """Give a student's process that lives as long as the block."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(owned_folder())
        yield StudentProcess(sandbox, limits, data, scratch, folder, stack)
