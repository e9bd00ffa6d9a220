"""What keeps this machine from building a sandbox, and what to do: its kernel and its settings.

Sources: the kernel's Documentation/admin-guide/sysctl, Ubuntu 24.04's release notes ("Unprivileged
user namespace restrictions"), and Debian's patch for kernel.unprivileged_userns_clone.
"""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path

OLDEST_KERNEL = (5, 8)
"""setns joins the namespaces of a process by its descriptor since then."""

_APPARMOR = "proc/sys/kernel/apparmor_restrict_unprivileged_userns"
_DEBIAN = "proc/sys/kernel/unprivileged_userns_clone"
_MOST = "proc/sys/user/max_user_namespaces"
_CONTAINERS = {".dockerenv": "Docker", "run/.containerenv": "Podman"}
_IN_KUBERNETES = "KUBERNETES_SERVICE_HOST"
_NO_NAMESPACES = re.compile(r"uid map|namespace|loopback|mount|pivot_root|slave", re.IGNORECASE)


@dataclass(frozen=True)
class Host:
    """What decides whether an ordinary program may make namespaces here."""

    kernel: str
    """The release, such as "6.8.0-31-generic"."""
    root: bool
    """Whether this process is root, which needs no user namespace."""
    apparmor: bool = False
    """Whether only programs with a profile of AppArmor may make user namespaces."""
    forbidden: str = ""
    """The setting that forbids user namespaces to ordinary users, with its value."""
    container: str = ""
    """What runs the container that this process is in; "" outside of one."""

    @property
    def kernel_is_old(self) -> bool:
        """Whether the kernel lacks what the sandbox needs."""
        numbers = re.match(r"(\d+)\.(\d+)", self.kernel)
        return numbers is not None and (int(numbers[1]), int(numbers[2])) < OLDEST_KERNEL


def read_host(root: Path = Path("/")) -> Host:
    """Read the settings of this machine below `root`."""
    forbidden = [
        f"{'.'.join(Path(name).parts[2:])} = 0"
        for name in (_DEBIAN, _MOST)
        if _setting(root / name) == "0"
    ]
    named = ["Kubernetes"] if _IN_KUBERNETES in os.environ else []
    named += [system for file, system in _CONTAINERS.items() if (root / file).exists()]
    return Host(
        kernel=platform.release(),
        root=os.geteuid() == 0,
        apparmor=_setting(root / _APPARMOR) == "1",
        forbidden=next(iter(forbidden), ""),
        container=next(iter(named), ""),
    )


def concerns_host(evidence: str) -> bool:
    """Tell whether bubblewrap's message is about what the kernel refused to it."""
    return "bwrap:" in evidence and _NO_NAMESPACES.search(evidence) is not None


def remedy(host: Host, bwrap: str = "bwrap") -> str:
    """Name what is missing where bubblewrap can't make namespaces, and what to do."""
    if host.kernel_is_old:
        oldest = ".".join(map(str, OLDEST_KERNEL))
        return (
            f"Linux {host.kernel} is too old: the sandbox needs {oldest} or newer. "
            "Update the system, or grade on another machine."
        )
    if not host.root and host.apparmor:
        return (
            "AppArmor lets only programs with a profile make user namespaces, as Ubuntu does since "
            f'24.04. Give {bwrap} the profile in docs/operator.md, section "Ubuntu 24.04 and '
            'newer"; or allow all programs: '
            "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`."
        )
    if not host.root and host.forbidden:
        name = host.forbidden.partition(" ")[0]
        value = 1 if name.endswith("clone") else 15_000
        return (
            f"This system forbids user namespaces ({host.forbidden}). "
            f"Allow them: `sudo sysctl {name}={value}`."
        )
    if host.container == "Kubernetes":
        return (
            "This is a container of Kubernetes whose profile forbids namespaces. Its "
            "securityContext needs the seccompProfile Unconfined, the procMount Unmasked and the "
            "capability SYS_ADMIN."
        )
    if host.container:
        return (
            f"This is a container of {host.container} whose profile forbids namespaces. Start it "
            'as docs/operator.md says, section "In a container": `--security-opt '
            "seccomp=unconfined --security-opt unmask=ALL`, with Docker also `--cap-add SYS_ADMIN`."
        )
    return (
        "Something forbids namespaces here, such as the profile of a container or a hardened "
        'kernel. See docs/operator.md, section "What the sandbox needs".'
    )


def _setting(path: Path) -> str:
    """Read one of the kernel's settings; "" where the kernel does not have it."""
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
