"""Names of folders and files that cannot lead out of the folder they lie in."""

from autograder.ingest.rejection import Rejected
from course.cells.flag import one_line

_MAX_BYTES = 255  # the longest name that Linux file systems keep


def require_safe_name(name: str, what: str) -> str:
    """Return `name` if it names one entry of a folder; `what` says in the reason what it is for.

    Raises `Rejected` for an empty name, `.` and `..`, hidden names, separators of any system,
    drive letters, control characters, and names that are too long or cannot be written as UTF-8.
    """
    problem = _problem(name)
    if problem:
        raise Rejected(f"The {what} is called {one_line(repr(name), 60)}, which {problem}.")
    return name


def _problem(name: str) -> str:
    """Say what is wrong with a name, "" if nothing is."""
    if not name.strip():
        return "is no name"
    if name.startswith("."):
        return "begins with a dot"
    if any(sign in name for sign in "/\\:"):
        return "holds a separator of folders"
    if not name.isprintable():
        return "holds characters that cannot be printed"
    # `isprintable` has refused lone surrogates, so this cannot fail.
    if len(name.encode()) > _MAX_BYTES:
        return f"is longer than {_MAX_BYTES} bytes"
    return ""
