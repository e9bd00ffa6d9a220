"""A student's kernel: opened in a sandbox, run cell by cell within its limits, closed for good."""

from __future__ import annotations

import contextlib
import queue
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory
from jupyter_client.session import json_unpacker

from autograder.sandbox.cell_run import CellRun, CellRunner
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import SandboxedProcess, deadline_left
from autograder.sandbox.provisioner import KERNEL, NAME, SETTINGS
from autograder.sandbox.sandbox import Sandbox
from course.errors import GradingError

SEND_MILLISECONDS = 2000  # a kernel that broke its connection takes nothing any more
QUEUED_MESSAGES = 8  # per channel; times message_bytes, what a flood can occupy in the grader


class SandboxedKernel:
    """A running kernel: Jupyter's own `km` and `kc`, and the process tree behind them.

    Whatever `kc` receives was written by the student's process: it is data to be checked.
    """

    def __init__(self, km: KernelManager, kc: BlockingKernelClient, limits: Limits) -> None:
        """Take over a started kernel; its notebook's time starts now."""
        self.km, self.kc, self.limits = km, kc, limits
        self.ends_at = time.monotonic() + limits.notebook_seconds
        self._cells = CellRunner(kc, self.tree, limits, self.interrupt)

    @property
    def tree(self) -> SandboxedProcess:
        """Return the kernel's process tree."""
        tree: SandboxedProcess | None = getattr(self.km.provisioner, "tree", None)
        if tree is None:
            raise GradingError("The kernel is closed.", "Open another one.")
        return tree

    @property
    def alive(self) -> bool:
        """Tell whether the kernel still runs."""
        return self.tree.poll() is None

    def run_cell(
        self, source: str, seconds: float | None = None, *, silent: bool = False
    ) -> CellRun:
        """Run a cell within its own time and the notebook's, and return what came of it.

        What the grader runs beside the notebook's own cells is `silent`: it has no number.
        """
        allowed = self.limits.cell_seconds if seconds is None else seconds
        return self._cells.run(source, min(time.monotonic() + allowed, self.ends_at), silent=silent)

    def interrupt(self) -> None:
        """Ask the running cell to stop, as Jupyter's Interrupt button does."""
        self.km.interrupt_kernel()

    def kill(self) -> None:
        """End the kernel and everything that it started."""
        self.tree.kill()


@contextlib.contextmanager
def open_sandboxed_kernel(
    limits: Limits,
    scratch: Path | None = None,
    data_dir: Path | None = None,
    extra_ro_binds: Mapping[str, Path] | None = None,
    env: Mapping[str, str] | None = None,
    *,
    writable_files: Mapping[str, Path] | None = None,
    sandbox: Sandbox | None = None,
) -> Iterator[SandboxedKernel]:
    """Give a kernel that answers; raise GradingError when it cannot be started.

    `scratch` is copied into the kernel's working folder, `data_dir` is CONVPOOL_SUBSET_DIR,
    `extra_ro_binds` maps paths inside to files or folders of the host, `env` adds to the
    environment, which inherits nothing. Without `sandbox`, this machine's is used.
    """
    context = zmq.Context()
    context.setsockopt(zmq.MAXMSGSIZE, limits.message_bytes)
    context.setsockopt(zmq.RCVHWM, QUEUED_MESSAGES)
    context.setsockopt(zmq.LINGER, 0)
    context.setsockopt(zmq.SNDTIMEO, SEND_MILLISECONDS)
    config = {
        "sandbox": sandbox or Sandbox.detect(),
        "limits": asdict(limits),
        "scratch": str(scratch or ""),
        "data_dir": str(data_dir or ""),
        "extra_ro_binds": {path: str(file) for path, file in (extra_ro_binds or {}).items()},
        "writable_files": {path: str(file) for path, file in (writable_files or {}).items()},
        "env": dict(env or {}),
    }
    specification = _specification(config)
    km = KernelManager(kernel_spec_manager=_OneKernel(specification), context=context)
    kc: BlockingKernelClient | None = None
    register()
    try:
        km.start_kernel()
        kc = km.client(context=context)  # with the bounds above, which Jupyter would not pass on
        kc.session.unpack = _without_date
        kc.start_channels(hb=False)
        _wait_until_ready(km, kc, limits)
        yield SandboxedKernel(km, kc, limits)
    finally:
        if kc is not None:
            kc.stop_channels()
        if km.provisioner is not None:
            # Jupyter interrupts before it kills, and would wait for ever to send a message.
            specification.interrupt_mode = "signal"
            km.shutdown_kernel(now=True)
        context.destroy(linger=0)


def _without_date(part: bytes) -> Any:
    """Read a part of a message, and let its date go: nobody asks, and to parse it takes longest."""
    unpacked = json_unpacker(part)
    if isinstance(unpacked, dict):
        unpacked.pop("date", None)
    return unpacked


class _OneKernel(KernelSpecManager):
    """Knows the sandboxed kernel only, whatever is installed on this machine."""

    def __init__(self, specification: KernelSpec) -> None:
        super().__init__()
        self._specification = specification

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return self._specification


def _specification(config: dict[str, Any]) -> KernelSpec:
    """Return a kernel specification that names the sandbox as its provisioner."""
    return KernelSpec(
        # -I: neither the environment nor a folder of the student's changes how Python starts.
        argv=[sys.executable, "-I", "-B", "-X", "utf8", KERNEL, SETTINGS],
        display_name="Python 3 (sandbox)",
        language="python",
        # The process to signal is inside a process namespace; a message finds it.
        interrupt_mode="message",
        metadata={"kernel_provisioner": {"provisioner_name": NAME, "config": config}},
    )


def register() -> None:
    """Make the provisioner known where the package runs without its entry points.

    The first call reads what every installed package says of itself.
    """
    value = "autograder.sandbox.provisioner:SandboxProvisioner"
    entry = EntryPoint(NAME, value, KernelProvisionerFactory.GROUP_NAME)
    KernelProvisionerFactory.instance().provisioners.setdefault(NAME, entry)


def _wait_until_ready(km: KernelManager, kc: BlockingKernelClient, limits: Limits) -> None:
    """Wait until the kernel answers on both channels that a cell's result comes through."""
    deadline = time.monotonic() + limits.start_seconds
    answered = {"shell": False, "iopub": False}
    while not all(answered.values()):
        tree: SandboxedProcess = km.provisioner.tree  # type: ignore[union-attr]
        if tree.poll() is not None or deadline_left(deadline) == 0:
            died = tree.poll() is not None
            tree.kill()
            raise GradingError(
                "The sandboxed kernel ended before it answered: "
                if died
                else f"The sandboxed kernel did not answer in {limits.start_seconds:g} s: ",
                (tree.last_words() or "it said nothing.")[-2000:],
            )
        kc.kernel_info()
        for name, channel in (("shell", kc.shell_channel), ("iopub", kc.iopub_channel)):
            with contextlib.suppress(queue.Empty):
                channel.get_msg(timeout=min(0.5, deadline_left(deadline) or 0.01))
                answered[name] = True
