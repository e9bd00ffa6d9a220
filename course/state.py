"""What is remembered of a learner between two commands: small files in the user's own folder."""

import json
import os
from pathlib import Path
from typing import Any

from course.atomic import write_atomically


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
