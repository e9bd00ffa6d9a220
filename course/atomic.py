"""Files that are either whole or absent, whatever happens while they are written."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a temporary file beside `path`, then move it into place in one step.

    The folder is made if it is missing. Whatever `write` or the disk raises is passed on, and
    then neither `path` nor anything temporary has changed or stayed behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own for every writer: two processes may fill the same cache at once.
    partial = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with partial.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        # Only after fsync: otherwise a power cut may leave the name with no content behind it.
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
