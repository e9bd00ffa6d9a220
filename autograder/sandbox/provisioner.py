"""The Jupyter provisioner that starts a kernel in the sandbox.

A kernel specification names it in its metadata:
`{"kernel_provisioner": {"provisioner_name": "convpool-sandbox", "config": {...}}}`.
Source: jupyter_client's documentation, "Kernel provisioning".
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from functools import partial
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Any as AnyTrait
from traitlets import Dict, Unicode

from autograder.sandbox import view
from autograder.sandbox.bubblewrap_sandbox import detect_sandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.owned_folders import owned_folder
from autograder.sandbox.process import Descriptors, SandboxedProcess
from autograder.sandbox.relay import Relay
from autograder.sandbox.sandbox import Job

NAME = "convpool-sandbox"
KERNEL = f"{view.INSIDE}/kernel.py"
SETTINGS = f"{view.INSIDE}/settings.json"
CONNECTION = f"{view.INSIDE}/connection.json"
ENDPOINT = f"{view.INSIDE}/kernel"  # the address that the kernel binds; no such file exists
CHANNELS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")


class SandboxProvisioner(LocalProvisioner):
    """Starts one kernel in one sandbox, reached through sockets that only the grader can see."""

    sandbox = AnyTrait(None, allow_none=True, help="A Sandbox; this machine's, if None.")
    limits = Dict(help="Fields of Limits that differ from the defaults.").tag(config=True)
    scratch = Unicode("", help="A folder to copy into the working folder.").tag(config=True)
    data_dir = Unicode("", help="The data that notebooks load, read-only.").tag(config=True)
    extra_ro_binds = Dict(help="Paths in the sandbox, and the host's files there.").tag(config=True)
    writable_files = Dict(help="Paths in the sandbox, and the host's files there.").tag(config=True)
    env = Dict(help="Environment variables to add to the sandbox's own.").tag(config=True)

    tree: SandboxedProcess | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Make the private folder and the sockets before Jupyter writes the connection file."""
        self._opened = contextlib.ExitStack()
        self._folder = self._opened.enter_context(owned_folder())
        self._fronts: list[socket.socket] = []  # the grader's client connects to these
        self._listeners: list[socket.socket] = []  # the kernel listens on these
        km = self.parent
        if km is not None:
            km.transport = "ipc"
            km.ip = str(self._folder / "kernel")
            km.connection_file = str(self._folder / "connection.json")
            for number, channel in enumerate(CHANNELS, start=1):
                setattr(km, channel, number)
                self._fronts.append(_listen(f"{km.ip}-{number}", self._opened))
                self._listeners.append(_listen(self._back(number), self._opened))
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel in the sandbox; `cmd` has paths as seen in the sandbox."""
        descriptors = tuple(listener.fileno() for listener in self._listeners)
        inside = self._folder / "inside"
        sandbox = self.sandbox or detect_sandbox()
        job = Job(
            argv=cmd,
            limits=Limits(**self.limits),
            input=Path(self.scratch) if self.scratch else None,
            data=Path(self.data_dir) if self.data_dir else None,
            extra={**_own_files(inside), **{k: Path(v) for k, v in self.extra_ro_binds.items()}},
            writable={path: Path(file) for path, file in self.writable_files.items()},
            env=self.env,
        )
        self._write_settings(inside, job.limits, descriptors)
        self.tree = sandbox.start(job, self._folder, Descriptors(passed=descriptors))
        for listener in self._listeners:
            listener.close()  # the kernel has copies; a dead kernel then refuses connections
        backs = [self._back(number) for number in range(1, len(CHANNELS) + 1)]
        relay = Relay(
            list(zip(self._fronts, backs, strict=True)),
            job.limits.received_bytes,
            partial(self.tree.kill_for, "output"),
        )
        self._opened.callback(relay.close)
        self.process = self.tree.popen
        self.pid = self.process.pid
        self.pgid = os.getpgid(self.pid)
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and every process that it started."""
        if self.tree is not None:
            self.tree.kill()

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the control group, the sockets and the folder, also after a failed start."""
        if self.tree is not None:
            self.tree.close()
            self.tree = None
        self._opened.close()  # the relay first, because it was started last
        await super().cleanup(restart)

    def _back(self, number: int) -> Path:
        return self._folder / f"inner-{number}"

    def _write_settings(self, inside: Path, limits: Limits, descriptors: tuple[int, ...]) -> None:
        """Write the two files that the kernel reads: the connection as it sees it, and settings."""
        inside.mkdir()
        connection = json.loads((self._folder / "connection.json").read_text())
        _write(inside / "connection.json", connection | {"ip": ENDPOINT})
        addresses = [f"ipc://{ENDPOINT}-{n}" for n in range(1, len(CHANNELS) + 1)]
        settings = {
            "descriptors": dict(zip(addresses, descriptors, strict=True)),
            # The other half remains for figures and errors.
            "output_characters": limits.output_bytes // 2,
            "path": [str(view.user_site())] if view.user_site() else [],
        }
        _write(inside / "settings.json", settings)


def _own_files(inside: Path) -> dict[str, Path]:
    return {
        KERNEL: view.AGENTS / "student_kernel.py",
        SETTINGS: inside / "settings.json",
        CONNECTION: inside / "connection.json",
    }


def _listen(path: Path | str, opened: contextlib.ExitStack) -> socket.socket:
    listener = opened.enter_context(socket.socket(socket.AF_UNIX))
    listener.bind(str(path))
    listener.listen()
    return listener


def _write(file: Path, content: dict[str, Any]) -> None:
    """Write a file that the sandbox's user can read; its folder keeps out all other users."""
    file.write_text(json.dumps(content))
    file.chmod(0o444)
