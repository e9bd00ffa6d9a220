"""The sandbox that bubblewrap builds, with a system call filter and limits for all processes."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from autograder.sandbox import seccomp, view
from autograder.sandbox.bubblewrap import INSIDE_USER, Launch, Walls, choose_user, find_bwrap, walls
from autograder.sandbox.cgroup import Cgroups, Group, detect_cgroups
from autograder.sandbox.process import (
    OWN_ENVIRONMENT,
    STARTED_SECONDS,
    Descriptors,
    SandboxedProcess,
    readable_within,
)
from autograder.sandbox.sandbox import Job, Sandbox, readable_copy


def detect_sandbox(covered: Mapping[Path, str] | None = None) -> BubblewrapSandbox:
    """Return this machine's sandbox, not yet proven; raise GradingError if there is none.

    `covered` maps the folders of packages that no program may see to the text of the `__init__.py`
    that is there instead.
    """
    return BubblewrapSandbox(find_bwrap(), detect_cgroups(), covered=covered)


class BubblewrapSandbox(Sandbox):
    """Namespaces, a system call filter and limits."""

    def __init__(
        self,
        bwrap: Path,
        cgroups: Cgroups,
        rewrite: Callable[[Walls], Walls] = lambda command: command,
        covered: Mapping[Path, str] | None = None,
    ) -> None:
        """Use this `bwrap`; tests pass `rewrite` to weaken one wall, and expect no proof."""
        self.bwrap, self.cgroups, self.rewrite = bwrap, cgroups, rewrite
        self.covered = covered or {}

    @property
    def name(self) -> str:
        """Return the name that every result is stamped with, such as "bubblewrap (cgroup v1)"."""
        return f"bubblewrap ({self.cgroups.name})"

    def start(self, job: Job, folder: Path, inherited: Descriptors) -> SandboxedProcess:
        """Start `job` behind all walls."""
        return self.start_as(choose_user(), job, folder, inherited)

    def start_as(
        self,
        user: int | None,
        job: Job,
        folder: Path,
        inherited: Descriptors,
        program: list[str] | None = None,
        *,
        first: bool = False,
    ) -> SandboxedProcess:
        """Start `job` behind all walls as this user of the host; None is the present one.

        `program` replaces `enter.py`, which otherwise becomes the job's program. With `first` the
        program is the first process of its namespace, which no other process there can end.
        """
        launch = _launch(job, folder, user, self.covered)
        group = self.cgroups.make(job.limits) if self.cgroups.version else None
        try:
            command = self.rewrite(walls(launch))
            if first:
                command = replace(command, options=[*command.options, "--as-pid-1"])
            if program is not None:
                command = replace(command, program=program)
            return spawn(self.bwrap, command, inherited, seccomp.program(), group)
        except BaseException:
            if group is not None:
                group.remove()
            raise


def _launch(job: Job, folder: Path, user: int | None, covered: Mapping[Path, str]) -> Launch:
    """Make every file of `job` readable for the sandbox's user, and cover what it may not see."""
    view.write_accounts(folder / "etc", INSIDE_USER if user is None else user)
    covers = {
        str(shown): instead
        for number, (package, text) in enumerate(covered.items())
        for instead in [view.write_package(folder / f"covered-{number}", text)]
        for shown in view.appearances(package)
    }
    readable_job = replace(
        job,
        input=readable_copy(job.input, folder / "input") if job.input else None,
        data=_readable(job.data, folder / "data", user) if job.data else None,
        extra={
            path: _readable(source, folder / f"extra-{number}", user)
            for number, (path, source) in enumerate({**job.extra, **covers}.items())
        },
    )
    return Launch(readable_job, folder, user)


def _readable(source: Path, copy: Path, user: int | None) -> Path:
    """Return `source` if `user` of the host can read all of it, else a copy that it can read.

    Only the grader can read what lies under a private folder or was made with umask 077.
    """
    paths = [source, *source.rglob("*")] if source.is_dir() else [source]
    if user is None or all(_open_to_all(path) for path in paths):
        return source
    return readable_copy(source, copy)


def _open_to_all(path: Path) -> bool:
    needed = 0o005 if path.is_dir() else 0o004
    return path.stat().st_mode & needed == needed


def spawn(
    bwrap: Path, command: Walls, inherited: Descriptors, filter_: bytes | None, group: Group | None
) -> SandboxedProcess:
    """Start `command`; `filter_` is the system call filter.

    The options go through a descriptor and the environment is emptied, because both would be
    readable in the sandbox as the command line and environment of process 1.
    """
    info_read, info_write = os.pipe()
    options = ["--info-fd", str(info_write), *command.options]
    with contextlib.ExitStack() as opened:
        opened.callback(os.close, info_read)
        descriptors = [info_write]
        if filter_ is not None:
            descriptors.append(_in_memory(filter_))
            options += ["--seccomp", str(descriptors[-1])]
        descriptors.append(_in_memory("\0".join(options).encode()))
        argv = [str(bwrap), "--args", str(descriptors[-1]), "--", *command.program]
        try:
            popen = subprocess.Popen(
                group.command(argv) if group else argv,
                stdin=inherited.stdin,
                stdout=inherited.stdout,
                stderr=subprocess.PIPE,
                pass_fds=(*descriptors, *inherited.passed),
                env=OWN_ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        return SandboxedProcess(popen, _hold_first(info_read), group)


def _hold_first(info: int) -> int | None:
    """Return a descriptor of the sandbox's first process, or None if it never started."""
    received = b""
    while not received.rstrip().endswith(b"}"):
        chunk = os.read(info, 4096) if readable_within(info, STARTED_SECONDS) else b""
        if not chunk:
            return None
        received += chunk
    try:
        return os.pidfd_open(json.loads(received)["child-pid"])
    except ProcessLookupError:
        return None  # it has already ended, and its namespace with it


def _in_memory(data: bytes) -> int:
    """Return a descriptor from which `data` can be read."""
    descriptor = os.memfd_create("convpool")
    os.write(descriptor, data)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
