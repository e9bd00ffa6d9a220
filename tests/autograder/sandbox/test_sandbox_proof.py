"""The sandbox proves itself, and a sandbox with any one wall weakened does not."""

import json
import os
from dataclasses import replace

import pytest

from autograder.sandbox import bubblewrap_sandbox, view
from autograder.sandbox import proof as proof_module
from autograder.sandbox.agents import probe
from autograder.sandbox.bubblewrap_sandbox import BubblewrapSandbox
from autograder.sandbox.cgroup import Cgroups
from autograder.sandbox.proof import Attempt, Proof, prove, require_proof
from autograder.sandbox.sandbox import Completed
from autograder.sandbox.unprotected import NoSandbox
from course.errors import GradingError

AS_ROOT = os.geteuid() == 0


def weakened(sandbox, rewrite):
    return BubblewrapSandbox(sandbox.bwrap, sandbox.cgroups, rewrite)


def not_denied(proof):
    return {attempt.name for attempt in proof.attempts if not attempt.denied}


def drop(*words):
    return lambda walls: replace(walls, options=[w for w in walls.options if w not in words])


def add(*words):
    return lambda walls: replace(walls, options=[*walls.options, *words])


def change_spec(**changes):
    def rewrite(walls):
        spec = json.loads(walls.program[-1]) | changes
        return replace(walls, program=[*walls.program[:-1], json.dumps(spec)])

    return rewrite


def test_this_machines_sandbox_holds(sandbox):
    proof = prove(sandbox)
    require_proof(proof)
    kinds = {attempt.name.partition(":")[0] for attempt in proof.attempts}
    assert kinds == {
        "files",
        "network",
        "processes",
        "read",
        "write",
        "privileges",
        "limits",
        "outlive",
    }


def test_it_holds_with_resource_limits_alone(sandbox):
    require_proof(prove(BubblewrapSandbox(sandbox.bwrap, Cgroups(0))))


def test_a_shared_network_is_found_out(sandbox):
    found = not_denied(prove(weakened(sandbox, drop("--unshare-net"))))
    assert {
        "network: a port of the host",
        "network: an abstract socket of the host",
        "network: seen from the host",
    } <= found


def test_shared_processes_are_found_out(sandbox, monkeypatch):
    monkeypatch.setattr(proof_module, "GONE_SECONDS", 1.0)
    found = not_denied(prove(weakened(sandbox, drop("--unshare-pid"))))
    assert {"processes: the grader", "outlive: its kill"} <= found


def test_shared_memory_with_the_host_is_found_out(sandbox):
    proof = prove(weakened(sandbox, drop("--unshare-ipc")))
    assert not_denied(proof) == {"processes: the grader's namespaces"}


def test_a_readable_secret_is_found_out_by_its_path(sandbox, tmp_path):
    secret = tmp_path / "answers.md"
    secret.write_text("42")
    parents = [
        w for p in reversed(secret.parents[:-2]) for w in ("--perms", "755", "--dir", str(p))
    ]
    shown = weakened(sandbox, add(*parents, "--ro-bind", str(secret), str(secret)))
    proof = prove(shown, (secret,))
    assert not_denied(proof) == {f"read: {secret}"}
    with pytest.raises(GradingError, match=r"answers\.md.*42"):
        require_proof(proof)


def test_a_forbidden_file_that_stays_outside_is_denied(sandbox, tmp_path):
    secret = tmp_path / "answers.md"
    secret.write_text("42")
    require_proof(prove(sandbox, (secret,)))


@pytest.fixture
def covering(sandbox):
    """The sandbox, with a package of the course covered."""
    package = view.course_folder() / "plots"
    return BubblewrapSandbox(
        sandbox.bwrap, sandbox.cgroups, covered={package: "raise ImportError('covered')"}
    )


def test_every_file_of_a_covered_package_is_tried_and_denied(covering):
    proof = prove(covering)
    require_proof(proof)
    folder = view.course_folder() / "plots"
    files = {f for f in folder.rglob("*") if f.is_file() and f != folder / "__init__.py"}
    assert {f"read: {file}" for file in files} <= {a.name for a in proof.attempts}
    assert len(files) > 5


def test_a_covered_package_that_shows_is_found_out(covering, monkeypatch):
    name = str(view.course_folder() / "plots")

    def uncover(walls):
        at = max(n for n, word in enumerate(walls.options) if word == name)
        return replace(walls, options=walls.options[: at - 2] + walls.options[at + 1 :])

    covering.rewrite = uncover
    assert f"read: {name}/picture.py" in not_denied(prove(covering))


def test_a_covered_package_is_covered_at_links_to_its_tree_too(sandbox, tmp_path, monkeypatch):
    (tmp_path / "real" / "package").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    monkeypatch.setattr(view.sys, "prefix", str(tmp_path / "link"))
    assert view.appearances(tmp_path / "real" / "package") == [
        tmp_path / "real" / "package",
        tmp_path / "link" / "package",
    ]


def test_a_writable_bind_is_found_out(sandbox, tmp_path):
    open_folder = tmp_path / "open"
    open_folder.mkdir()
    proof = prove(weakened(sandbox, add("--bind", str(open_folder), "/tmp/open")))
    assert not_denied(proof) == {"write: another mount"}


def test_a_writable_course_is_found_out_even_where_permissions_deny(sandbox):
    folder = str(view.course_folder())

    def rewrite(walls):
        at = walls.options.index(folder)
        return replace(walls, options=[*walls.options[: at - 1], "--bind", *walls.options[at:]])

    assert f"write: {folder}" in not_denied(prove(weakened(sandbox, rewrite)))


@pytest.mark.skipif(not AS_ROOT, reason="AN ORDINARY USER CANNOT GIVE ROOT AWAY")
def test_root_that_was_not_dropped_is_found_out(sandbox):
    found = not_denied(prove(weakened(sandbox, change_spec(uid=0))))
    assert {"privileges: be root of the host", "privileges: become root"} <= found


@pytest.mark.skipif(not AS_ROOT, reason="AN ORDINARY USER HAS NO CAPABILITIES TO KEEP")
def test_capabilities_that_were_kept_are_found_out(sandbox):
    def without_enter(walls):
        return replace(walls, program=json.loads(walls.program[-1])["argv"])

    proof = prove(BubblewrapSandbox(sandbox.bwrap, Cgroups(0), without_enter))
    assert {"privileges: capabilities", "privileges: be root of the host"} <= not_denied(proof)


def test_a_missing_call_filter_is_found_out(sandbox, monkeypatch):
    spawn = bubblewrap_sandbox.spawn
    monkeypatch.setattr(
        bubblewrap_sandbox,
        "spawn",
        lambda bwrap, command, inherited, _, group: spawn(bwrap, command, inherited, None, group),
    )
    found = not_denied(prove(sandbox))
    assert "privileges: unfiltered system calls" in found


def test_missing_resource_limits_are_found_out(sandbox):
    unlimited = BubblewrapSandbox(sandbox.bwrap, Cgroups(0), change_spec(rlimits={}))
    assert {"limits: processes", "limits: memory", "limits: file"} <= not_denied(prove(unlimited))


def test_private_folders_without_a_bound_are_found_out(sandbox):
    size = str(proof_module.SMALL.scratch_bytes)

    def rewrite(walls):
        return replace(walls, options=["64000000" if w == size else w for w in walls.options])

    assert {"limits: fill /tmp", "limits: fill /dev/shm"} <= not_denied(
        prove(weakened(sandbox, rewrite))
    )


@pytest.mark.parametrize(
    "program",
    [["/bin/false"], ["/bin/true"], ["/bin/echo", "{}"], ["/bin/echo", "[1"], ["/nowhere"]],
    ids=["fails", "silent", "empty", "garbled", "absent"],
)
def test_a_probe_without_an_answer_proves_nothing(sandbox, program):
    proof = prove(weakened(sandbox, lambda walls: replace(walls, program=program)))
    assert "probe: an answer" in not_denied(proof)
    with pytest.raises(GradingError, match="nothing was graded"):
        require_proof(proof)


class Silent(BubblewrapSandbox):
    """A sandbox whose probe answers, but leaves everything out or says that all went well."""

    def __init__(self, bwrap, cgroups, change):
        super().__init__(bwrap, cgroups)
        self.change = change

    def run(self, job, seconds, stdin=b""):
        reply = {"token": json.loads(stdin)["token"], "answer": {}} | self.change
        return Completed(0, json.dumps(reply).encode(), "", False)


def test_an_attempt_that_was_not_made_is_not_denied(sandbox):
    found = not_denied(prove(Silent(sandbox.bwrap, sandbox.cgroups, {})))
    assert {"network: a port of the host", "read: /etc/shadow", "limits: processes"} <= found


def test_an_answer_to_another_question_proves_nothing(sandbox):
    found = not_denied(prove(Silent(sandbox.bwrap, sandbox.cgroups, {"token": "another"})))
    assert "probe: an answer" in found


def test_an_empty_proof_does_not_hold():
    with pytest.raises(GradingError, match="nothing was tried"):
        require_proof(Proof("bubblewrap", ()))


def test_the_first_attempt_that_was_not_denied_is_named():
    attempts = (Attempt("a", True), Attempt("b", False, "seen"), Attempt("c", False))
    with pytest.raises(GradingError, match=r"Not denied: b \(seen\)"):
        require_proof(Proof("bubblewrap", attempts))


def test_no_sandbox_never_proves_itself():
    with pytest.raises(GradingError, match="there is no sandbox"):
        require_proof(prove(NoSandbox()))


def test_a_process_that_could_not_be_tried_was_not_denied(monkeypatch):
    monkeypatch.setattr(probe, "IDLER", "/absent/cat")

    assert "could not be started" in probe.outcome(lambda: probe.exceed_processes(1))


def test_too_many_processes_are_denied_by_their_limit_alone(monkeypatch):
    def refuse(*arguments, **options):
        raise BlockingIOError

    monkeypatch.setattr(probe.os, "posix_spawn", refuse)

    assert probe.exceed_processes(1) is None
