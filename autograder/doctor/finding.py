"""One line of what was examined: whether it is fine, what was found, and what to do next."""

from dataclasses import dataclass
from typing import Literal

from course.errors import CourseError

Level = Literal["fine", "note", "wrong"]
"""`note`: worth knowing, and nothing is broken; `wrong`: to be put right, exit status 1."""

SIGNS: dict[Level, str] = {"fine": "✓", "note": "!", "wrong": "✗"}


@dataclass(frozen=True)
class Finding:
    """The result of one examination."""

    level: Level
    what: str
    """The matter, such as "roster"."""
    found: str
    next_step: str = ""
    """What to do about it; "" where there is nothing to do."""

    def __str__(self) -> str:
        """Return the line that the command prints."""
        text = f"{SIGNS[self.level]} {self.what}: {self.found}"
        text = text if text.endswith((".", "!", "?")) or not self.next_step else f"{text}."
        return " ".join(f"{text} {self.next_step}".split())


def fine(what: str, found: str) -> Finding:
    """Return a finding of something that is as it should be."""
    return Finding("fine", what, found)


def note(what: str, found: str, next_step: str = "") -> Finding:
    """Return a finding of something that is worth knowing."""
    return Finding("note", what, found, next_step)


def wrong(what: str, found: str, next_step: str) -> Finding:
    """Return a finding of something that has to be put right."""
    return Finding("wrong", what, found, next_step)


def from_error(what: str, error: CourseError | OSError, next_step: str) -> Finding:
    """Return a finding of an error; its own next step comes before the given one."""
    if isinstance(error, CourseError):
        return wrong(what, error.message, error.next_step or next_step)
    place = f"{error.filename} " if error.filename else ""
    return wrong(what, f"{place}can't be used ({error.strerror or error})", next_step)


def names(found: list[str], most: int = 12) -> str:
    """List names, the first of many."""
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more
