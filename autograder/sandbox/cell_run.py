"""Runs one cell of a student's notebook and collects its outputs, within every limit."""

from __future__ import annotations

import contextlib
import json
import queue
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import zmq
from jupyter_client.blocking import BlockingKernelClient

from autograder.sandbox.limits import Limits
from autograder.sandbox.process import SandboxedProcess, deadline_left

POLL_SECONDS = 0.1
FLOOD = 4  # the kernel is ended after so many times the output that is kept
USAGE_ERROR = "UsageError: "
DISPLAYED = ("stream", "display_data", "execute_result", "error")


@dataclass
class CellRun:
    """The result of one cell, all of it written by the student's process.

    `status` is "ok", "error" (the cell raised an exception), "timeout", "memory" (the kernel was
    ended for its use of memory), "output" (it was ended for too much output), "died" (it ended by
    itself, or the cell asked for its end) or "malformed" (it sent bytes that are no Jupyter
    message, and was ended).
    """

    status: str = "ok"
    outputs: list[dict[str, Any]] = field(default_factory=list)  # as nbformat has them
    error_name: str = ""
    error_value: str = ""
    truncated: bool = False  # some output was not kept


@dataclass(frozen=True)
class KernelCall:
    """A call of a module's function in the kernel, with plain arguments; its result is dropped."""

    path: str
    """The folder in the sandbox from which the module is imported, unless it has been."""
    module: str
    function: str
    arguments: tuple[int | str, ...]


class CellRunner:
    """Runs cells and calls in one kernel; their outputs share one bound."""

    def __init__(
        self,
        kc: BlockingKernelClient,
        tree: SandboxedProcess,
        limits: Limits,
        interrupt: Callable[[], None],
    ) -> None:
        """Run cells through `kc`; a cell that ignores `interrupt` ends `tree`."""
        self._kc, self._tree, self._limits, self._interrupt = kc, tree, limits, interrupt
        self._received = 0  # characters of output since the kernel started
        self._room = limits.output_bytes  # characters of output that may still be kept

    def run(self, work: str | KernelCall, deadline: float) -> CellRun:
        """Run a cell's source, or a call, until `deadline` on the monotonic clock.

        Then it is interrupted, and killed if it goes on.
        """
        run = CellRun()
        if self._tree.poll() is not None:
            self._end(run, "died")
        else:
            self._run(run, work, deadline)
        return run

    def _run(self, run: CellRun, work: str | KernelCall, deadline: float) -> None:
        try:
            request = self._send(work)
        except zmq.ZMQError:  # the kernel's side of the connection broke the protocol
            self._end(run, "malformed")
            return
        if not self._collect(run, request, deadline):
            self._stop(run, request)

    def _send(self, work: str | KernelCall) -> str:
        """Send the request; return its id."""
        if isinstance(work, str):
            # A cell that raises must not cancel the next one: requests are sent one at a time.
            return str(self._kc.execute(work, allow_stdin=False, stop_on_error=False))
        message = self._kc.session.msg("call_request", asdict(work))
        self._kc.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def _collect(self, run: CellRun, request: str, deadline: float) -> bool:
        """Receive messages until the cell is done (True) or its time is over (False)."""
        while deadline_left(deadline) > 0:
            try:
                wait = min(POLL_SECONDS, deadline_left(deadline))
                # Read from the channel: the client's own method runs an event loop each time.
                message = self._kc.iopub_channel.get_msg(timeout=wait)
                done = self._take(run, message, request)
            except queue.Empty:
                done = self._tree.poll() is not None
                if done:
                    self._end(run, self._tree.cause())
            except Exception:
                # The process is not trusted and can send any bytes; bytes that the client cannot
                # read as a message are an error of the submission, not of the grader.
                self._end(run, "malformed")
                done = True
            if done:
                self._skip_reply()
                return True
        return False

    def _take(self, run: CellRun, message: dict[str, Any], request: str) -> bool:
        """Keep one message's output; return True for the last message of this cell."""
        kind, content = message["header"]["msg_type"], message["content"]
        if kind in DISPLAYED:
            self._received += len(json.dumps(content))
            if self._received > FLOOD * self._limits.output_bytes:
                self._end(run, "output")
                return True
        if message["parent_header"].get("msg_id") != request:
            return False
        if kind in DISPLAYED:
            self._keep(run, kind, content)
        state = content["execution_state"] if kind == "status" else ""
        if state == "dead":  # the cell asked for the kernel's end, as `exit()` does
            self._end(run, "died")
        return bool(state in ("idle", "dead"))

    def _keep(self, run: CellRun, kind: str, content: dict[str, Any]) -> None:
        """Add an output in nbformat's form, unless the bound is reached."""
        if kind == "error":
            run.status = "error"
            run.error_name, run.error_value = str(content["ename"]), str(content["evalue"])
        fields = {name: value for name, value in content.items() if name != "transient"}
        if kind == "stream":
            text = str(content["text"])
            fields["text"] = text[: self._room]
            run.truncated |= len(text) > self._room
            self._room -= len(fields["text"])
            if content["name"] == "stderr" and text.startswith(USAGE_ERROR):
                # IPython prints what is wrong with a magic command, and shows no error.
                run.status = "error"
                run.error_name, _, run.error_value = text.strip().partition(": ")
        else:
            self._room -= len(json.dumps(fields))
            if self._room < 0:
                self._room, run.truncated = 0, True
                return
        last = run.outputs[-1] if run.outputs else {}
        if kind == "stream" and last.get("name") == content["name"]:
            last["text"] += fields["text"]
        else:
            run.outputs.append({"output_type": kind, **fields})

    def _stop(self, run: CellRun, request: str) -> None:
        """Interrupt a cell whose time is over; kill its kernel if it goes on."""
        with contextlib.suppress(zmq.ZMQError):
            self._interrupt()
        stopped = self._collect(run, request, time.monotonic() + self._limits.interrupt_seconds)
        run.status = "timeout" if run.status in ("ok", "error") else run.status
        if not stopped:
            self._end(run, "timeout")

    def _end(self, run: CellRun, status: str) -> None:
        self._tree.kill()
        run.status = status

    def _skip_reply(self) -> None:
        """Drop the replies on the shell channel: a cell's result is in its outputs."""
        channel = self._kc.shell_channel
        with contextlib.suppress(zmq.ZMQError):
            while channel.msg_ready():
                channel.socket.recv_multipart()
