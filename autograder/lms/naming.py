"""The sender of a file, from the file names of Canvas, Moodle and Gradescope, and who that is.

Canvas      lovelaceada_[LATE_]4711_998877_reshape-1.ipynb
            (the person's name, user id and file id, then what the student called the file)
            [LATE_]anon_x7Q2b_998877_reshape.ipynb, where grading is anonymous
Moodle      Ada Lovelace_123456_assignsubmission_file_/reshape.ipynb
            Ada Lovelace_123456_assignsubmission_file_reshape.ipynb, without folders
Gradescope  assignment_1_export/submission_4711/reshape.ipynb beside submission_metadata.yml

Only the part that the LMS itself wrote is read here; `layers` says which part of a path that is.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from autograder.gradebook.roster import (
    IDENTIFIERS,
    People,
    Person,
    letters,
    name_key,
    same_identifier,
)

METADATA = "submission_metadata.yml"

# Numbers are the system's own: ASCII digits, whatever a person's name holds.
_ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?anon_(?P<user>[A-Za-z0-9]{1,40})_(?P<file>[0-9]{1,20})_(?P<own>.+)"
)
_CANVAS = re.compile(
    r"(?P<late>LATE_)?(?P<user>[0-9]{1,20})_(?P<file>[0-9]{1,20})_(?P<own>.+)", re.IGNORECASE
)
_MOODLE = re.compile(r"(?P<name>[^_]+)_(?P<user>[0-9]{1,20})_assignsubmission_file(_(?P<own>.*))?")
_LONGEST = 500  # characters of a part that are read; no system's own are so many
_OTHER_MOODLE = re.compile(r"[^_]+_[0-9]{1,20}_assignsubmission_[a-z]+(_.*)?")


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
    """What the student called the file, where the system's part holds that too."""


def senders(part: str) -> list[Sender]:
    """Return who a part that Canvas or Moodle wrote names: several if it can be read so, or []."""
    part = part[:_LONGEST]
    return _moodle(part) or _canvas(part)


def _canvas(part: str) -> list[Sender]:
    """Read Canvas's file name; a person's name may end in a number, hence several readings."""
    anonymous = _ANONYMOUS.fullmatch(part)
    if anonymous:
        return [_canvas_sender("", anonymous)]
    starts = [0, *(found.end() for found in re.finditer("_", part))]
    readings = []
    for start in starts:
        match = _CANVAS.fullmatch(part, start)
        if match and start:
            readings.append(_canvas_sender(part[: start - 1], match))
    # "name_LATE" is the name and the mark, not a name.
    return [one for one in readings if not f"_{one.name.upper()}".endswith("_LATE")]


def _canvas_sender(name: str, match: re.Match[str]) -> Sender:
    """Return the sender of one reading."""
    return Sender(
        "canvas",
        match["user"],
        name,
        late=bool(match["late"]),
        order=int(match["file"]),
        own=(match["own"],),
    )


def _moodle(part: str) -> list[Sender]:
    """Read Moodle's file name; Moodle removes underscores from the person's name."""
    match = _MOODLE.fullmatch(part)
    if not match:
        return []
    own = (match["own"],) if match["own"] else ()
    return [Sender("moodle", match["user"], match["name"].strip(), own=own)]


def gradescope_senders(part: str, about: Mapping[str, Any] | None) -> list[Sender]:
    """Return the members of the group that handed in a submission, as Gradescope names them.

    `about` is what `identifying.read_people` says of it; None if it says nothing.
    """
    people = about["people"] if about else []
    time = datetime.fromisoformat(about["time"]) if about and about["time"] else None
    return [
        Sender("gradescope", part, one["name"], one["email"], one["sid"], time=time)
        for one in people
    ] or [Sender("gradescope", part)]


def is_other_plugin(part: str) -> bool:
    """Whether a part that Moodle wrote is another plugin's, such as its online text."""
    return bool(_OTHER_MOODLE.fullmatch(part)) and not _MOODLE.fullmatch(part)


class Ambiguous(Exception):
    """A sender who may be several people, or none for certain; the message says why."""


def recognize(people: People, readings: Sequence[Sender]) -> tuple[Person, Sender] | None:
    """Find the sender of a file, and the reading of its name that is right; None for somebody new.

    Raises `Ambiguous` where number and name are two people's, or several people have the name.
    """
    by_number = {found.student for one in readings if (found := _by_number(people, one))}
    if len(by_number) > 1:
        # A person may call themselves `ada_101`, or a file `102_3_reshape.ipynb`.
        raise Ambiguous(f"Its name can be read as of {' or '.join(sorted(by_number))}.")
    first = readings[0]
    # A person's name can end in one number, as `ada_12`. Numbers further to the right are in what
    # the student called the file: they can make its name ambiguous, and never say whose it is.
    possible = [first, *(one for one in readings[1:] if one.name == f"{first.name}_{first.key}")]
    confirmed = [
        (found, one) for one in possible if (found := _confirmed(people, one, one is first))
    ]
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


def _confirmed(people: People, sender: Sender, is_first: bool) -> Person | None:
    """Find a person by number and name together, or by name alone where there is no number.

    Where a name is not known, the number alone is enough in the first reading of a file's name.
    """
    person = _by_number(people, sender)
    if person:
        unnamed = sender.system != "canvas" or (is_first and not (person.name and sender.name))
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
    """Whether a system's spelling of a name is this person's; one without letters is nobody's."""
    if sender.system == "canvas":
        written = _canvas_key(sender.name)
        return bool(written) and written in _canvas_forms(person.name)
    key = name_key(sender.name)
    return bool(key) and key == name_key(person.name)


@lru_cache(maxsize=10_000)
def _canvas_key(name: str) -> str:
    """Write a name as Canvas does in a file's name: letters, marks, digits and underscores."""
    return letters(unicodedata.normalize("NFC", name).casefold(), "_")


@lru_cache(maxsize=10_000)
def _canvas_forms(name: str) -> frozenset[str]:
    """List how Canvas may write a person's name: last name first, as it sorts them, or as it is."""
    words = name.replace(",", " ").split()
    turns = [words[at:] + words[:at] for at in range(len(words))]
    return frozenset({_canvas_key("".join(turn)) for turn in turns} | {_canvas_key(name)})
