"""The folder for what can be made again: the drawn stand-in, and trained weights."""

import os
from pathlib import Path

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
