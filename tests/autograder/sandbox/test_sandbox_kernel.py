"""A student's kernel in the sandbox: what works, what it cannot see, and how it is ended."""

import asyncio
import json
import os
import secrets
import sys
import tempfile
import time
from dataclasses import replace
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import zmq
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

import autograder
import course
from autograder.sandbox import Job, KernelCall, Limits, open_sandboxed_kernel, view
from autograder.sandbox.agents.student_kernel import flush_what_was_written
from autograder.sandbox.bubblewrap_sandbox import BubblewrapSandbox
from autograder.sandbox.cgroup import Cgroups
from autograder.sandbox.limits import MIB
from autograder.sandbox.proof import prove
from autograder.sandbox.provisioner import KERNEL, NAME, SETTINGS
from autograder.sandbox.unprotected import NoSandbox
from course.errors import GradingError

SHORT = Limits(interrupt_seconds=0.5)


@pytest.fixture(scope="module")
def kernel(sandbox, tmp_path_factory):
    """One kernel for the tests that leave it as it was."""
    data, scratch = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("scratch")
    (data / "images.txt").write_text("pixels")
    (scratch / "own_module.py").write_text("answer = 42\n")
    for shadowing in ("numpy", "ipykernel", "traitlets"):
        (scratch / f"{shadowing}.py").write_text("raise RuntimeError('shadowed')\n")
    os.environ["CONVPOOL_TEST_TOKEN"] = "secret"
    try:
        with open_sandboxed_kernel(sandbox, data_dir=data, scratch=scratch, limits=SHORT) as opened:
            opened.host_scratch = scratch
            assert opened.run_cell("import json, os").status == "ok"
            yield opened
    finally:
        del os.environ["CONVPOOL_TEST_TOKEN"]


def printed(kernel, source):
    run = kernel.run_cell(source)
    assert run.status == "ok", run
    return "".join(output["text"] for output in run.outputs if output["output_type"] == "stream")


def value(kernel, expression):
    return json.loads(printed(kernel, f"import json; print(json.dumps({expression}))"))


def host_processes(marker):
    """Return the host's processes with `marker` in their command line."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if marker.encode() in file.read_bytes():
                found.append(file.parent.name)
        except OSError:
            continue
    return found


def test_a_cell_runs_and_its_outputs_come_back_as_in_a_notebook(kernel):
    run = kernel.run_cell("print('hello'); 6 * 7")
    assert run.status == "ok"
    assert run.outputs[0] == {"output_type": "stream", "name": "stdout", "text": "hello\n"}
    assert run.outputs[1]["data"] == {"text/plain": "42"}


@pytest.mark.parametrize(
    "source",
    [
        "print('said', end='')",
        "import sys; print('said', end='', file=sys.stderr)",
        "import sys; sys.stdout.writelines(['sa', 'id'])",
        "print('said', end='', flush=True); sys.stdout.flush()",
        "from threading import Thread; t = Thread(target=print, args=['said'], kwargs={'end': ''});"
        " t.start(); t.join()",
        "os.write(1, b'said'); import time; time.sleep(0.2)",
    ],
)
def test_what_a_cell_prints_comes_with_that_cell(kernel, source):
    for _ in range(5):
        assert printed(kernel, "import os, sys\n" + source) == "said"
        assert printed(kernel, "pass") == ""


def test_text_and_displays_come_in_their_order(kernel):
    run = kernel.run_cell(
        "from IPython.display import display\n"
        "for n in range(3):\n    print(n, end='')\n    display(n)"
    )

    shown = [o.get("text") or o["data"]["text/plain"] for o in run.outputs]
    assert shown == ["0", "0", "1", "1", "2", "2"]


def test_a_stream_is_flushed_after_each_writing_and_not_otherwise():
    done = []

    class Stream:
        def write(self, string):
            done.append(string)

        def flush(self):
            done.append("flushed")
            if done.count("flushed") == 1:
                self.write("meanwhile")  # by another thread

    flush_what_was_written(Stream)
    stream = Stream()
    stream.flush()
    assert done == []
    stream.write("first")
    for _ in range(4):
        stream.flush()

    assert done == ["first", "flushed", "meanwhile", "flushed"]


def test_a_cell_that_raises_does_not_stop_the_next(kernel):
    run = kernel.run_cell("1 / 0")
    assert (run.status, run.error_name) == ("error", "ZeroDivisionError")
    assert printed(kernel, "print('next')") == "next\n"


def test_a_traceback_does_not_look_through_all_modules(sandbox):
    count = """
import inspect
looked_at, genuine = [], inspect.ismodule
inspect.ismodule = lambda module: looked_at.append(module) or genuine(module)
def inner():
    return 1 / 0
"""
    with open_sandboxed_kernel(sandbox, limits=SHORT) as kernel:
        assert kernel.run_cell(count).status == "ok"
        assert kernel.run_cell("inner()").status == "error"  # the first one finds their files
        assert printed(kernel, "looked_at.clear()") == ""
        run = kernel.run_cell("def outer():\n    return inner()\nouter()")

        assert (run.error_name, run.error_value) == ("ZeroDivisionError", "division by zero")
        assert "outer" in "\n".join(run.outputs[0]["traceback"])
        looked_at, modules = value(kernel, "[len(looked_at), len(__import__('sys').modules)]")
        assert looked_at < modules


def test_shadowing_files_do_not_break_the_start_and_own_modules_are_importable(kernel):
    assert printed(kernel, "import own_module; print(own_module.answer)") == "42\n"
    assert kernel.run_cell("import numpy").error_value == "shadowed"


def test_no_file_beside_the_notebook_can_break_the_start(sandbox, tmp_path):
    for name in {*sys.stdlib_module_names, *packages_distributions()} - {"", "."}:
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('shadowed')\n")
    with open_sandboxed_kernel(
        sandbox, scratch=tmp_path, limits=replace(SHORT, start_seconds=20)
    ) as kernel:
        assert kernel.alive


def test_scratch_is_a_copy(kernel):
    kernel.run_cell("open('own_module.py', 'a').write('x = 1'); open('new.txt', 'w').write('x')")
    assert (kernel.host_scratch / "own_module.py").read_text() == "answer = 42\n"
    assert not (kernel.host_scratch / "new.txt").exists()


def test_data_is_readable_and_cannot_be_changed(kernel):
    path = "os.path.join(os.environ['CONVPOOL_SUBSET_DIR'], 'images.txt')"
    assert printed(kernel, f"import os; print(open({path}).read())") == "pixels\n"
    assert kernel.run_cell(f"open({path}, 'w')").status == "error"


def test_the_course_is_importable_and_nothing_else_of_a_checkout_is_there(kernel):
    root = Path(course.__file__).parents[1]
    assert printed(kernel, "import course; print(course.__file__)").strip() == course.__file__
    assert kernel.run_cell("import autograder").error_name == "ModuleNotFoundError"
    visible = value(kernel, f"sorted(os.listdir({str(root)!r}))")
    assert set(visible) <= {"course", Path(sys.prefix).name}
    assert not value(kernel, f"os.path.exists({autograder.__file__!r})")


def test_the_environment_is_the_sandboxs_own(kernel):
    found = value(kernel, "dict(os.environ)")
    assert "CONVPOOL_TEST_TOKEN" not in found
    assert found["NBGRADER_EXECUTION"] == "autograde"
    assert found["HOME"] == view.HOME


def test_no_process_inside_shows_the_graders_environment_or_files(kernel):
    seen = printed(
        kernel,
        "import glob\n"
        "for path in glob.glob('/proc/*/environ') + glob.glob('/proc/*/cmdline'):\n"
        "    try: print(open(path).read())\n"
        "    except OSError: pass",
    )
    assert "secret" not in seen
    assert str(kernel.host_scratch) not in seen


def test_files_of_the_host_are_absent(kernel):
    found = value(
        kernel, "[p for p in ('/etc/shadow', '/var', '/sys', '/boot') if os.path.exists(p)]"
    )
    assert found == []
    # Where the environment or the checkout lies below /tmp, the way to it is there, and only that.
    trees = [*view.python_trees(), view.course_folder(), *view.checkout()]
    ways = {tree.parts[2] for tree in trees if tree.parts[:2] == ("/", "tmp")}
    assert set(value(kernel, "os.listdir('/tmp')")) <= ways


def test_a_neighbours_connection_is_not_visible(sandbox, kernel):
    with open_sandboxed_kernel(sandbox) as neighbour:
        connection = Path(neighbour.km.connection_file)
        assert connection.exists()
        assert not value(kernel, f"os.path.exists({str(connection.parent)!r})")
        own = value(kernel, "json.load(open('/run/convpool/connection.json'))")
        assert own["key"] != json.loads(connection.read_text())["key"]
        assert value(kernel, "sorted(os.listdir('/run/convpool'))") == [
            *("connection.json", "data", "enter.py", "input", "kernel.py", "settings.json")
        ]


def test_connection_files_are_for_the_grader_only(kernel):
    folder = Path(kernel.km.connection_file).parent
    assert folder.stat().st_mode & 0o077 == 0
    paths = list(folder.glob("kernel-*"))
    assert paths
    assert [path for path in paths if len(str(path)) > 107] == []


def test_a_line_of_100_mb_is_truncated_and_the_notebook_goes_on(sandbox):
    with open_sandboxed_kernel(sandbox, limits=replace(SHORT, output_bytes=100_000)) as kernel:
        long = kernel.run_cell("print('x' * 100_000_000)")
        after = kernel.run_cell("result = 1 + 1\nprint(result)")
        assert long.status == after.status == "ok"
        text = long.outputs[0]["text"]
        assert len(text) < 60_000
        assert text.endswith("[Only the first 50000 characters of output are kept.]\n")


def test_output_below_python_is_capped_too(sandbox):
    with open_sandboxed_kernel(sandbox, limits=replace(SHORT, output_bytes=100_000)) as kernel:
        run = kernel.run_cell("import os\nfor _ in range(500): os.write(1, b'y' * 1000)")
        assert run.status == "ok"
        assert len(json.dumps(run.outputs)) < 110_000


def test_a_flood_of_displays_ends_the_kernel(sandbox):
    with open_sandboxed_kernel(sandbox, limits=replace(SHORT, output_bytes=100_000)) as kernel:
        run = kernel.run_cell("while True: display({'text/plain': 'z' * 9000}, raw=True)", 20)
        assert run.status == "output"
        assert run.truncated
        assert not kernel.alive


def test_a_message_that_is_none_ends_the_kernel(sandbox):
    with open_sandboxed_kernel(sandbox, limits=SHORT) as kernel:
        run = kernel.run_cell(
            "get_ipython().kernel.iopub_socket.send_multipart([b'kernel', b'junk'])\n"
            "import time; time.sleep(20)",
            10,
        )
        assert run.status == "malformed"


ENDLESS_MESSAGE = """
import os, socket, time
settings = json.load(open('/run/convpool/settings.json'))
import zmq
context = get_ipython().kernel.iopub_thread.socket.context
listening = settings['descriptors']['ipc:///run/convpool/kernel-2']
thread = get_ipython().kernel.iopub_thread.socket
caller = None
for name in os.listdir('/proc/self/fd'):
    try:
        other = socket.socket(fileno=os.dup(int(name)))
        if other.family == socket.AF_UNIX and other.getsockopt(1, 30) == 0:  # not listening
            other.getpeername()
            if other.getsockname() and other.getsockname().endswith('inner-2'):
                caller = other
    except OSError:
        pass
frame = bytes([3]) + (10**6).to_bytes(8, 'big') + bytes(10**6)  # more frames follow, long size
caller.setblocking(True)
while True:
    caller.sendall(frame)
"""


def test_a_message_that_never_finishes_ends_the_kernel(sandbox):
    # It goes below the messaging library, whose limits count finished messages.
    limits = replace(SHORT, received_bytes=50 * MIB)
    with open_sandboxed_kernel(sandbox, limits=limits) as kernel:
        run = kernel.run_cell(ENDLESS_MESSAGE.replace("json.load", "__import__('json').load"), 20)
        assert run.status == "output", run
        assert not kernel.alive


def test_what_a_cell_prints_beyond_the_cap_is_nowhere_kept(sandbox):
    with open_sandboxed_kernel(sandbox, limits=SHORT) as kernel:
        kernel.run_cell("import resource; before = resource.getrusage(0).ru_maxrss")
        kernel.run_cell("for n in range(200): print(str(n % 10) * 1_000_000, flush=True)")
        run = kernel.run_cell("assert resource.getrusage(0).ru_maxrss < before + 50_000")
    assert run.status == "ok", run


def test_a_slow_cell_is_interrupted_and_the_kernel_lives(sandbox):
    with open_sandboxed_kernel(sandbox, limits=SHORT) as kernel:
        started = time.monotonic()
        run = kernel.run_cell("import time; time.sleep(60)", 0.5)
        assert run.status == "timeout"
        assert time.monotonic() - started < 30
        assert printed(kernel, "print('alive')") == "alive\n"


def test_a_cell_that_ignores_interrupts_is_killed(sandbox):
    with open_sandboxed_kernel(sandbox, limits=SHORT) as kernel:
        started = time.monotonic()
        run = kernel.run_cell(
            "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass", 0.5
        )
        assert run.status == "timeout"
        assert time.monotonic() - started < 30
        assert not kernel.alive
        assert kernel.run_cell("1").status == "died"


def test_the_notebooks_time_bounds_all_cells_together(sandbox):
    limits = replace(SHORT, notebook_seconds=2.8, cell_seconds=2.7)
    with open_sandboxed_kernel(sandbox, limits=limits) as kernel:
        runs = [kernel.run_cell("import time; time.sleep(1.6)").status for _ in range(3)]
    assert runs[0] == "ok"
    assert runs[1] == "timeout"


def test_a_kernel_that_ends_itself_has_died(sandbox):
    with open_sandboxed_kernel(sandbox, limits=SHORT) as kernel:
        assert kernel.run_cell("import os; os._exit(0)").status == "died"


def test_nothing_outlives_the_kernel(sandbox, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    marker = f"{secrets.randbelow(10**9)}.5"
    with open_sandboxed_kernel(sandbox, limits=SHORT) as kernel:
        kernel.run_cell(
            f"import subprocess\nsubprocess.Popen(['setsid', 'nohup', 'sleep', '{marker}'])\n"
        )
        deadline = time.monotonic() + 60
        # Between two programs that it becomes, a process has no command line for a moment.
        while not (running := host_processes(marker)) and time.monotonic() < deadline:
            time.sleep(0.01)
        groups = list(kernel.tree.group.folders.values()) if sandbox.cgroups.version else []
    assert running
    assert host_processes(marker) == []
    assert list(tmp_path.iterdir()) == []
    assert not any(folder.exists() for folder in groups)


BOMB = """
import os, time
started = 0
try:
    for _ in range(3000):
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
        started += 1
except OSError as error:
    print(started, error.errno)
"""


@pytest.mark.parametrize("kind", ["detected", "resource limits alone"])
def test_a_fork_bomb_stops_at_the_limit(sandbox, kind):
    # The limit is proven before it is tried with more: the proof starts 8 processes too many.
    chosen = sandbox if kind == "detected" else BubblewrapSandbox(sandbox.bwrap, Cgroups(0))
    denied = [a.denied for a in prove(chosen).attempts if a.name == "limits: processes"]
    assert denied and all(denied)
    with open_sandboxed_kernel(chosen, limits=replace(SHORT, processes=60)) as kernel:
        started, error = map(int, printed(kernel, BOMB).split())
    assert 10 < started < 60
    assert error == 11  # EAGAIN


def test_a_memory_bomb_is_an_error_within_one_process(sandbox):
    limits = replace(SHORT, address_space_bytes=2048 * MIB)
    with open_sandboxed_kernel(sandbox, limits=limits) as kernel:
        assert kernel.run_cell("bytearray(2**31)").error_name == "MemoryError"
        assert printed(kernel, "print('alive')") == "alive\n"


def test_a_memory_bomb_of_many_processes_ends_them_and_is_named(sandbox):
    if "memory" not in sandbox.cgroups.parents:
        pytest.skip("MEMORY OF ALL PROCESSES TOGETHER IS NOT TESTED: no writable cgroup")
    with open_sandboxed_kernel(sandbox, limits=replace(SHORT, memory_bytes=300 * MIB)) as kernel:
        run = kernel.run_cell("import os; hoard = []\nwhile True: hoard.append(os.urandom(2**22))")
        assert run.status == "memory"


def test_disk_and_memory_files_are_bounded(sandbox):
    with open_sandboxed_kernel(sandbox, limits=replace(SHORT, scratch_bytes=8 * MIB)) as kernel:
        for folder in ("/tmp", "/dev/shm", "."):
            run = kernel.run_cell(
                f"for n in range(9): open(f'{folder}/{{n}}', 'wb').write(bytes(2**20))"
            )
            assert (run.status, run.error_name) == ("error", "OSError")


def test_a_frame_that_is_too_large_does_not_reach_the_grader(sandbox):
    with open_sandboxed_kernel(sandbox, limits=replace(SHORT, message_bytes=1 * MIB)) as kernel:
        assert kernel.kc.iopub_channel.socket.getsockopt(zmq.MAXMSGSIZE) == 1 * MIB
        run = kernel.run_cell("display({'text/plain': 'z' * 2_000_000}, raw=True)", 1.0)
        assert not any("zzz" in json.dumps(output) for output in run.outputs)


def test_a_long_temporary_folder_does_not_break_the_sockets(sandbox, monkeypatch, tmp_path):
    deep = tmp_path / ("d" * 90)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with open_sandboxed_kernel(sandbox) as kernel:
        assert kernel.run_cell("1").status == "ok"


def test_links_are_not_given_to_the_sandbox(sandbox, tmp_path):
    (tmp_path / "link").symlink_to("/etc/passwd")
    with (
        pytest.raises(GradingError, match="link"),
        open_sandboxed_kernel(sandbox, scratch=tmp_path),
    ):
        pass


def test_a_kernel_that_cannot_start_is_the_graders_error_with_its_last_words(
    sandbox, monkeypatch, tmp_path
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    broken = BubblewrapSandbox(
        sandbox.bwrap,
        sandbox.cgroups,
        lambda walls: replace(walls, program=["/bin/sh", "-c", "echo no kernel here >&2"]),
    )
    with pytest.raises(GradingError, match="no kernel here"), open_sandboxed_kernel(broken):
        pass
    assert list(tmp_path.iterdir()) == []


def test_extra_files_are_shown_where_asked_and_nowhere_else(sandbox, tmp_path):
    (tmp_path / "agent.py").write_text("x = 1")
    with open_sandboxed_kernel(
        sandbox, limits=SHORT, extra_ro_binds={"/tmp/deep/agent.py": tmp_path / "agent.py"}
    ) as kernel:
        assert printed(kernel, "print(open('/tmp/deep/agent.py').read())") == "x = 1\n"
        assert kernel.run_cell("open('/tmp/deep/agent.py', 'w')").status == "error"
        assert not value(kernel, f"__import__('os').path.exists({str(tmp_path)!r})")


def test_jupyter_itself_can_start_it_from_a_kernel_specification(sandbox):
    class Specifications(KernelSpecManager):
        def get_kernel_spec(self, kernel_name):
            return KernelSpec(
                argv=[sys.executable, "-I", KERNEL, SETTINGS],
                interrupt_mode="message",
                metadata={
                    "kernel_provisioner": {
                        "provisioner_name": NAME,
                        "config": {"limits": {"processes": 99}},
                    }
                },
            )

    async def start():
        km = AsyncKernelManager(kernel_spec_manager=Specifications())
        await km.start_kernel()
        kc = km.client()
        kc.start_channels()
        try:
            await kc.wait_for_ready(timeout=30)
            code = "import resource; resource.getrlimit(resource.RLIMIT_NPROC)[0]"
            reply = await kc.execute_interactive(code, timeout=30, output_hook=seen.append)
        finally:
            kc.stop_channels()
            await km.shutdown_kernel(now=True)
        return reply["content"]["status"]

    seen = []
    with open_sandboxed_kernel(sandbox, limits=SHORT):  # registers the provisioner's name
        assert asyncio.run(start()) == "ok"
    results = [m["content"] for m in seen if m["msg_type"] == "execute_result"]
    assert results[0]["data"]["text/plain"] == "99"


def test_without_a_sandbox_the_interface_is_the_same(tmp_path):
    (tmp_path / "own_module.py").write_text("answer = 42\n")
    with open_sandboxed_kernel(
        NoSandbox(), scratch=tmp_path, data_dir=tmp_path, limits=SHORT
    ) as kernel:
        assert printed(kernel, "import own_module; print(own_module.answer)") == "42\n"
        assert value(kernel, "__import__('os').environ['CONVPOOL_SUBSET_DIR']") == str(tmp_path)
        assert kernel.run_cell("while True: pass", 0.5).status == "timeout"
    assert NoSandbox().name == "none"


def test_a_program_that_hangs_is_ended_in_time(sandbox):
    started = time.monotonic()
    done = sandbox.run(Job(["/bin/sleep", "60"]), 0.5)
    assert done.status is None
    assert time.monotonic() - started < 30


def test_a_program_sees_its_input_and_only_the_end_of_a_flood_is_kept(sandbox):
    done = sandbox.run(Job(["/bin/sh", "-c", "head -c 9000000 /dev/zero; cat"]), 20, b"end")
    assert done.status == 0
    assert done.output.endswith(b"\0end")
    assert len(done.output) <= 64 * 1024


def called(kernel, body, seconds=20.0):
    """Define a function in a module of the kernel's, and call it as the grader calls its own."""
    define = (
        "import sys, types\n"
        "module = sys.modules['called'] = types.ModuleType('called')\n"
        f"exec({body!r}, module.__dict__)"
    )
    assert kernel.run_cell(define).status == "ok"
    return kernel.call(KernelCall("/nowhere", "called", "f", ("x", 3)), seconds)


def test_a_call_gets_its_arguments_and_what_a_cell_has_around_it(kernel):
    body = (
        "def f(text, number):\n    global got\n    print('told')\n"
        "    got = text * number, get_ipython() is not None, display is not None\n"
    )
    before = value(kernel, "get_ipython().execution_count")

    run = called(kernel, body)

    assert run.status == "ok"
    assert [output["text"] for output in run.outputs] == ["told\n"]
    assert value(kernel, "sys.modules['called'].got") == ["xxx", True, True]
    assert value(kernel, "get_ipython().execution_count") == before + 3  # `called` runs one cell


def test_a_picture_that_a_call_leaves_open_is_not_shown_by_the_next_cell(sandbox):
    body = "import matplotlib.pyplot as plt\ndef f(*_):\n    plt.plot([1, 2])\n"
    with open_sandboxed_kernel(sandbox, limits=SHORT, env={"MPLCONFIGDIR": "/tmp/m"}) as own:
        assert own.run_cell("%matplotlib inline\nimport matplotlib.pyplot").status == "ok"
        called(own, body)
        shown = own.run_cell("1").outputs
        assert [output["output_type"] for output in shown] == ["execute_result"]


@pytest.mark.parametrize("raised", ["ValueError('x')", "SystemExit", "KeyboardInterrupt"])
def test_a_call_that_raises_is_told_and_ends_nothing(kernel, raised):
    run = called(kernel, f"def f(*_):\n    raise {raised}\n")

    assert (run.status, run.error_name) == ("error", raised.partition("(")[0])
    assert kernel.run_cell("1").status == "ok"


def test_a_call_is_stopped_when_its_time_is_over(kernel):
    run = called(kernel, "import time\ndef f(*_):\n    time.sleep(30)\n", seconds=0.5)

    assert run.status == "timeout"
    assert kernel.run_cell("1").status == "ok"


def test_a_cell_may_await(kernel):
    assert printed(kernel, "import asyncio\nawait asyncio.sleep(0.01)\nprint('slept')") == "slept\n"


def test_requests_are_received_by_the_thread_that_carries_them_out(kernel):
    names = value(kernel, "[t.name for t in __import__('threading').enumerate()]")

    assert not [name for name in names if "shell" in name.lower()]
