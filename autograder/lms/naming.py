"""The sender of a file, from the file names of Canvas, Moodle and Gradescope.

Canvas      lovelaceada_[LATE_]4711_998877_reshape-1.ipynb
            (the person's name, user id and file id, then what the student called the file)
            [LATE_]anon_x7Q2b_998877_reshape.ipynb, where grading is anonymous
Moodle      Ada Lovelace_123456_assignsubmission_file_/reshape.ipynb
            Ada Lovelace_123456_assignsubmission_file_reshape.ipynb, without folders
Gradescope  assignment_1_export/submission_4711/reshape.ipynb beside submission_metadata.yml

The leftmost part of a path that matches decides. The student chose what stands to the right of it,
so a file that is named like another student's submission stays its sender's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import yaml

from autograder.lms.archive import Entry

METADATA = "submission_metadata.yml"

_ANONYMOUS = re.compile(r"(?P<late>LATE_)?anon_(?P<user>[A-Za-z0-9]+)_(?P<file>\d+)_(?P<own>.+)")
_CANVAS = re.compile(r"(?P<late>LATE_)?(?P<user>\d+)_(?P<file>\d+)_(?P<own>.+)", re.IGNORECASE)
_MOODLE = re.compile(r"(?P<name>[^_]+)_(?P<user>\d+)_assignsubmission_file(_(?P<own>.*))?")
_OTHER_MOODLE = re.compile(r"[^_]+_\d+_assignsubmission_[a-z]+")
_GRADESCOPE = re.compile(r"submission_\d+")


@dataclass(frozen=True)
class Sender:
    """What a system says of the person who handed something in."""

    system: str
    """canvas, moodle, gradescope, or plain."""
    key: str
    """The system's own number for the person, or for the submission."""
    name: str = ""
    email: str = ""
    sid: str = ""
    late: bool | None = None
    """What the system says of the due date; None if it says nothing."""
    time: datetime | None = None
    """When the system received the file, in UTC; None if it does not say."""
    order: int = 0
    """The system's own count of files: a larger one was uploaded later."""
    own: tuple[str, ...] = field(default=(), compare=False)
    """The student's part of the path."""


def senders(parts: tuple[str, ...], metadata: Mapping[tuple[str, ...], Any]) -> list[Sender]:
    """Return who sent the file at `parts`: several readings if its name allows them, [] if none.

    `metadata` holds what Gradescope's exports say, by the folder they lie in.
    """
    for at, part in enumerate(parts):
        rest = parts[at + 1 :]
        found = _canvas(part, rest) or _moodle(part, rest)
        if not found and parts[:at] in metadata and _GRADESCOPE.fullmatch(part):
            found = _gradescope(metadata[parts[:at]].get(part), part, rest)
        if found:
            return found
    return []


def _canvas(part: str, rest: tuple[str, ...]) -> list[Sender]:
    """Read Canvas's file name; a person's name may end in a number, hence several readings."""
    anonymous = _ANONYMOUS.fullmatch(part)
    if anonymous:
        return [_canvas_sender("", anonymous, rest)]
    starts = [0, *(found.end() for found in re.finditer("_", part))]
    readings = []
    for start in starts:
        match = _CANVAS.fullmatch(part, start)
        if match and start:
            readings.append(_canvas_sender(part[: start - 1], match, rest))
    # "name_LATE" is the name and the mark, not a name.
    return [one for one in readings if not f"_{one.name.upper()}".endswith("_LATE")]


def _canvas_sender(name: str, match: re.Match[str], rest: tuple[str, ...]) -> Sender:
    """Return the sender of one reading."""
    return Sender(
        "canvas",
        match["user"],
        name,
        late=bool(match["late"]),
        order=int(match["file"]),
        own=(match["own"], *rest),
    )


def _moodle(part: str, rest: tuple[str, ...]) -> list[Sender]:
    """Read Moodle's file name; Moodle removes underscores from the person's name."""
    match = _MOODLE.fullmatch(part)
    if not match:
        return []
    own = (match["own"],) if match["own"] else ()
    return [Sender("moodle", match["user"], match["name"].strip(), own=(*own, *rest))]


def _gradescope(about: Any, part: str, rest: tuple[str, ...]) -> list[Sender]:
    """Return the members of the group that handed in a submission, as Gradescope names them."""
    if not isinstance(about, dict):
        return [Sender("gradescope", part, own=rest)]
    people = about.get(":submitters")
    time = _utc(about.get(":created_at"))
    return [
        Sender(
            "gradescope",
            part,
            str(person.get(":name") or ""),
            str(person.get(":email") or ""),
            str(person.get(":sid") or ""),
            time=time,
            own=rest,
        )
        for person in (people if isinstance(people, list) else [])
        if isinstance(person, dict)
    ] or [Sender("gradescope", part, own=rest)]


def _utc(value: Any) -> datetime | None:
    """Return a time in UTC; one without a zone is in UTC, as Gradescope writes it."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.replace(" UTC", "+00:00").replace(" Z", "+00:00"))
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def read_metadata(entries: list[Entry]) -> tuple[dict[tuple[str, ...], Any], list[str]]:
    """Return Gradescope's own metadata by folder, and the paths of files that are not valid.

    A file of this name inside a submission is the student's and is not used.
    """
    found: dict[tuple[str, ...], Any] = {}
    broken = []
    named = [entry for entry in entries if entry.parts[-1] == METADATA]
    for entry in sorted(named, key=lambda one: len(one.parts)):
        folder = entry.parts[:-1]
        if senders(entry.parts, found) or any(_GRADESCOPE.fullmatch(part) for part in folder):
            continue
        try:
            data = yaml.load(entry.content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError):
            data = None
        if isinstance(data, dict):
            found[folder] = data
        else:
            broken.append(entry.where)
    return found, broken


def is_other_plugin(parts: tuple[str, ...]) -> bool:
    """Whether a path belongs to another plugin of Moodle, such as its online text."""
    return any(_OTHER_MOODLE.match(part) and not _MOODLE.fullmatch(part) for part in parts)
