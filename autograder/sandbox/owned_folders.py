"""Temporary folders that a later run removes if their owner was killed.

The owner keeps its folder locked. The kernel releases the lock when the owner ends, however it
ends; so a folder that can be locked has no owner any more. This holds between containers, too,
which see other process ids.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

PREFIX = "convpool-run-"
_UNLOCKED = ".convpool-new-"  # a folder has this name until its owner has locked it
LONGEST_PARENT = 80  # a socket's path has at most 107 bytes, and the sockets lie below


@contextlib.contextmanager
def owned_folder() -> Iterator[Path]:
    """Make a folder that only this user may enter, short enough for a socket's path; remove it."""
    created = Path(tempfile.mkdtemp(prefix=_UNLOCKED, dir=_parent()))
    lock = os.open(created, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = created.with_name(created.name.replace(_UNLOCKED, PREFIX, 1))
        created.rename(folder)
        try:
            yield folder
        finally:
            _remove(folder)
    finally:
        os.close(lock)


def sweep_owned_folders() -> list[Path]:
    """Remove this user's folders whose owners have ended, and return them."""
    return [folder for folder in sorted(_parent().glob(f"{PREFIX}*")) if _removed(folder)]


def _removed(folder: Path) -> bool:
    """Remove a folder if it is this user's and can be locked."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        if os.fstat(lock).st_uid != os.geteuid():
            return False
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _remove(folder)
    except OSError:
        return False
    finally:
        os.close(lock)
    return not folder.exists()


def _remove(folder: Path) -> None:
    """Remove a folder, also one with folders that were closed to their owner."""
    try:
        shutil.rmtree(folder)
    except PermissionError:
        for root, folders, _ in os.walk(folder):  # a folder's mode changes before it is entered
            for name in folders:
                path = Path(root) / name
                if not path.is_symlink():
                    path.chmod(0o700)
        shutil.rmtree(folder)


def _parent() -> Path:
    """Return the system's folder for temporary files, or /tmp where that has a long path."""
    usual = Path(tempfile.gettempdir())
    return usual if len(str(usual)) <= LONGEST_PARENT else Path("/tmp")
