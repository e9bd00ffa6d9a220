"""The sender of a file, from the file names of Canvas, Moodle and Gradescope, and who that is.

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
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import yaml

from autograder.gradebook.roster import (
    IDENTIFIERS,
    People,
    Person,
    letters,
    name_key,
    same_identifier,
)
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


class Ambiguous(Exception):
    """A sender who may be several people, or none for certain; the message says why."""


def recognize(people: People, readings: Sequence[Sender]) -> Person | None:
    """Find the sender of a file, whose name can be read in several ways; None for somebody new.

    Raises `Ambiguous` where number and name are two people's, or several people have the name.
    """
    by_number = {found.student for one in readings if (found := _by_number(people, one))}
    if len(by_number) > 1:
        # A person may call themselves `ada_101`, or a file `102_3_reshape.ipynb`.
        raise Ambiguous(f"Its name can be read as of {' or '.join(sorted(by_number))}.")
    confirmed = [found for one in readings if (found := _confirmed(people, one))]
    if confirmed:
        return confirmed[0]
    if by_number:
        raise Ambiguous(
            f"Its number is that of {by_number.pop()}, its name is not."
            " Correct the name in the roster if they are the same."
        )
    return None


def _by_number(people: People, sender: Sender) -> Person | None:
    """Find a person by an identifier that belongs to one person only."""
    for identifier, value in _identifiers(sender):
        for one in people:
            if value and same_identifier(getattr(one, identifier), value):
                return one
    return None


def _identifiers(sender: Sender) -> list[tuple[str, str]]:
    """Return the sender's identifiers, each with the roster's field to compare it with."""
    if sender.system == "canvas":
        return [("canvas_id", sender.key)]
    if sender.system == "plain":
        return [(field, sender.key) for field in ("student", *IDENTIFIERS)]
    by_sid = [(field, sender.sid) for field in ("id_number", "sis_id", "login")]
    return [("email", sender.email), *by_sid]


def _confirmed(people: People, sender: Sender) -> Person | None:
    """Find a person by number and name together, or by name alone where there is no number."""
    person = _by_number(people, sender)
    if person:
        unnamed = sender.system != "canvas" or not person.name or not sender.name
        return person if unnamed or _has_name(person, sender) else None
    if not sender.name:
        return None
    named = [one for one in people if one.name and _has_name(one, sender)]
    if sender.system == "canvas":
        # Whoever has another number in Canvas is another person of the same name.
        named = [one for one in named if not one.canvas_id]
    if len(named) > 1:
        names = ", ".join(one.student for one in named)
        raise Ambiguous(f"Several students have this name: {names}.")
    return named[0] if named else None


def _has_name(person: Person, sender: Sender) -> bool:
    """Whether a system's spelling of a name is this person's."""
    if sender.system == "canvas":
        return _canvas_key(sender.name) in _canvas_forms(person.name)
    return name_key(sender.name) == name_key(person.name)


def _canvas_key(name: str) -> str:
    """Write a name as Canvas does in a file's name: letters, marks, digits and underscores."""
    return letters(unicodedata.normalize("NFC", name).casefold(), "_")


def _canvas_forms(name: str) -> set[str]:
    """List how Canvas may write a person's name: last name first, as it sorts them, or as it is."""
    words = name.replace(",", " ").split()
    turns = [words[at:] + words[:at] for at in range(len(words))]
    return {_canvas_key("".join(turn)) for turn in turns} | {_canvas_key(name)}
