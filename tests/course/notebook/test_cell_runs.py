"""A check in a live kernel knows whether its gap's cell ran well the last time.

The kernel is IPython's own; the second half runs ipykernel with the ids that JupyterLab sends.
"""

import subprocess
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from course.notebook import cell_runs

GOOD = "def twice(x):\n    return 2 * x"
CHECK = (
    "from course.checks import exercise\n"
    "with exercise('twice') as check:\n"
    "    check.that(check.call(twice, 2) == 4, 'no')"
)


class Kernel:
    """An IPython shell whose cells have ids, as in JupyterLab."""

    def __init__(self, shell, capsys):
        self.shell, self.capsys = shell, capsys

    def run(self, text, cell="twice"):
        return self.shell.run_cell(text, store_history=True, cell_id=cell)

    def check(self, name="twice", text=CHECK):
        """Run a check; return "✓", or what it says."""
        self.capsys.readouterr()
        result = self.run(text.replace("twice", name), f"test_{name}")
        if result.error_in_exec is not None:
            return str(result.error_in_exec)
        return self.capsys.readouterr().out.strip()


@pytest.fixture
def kernel(capsys, monkeypatch):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    found = Kernel(shell, capsys)
    found.run("import course\nfrom course.notebook.cell_runs import watch\nwatch();", "setup")
    yield found
    InteractiveShell.clear_instance()


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("def twice(x):\nreturn 2 * x", "IndentationError in line 2: expected an indented block"),
        ("def twice(x:\n    return 2 * x", "SyntaxError in line 1"),
        ("deff twice(x):\n    return 2 * x", "SyntaxError in line 1"),
        ("import nothing_of_that_name\n" + GOOD, "ModuleNotFoundError: No module named"),
        ("factor = unknown\n" + GOOD, "NameError: name 'unknown' is not defined"),
        ("@wrongly\n" + GOOD, "NameError: name 'wrongly' is not defined"),
        ("%%time\n1 / 0\n" + GOOD, "ZeroDivisionError: division by zero"),
        ("\n\n%precision 3\n1 / 0\n" + GOOD, "ZeroDivisionError"),
        ("raise KeyboardInterrupt\n" + GOOD, "KeyboardInterrupt"),
        ("raise SystemExit\n" + GOOD, "xit"),
        ("if True:\n    1 / 0\n    def twice(x): return 2 * x", "ZeroDivisionError"),
    ],
)
def test_a_function_whose_cell_stopped_since_is_not_judged(kernel, broken, words):
    kernel.run(GOOD)
    assert kernel.check().startswith("✓ twice: right.")

    kernel.run(broken)
    said = kernel.check()

    assert said.startswith("`twice`: the cell of `twice` stopped with ")
    assert words in said
    assert "when you ran it last" in said
    assert said.endswith("the older function. Fix the cell, run it, then this check.")
    assert ".py" not in said
    kernel.run(GOOD)
    assert kernel.check().startswith("✓")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ("def twcie(x):\n    return 2 * x", "defines `twcie` now, not `twice`"),
        ("# later", "does not define `twice`"),
        ("class Doubling:\n    def twice(x):\n        return 2 * x", "does not define `twice`"),
        ("%%time\ndef doubled(x):\n    return 2 * x", "does not define `twice`"),
        ("%%html\n<b>twice</b>", "does not define `twice`"),
    ],
)
def test_a_cell_that_no_longer_defines_the_name_is_told(kernel, changed, words):
    kernel.run(GOOD)

    kernel.run(changed)

    assert words in kernel.check()


@pytest.mark.parametrize(
    "again",
    [
        GOOD,
        "twice = lambda x: 2 * x",
        "if True:\n    def twice(x):\n        return 2 * x",
        "try:\n    import nothing_of_that_name\nexcept ImportError:\n    pass\n" + GOOD,
        "%%time\n" + GOOD,
        "%%capture\n" + GOOD,
        "  " + GOOD.replace("\n", "\n  "),
        "\n\n# a comment\n%precision 3\n" + GOOD,
        "exec('def twice(x): return 2 * x')",
        "globals()['twice'] = lambda x: 2 * x",
        "from operator import neg as twice; twice = lambda x: 2 * x",
        "def f(x): return 2 * x\ntwice, other = f, 1",
        GOOD + "\n1 / 0",
        GOOD + "\nprint(twice(1), later)",
        "del twice\n" + GOOD,
        "async def nothing(): pass\nawait nothing()\n" + GOOD,
        "pattern = '\\d'\n" + GOOD,
    ],
)
def test_a_cell_that_made_the_function_again_raises_no_alarm(kernel, again, recwarn):
    kernel.run(GOOD)
    kernel.run("def twice(x:")

    kernel.run(again)

    assert kernel.check().startswith("✓ twice: right.")


def test_a_value_that_is_the_same_object_again_raises_no_alarm(kernel):
    check = CHECK.replace("check.call(twice, 2) == 4", "twice == 'b'")
    for text in ("twice = 'b'", "twice = 'b'", "%%time\ntwice = 'b'", "twice = 'b'\n1 / 0"):
        kernel.run(text)
        assert kernel.check(text=check).startswith("✓"), text
    kernel.run("1 / 0\ntwice = 'b'")
    assert "is the older value" in kernel.check(text=check)


def test_the_same_function_imported_again_raises_no_alarm(kernel, tmp_path, monkeypatch):
    (tmp_path / "own_functions.py").write_text(GOOD)
    monkeypatch.syspath_prepend(tmp_path)
    for text in ("from own_functions import twice", "from own_functions import *"):
        kernel.run(text)
        kernel.run(text)
        assert kernel.check().startswith("✓")
    kernel.run(f"%run {tmp_path / 'own_functions.py'}")
    assert kernel.check().startswith("✓")


def test_a_first_run_that_stopped_is_the_reason_why_nothing_is_defined(kernel):
    kernel.run("def twice(x):\nreturn 2 * x")
    assert "it is not defined: its cell stopped with IndentationError" in kernel.check()

    kernel.run("def twcie(x):\n    return 2 * x")
    assert "is not defined. Run the cell above that defines it" in kernel.check()

    kernel.run(GOOD)
    assert kernel.check().startswith("✓")
    kernel.run("del twice", "own")
    assert "is not defined. Run the cell above that defines it" in kernel.check()


def test_another_cell_that_stops_costs_nothing(kernel):
    kernel.run(GOOD)
    kernel.run("1 / 0\ntwice = 3", "own")
    kernel.run("def twice(x:", "scratch")

    assert kernel.check().startswith("✓")


def test_another_cell_that_defines_the_name_later_is_judged_and_told(kernel):
    kernel.run(GOOD)
    kernel.run("twice = lambda x: x + x", "own")

    said = kernel.check()

    assert said.splitlines()[0].startswith("Another cell has defined `twice` since")
    assert said.splitlines()[1].startswith("✓ twice: right.")
    kernel.run("1 / 0\ntwice = 4", "own")
    assert "stopped with ZeroDivisionError" in kernel.check()
    kernel.run(GOOD)
    assert kernel.check().startswith("✓")


def test_a_helper_whose_cell_stopped_since_is_told(kernel):
    kernel.run("def helper(x):\n    return 2 * x", "own")
    kernel.run("def twice(x):\n    return [helper(n) for n in [x]][0]")
    assert kernel.check().startswith("✓")

    kernel.run("def helper(x)\n    return 3 * x", "own")

    said = kernel.check()
    assert said.startswith("`twice`: the cell of `helper` stopped with SyntaxError")
    assert "`twice` uses the older `helper`" in said


def test_an_attribute_named_as_a_stale_function_raises_no_alarm(kernel):
    kernel.run("def real(x):\n    return x", "own")
    kernel.run("def twice(x):\n    return 2 * x.real")
    kernel.run("def real(x", "own")

    assert kernel.check().startswith("✓")


def test_names_from_before_the_course_was_imported_raise_no_alarm(kernel, monkeypatch):
    from course.notebook import cell_runs

    monkeypatch.setattr(cell_runs, "_watched", [])
    kernel.run(GOOD, "mine")
    kernel.run("import course\ncourse.notebook.cell_runs.watch()", "mine")
    kernel.run("import course", "mine")

    assert kernel.check().startswith("✓")


def test_without_ids_the_text_tells_which_cell_it_is(kernel):
    kernel.run(GOOD, None)
    kernel.run("1 / 0", None)
    assert kernel.check().startswith("✓")

    kernel.run("def twice(x:", None)

    assert "stopped with SyntaxError" in kernel.check()


def test_a_grader_that_sends_no_ids_gets_no_alarm(kernel, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    kernel.run(GOOD, None)
    kernel.run("1 / 0\n" + GOOD, None)

    assert kernel.check().startswith("✓")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("# mine\n%%time\n" + GOOD, "`%%` must be the first line"),
        ("import nothing_of_that_name\n" + GOOD, "stopped with ModuleNotFoundError"),
    ],
)
def test_a_grader_that_sends_no_ids_says_why_nothing_is_defined(kernel, monkeypatch, cell, words):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    kernel.run(cell, None)
    kernel.run("another = 1", None)

    assert words in kernel.check()


def test_a_cell_that_stopped_before_the_course_was_imported_is_told(kernel, monkeypatch):
    monkeypatch.setattr(cell_runs, "_watched", [])
    kernel.run("q1 = b", "q1")

    assert "NameError: name 'b' is not defined" in kernel.check("q1")


def test_an_alarm_has_no_traceback_and_leaves_standard_error_alone(kernel):
    kernel.run(GOOD)
    kernel.run("def twice(x:")
    before = sys.stderr

    with pytest.raises(AssertionError) as caught:
        kernel.run(CHECK, "test_twice").raise_error()

    assert sys.stderr is before
    assert caught.value.status == "error"
    assert all("Traceback" not in line for line in caught.value._render_traceback_())


def test_import_of_the_course_looks_for_no_ipython():
    code = "import course, sys; print('course.notebook' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert said.stdout == "False\n"


@pytest.fixture
def notebook_kernel(monkeypatch):
    """Start ipykernel, and run cells with ids as JupyterLab does."""
    from jupyter_client.manager import start_new_kernel

    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    manager, client = start_new_kernel(kernel_name="python3")

    def run(text, cell):
        said = []
        content = {"code": text, "silent": False, "store_history": True, "stop_on_error": False}
        message = client.session.msg("execute_request", content, metadata={"cellId": cell})
        client.shell_channel.send(message)
        while True:
            reply = client.get_iopub_msg(timeout=60)
            if reply["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if reply["msg_type"] == "stream":
                said.append(reply["content"]["text"])
            if reply["msg_type"] == "error":
                said += reply["content"]["traceback"]
            if reply["content"].get("execution_state") == "idle":
                client.get_shell_msg(timeout=60)
                return "\n".join(said).strip()

    yield run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_in_a_notebook_a_stale_function_is_told_until_its_cell_runs(notebook_kernel):
    run = notebook_kernel
    run("from course import CLASS_NAMES", "setup")
    run(GOOD, "twice")
    assert run(CHECK, "test").startswith("✓ twice: right.")
    for broken in ("def twice(x):\nreturn 2", "from nowhere import x\n" + GOOD, "2 * twise"):
        run(broken, "twice")
        said = run(CHECK, "test")
        assert said.startswith("✗ `twice`: the cell of `twice` stopped with")
        assert "Traceback" not in said
    run("%%time\n1 / 0\n" + GOOD, "twice")
    assert "✗ `twice`" in run(CHECK, "test")
    run("%%time\n" + GOOD, "twice")
    assert run(CHECK, "test").startswith("✓ twice: right.")
