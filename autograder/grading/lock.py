"""One run at a time in a class folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.course_folder import ClassFolder
from course.errors import GradingError

NAME = ".grading.lock"


@contextmanager
def exclusive(class_folder: ClassFolder) -> Iterator[None]:
    """Keep every other run out while the block lasts; raise GradingError if one is at work.

    The kernel lets go of the lock when the process ends, however it ends: a file that a killed run
    left behind keeps nobody out.
    """
    class_folder.root.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(class_folder.root / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise GradingError(
                f"Another run (process {holder}) is grading {class_folder.root}.",
                f"Wait for it to end, or stop it with `kill {holder}`; then run this again.",
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
