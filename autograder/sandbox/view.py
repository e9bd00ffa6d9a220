"""The files that a sandboxed program sees, as layers, and its environment.

A file is absent unless a layer contains it. Layers are mounted in the order of their paths, so that
the deeper one wins: a hidden folder in a visible tree is hidden; a visible one in it is visible.
"""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import autograder
import course
from autograder.sandbox.limits import Limits

HOME = "/home/student"
WORK = f"{HOME}/work"  # where a program starts; its files are gone with the sandbox
PICTURES = "module://matplotlib_inline.backend_inline"  # the matplotlib backend of notebooks
INSIDE = "/run/convpool"  # the grader's files in the sandbox, read-only
DATA = f"{INSIDE}/data"
INPUT = f"{INSIDE}/input"
AGENTS = Path(__file__).parent / "agents"

SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/sbin")
# The linker's cache, Debian's links to libraries, fonts and the clock; no account of the host.
CONFIGURATION = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime")


@dataclass(frozen=True)
class Layer:
    """A mount or file at `path`, made by bubblewrap's option `option`."""

    path: str
    option: str
    source: str = ""
    before: tuple[str, ...] = ()  # options that qualify the next one: --perms, --size
    seal: bool = False  # make it read-only once every layer is mounted

    def arguments(self) -> list[str]:
        """Return bubblewrap's arguments for this layer."""
        source = (self.source,) if self.source else ()
        return [*self.before, self.option, *source, self.path]


def read_only(source: Path | str, path: str | None = None) -> Layer:
    """Show the host's `source` at `path` (the same path by default), read-only."""
    return Layer(path or str(source), "--ro-bind", str(source))


def writable(path: str, size: int) -> Layer:
    """Make a private folder in memory of at most `size` bytes."""
    return Layer(path, "--tmpfs", before=("--perms", "1777", "--size", str(size)))


def hidden(path: Path) -> Layer:
    """Cover `path` with an empty folder that cannot be written to."""
    before = ("--perms", "0555", "--size", "65536")
    return Layer(str(path), "--tmpfs", before=before, seal=True)


def layers(
    limits: Limits,
    accounts: Path,
    extra: Mapping[str, Path],
    writable_files: Mapping[str, Path],
) -> list[Layer]:
    """Return all layers in the order in which they are mounted.

    `accounts` is a folder with the sandbox's own passwd, group, hosts and nsswitch.conf; `extra`
    maps paths in the sandbox to files or folders of the host, read-only; `writable_files` maps
    them to files that may be written to.
    """
    found = [
        *_system(),
        *(read_only(tree) for tree in python_trees()),
        *(hidden(folder) for folder in never_visible()),
        read_only(course_folder()),
        *(read_only(file, f"/etc/{file.name}") for file in sorted(accounts.iterdir())),
        Layer("/proc", "--proc"),
        Layer("/dev", "--dev", seal=True),
        writable("/dev/shm", limits.scratch_bytes),
        writable("/tmp", limits.scratch_bytes),
        writable(HOME, limits.scratch_bytes),
        *(read_only(source, path) for path, source in extra.items()),
        *(Layer(path, "--bind", str(source)) for path, source in writable_files.items()),
    ]
    unique = {layer.path: layer for layer in (*_parents(found), *found)}
    return sorted(unique.values(), key=lambda layer: layer.path.split("/"))


def course_folder() -> Path:
    """Return the `course` package's folder, the only part of a checkout that is visible."""
    return Path(course.__file__).resolve().parent


def python_trees() -> list[Path]:
    """Return the folders of this Python and of its virtual environment."""
    trees = [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix]
    if user_site() is not None:
        trees.append(str(user_site()))
    both = [path for tree in trees for path in (Path(tree), Path(tree).resolve())]
    return [tree for tree in dict.fromkeys(both) if not tree.is_relative_to("/usr")]


def user_site() -> Path | None:
    """Return the folder of `pip install --user`, if this Python imports from it."""
    folder = site.getusersitepackages()
    return Path(folder) if site.ENABLE_USER_SITE and folder in sys.path else None


def never_visible() -> list[Path]:
    """Return the folders that stay hidden even where a visible tree contains them."""
    grader = Path(autograder.__file__).resolve().parent
    inside = [tree.resolve() for tree in (Path("/usr"), *python_trees())]
    return [
        shown
        for folder in dict.fromkeys([grader, *checkout()])
        if any(folder.is_relative_to(tree) for tree in inside)
        for shown in appearances(folder)
    ]


def appearances(folder: Path) -> list[Path]:
    """Return the paths at which a sandbox shows `folder`: a tree is shown at its links too."""
    real = folder.resolve()
    shown = [real]
    for tree in python_trees():
        if real.is_relative_to(tree.resolve()):
            shown.append(tree / real.relative_to(tree.resolve()))
    return list(dict.fromkeys(shown))


def checkout() -> list[Path]:
    """Return the checkout's folder, or an empty list when the package is installed without one."""
    root = course_folder().parent
    return [root] if (root / "solutions").is_dir() else []


def environment(limits: Limits, data: bool, extra: Mapping[str, str]) -> dict[str, str]:
    """Return the sandboxed program's whole environment; no variable is inherited."""
    threads = str(limits.threads)
    own = {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": HOME,
        "USER": "student",
        "LANG": "C.UTF-8",
        "IPYTHONDIR": f"{HOME}/.ipython",
        "JUPYTER_CONFIG_DIR": f"{HOME}/.jupyter",
        "KERAS_HOME": f"{HOME}/.keras",
        "MPLCONFIGDIR": f"{HOME}/.matplotlib",
        "MPLBACKEND": PICTURES,
        "HDF5_USE_FILE_LOCKING": "FALSE",
        "NBGRADER_EXECUTION": "autograde",
        "PYTHONDONTWRITEBYTECODE": "1",
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "TF_NUM_INTRAOP_THREADS": threads,
        "TF_NUM_INTEROP_THREADS": threads,
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
    }
    return own | ({"CONVPOOL_SUBSET_DIR": DATA} if data else {}) | dict(extra)


def write_accounts(folder: Path, uid: int) -> None:
    """Write the files in which programs look up users, groups and hosts."""
    files = {
        "passwd": f"student:x:{uid}:{uid}:student:{HOME}:/bin/sh\n",
        "group": f"student:x:{uid}:\n",
        "hosts": "127.0.0.1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o444)


def write_package(folder: Path, text: str) -> Path:
    """Make the folder of a package that has only this `__init__.py`; every user can read it."""
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "__init__.py").write_text(text, encoding="utf-8")
    (folder / "__init__.py").chmod(0o444)
    return folder


def _parents(layers: list[Layer]) -> Iterator[Layer]:
    """Yield the folders above the layers; those that bubblewrap makes only root may enter."""
    bound = tuple(f"{layer.path}/" for layer in layers if layer.option != "--tmpfs")
    above = (parent for layer in layers for parent in _above(layer.path))
    for parent in dict.fromkeys(above):
        if not f"{parent}/".startswith(bound):
            yield Layer(parent, "--dir", before=("--perms", "0755"))


def _above(path: str) -> Iterator[str]:
    """Yield the folders above an absolute `path`, the deepest first, without the root."""
    while path := path.rpartition("/")[0]:
        yield path


def _system() -> Iterator[Layer]:
    """Yield the system's folders as this host has them: some are links into /usr."""
    for folder in filter(os.path.lexists, (*SYSTEM, *CONFIGURATION)):
        if Path(folder).is_symlink() and folder in SYSTEM:
            yield Layer(folder, "--symlink", str(Path(folder).readlink()))
        else:
            yield read_only(folder)
