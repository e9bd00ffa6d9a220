"""Who the sender of a file is: the person of the roster, or the members of the group.

What a system says of a sender is read by `forms`; which parts of a path say it, by `layers`.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from autograder.gradebook.roster import (
    IDENTIFIERS,
    People,
    Person,
    differences,
    letters,
    may_be_one_name,
    name_key,
    same_identifier,
)
from autograder.lms.forms import Sender


class Ambiguous(Exception):
    """A sender who may be several people, or none for certain; the message says why."""


def recognize(people: People, readings: Sequence[Sender]) -> tuple[Person, Sender] | None:
    """Find the sender of a file, and the reading of its name that is right; None for somebody new.

    Raises `Ambiguous` where number and name are two people's, or several people have the name.
    """
    numbered = {found.student for one in readings if (found := by_number(people, one))}
    if len(numbered) > 1:
        # A person may call themselves `ada_101`, or a file `102_3_reshape.ipynb`.
        raise Ambiguous(f"Its name can be read as of {' or '.join(sorted(numbered))}.")
    if len(readings) > 1 and readings[0].system in _ANY_READING:
        sure = [(found, one) for one in readings if (found := by_number(people, one))]
        named = [(found, one) for found, one in sure if _may_be_called(found, one)]
        if named or not sure:
            return named[0] if named else _alone(people, readings)
    first = readings[0]
    # A person's name can end in one number, as `ada_12`. Numbers further to the right are in what
    # the student called the file: they can make its name ambiguous, and never say whose it is.
    possible = [first, *(one for one in readings[1:] if one.name == f"{first.name}_{first.key}")]
    confirmed = [
        (found, one) for one in possible if (found := _confirmed(people, one, one is first))
    ]
    if confirmed:
        return confirmed[0]
    if numbered:
        raise Ambiguous(
            f"Its number is that of {numbered.pop()}, its name is not."
            " Correct the name in the roster if they are the same."
        )
    return None


_ANY_READING = ("blackboard", "ilias", "pattern")
"""Systems of whose readings none is more likely than the others."""


def _alone(people: People, readings: Sequence[Sender]) -> tuple[Person, Sender] | None:
    """Find a sender by name, where no reading has a known number; None for somebody new."""
    named = [(found, one) for one in readings if (found := _confirmed(people, one, False))]
    if len({found.student for found, _ in named}) > 1:
        names = " or ".join(sorted({found.student for found, _ in named}))
        raise Ambiguous(f"Its name can be read as of {names}.")
    if named:
        return named[0]
    if readings[0].system != "ilias":  # a login with an underscore is rare there
        keys = " or ".join(repr(one.key or one.name) for one in readings)
        raise Ambiguous(f"Its name can be read as of {keys}; pass a list with logins (--roster).")
    return None


def members(people: People, readings: Sequence[Sender]) -> list[tuple[Person, Sender]]:
    """Return everybody of the group that a file's name means; [] if it means none.

    Raises `Ambiguous` where the name is also a person's, or the one who handed in is no member.
    """
    for sender in readings:
        group = _group_name(sender, sender is readings[0])
        found = [one for one in people if group and _is_in(one, group, sender.system)]
        if not found:
            continue
        whose = [one.student for one in people if _is_called(one, sender, group)]
        if whose:
            raise Ambiguous(f"It can be of the group {group} or of {whose[0]}.")
        if sender.system == "canvas" and (one := by_number(people, sender)) and one not in found:
            raise Ambiguous(f"It is of the group {group}, in which {one.student} is not.")
        return [(one, sender) for one in found]
    return []


def _group_name(sender: Sender, is_first: bool) -> str:
    """Return the name that may be a group's, "" if none."""
    if sender.system in ("canvas", "moodle"):
        # Further readings have what the student wrote, or a person's name after the group's.
        return sender.name if is_first else ""
    return sender.group


def _is_in(person: Person, group: str, system: str) -> bool:
    """Whether a person of the roster is in a group, as the system spells it."""
    names = [person.group, *person.group.replace(";", ",").split(",")]
    spelled: Callable[[str], str] = name_key
    if system in ("canvas", "github"):
        spelled = canvas_key if system == "canvas" else _letters_key
    return any(spelled(one) == spelled(group) != "" for one in names)


def _letters_key(name: str) -> str:
    """Write a name without anything between its letters: GitHub puts dashes there."""
    return letters(unicodedata.normalize("NFKC", name).casefold())


def _is_called(person: Person, sender: Sender, group: str) -> bool:
    """Whether a name that is a group's is also that of a person."""
    if sender.system == "canvas":
        return bool(person.name) and _has_name(person, sender)
    by_key = sender.key == group and any(
        same_identifier(getattr(person, field), group) for field in ("student", *IDENTIFIERS)
    )
    return by_key or bool(person.name and name_key(person.name) == name_key(group))


def by_number(people: People, sender: Sender) -> Person | None:
    """Find a person by what belongs to one person only; raise `Ambiguous` where it is several's."""
    found = []
    for value, tiers in _identifiers(sender):
        for fields in tiers if value else ():
            if same := _with_one_of(people, fields, value):
                found.append(same)
                break
    if not found:
        return None
    common = set.intersection(*map(set, found))
    if len(common) != 1:
        several = sorted(set.union(*map(set, found)))
        raise Ambiguous(f"Its numbers can be those of {' or '.join(several)}.")
    return found[0][common.pop()]


def _with_one_of(people: People, fields: Sequence[str], value: str) -> dict[str, Person]:
    """Find the people who have a value in one of the fields, by student."""
    found: dict[str, Person] = {}
    for field in fields:
        # Of `ada` and `Ada` the one that is written so.
        exact = people.get(value) if field == "student" else None
        same = [exact] if exact else people.with_identifier(field, value)
        found |= {one.student: one for one in same}
    return found


Tiers = tuple[tuple[str, ...], ...]
"""Fields of the roster to look a value up in: in the later ones where the earlier have it not."""

_OWN_FIELDS = {
    "github": ("github",),
    "blackboard": ("login",),
    "sakai": ("login",),
    "ilias": ("login",),
    "plain": ("student",),
}
"""The field that a system's own name for a person is in."""

_ANY_FIELD = ("student", *IDENTIFIERS)


def _identifiers(sender: Sender) -> list[tuple[str, Tiers]]:
    """Return the sender's identifiers, each with the fields of the roster that may have it."""
    if sender.system == "canvas":
        return [(sender.key, (("canvas_id",),))]
    email: tuple[str, Tiers] = (sender.email, (("email",), ("login", "student")))
    if sender.system in _OWN_FIELDS:
        return [(sender.key, (_OWN_FIELDS[sender.system], _ANY_FIELD)), email]
    if sender.system == "pattern":
        own = (sender.key_field,) if sender.key_field else ()
        return [(sender.key, (own, _ANY_FIELD)), email]
    return [email, (sender.sid, (("id_number",), ("sis_id", "login", "student")))]


def _confirmed(people: People, sender: Sender, is_first: bool) -> Person | None:
    """Find a person by number and name together, or by name alone where there is no number.

    Where a name is not known, the number alone is enough in the first reading of a file's name.
    """
    person = by_number(people, sender)
    if person:
        if sender.system != "canvas":
            return person if _may_be_called(person, sender) else None
        unnamed = is_first and not (person.name and sender.name)
        return person if unnamed or _has_name(person, sender) else None
    if not sender.name:
        return None
    named = [one for one in people if one.name and _has_name(one, sender)]
    if sender.system == "canvas":
        # Whoever has another number in Canvas is another person of the same name.
        named = [one for one in named if not one.canvas_id]
    elif sender.system in ("sakai", "ilias"):
        named = [one for one in named if not one.login]
    elif sender.system == "gradescope":
        told = Person("", email=sender.email, id_number=sender.sid)
        named = [
            one
            for one in named
            if not differences(replace(one, id_number=one.id_number or one.sis_id), told)
        ]
    if len(named) > 1:
        names = ", ".join(one.student for one in named)
        raise Ambiguous(f"Several students have this name: {names}.")
    return named[0] if named else None


def _may_be_called(person: Person, sender: Sender) -> bool:
    """Whether the name that comes with a number does not speak against the person.

    ILIAS writes names in ASCII, `ü` as two letters.
    """
    is_respelled = sender.system == "ilias" and not person.name.isascii()
    return is_respelled or may_be_one_name(person.name, sender.name)


def _has_name(person: Person, sender: Sender) -> bool:
    """Whether a system's spelling of a name is this person's; one without letters is nobody's."""
    if sender.system == "canvas":
        written = canvas_key(sender.name)
        return bool(written) and written in canvas_forms(person.name)
    key = name_key(sender.name)
    return bool(key) and key == name_key(person.name)


@lru_cache(maxsize=10_000)
def canvas_key(name: str) -> str:
    """Write a name as Canvas does in a file's name: letters, marks, digits and underscores."""
    return letters(unicodedata.normalize("NFC", name).casefold(), "_")


@lru_cache(maxsize=10_000)
def canvas_forms(name: str) -> frozenset[str]:
    """List how Canvas may write a person's name: last name first, as it sorts them, or as it is."""
    words = name.replace(",", " ").split()
    turns = [words[at:] + words[:at] for at in range(len(words))]
    return frozenset({canvas_key("".join(turn)) for turn in turns} | {canvas_key(name)})
