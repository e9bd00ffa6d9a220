"""Start the IPython kernel that runs a student's cells: `python -I kernel.py SETTINGS`.

This file runs inside the sandbox, so nothing that it enforces holds against a student who wants
to break it: the cap on printed output is for honest notebooks, whose reader would otherwise have
to end them. SETTINGS is a JSON file beside connection.json: `descriptors` (a listening socket for
each address that the kernel binds), `output_characters`, `path` (folders to import from).
"""

import contextlib
import gc
import inspect
import json
import os
import sys
from pathlib import Path
from typing import Any


def main(settings: dict[str, Any], connection_file: str) -> None:
    """Build the kernel from the installed packages, then let it import from its working folder."""
    sys.path.extend(settings["path"])
    gc.disable()  # nothing of what a kernel makes as it starts is garbage
    import zmq
    from ipykernel.compiler import XCachingCompiler
    from ipykernel.iostream import OutStream
    from ipykernel.kernelapp import IPKernelApp
    from IPython.core.interactiveshell import InteractiveShell

    adopt_sockets(zmq, settings["descriptors"])
    cap_output(OutStream, settings["output_characters"])
    flush_what_was_written(OutStream)
    keep_no_copy_of_output(InteractiveShell)
    know_the_module_of_cells(XCachingCompiler)
    parse_no_command_line(IPKernelApp)
    app = IPKernelApp.instance(connection_file=connection_file, config=configuration())
    app.initialize()
    import_from_working_folder()
    gc.enable()
    app.start()


def parse_no_command_line(app_class: Any) -> None:
    """Spare making a parser for a command line that there is not."""
    app_class.parse_command_line = lambda app, argv=None: None


def configuration() -> Any:
    """Return what differs from a kernel that Jupyter starts."""
    from traitlets.config import Config

    config = Config()
    # A file named numpy.py or pickle.py beside the notebook must not break the start.
    config.InteractiveShellApp.ignore_cwd = True
    config.HistoryManager.enabled = False
    config.Kernel._execute_sleep = 0  # it lets a terminal print before the prompt returns
    return config


def import_from_working_folder() -> None:
    """Let the working folder come before the installed packages, as in Jupyter, and not sooner."""
    packages = [n for n, path in enumerate(sys.path) if path.endswith(("-packages", "-packages/"))]
    sys.path.insert(min(packages, default=0), "")


def adopt_sockets(zmq: Any, descriptors: dict[str, int]) -> None:
    """Make the kernel listen on the sockets that the grader made, instead of on new files.

    So the grader and the kernel share no folder: no file to replace by a link, none to fill.
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
    """Keep the first `characters` that all streams print together, and say that there was more."""
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
    """Let a stream that nothing was written to since its last flush return at once.

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
    """Stop IPython from keeping all that a cell prints, capped or not, for its `%notebook` magic.

    A cell that prints without end would be ended for the memory of it before its time is up.
    """
    shell_class._tee = lambda shell, channel: contextlib.nullcontext()


def know_the_module_of_cells(compiler_class: Any) -> None:
    """Tell `inspect` that cells are of `__main__`.

    A cell is no file, so for each traceback it would look through all modules again and again:
    with TensorFlow there are three thousand.
    """
    get_code_name = compiler_class.get_code_name

    def get_code_name_noted(compiler: Any, raw_code: str, code: str, number: int) -> str:
        name: str = get_code_name(compiler, raw_code, code, number)
        inspect.modulesbyfile[name] = "__main__"
        return name

    compiler_class.get_code_name = get_code_name_noted


if __name__ == "__main__":
    given = Path(sys.argv[1])
    main(json.loads(given.read_text(encoding="utf-8")), str(given.parent / "connection.json"))
