"""Writes files whole or not at all, finds the user's folders, and makes CSV cells safe."""

import csv
import io
import json
import os
import re
import secrets
import shlex
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO

from platformdirs import user_cache_path, user_state_path

from course.errors import CourseError
from course.visible import visible

APP = "convpool-course"
CACHE_VARIABLE = "COURSE_CACHE_DIR"
STATE_VARIABLE = "COURSE_STATE_DIR"


def write_atomically(
    path: Path, write: Callable[[BinaryIO], object], *, lasting: bool = True
) -> None:
    """Let `write` fill a temporary file beside `path`, then move it into place in one step.

    A file that is not `lasting` need not survive a power cut. The folder is created if it is
    missing. Errors of `write` and of the disk are raised to the caller, with the path where they
    name none, as of a full disk; `path` is then unchanged, and no temporary file is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Each writer has its own temporary name: two processes may fill the same cache at once.
    partial = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with partial.open("xb") as file:
            write(file)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        # Only after fsync: otherwise a power cut may leave the name with no content behind it.
        partial.replace(path)
    except OSError as error:
        error.filename = error.filename or str(path)
        raise
    finally:
        partial.unlink(missing_ok=True)


def require_folder(path: Path) -> None:
    """Raise CourseError where a file that a person named is a folder, or its folder is missing.

    That may be misspelt: a file in a folder made for it would not be found again.
    """
    folder = path.parent
    if path.is_dir():
        raise CourseError(f"{path} is a folder.", "Name a file in it, then run this again.")
    if not folder.exists():
        command = shlex.join(["mkdir", "-p", str(folder)])
        raise CourseError(
            f"{path} can't be written: there is no folder {folder}.",
            f"Correct its name, or run `{command}`; then run this again.",
        )


def cache_folder() -> Path | None:
    """Return the folder for files that can be made again: stand-in images and trained weights.

    COURSE_CACHE_DIR, or the user's cache folder of this system; None where the user has no home.
    """
    earlier = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = _user_folder(CACHE_VARIABLE, user_cache_path(APP, appauthor=False), earlier)
    # expanduser leaves "~" as it is where no home is known.
    return None if str(folder).startswith("~") else folder


def state_folder() -> Path:
    """Return the folder for what is remembered of a learner between two commands.

    COURSE_STATE_DIR, or the user's state folder of this system.
    """
    earlier = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return _user_folder(STATE_VARIABLE, user_state_path(APP, appauthor=False), earlier)


def _user_folder(variable: str, folder: Path, earlier: str) -> Path:
    """Choose the folder that a variable names, else the system's own.

    Versions before platformdirs used `earlier`, as on Linux, on every system: a folder that is
    there is used further, so that no learner loses hints, checks or trained weights.
    """
    if named := os.environ.get(variable):
        return Path(os.path.expanduser(named))  # noqa: PTH111 -- never raises
    old = Path(os.path.expanduser(earlier)) / APP  # noqa: PTH111
    # Not Path.is_dir(), which raises where a folder on the way may not be entered.
    return old if os.path.isdir(old) else folder  # noqa: PTH112


def read_state(path: Path) -> dict[str, Any]:
    """Return the dictionary in a JSON file of the state folder, {} if it cannot be read."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def write_state(path: Path, values: dict[str, Any]) -> bool:
    """Write a dictionary as JSON; return False where the folder cannot be written."""
    text = json.dumps(values, indent=1, ensure_ascii=False) + "\n"
    try:
        write_atomically(path, lambda file: file.write(text.encode("utf-8", "replace")))
    except OSError:
        return False
    return True


# A spreadsheet takes a cell that starts with one of these for a formula, and a student may choose
# a name such as `=cmd()`. Some programs take the wide forms too.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BREAKS = ("\t", "\r", "\n")
_BLANK = re.compile("[\\s\u200b-\u200d\u2060\ufeff]*+")
"""What some programs take off a cell before they look at its first character."""


def safe_cell(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    text = visible(text)
    return f"'{text}" if _is_formula(text) else text


def plain_cell(text: str) -> str:
    """Take away the apostrophe that `safe_cell` put before a text."""
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet may take a text for a formula."""
    start = _BLANK.match(text)
    return text.startswith(_BREAKS) or text.startswith(_FORMULA, start.end() if start else 0)


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Write rows as CSV, one line each, without control characters and changes of direction.

    The caller makes texts of students safe with `safe_cell`.
    """
    text = io.StringIO(newline="")
    cleaned = ([visible(one) if isinstance(one, str) else one for one in row] for row in rows)
    csv.writer(text, lineterminator="\n").writerows(cleaned)
    return text.getvalue()
