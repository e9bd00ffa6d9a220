"""Which person of the class sent a file, by what the LMS says of the sender."""

import unicodedata
from collections.abc import Sequence

from autograder.gradebook.people import (
    IDENTIFIERS,
    People,
    Person,
    letters,
    name_key,
    same_identifier,
)
from autograder.lms.naming import Sender


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
    for field, value in _identifiers(sender):
        for one in people:
            if value and same_identifier(getattr(one, field), value):
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
