"""Start the IPython kernel that runs a student's cells: `python -I kernel.py SETTINGS`.

This file runs inside the sandbox, where a student's code can undo everything that it sets: the cap
on printed output is for honest notebooks, which would otherwise be ended for too much output.
SETTINGS is a JSON file beside connection.json: `descriptors` (a listening socket for each address
that the kernel binds), `output_characters`, `path` (folders to import from).
"""

import asyncio
import contextlib
import gc
import importlib
import inspect
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

LAST_SECONDS = 10.0  # how long a kernel waits to be ended


def main(settings: dict[str, Any], connection_file: str) -> None:
    """Build the kernel from the installed packages, then let it import from its working folder."""
    sys.path.extend(settings["path"])
    gc.disable()  # a starting kernel makes no garbage
    import zmq
    from ipykernel import kernelapp
    from ipykernel.compiler import XCachingCompiler
    from ipykernel.iostream import OutStream
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.zmqshell import ZMQInteractiveShell
    from IPython.core.interactiveshell import InteractiveShell

    from course.tracebacks import bound_tracebacks

    adopt_sockets(zmq, settings["descriptors"])
    cap_output(OutStream, settings["output_characters"])
    flush_what_was_written(OutStream)
    keep_no_copy_of_output(InteractiveShell)
    assign_cells_to_main(XCachingCompiler)
    bound_tracebacks(ZMQInteractiveShell)
    end_with_the_request(IPythonKernel)
    answer_calls(IPythonKernel)
    receive_in_the_main_thread(kernelapp, IPythonKernel)
    lead_a_group()
    name_a_parent()
    parse_no_command_line(kernelapp.IPKernelApp)
    app = kernelapp.IPKernelApp.instance(connection_file=connection_file, config=configuration())
    app.initialize()
    show_pictures()
    import_from_working_folder()
    gc.enable()
    app.start()


def parse_no_command_line(app_class: Any) -> None:
    """Make no parser for the command line, because there is none."""
    app_class.parse_command_line = lambda app, argv=None: None


def configuration() -> Any:
    """Return the settings that differ from Jupyter's own."""
    from traitlets.config import Config

    config = Config()
    # A file named numpy.py or pickle.py beside the notebook must not break the start.
    config.InteractiveShellApp.ignore_cwd = True
    config.HistoryManager.enabled = False
    config.Kernel._execute_sleep = 0  # it waits for a terminal to print before the prompt
    return config


def import_from_working_folder() -> None:
    """Put the working folder before the installed packages on the path, as Jupyter does."""
    packages = [n for n, path in enumerate(sys.path) if path.endswith(("-packages", "-packages/"))]
    sys.path.insert(min(packages, default=0), "")


def show_pictures() -> None:
    """Let a pyplot that was imported before the kernel existed draw into the notebook.

    The inline backend registers with the kernel while it is imported. A fork inherits it from a
    process without a kernel; a new process has not imported it yet. pyplot itself looks its backend
    up for the first figure, which takes longer than the rest of this function.
    """
    if "matplotlib.pyplot" not in sys.modules:
        return
    import matplotlib
    from IPython.core.getipython import get_ipython
    from matplotlib_inline.backend_inline import configure_inline_support

    backend = os.environ["MPLBACKEND"]
    matplotlib.rcParams["backend"] = backend
    matplotlib.interactive(True)
    configure_inline_support(get_ipython(), backend)


def adopt_sockets(zmq: Any, descriptors: dict[str, int]) -> None:
    """Make the kernel listen on the sockets that the grader made, instead of on new files.

    Thus the grader and the kernel share no folder that could be filled or have links put into it.
    """
    bind, connect = zmq.Socket.bind, zmq.Socket.connect

    def bind_adopted(socket: Any, address: str) -> Any:
        if address in descriptors:
            os.set_inheritable(descriptors[address], False)
            socket.setsockopt(zmq.USE_FD, descriptors[address])
        return bind(socket, address)

    def connect_elsewhere(socket: Any, address: str | bytes) -> Any:
        # The debugger would connect to its own kernel through a file that is not there.
        own = address.decode() if isinstance(address, bytes) else address
        return None if own in descriptors else connect(socket, address)

    zmq.Socket.bind, zmq.Socket.connect = bind_adopted, connect_elsewhere


def cap_output(stream_class: Any, characters: int) -> None:
    """Keep only the first `characters` of all streams together, and note that there was more."""
    write = stream_class.write
    left = characters

    def write_capped(stream: Any, string: str) -> int | None:
        nonlocal left
        if left > 0 and isinstance(string, str):
            kept, left = string[:left], left - len(string)
            write(stream, kept)
            if left <= 0:
                write(stream, f"\n[Only the first {characters} characters of output are kept.]\n")
            return len(string)
        return len(string) if isinstance(string, str) else write(stream, string)

    stream_class.write = write_capped


def flush_what_was_written(stream_class: Any) -> None:
    """Skip the flush of a stream that nothing was written to since its last flush.

    ipykernel flushes both streams twice for each cell, and each flush waits for another thread.
    """
    write, flush = stream_class.write, stream_class.flush
    written = set()

    def write_noted(stream: Any, string: str) -> int | None:
        written.add(stream)
        return write(stream, string)

    def flush_noted(stream: Any) -> None:
        if stream in written:
            written.discard(stream)  # first: what another thread writes meanwhile is flushed again
            flush(stream)

    stream_class.write, stream_class.flush = write_noted, flush_noted


def keep_no_copy_of_output(shell_class: Any) -> None:
    """Stop IPython from keeping all output of a cell for its `%notebook` magic.

    A cell that prints without end would be ended for its use of memory before its time is over.
    """
    shell_class._tee = lambda shell, channel: contextlib.nullcontext()


def end_with_the_request(kernel_class: Any) -> None:
    """Report the kernel as dead, instead of idle, after a request that asked for its end.

    ipykernel goes on for 0.1 s after `exit()`: whether the next cell still ran was a matter of
    luck. The grader ends a kernel that reports itself dead, before it sends the next request.
    """
    execute, publish = kernel_class.execute_request, kernel_class._publish_status

    async def execute_and_look(kernel: Any, *arguments: Any) -> None:
        await execute(kernel, *arguments)
        await asyncio.sleep(0)  # runs what the cell scheduled, such as a stop of the event loop

    def publish_dead(kernel: Any, status: str, channel: str, parent: Any = None) -> None:
        ends = status == "idle" and channel == "shell" and is_ending(kernel)
        publish(kernel, "dead" if ends else status, channel, parent)
        if ends:
            time.sleep(LAST_SECONDS)  # the message is sent by another thread

    kernel_class.execute_request, kernel_class._publish_status = execute_and_look, publish_dead


def answer_calls(kernel_class: Any) -> None:
    """Let a `call_request` call a function of a module, as a silent cell would.

    A cell takes twice as long: IPython looks for magic commands, and compiles it. `path` is a
    folder to import the module from. A call that raises an exception publishes an `error`.
    """

    async def call_request(kernel: Any, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        content, shell = parent["content"], kernel.shell
        if content["path"] not in sys.path:
            sys.path.append(content["path"])
        shell.events.trigger("pre_execute")
        try:
            with shell.builtin_trap, shell.display_trap:
                module = importlib.import_module(content["module"])
                getattr(module, content["function"])(*content["arguments"])
        except BaseException as error:  # also what would end the kernel, as in a cell
            name = type(error).__name__
            failure = {"ename": name, "evalue": "", "traceback": []}
            kernel.send_response(kernel.iopub_socket, "error", failure)
        finally:
            shell.events.trigger("post_execute")
        await asyncio.sleep(0)  # as above

    kernel_class.msg_types = [*kernel_class.msg_types, "call_request"]
    kernel_class.call_request = call_request


class NoThread:
    """Stands for the thread that hands requests over: false, and the main thread's child."""

    parent_thread = threading.main_thread()

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __bool__(self) -> bool:
        return False


def receive_in_the_main_thread(kernelapp: Any, kernel_class: Any) -> None:
    """Receive requests where they are carried out.

    Since version 7 ipykernel receives them in a thread of its own, for the sake of subshells. Each
    request is read twice then, and handing it over takes as long as the rest of its way.
    """
    if hasattr(kernelapp, "ShellChannelThread"):
        kernelapp.ShellChannelThread = NoThread
        kernel_class._supports_kernel_subshells = False


def is_ending(kernel: Any) -> bool:
    """Return whether the kernel was asked to exit, or its event loop to stop."""
    loop = getattr(kernel.io_loop, "asyncio_loop", None)
    return bool(kernel.shell.exit_now or getattr(loop, "_stopping", False))


def lead_a_group() -> None:
    """Lead a process group, as a fork does: a signal to the kernel's group then means the same."""
    with contextlib.suppress(PermissionError):  # it leads one already
        os.setsid()


def name_a_parent() -> None:
    """Give the number of the sandbox's first process where the parent is outside, as in a fork.

    Such a parent has the number 0, which `os.kill` takes for the kernel's own process group.
    """
    if os.getppid() == 0:
        os.getppid = lambda: 1


def assign_cells_to_main(compiler_class: Any) -> None:
    """Register the module of each cell with `inspect`.

    A cell is no file, so for each traceback `inspect` would search all modules repeatedly: with
    TensorFlow there are three thousand.
    """
    get_code_name = compiler_class.get_code_name

    def get_code_name_noted(compiler: Any, raw_code: str, code: str, number: int) -> str:
        name: str = get_code_name(compiler, raw_code, code, number)
        inspect.modulesbyfile[name] = "__main__"
        return name

    compiler_class.get_code_name = get_code_name_noted


if __name__ == "__main__":
    settings_file = Path(sys.argv[1])
    main(
        json.loads(settings_file.read_text(encoding="utf-8")),
        str(settings_file.parent / "connection.json"),
    )
