"""A student's kernel: opened in a sandbox, run cell by cell within its limits, and closed."""

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

from autograder.sandbox.cell_run import CellRun, CellRunner, KernelCall
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import SandboxedProcess, deadline_left
from autograder.sandbox.provisioner import KERNEL, NAME, SETTINGS
from autograder.sandbox.sandbox import DEFAULT_LIMITS, Sandbox
from course.errors import GradingError

SEND_MILLISECONDS = 2000  # a kernel that broke its connection takes nothing any more
QUEUED_MESSAGES = 8  # per channel; a flood occupies so many times message_bytes in the grader


class SandboxedKernel:
    """A running kernel: Jupyter's `km` and `kc`, and the kernel's process tree.

    The student's process writes everything that `kc` receives, so it has to be checked.
    """

    def __init__(self, km: KernelManager, kc: BlockingKernelClient, limits: Limits) -> None:
        """Take over a started kernel; the notebook's time starts now."""
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
        """Return whether the kernel still runs."""
        return self.tree.poll() is None

    def run_cell(self, source: str, seconds: float | None = None) -> CellRun:
        """Run a cell for at most `seconds`, within the notebook's time too."""
        allowed = self.limits.cell_seconds if seconds is None else seconds
        return self._cells.run(source, self._until(allowed))

    def call(self, call: KernelCall, seconds: float) -> CellRun:
        """Call a function of the grader's own for at most `seconds`.

        That is quicker than a cell, and gets no execution number.
        """
        return self._cells.run(call, self._until(seconds))

    def _until(self, seconds: float) -> float:
        return min(time.monotonic() + seconds, self.ends_at)

    def interrupt(self) -> None:
        """Ask the running cell to stop, as Jupyter's Interrupt button does."""
        self.km.interrupt_kernel()

    def kill(self) -> None:
        """End the kernel and every process that it started."""
        self.tree.kill()


@contextlib.contextmanager
def open_sandboxed_kernel(
    sandbox: Sandbox,
    *,
    limits: Limits = DEFAULT_LIMITS,
    scratch: Path | None = None,
    data_dir: Path | None = None,
    extra_ro_binds: Mapping[str, Path] | None = None,
    writable_files: Mapping[str, Path] | None = None,
    env: Mapping[str, str] | None = None,
) -> Iterator[SandboxedKernel]:
    """Start an IPython kernel in `sandbox`, wait until it answers, and close it after the block.

    `scratch` is copied into the kernel's working folder; `data_dir` is visible as the folder
    CONVPOOL_SUBSET_DIR; `extra_ro_binds` and `writable_files` map paths in the sandbox to files of
    the host; `env` adds to the environment, which inherits nothing. Raises GradingError when the
    kernel cannot be started.
    """
    context = zmq.Context()
    context.setsockopt(zmq.MAXMSGSIZE, limits.message_bytes)
    context.setsockopt(zmq.RCVHWM, QUEUED_MESSAGES)
    context.setsockopt(zmq.LINGER, 0)
    context.setsockopt(zmq.SNDTIMEO, SEND_MILLISECONDS)
    config = {
        "sandbox": sandbox,
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
    register_provisioner()
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
            # Jupyter interrupts before it kills, and would wait forever to send a message.
            specification.interrupt_mode = "signal"
            km.shutdown_kernel(now=True)
        context.destroy(linger=0)


def _without_date(part: bytes) -> Any:
    """Read a part of a message without its date: parsing it takes longest, and it is not used."""
    unpacked = json_unpacker(part)
    if isinstance(unpacked, dict):
        unpacked.pop("date", None)
    return unpacked


class _OneKernel(KernelSpecManager):
    """Knows only the sandboxed kernel, whatever is installed on this machine."""

    def __init__(self, specification: KernelSpec) -> None:
        super().__init__()
        self._specification = specification

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return self._specification


def _specification(config: dict[str, Any]) -> KernelSpec:
    """Return a kernel specification that names the sandbox as its provisioner."""
    return KernelSpec(
        # With -I, neither the environment nor a student's folder changes how Python starts.
        argv=[sys.executable, "-I", "-B", "-X", "utf8", KERNEL, SETTINGS],
        display_name="Python 3 (sandbox)",
        language="python",
        # The process to interrupt is in a process namespace, where a signal would not find it.
        interrupt_mode="message",
        metadata={"kernel_provisioner": {"provisioner_name": NAME, "config": config}},
    )


def register_provisioner() -> None:
    """Register the provisioner, for packages that run without their entry points.

    The first call reads the metadata of every installed package, which takes a while.
    """
    value = "autograder.sandbox.provisioner:SandboxProvisioner"
    entry = EntryPoint(NAME, value, KernelProvisionerFactory.GROUP_NAME)
    KernelProvisionerFactory.instance().provisioners.setdefault(NAME, entry)


def _wait_until_ready(km: KernelManager, kc: BlockingKernelClient, limits: Limits) -> None:
    """Wait until the kernel answers on both channels that carry a cell's result."""
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
                (tree.last_errors() or "it wrote no message.")[-2000:],
            )
        kc.kernel_info()
        for name, channel in (("shell", kc.shell_channel), ("iopub", kc.iopub_channel)):
            with contextlib.suppress(queue.Empty):
                channel.get_msg(timeout=min(0.5, deadline_left(deadline) or 0.01))
                answered[name] = True
