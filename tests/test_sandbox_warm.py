"""A fork of the warm process stands behind the same walls as a new process, and owes it nothing."""

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

from autograder.sandbox import Job, Limits, warm
from autograder.sandbox.proof import require_proof
from autograder.sandbox.sandbox import BubblewrapSandbox, private_folder
from autograder.sandbox.warm import Forks, WarmSandbox, warm_recipe
from autograder.sandbox.warmth import WarmGone, WarmProcess, ask, warm_process

SECONDS = 20.0


@contextlib.contextmanager
def light(monkeypatch: pytest.MonkeyPatch, *modules: str) -> Iterator[tuple[WarmProcess, Path]]:
    """A warm process that imports little, so that it is ready at once."""
    monkeypatch.setattr(warm, "MODULES", ("random", *modules))
    with private_folder() as folder, warm_process(warm_recipe(folder / "kernels", folder)) as own:
        yield own, folder / "kernels"


@pytest.fixture
def process(monkeypatch):
    with light(monkeypatch) as own:
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
    proof = WarmSandbox(sandbox, process[1]).prove()

    require_proof(proof)
    assert len(proof.attempts) == 2 * len(sandbox.prove().attempts)


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

    weak = Forks(BubblewrapSandbox(sandbox.bwrap, sandbox.cgroups, without), process[1])

    done = weak.run(script(tmp_path, "print('ran')"), SECONDS)

    assert done.output == b""
    assert f"not in its sandbox: ['{found}']" in done.errors


def test_a_fork_has_the_descriptors_of_a_new_process_and_no_other(sandbox, process, tmp_path):
    text = "import os; print(sorted(set(os.listdir('/proc/self/fd')) - {'3'}))"

    new = printed(sandbox, tmp_path, text)

    assert printed(Forks(sandbox, process[1]), tmp_path, text) == new == "['0', '1', '2']\n"


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
    "modules": [name for name in sys.modules if name in ("enter", "forks", "autograder")],
}))
"""
    new, fork = (
        json.loads(printed(which, tmp_path, text, limits=Limits(processes=99)))
        for which in (sandbox, Forks(sandbox, process[1]))
    )

    assert fork == new


def test_forks_draw_different_numbers(sandbox, process, tmp_path):
    text = "import random; print(random.random())"

    drawn = {printed(Forks(sandbox, process[1]), tmp_path, text) for _ in range(3)}

    assert len(drawn) == 3


def test_a_program_ends_with_its_status_and_takes_its_children_along(sandbox, process, tmp_path):
    text = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    time.sleep(1000)
print("mine"); sys.exit(7)
"""
    done = Forks(sandbox, process[1]).run(script(tmp_path, text), SECONDS)

    assert (done.status, done.output) == (7, b"mine\n")
    assert subprocess.run(["pgrep", "-P", str(process[0].popen.pid)], check=False).returncode == 1


def test_a_fork_that_uses_too_much_memory_is_told_from_one_that_dies(sandbox, process, tmp_path):
    if not sandbox.cgroups.version:
        pytest.skip("MEMORY PER SUBMISSION IS NOT TESTED: no writable control group")
    limits = Limits(memory_bytes=100 << 20)
    text = "x = bytearray(300 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1"

    done = Forks(sandbox, process[1]).run(script(tmp_path, text, limits=limits), SECONDS)

    assert done.out_of_memory
    assert done.status == -signal.SIGKILL


def test_a_killed_warm_process_is_replaced(sandbox, process, tmp_path):
    own, address = process
    os.kill(own.popen.pid, signal.SIGKILL)

    assert printed(Forks(sandbox, address), tmp_path, "print('again')") == "again\n"
    assert own.replaced == 1


OPENS_A_FILE = """
import signal
def disturb(*_):
    global kept
    kept = open("/dev/null")
signal.signal(signal.SIGUSR1, disturb)
"""
STARTS_A_THREAD = "import threading\nthreading.Timer(1000, print).start()\n"


def test_a_warm_process_that_was_disturbed_is_replaced_before_it_serves(
    sandbox, monkeypatch, tmp_path
):
    (tmp_path / "disturbing.py").write_text(OPENS_A_FILE)
    monkeypatch.setattr(warm.view, "user_site", lambda: tmp_path)
    with light(monkeypatch, "disturbing") as (own, address):
        ask(address, {"argv": []}, [])[0].close()
        assert own.replaced == 0
        os.kill(own.popen.pid, signal.SIGUSR1)
        ask(address, {"argv": []}, [])[0].close()

        assert own.replaced == 1
        assert "disturbed" in own.last_words


def test_two_warm_processes_from_one_import_end_with_each_other(monkeypatch, tmp_path):
    (tmp_path / "second.py").write_text("""
import os, sys, forks_again
def serve(listener, owners):
    forks_again.serve(listener, owners, lambda request, given, line: line.send(b"second"))
""")
    agents = Path(warm.view.AGENTS)
    (tmp_path / "forks_again.py").write_text((agents / "forks.py").read_text())
    monkeypatch.setattr(warm.view, "user_site", lambda: tmp_path)
    monkeypatch.setattr(warm, "MODULES", ("random",))
    with private_folder() as folder:
        first, second = folder / "first", folder / "second"
        with warm_process(warm_recipe(first, folder, (second, "second"))) as own:
            line, process_id = ask(second, {}, [])
            assert line.recv(16) == b"second"
            line.close()
            beside = next(
                int(child)
                for child in Path(f"/proc/{own.popen.pid}/task/{own.popen.pid}/children")
                .read_text()
                .split()
            )
            assert beside != process_id

            os.kill(beside, signal.SIGKILL)
            own.popen.wait(SECONDS)
            line, _ = ask(second, {}, [])

            assert line.recv(16) == b"second"
            line.close()
            assert own.replaced == 1


def test_no_fork_is_made_of_a_process_with_threads(monkeypatch, tmp_path):
    (tmp_path / "threaded.py").write_text(STARTS_A_THREAD)
    monkeypatch.setattr(warm.view, "user_site", lambda: tmp_path)
    with light(monkeypatch, "threaded") as (own, address):
        with pytest.raises(WarmGone):
            ask(address, {"argv": []}, [])
        assert "Threads" in own.last_words


def test_without_a_warm_process_a_program_starts_anew_behind_the_same_walls(sandbox, tmp_path):
    nowhere = WarmSandbox(sandbox, tmp_path / "nobody")
    nowhere.forks.patience = 0.2

    assert printed(nowhere, tmp_path, "print('anew')") == "anew\n"


def test_a_warm_process_that_cannot_import_is_given_up(sandbox, monkeypatch, tmp_path):
    with light(monkeypatch, "no_such_module") as (own, address):
        with pytest.raises(WarmGone):
            ask(address, {"argv": []}, [], patience=SECONDS)
        assert own.replaced == 1
        assert "no_such_module" in own.last_words


def test_another_user_gets_no_fork(process):
    if os.geteuid() != 0:
        pytest.skip("ANOTHER USER'S REQUEST IS NOT TESTED: only root can become one")
    _, address = process
    ask(address, {"argv": []}, [0] * 8)[0].close()  # it is ready
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
    printed(Forks(sandbox, address), tmp_path, "print('ready')")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
        line.connect(str(address))
        line.send(packet)

    assert printed(Forks(sandbox, address), tmp_path, "print('still there')") == "still there\n"
    assert own.replaced == 0
