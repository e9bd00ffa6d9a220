"""Root and an ordinary user get the sandbox by different ways: as root, the other one is tested.

The tests beside this one run as whoever starts them. Here root becomes an ordinary user in a mount
namespace where that user can read this Python, which may lie in root's home.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.places import ROOT

from autograder.sandbox import detect_sandbox
from course.errors import GradingError

USER = "54321"
SCRIPT = """
import json, os
from autograder.forkserver.client import Stage, fork_server
from autograder.forkserver.forked_sandbox import ForkedSandbox, prove_forks
from autograder.sandbox import Limits, detect_sandbox, open_sandboxed_kernel
from autograder.sandbox.proof import prove
from autograder.sandbox.owned_folders import owned_folder

sandbox = detect_sandbox()
proof = prove(sandbox)
limits = Limits(processes=60, interrupt_seconds=0.5)
with open_sandboxed_kernel(sandbox, limits=limits) as kernel:
    first = kernel.run_cell("6 * 7").outputs[0]["data"]["text/plain"]
    bomb = kernel.run_cell('''
import os, time
started = 0
try:
    for _ in range(3000):
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
        started += 1
except OSError:
    print(started)
''')
    stuck = kernel.run_cell(
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\\nwhile True: pass", 0.5
    )
with owned_folder() as folder, fork_server(
    [Stage(folder / "k", ("ipykernel.kernelapp",))], {}
):
    fork_proof = prove_forks(sandbox, folder / "k")
    with open_sandboxed_kernel(ForkedSandbox(sandbox, folder / "k")) as kernel:
        second = kernel.run_cell("6 * 8").outputs[0]["data"]["text/plain"]
print(json.dumps({
    "fork_not_denied": [a.name + a.evidence for a in fork_proof.attempts if not a.denied],
    "fork_tried": len(fork_proof.attempts),
    "second": second,
    "user": os.getuid(),
    "not_denied": [a.name for a in proof.attempts if not a.denied],
    "tried": len(proof.attempts),
    "first": first,
    "forks": int(bomb.outputs[0]["text"]),
    "stuck": stuck.status,
}))
"""


@pytest.fixture(scope="module")
def as_user(tmp_path_factory):
    """Run SCRIPT as an ordinary user and return what it printed."""
    if os.geteuid() != 0:
        pytest.skip("ROOT'S WAY INTO THE SANDBOX IS NOT TESTED: these tests do not run as root")
    if shutil.which("setpriv") is None:
        pytest.skip("THE ORDINARY USER'S WAY INTO THE SANDBOX IS NOT TESTED: no setpriv")
    try:
        sandbox = detect_sandbox()
    except GradingError as error:
        pytest.skip(f"NOTHING OF THE SANDBOX IS TESTED: {error}")
    bare = [sandbox.bwrap, "--unshare-all", "--ro-bind", "/", "/", "/bin/true"]
    if subprocess.run(bare, capture_output=True, check=False).returncode != 0:
        pytest.skip("NOTHING OF THE SANDBOX IS TESTED: bwrap does not start here")
    trees = [Path(sys.base_prefix), Path(sys.prefix), ROOT]
    readable = ["--perms", "0755", "--tmpfs", "/root"]
    for tree in (tree for tree in trees if tree.is_relative_to("/root")):
        for parent in reversed(tree.parents[:-2]):
            readable += ["--perms", "0755", "--dir", str(parent)]
        readable += ["--ro-bind", str(tree), str(tree)]
    outer = [str(sandbox.bwrap), "--die-with-parent", "--bind", "/", "/"]
    outer += ["--dev-bind", "/dev", "/dev", *readable]
    inner = ["setpriv", "--reuid", USER, "--regid", USER, "--clear-groups"]
    done = subprocess.run(
        [*outer, "--", *inner, sys.executable, "-c", SCRIPT],
        env={"PATH": os.environ["PATH"], "HOME": "/tmp", "API_TOKEN": "must not be seen"},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode != 0 and "namespace" in done.stderr:
        pytest.skip(f"THE ORDINARY USER'S WAY IS NOT TESTED: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_ordinary_users_sandbox_proves_itself(as_user):
    assert as_user["user"] == int(USER)
    assert as_user["tried"] > 40
    assert as_user["not_denied"] == []


def test_an_ordinary_users_fork_proves_itself_and_runs_cells(as_user):
    assert as_user["fork_not_denied"] == []
    assert as_user["fork_tried"] == as_user["tried"]
    assert as_user["second"] == "48"


def test_an_ordinary_users_kernel_runs_cells(as_user):
    assert as_user["first"] == "42"


def test_an_ordinary_users_fork_bomb_stops_at_the_limit(as_user):
    assert 10 < as_user["forks"] < 60


def test_an_ordinary_users_kernel_is_killed_when_it_ignores_interrupts(as_user):
    assert as_user["stuck"] == "timeout"
