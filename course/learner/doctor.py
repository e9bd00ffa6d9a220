"""`course doctor`: examines what the course needs on a computer, with a remedy for each problem."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

_GIB = 1024**3
_MEMORY = 3.0  # GiB: all images as floating-point numbers, TensorFlow, a browser beside them
_DISK = 1.0  # GiB
_IMPORT_SECONDS = 180


@dataclass(frozen=True)
class Finding:
    """The result of one examination."""

    what: str
    fine: bool
    found: str
    remedy: str = ""
    """What to do about it, where it is not fine."""


def examine() -> Iterator[Finding]:
    """Examine everything, the quick things first."""
    for look in _LOOKS:
        try:
            yield look()
        except Exception as error:
            # An error in an examination is a finding: it would break the course too.
            name = look.__name__.strip("_")
            yield Finding(name, False, f"{type(error).__name__}: {error}", "Install it again.")


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    fine = (3, 11) <= sys.version_info[:2] <= (3, 13)
    remedy = "TensorFlow needs Python 3.11, 3.12 or 3.13: make an environment with one of them."
    return Finding("Python", fine, f"{version}, {sys.executable}", remedy)


def _memory() -> Finding:
    import psutil

    memory = psutil.virtual_memory()
    found = f"{memory.available / _GIB:.1f} of {memory.total / _GIB:.1f} GiB are free"
    remedy = f"Training on all images needs {_MEMORY:g} GiB: close other programs and old kernels."
    return Finding("memory", memory.available >= _MEMORY * _GIB, found, remedy)


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / _GIB
    remedy = f"Free at least {_DISK:g} GiB."
    return Finding("disk", free >= _DISK, f"{free:.1f} GiB are free here", remedy)


def _folders() -> Finding:
    from course.files import state_folder

    for folder in (Path.cwd(), state_folder()):
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        if not existing.is_dir() or not os.access(existing, os.W_OK):
            remedy = "Change to another folder, or set COURSE_STATE_DIR to one that you may write."
            return Finding("folders", False, f"{folder} can't be written", remedy)
    return Finding("folders", True, "this one and the state folder can be written")


def _course() -> Finding:
    from course import __version__
    from course.notebook.release_folder import all_gaps

    return Finding("course", True, f"{__version__}, with {len(all_gaps())} gaps")


def _data() -> Finding:
    from course.data.idx import FILE_NAMES
    from course.data.sources import CHOICE_VARIABLE, FOLDER_VARIABLE, keras_folder

    if os.environ.get(CHOICE_VARIABLE) == "standin":
        return Finding("images", True, f"the stand-in, as {CHOICE_VARIABLE} asks for")
    named = os.environ.get(FOLDER_VARIABLE)
    folder = Path(os.path.expanduser(named)) if named else keras_folder()  # noqa: PTH111
    missing = [name for name in FILE_NAMES if not os.path.exists(folder / name)]  # noqa: PTH110
    if not missing:
        return Finding("images", True, f"Fashion-MNIST in {folder}")
    remedy = "Run `course data` once, online. Until then a drawn stand-in takes their place."
    if named:
        remedy = f"Put it there, or unset {FOLDER_VARIABLE}."
    return Finding("images", False, f"{missing[0]} is not in {folder}", remedy)


def _jupyterlab() -> Finding:
    version = metadata.version("jupyterlab")
    fine = tuple(int(part) for part in version.split(".")[:2]) >= (4, 2)
    return Finding("JupyterLab", fine, version, "Install 4.2 or newer: pip install -U jupyterlab")


def _kernel() -> Finding:
    from jupyter_client.kernelspec import KernelSpecManager
    from nbformat.v4 import new_code_cell, new_notebook

    from course.learner.fresh_run import run_notebook

    remedy = "Install it here: python -m ipykernel install --sys-prefix"
    program = Path(KernelSpecManager().get_kernel_spec("python3").argv[0])
    # Jupyter starts this Python for a bare `python`.
    if program.is_absolute() and program.parent != Path(sys.executable).parent:
        return Finding("kernel", False, f"JupyterLab would start another Python, {program}", remedy)
    question = new_notebook(cells=[new_code_cell("assert 6 * 7 == 42", id="question")])
    run = run_notebook(question, lambda *_: None)
    if run.errors or run.stopped:
        why = run.stopped or run.errors["question"]
        return Finding("kernel", False, f"it starts but does not answer ({why})", remedy)
    return Finding("kernel", True, "starts and answers")


def _tensorflow() -> Finding:
    code = "import tensorflow as tf; print(tf.__version__, tf.reduce_sum([1, 2]).numpy())"
    remedy = "Install it again: pip install --force-reinstall tensorflow"
    try:
        run = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
            capture_output=True,
            text=True,
            timeout=_IMPORT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Finding("TensorFlow", False, f"no answer in {_IMPORT_SECONDS} s", remedy)
    printed = run.stdout.split()
    if run.returncode != 0 or printed[-1:] != ["3"]:
        last = (run.stderr.strip().splitlines() or [f"exit status {run.returncode}"])[-1]
        return Finding("TensorFlow", False, last[:120], remedy)
    return Finding("TensorFlow", True, printed[0])


_LOOKS: tuple[Callable[[], Finding], ...] = (
    _python,
    _memory,
    _disk,
    _folders,
    _course,
    _data,
    _jupyterlab,
    _kernel,
    _tensorflow,
)
