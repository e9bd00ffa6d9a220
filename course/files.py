"""Files that are either whole or absent, whatever happens while they are written."""

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO


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


# The folder for what can be made again: the drawn stand-in, and trained weights.


CACHE_VARIABLE = "COURSE_CACHE_DIR"


def cache_folder() -> Path | None:
    """Return COURSE_CACHE_DIR, or else convpool-course below the user's cache folder.

    None where the user has no home.
    """
    named = os.environ.get(CACHE_VARIABLE)
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = Path(os.path.expanduser(named or os.path.join(base, "convpool-course")))  # noqa: PTH111, PTH118
    # expanduser leaves "~" as it is where no home is known.
    return None if str(folder).startswith("~") else folder


# What is remembered of a learner between two commands: small files in the user's own folder.


def state_folder() -> Path:
    """Return COURSE_STATE_DIR, or else convpool-course below the user's state folder."""
    named = os.environ.get("COURSE_STATE_DIR")
    if named:
        return Path(os.path.expanduser(named))  # noqa: PTH111 -- never raises
    base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(os.path.expanduser(base)) / "convpool-course"  # noqa: PTH111


def read_state(path: Path) -> dict[str, Any]:
    """Return what is kept in a file of the state folder; one that cannot be read counts as none."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def write_state(path: Path, values: dict[str, Any]) -> bool:
    """Keep values, whole or not at all; False where the folder cannot be written."""
    text = json.dumps(values, indent=1, ensure_ascii=False) + "\n"
    try:
        write_atomically(path, lambda file: file.write(text.encode("utf-8", "replace")))
    except OSError:
        return False
    return True
