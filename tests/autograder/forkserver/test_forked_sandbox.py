"""A fork of a fork server has the same walls as a new process, and is otherwise like one."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.forkserver import client, forked_sandbox
from autograder.forkserver.client import ForkServer, NoForkServer, Stage, fork_server, request_fork
from autograder.forkserver.forked_sandbox import ForkedOrNewSandbox, ForkedSandbox, prove_forks
from autograder.sandbox import Job, Limits
from autograder.sandbox.bubblewrap import choose_user
from autograder.sandbox.bubblewrap_sandbox import BubblewrapSandbox
from autograder.sandbox.owned_folders import owned_folder
from autograder.sandbox.process import Descriptors
from autograder.sandbox.proof import prove, require_proof

SECONDS = 20.0


@contextlib.contextmanager
def light(*modules: str) -> Iterator[tuple[ForkServer, Path]]:
    """A fork server that imports little, so that it is ready at once."""
    with owned_folder() as folder:
        stage = Stage(folder / "kernels", ("random", *modules))
        with fork_server([stage], {}) as own:
            yield own, stage.kernels


@pytest.fixture
def process():
    with light() as own:
        yield own


def script(folder: Path, text: str, **given) -> Job:
    path = folder / "script.py"
    path.write_text(text)
    argv = [sys.executable, "-I", "/run/script.py", "an argument"]
    return Job(argv, extra={"/run/script.py": path}, **given)


def printed(sandbox, folder: Path, text: str, **given) -> str:
    done = sandbox.run(script(folder, text, **given), SECONDS)
    assert done.status == 0, done.errors
    return done.output.decode()


def test_every_way_out_of_a_fork_is_tried_and_denied(sandbox, process):
    proof = prove_forks(sandbox, process[1])

    require_proof(proof)
    assert len(proof.attempts) == len(prove(sandbox).attempts)


@pytest.mark.parametrize(
    ("dropped", "found"),
    [("--unshare-net", "net"), ("--unshare-ipc", "ipc"), ("--unshare-uts", "uts")],
)
def test_a_fork_that_shares_a_namespace_with_the_grader_does_not_run(
    sandbox, process, tmp_path, dropped, found
):
    def without(walls):
        options = [word for word in walls.options if word not in (dropped, "--hostname", "sandbox")]
        return type(walls)(options, walls.program)

    weak = ForkedSandbox(BubblewrapSandbox(sandbox.bwrap, sandbox.cgroups, without), process[1])

    done = weak.run(script(tmp_path, "print('ran')"), SECONDS)

    assert done.output == b""
    assert f"not in its sandbox: ['{found}']" in done.errors


def test_a_fork_has_the_descriptors_of_a_new_process_and_no_other(sandbox, process, tmp_path):
    text = "import os; print(sorted(set(os.listdir('/proc/self/fd')) - {'3'}))"

    new = printed(sandbox, tmp_path, text)

    assert printed(ForkedSandbox(sandbox, process[1]), tmp_path, text) == new == "['0', '1', '2']\n"


def test_a_fork_is_what_a_new_process_is(sandbox, process, tmp_path):
    text = """
import json, os, resource, signal, sys
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({
    "environment": {k: v for k, v in os.environ.items() if k != "PWD"},  # bwrap sets it
    "argv": sys.argv, "name": __name__, "cwd": os.getcwd(), "umask": os.umask(0),
    "privileges": [status[k].strip() for k in status if k.startswith(("Cap", "NoNew", "Seccomp"))],
    "groups": os.getgroups(),
    "limits": [resource.getrlimit(n) for n in range(16)],
    "interrupt": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
    "children": str(signal.getsignal(signal.SIGCHLD)),
    "readable": os.access("/proc/self/environ", os.R_OK),
    "modules": [name for name in sys.modules if name in ("enter", "server", "autograder")],
}))
"""
    new, fork = (
        json.loads(printed(which, tmp_path, text, limits=Limits(processes=99)))
        for which in (sandbox, ForkedSandbox(sandbox, process[1]))
    )

    assert fork == new


def test_forks_draw_different_numbers(sandbox, process, tmp_path):
    text = "import random; print(random.random())"

    drawn = {printed(ForkedSandbox(sandbox, process[1]), tmp_path, text) for _ in range(3)}

    assert len(drawn) == 3


def test_a_program_ends_with_its_status_and_takes_its_children_along(sandbox, process, tmp_path):
    text = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    time.sleep(1000)
print("mine"); sys.exit(7)
"""
    done = ForkedSandbox(sandbox, process[1]).run(script(tmp_path, text), SECONDS)

    assert (done.status, done.output) == (7, b"mine\n")
    assert subprocess.run(["pgrep", "-P", str(process[0].popen.pid)], check=False).returncode == 1


def test_a_fork_that_uses_too_much_memory_is_told_from_one_that_dies(sandbox, process, tmp_path):
    if not sandbox.cgroups.version:
        pytest.skip("MEMORY PER SUBMISSION IS NOT TESTED: no writable control group")
    limits = Limits(memory_bytes=100 << 20)
    text = "x = bytearray(300 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1"

    done = ForkedSandbox(sandbox, process[1]).run(script(tmp_path, text, limits=limits), SECONDS)

    assert done.out_of_memory
    assert done.status == -signal.SIGKILL


def test_a_killed_fork_server_is_replaced(sandbox, process, tmp_path):
    own, address = process
    os.kill(own.popen.pid, signal.SIGKILL)

    assert printed(ForkedSandbox(sandbox, address), tmp_path, "print('again')") == "again\n"
    assert own.replaced == 1


OPENS_A_FILE = """
import signal
def disturb(*_):
    global kept
    kept = open("/dev/null")
signal.signal(signal.SIGUSR1, disturb)
"""
STARTS_A_THREAD = "import threading\nthreading.Timer(1000, print).start()\n"


def test_a_fork_server_that_was_disturbed_is_replaced_before_it_serves(
    sandbox, monkeypatch, tmp_path
):
    (tmp_path / "disturbing.py").write_text(OPENS_A_FILE)
    monkeypatch.setattr(client.view, "user_site", lambda: tmp_path)
    with light("disturbing") as (own, address):
        request_fork(address, {"argv": []}, [])[0].close()
        assert own.replaced == 0
        os.kill(own.popen.pid, signal.SIGUSR1)
        request_fork(address, {"argv": []}, [])[0].close()

        assert own.replaced == 1
        assert "disturbed" in own.last_errors


def test_two_processes_from_one_import_end_with_each_other(monkeypatch, tmp_path):
    (tmp_path / "second.py").write_text("""
import os, sys, forks_again
def serve(listener, owners):
    forks_again.serve(listener, owners, lambda request, given, line: line.send(b"second"))
""")
    server = client.STAGE_SERVER.with_name("server.py")
    (tmp_path / "forks_again.py").write_text(server.read_text())
    monkeypatch.setattr(client.view, "user_site", lambda: tmp_path)
    with owned_folder() as folder:
        second = folder / "second"
        stage = Stage(folder / "first", ("random",), second, "second")
        with fork_server([stage], {}) as own:
            line, process_id = request_fork(second, {}, [])
            assert line.recv(16) == b"second"
            line.close()
            other = next(
                int(child)
                for child in Path(f"/proc/{own.popen.pid}/task/{own.popen.pid}/children")
                .read_text()
                .split()
            )
            assert other != process_id

            os.kill(other, signal.SIGKILL)
            own.popen.wait(SECONDS)
            line, _ = request_fork(second, {}, [])

            assert line.recv(16) == b"second"
            line.close()
            assert own.replaced == 1


def test_a_folder_to_import_from_is_for_the_fork_server_alone(sandbox, tmp_path):
    (tmp_path / "lent.py").write_text("")
    text = f"""
import importlib.util, sys
print("lent" in sys.modules, {str(tmp_path)!r} in sys.path)
del sys.modules["lent"]
print(importlib.util.find_spec("lent"))
"""
    with owned_folder() as folder:
        stage = Stage(folder / "kernels", ("random", "lent"), folder=tmp_path)
        with fork_server([stage], {}):
            assert (
                printed(ForkedSandbox(sandbox, stage.kernels), tmp_path, text)
                == "True False\nNone\n"
            )


def two_stages(folder: Path, slow: str) -> list[Stage]:
    """One that is ready at once, and one that imports the module `slow` after it."""
    return [Stage(folder / "first", ("random",)), Stage(folder / "second", (slow,))]


def test_what_imports_quickly_serves_while_the_rest_still_imports(sandbox, monkeypatch, tmp_path):
    go_on = tmp_path / "go-on"
    (tmp_path / "slow.py").write_text(
        "import pathlib, time\n"
        f"while not pathlib.Path({str(go_on)!r}).exists():\n    time.sleep(0.01)\n"
    )
    monkeypatch.setattr(client.view, "user_site", lambda: tmp_path)
    text = "import sys; print([name in sys.modules for name in ('random', 'slow')])"
    with owned_folder() as folder, fork_server(two_stages(folder, "slow"), {}):
        request_fork(folder / "first", {"argv": []}, [])[0].close()
        first = printed(ForkedSandbox(sandbox, folder / "first"), tmp_path, text)
        go_on.touch()
        second = printed(ForkedSandbox(sandbox, folder / "second"), tmp_path, text)

    assert (first, second) == ("[True, False]\n", "[True, True]\n")


def test_stages_end_with_each_other_and_are_replaced(sandbox, tmp_path):
    with contextlib.ExitStack() as opened:
        folder = opened.enter_context(owned_folder())
        own = opened.enter_context(fork_server(two_stages(folder, "colorsys"), {}))
        request_fork(folder / "second", {"argv": []}, [])[0].close()
        children = Path(f"/proc/{own.popen.pid}/task/{own.popen.pid}/children").read_text()
        (later,) = map(int, children.split())
        os.kill(later, signal.SIGKILL)
        own.popen.wait(SECONDS)

        for name in ("first", "second"):
            fork = ForkedSandbox(sandbox, folder / name)
            assert printed(fork, tmp_path, "print('again')") == "again\n"
        assert own.replaced == 1


def test_a_later_stage_that_cannot_import_is_not_tried_for_ever():
    with contextlib.ExitStack() as opened:
        folder = opened.enter_context(owned_folder())
        own = opened.enter_context(fork_server(two_stages(folder, "no_such_module"), {}))
        with pytest.raises(NoForkServer):
            request_fork(folder / "second", {"argv": []}, [], seconds=SECONDS)
        assert own.replaced == 1
        assert "no_such_module" in own.last_errors


def test_what_waits_behind_the_walls_has_no_right_to_anything(sandbox):
    user = choose_user()
    argv = forked_sandbox.waiting_program()
    program = forked_sandbox.without_rights(argv, user)
    assert program is not None, "there is no setpriv here"
    with owned_folder() as folder, contextlib.ExitStack() as opened:
        waits, keeper = os.pipe()
        for end in (waits, keeper):
            opened.callback(os.close, end)
        job, passed = Job(argv), Descriptors(waits, subprocess.PIPE)
        walls = sandbox.start_as(user, job, folder, passed, program, first=True)
        opened.enter_context(contextlib.closing(walls))
        os.write(keeper, b"\n")
        assert walls.stdout.read(1) == b"\n"
        waiting = [
            status
            for path in Path("/proc").glob("[0-9]*")
            if (status := status_of(path)).get("Name") == "cat" and inside(path, walls.first)
        ]

    (status,) = waiting
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}
    assert set(status["Uid"].split()) == {str(os.getuid() if user is None else user)}
    assert status["Groups"].split() == [] or user is None


def status_of(path: Path) -> dict[str, str]:
    try:
        lines = (path / "status").read_text().splitlines()
    except OSError:
        return {}
    return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}


def inside(path: Path, first: int) -> bool:
    """Tell whether a process is in the process namespace that the descriptor `first` begins."""
    told = Path(f"/proc/self/fdinfo/{first}").read_text().split()
    leader = Path("/proc") / told[told.index("Pid:") + 1]
    return (path / "ns/pid").readlink() == (leader / "ns/pid").readlink()


def test_a_fork_finds_its_own_copy_of_its_input(sandbox, process, tmp_path):
    given = tmp_path / "given"
    given.mkdir()
    (given / "notes.txt").write_text("for the kernel")
    text = """
import os
print(os.getcwd(), open("notes.txt").read(), os.stat("notes.txt").st_uid == os.getuid())
"""

    new, fork = (
        printed(which, tmp_path, text, input=given)
        for which in (sandbox, ForkedSandbox(sandbox, process[1]))
    )

    assert fork == new
    assert "for the kernel True" in fork


def test_no_fork_is_made_of_a_process_with_threads(monkeypatch, tmp_path):
    (tmp_path / "threaded.py").write_text(STARTS_A_THREAD)
    monkeypatch.setattr(client.view, "user_site", lambda: tmp_path)
    with light("threaded") as (own, address):
        with pytest.raises(NoForkServer):
            request_fork(address, {"argv": []}, [])
        assert "threads" in own.last_errors


def test_without_a_fork_server_a_program_starts_anew_behind_the_same_walls(sandbox, tmp_path):
    nowhere = ForkedOrNewSandbox(sandbox, tmp_path / "nobody")
    nowhere.forked.request_seconds = 0.2

    assert printed(nowhere, tmp_path, "print('anew')") == "anew\n"


def test_a_fork_server_that_cannot_import_is_given_up():
    with light("no_such_module") as (own, address):
        with pytest.raises(NoForkServer):
            request_fork(address, {"argv": []}, [], seconds=SECONDS)
        assert own.replaced == 1
        assert "no_such_module" in own.last_errors


def test_another_user_gets_no_fork(process):
    if os.geteuid() != 0:
        pytest.skip("ANOTHER USER'S REQUEST IS NOT TESTED: only root can become one")
    _, address = process
    request_fork(address, {"argv": []}, [0] * 8)[0].close()  # it is ready
    address.parent.chmod(0o755)
    address.chmod(0o777)
    as_other = f"""
import os, socket
os.setuid(54321)
line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
line.connect({str(address)!r})
try:
    line.send(b'{{}}')
    print(line.recv(20))
except OSError:
    print(b"")
"""
    done = subprocess.run([sys.executable, "-c", as_other], capture_output=True, check=True)

    assert done.stdout == b"b''\n"


@pytest.mark.parametrize("packet", [b"", b"{", b"[]", b'{"argv": 3}', b"\xff" * 1000])
def test_a_malformed_request_harms_nobody(sandbox, process, tmp_path, packet):
    own, address = process
    printed(ForkedSandbox(sandbox, address), tmp_path, "print('ready')")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
        line.connect(str(address))
        line.send(packet)

    assert (
        printed(ForkedSandbox(sandbox, address), tmp_path, "print('still there')")
        == "still there\n"
    )
    assert own.replaced == 0
