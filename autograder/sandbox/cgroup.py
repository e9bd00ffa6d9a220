"""Limits on all processes of a submission together, through the machine's control groups.

Resource limits count per process; a control group counts the whole tree. Machines offer version 1,
version 2, or none that the grader may write to, so each kind is tried once before it is used.
Source: the kernel's admin-guide/cgroup-v1 and cgroup-v2.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.sandbox.limits import Limits
from course.errors import GradingError

CONTROLLERS = ("memory", "pids")
OWN_PROCESSES = 4  # bwrap's two processes, and the launcher's two on the way
REMOVE_SECONDS = 5.0
JOIN = 'while [ "$1" != -- ]; do echo 0 > "$1" || exit 125; shift; done; shift; exec "$@"'


@dataclass(frozen=True)
class Group:
    """One submission's control group: a folder per controller (v1) or one for all (v2)."""

    folders: dict[str, Path]

    def command(self, argv: list[str]) -> list[str]:
        """Return `argv` after a launcher that joins the group and then becomes `argv`."""
        members = [str(file) for file in self.members()]
        return ["/bin/sh", "-c", JOIN, "sh", *members, "--", *argv] if members else argv

    def members(self) -> list[Path]:
        """Return the files into which a process writes 0 to join the group."""
        return [folder / "cgroup.procs" for folder in self._distinct()]

    def out_of_memory(self) -> bool:
        """Return whether a process of the group was killed because the group's memory ran out."""
        folder = self.folders.get("memory")
        for name in ("memory.events", "memory.oom_control"):
            if folder is not None and (folder / name).exists():
                counters = dict(line.split() for line in (folder / name).read_text().splitlines())
                return int(counters.get("oom_kill", "0")) > 0
        return False

    def kill(self) -> None:
        """Kill every process of the group, in case one is outside the process namespace."""
        for folder in self._distinct():
            for pid in (folder / "cgroup.procs").read_text().split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)

    def remove(self) -> None:
        """Remove the group's folders; the kernel allows it once the last process is gone."""
        deadline = time.monotonic() + REMOVE_SECONDS
        for folder in self._distinct():
            while folder.exists():
                try:
                    folder.rmdir()
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.01)

    def _distinct(self) -> list[Path]:
        return list(dict.fromkeys(self.folders.values()))


@dataclass(frozen=True)
class Cgroups:
    """The folders in which this process may make groups; `version` 0 means nowhere."""

    version: int
    parents: dict[str, Path] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the name that a result is stamped with, such as "cgroup v1"."""
        return f"cgroup v{self.version}" if self.version else "no cgroup"

    def make(self, limits: Limits) -> Group:
        """Make a group with `limits`, empty and ready to be joined; raise OSError if refused."""
        name = f"convpool-{_own_processes()}-{os.getpid()}-{_start_time(os.getpid())}"
        name += f"-{secrets.token_hex(4)}"
        group = Group({kind: parent / name for kind, parent in self.parents.items()})
        try:
            for folder in group._distinct():
                folder.mkdir()
            for kind, folder in group.folders.items():
                for file, value, needed in _settings(self.version, kind, limits):
                    if needed or (folder / file).exists():
                        (folder / file).write_text(str(value))
        except OSError:
            group.remove()
            raise
        return group

    def sweep(self) -> None:
        """Remove the empty groups of graders that were killed before they could remove them."""
        for parent in set(self.parents.values()):
            # Another container's processes have other numbers.
            for folder in parent.glob(f"convpool-{_own_processes()}-*-*-*"):
                pid, started = folder.name.split("-")[2:4]
                if _start_time(int(pid)) != started:
                    with contextlib.suppress(OSError):
                        folder.rmdir()  # refused by the kernel as long as a process is in it

    def works(self) -> bool:
        """Return whether a process can be put into a group of this kind."""
        try:
            group = self.make(Limits())
        except OSError:
            return False
        try:
            joined = subprocess.run(group.command(["/bin/true"]), capture_output=True, check=False)
            return joined.returncode == 0
        finally:
            group.remove()


def detect_cgroups(root: Path = Path("/")) -> Cgroups:
    """Return the first kind of group that works, else `Cgroups(0)`, which makes none."""
    for candidate in _candidates(root):
        if candidate.works():
            candidate.sweep()
            return candidate
    return Cgroups(0)


def _own_processes() -> str:
    """Return the number of the namespace that this process's number belongs to."""
    return str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")


def _start_time(pid: int) -> str:
    """Return when a process started, in ticks since the machine's start; "" without a process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _settings(version: int, kind: str, limits: Limits) -> list[tuple[str, int, bool]]:
    """List a controller's files: name, value, and whether a missing file is an error."""
    if kind == "pids":
        return [("pids.max", limits.processes + OWN_PROCESSES, True)]
    if version == 2:
        return [("memory.max", limits.memory_bytes, True), ("memory.swap.max", 0, False)]
    return [
        ("memory.limit_in_bytes", limits.memory_bytes, True),
        ("memory.memsw.limit_in_bytes", limits.memory_bytes, False),
    ]


def _candidates(root: Path) -> Iterator[Cgroups]:
    """Yield the folders in which groups could be made, the most complete first."""
    own = _own_groups(root)
    mounts = _mounts(root)
    with contextlib.suppress(KeyError):
        unified = _place(root, mounts["cgroup2"], own[""])
        for parent in (unified, *unified.parents):
            if parent.is_relative_to(root / mounts["cgroup2"][0].lstrip("/")):
                control = parent / "cgroup.subtree_control"
                handed_down = set(control.read_text().split()) if control.exists() else set()
                kinds = [kind for kind in CONTROLLERS if kind in handed_down]
                if kinds:
                    yield Cgroups(2, dict.fromkeys(kinds, parent))
    first = {
        kind: _place(root, mounts[kind], own[kind])
        for kind in CONTROLLERS
        if kind in mounts and kind in own
    }
    if first:
        yield Cgroups(1, first)
    for kind in first if len(first) > 1 else {}:
        yield Cgroups(1, {kind: first[kind]})


def _own_groups(root: Path) -> dict[str, str]:
    """Return this process's group by controller; version 2 is under the empty name."""
    file = root / "proc/self/cgroup"
    rows = [line.split(":", 2) for line in file.read_text().splitlines()] if file.exists() else []
    return {kind: path for _, kinds, path in rows for kind in kinds.split(",")}


def _mounts(root: Path) -> dict[str, tuple[str, str]]:
    """Return each controller's mount point, and the group that is mounted there."""
    found: dict[str, tuple[str, str]] = {}
    file = root / "proc/self/mountinfo"
    for line in file.read_text().splitlines() if file.exists() else []:
        before, _, after = line.partition(" - ")
        source, point = before.split()[3:5]
        kind, _, options = after.split(" ", 2)
        if kind == "cgroup2":
            found.setdefault("cgroup2", (point, source))
        elif kind == "cgroup":
            for controller in set(CONTROLLERS) & set(options.split(",")):
                found[controller] = (point, source)
    return found


def _place(root: Path, mount: tuple[str, str], own: str) -> Path:
    """Return the folder of group `own`, which a container may see mounted below its own root."""
    point, source = mount
    if ".." in Path(own).parts:
        raise GradingError(
            f"This process's control group {own!r} lies outside what is mounted.",
            "Start the grader in a fresh shell or container.",
        )
    below = Path(own).relative_to(source) if Path(own).is_relative_to(source) else Path()
    return root / point.lstrip("/") / below.relative_to(below.anchor)
