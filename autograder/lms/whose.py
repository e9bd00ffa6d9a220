"""Whose an upload is, with all that the class's lists say: one person, or each member of a group.

A person who is not in the lists is added to them. Where two people may be meant, or none for
certain, it is nobody's: `Ambiguous` says why.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from autograder.gradebook.list_table import is_participant
from autograder.gradebook.people_lists import Lists, Participant
from autograder.gradebook.roster import (
    People,
    Person,
    folder_name,
    hidden_person,
    is_nobody,
    name_key,
)
from autograder.lms.folder_forms import METADATA, NOBODY
from autograder.lms.forms import Sender
from autograder.lms.naming import Ambiguous, by_number, members, recognize
from course.notebook.tampering import one_line

SharedName = tuple[str, str]
"""A system, and a name in it as `name_key` writes it."""


def people_of(
    readings: list[Sender], lists: Lists, shared: set[SharedName]
) -> Iterator[tuple[Person, Sender, str]]:
    """Yield whose a file is: one person, or each member of a group that handed in together.

    Each comes with the sender and a note for the instructor.
    """
    if not readings:
        raise Ambiguous(NOBODY)
    if all(one.together for one in readings):
        for one in readings:
            yield _person([one], lists, shared)
        return
    group = members(lists.people, readings)
    for person, sender in group:
        label = one_line(sender.group or sender.name, 40)
        yield person, sender, f"For each of the {len(group)} members of {label}."
    if not group:
        yield _person(readings, lists, shared)


def _person(
    readings: list[Sender], lists: Lists, shared: set[SharedName]
) -> tuple[Person, Sender, str]:
    """Return the one person that the readings of a file's name mean; raise `Ambiguous` if none.

    A name in `shared` is several people's: it says whose a file is only together with a number.
    """
    sender = readings[0]
    participant = lists.participants.get(sender.key) if sender.system == "moodle" else None
    if participant and (is_hidden(sender) or not is_nobody(participant.person)):
        return _participant(participant, readings, lists)
    if participant:  # a worksheet whose names could not be read: the archive has one
        readings = [replace(one, time=participant.time) for one in readings]
        sender = readings[0]
    if is_hidden(sender):
        person = lists.people.add(hidden_person(sender.key))
        return person, sender, "The LMS hides the name; see docs/instructor.md."
    if name_key(sender.name) in lists.ambiguous:
        shared = {*shared, _name(sender)}
    known = recognize(lists.people, readings[:1] if sender.system == "moodle" else readings)
    known = known or _of_team(lists.people, readings)
    if known:
        person, reading = known
        is_by_number = by_number(lists.people, reading) is not None
        _require_own_name(person, sender, shared, is_by_number)
        return _with_number(person, reading, lists), reading, ""
    if sender.system == "plain":
        raise Ambiguous(
            f"No student of the roster is called {one_line(sender.key, 60)}; add a row to"
            " roster.csv, or pass a list with --roster. If the name says nothing, use --student."
        )
    _require_own_name(None, sender, shared)
    namesakes = [one.student for one in lists.people.named(Person("", sender.name))]
    is_new = len(lists.people) > 0 and sender.system in _MAY_BE_GROUPS
    person = lists.people.add(_newcomer(sender, lists), by_name=False)
    hints = [_GROUP_HINT] if is_new else []
    if namesakes:
        hints.append(f"Of that name there is {' and '.join(namesakes)}, with another number.")
    if sender.system == "ilias":  # with a last and a first name in front
        others = [one_line(one.key, 40) for one in readings[1:] if " " in one.name]
        if others:
            hints.append(
                f"If the login is {' or '.join(others)}, pass a list of logins (--roster)."
            )
    return person, sender, " ".join(["Not in the roster before.", *hints])


_MAY_BE_GROUPS = ("moodle", "brightspace", "blackboard", "github", "ilias")
_GROUP_HINT = "If that is a group, pass a list with a column for groups (--roster)."


def is_hidden(sender: Sender) -> bool:
    """Whether Moodle hides a name where grading is anonymous."""
    return sender.system == "moodle" and bool(sender.key) and is_participant(sender.name)


def _participant(
    participant: Participant, readings: list[Sender], lists: Lists
) -> tuple[Person, Sender, str]:
    """Return the person whom Moodle's worksheet has under a number; the name must be theirs."""
    person, sender = participant.person, readings[0]
    names = {name_key(one.name) for one in readings}
    is_known = bool(person.name and name_key(sender.name)) and not is_hidden(sender)
    if is_known and name_key(person.name) not in names:
        raise Ambiguous(
            "Its number and its name belong to two people in Moodle's worksheet; if it is a"
            " group's, pass a list with a column for groups (--roster)."
        )
    person = lists.people.get(person.student) or lists.people.add(person)
    note = "" if person.name else "The LMS hides the name; see docs/instructor.md."
    return person, replace(sender, time=participant.time), note


def _of_team(people: People, readings: list[Sender]) -> tuple[Person, Sender] | None:
    """Find the person whose name Moodle writes after that of the group, as older versions do."""
    for one in readings[1:] if readings[0].system == "moodle" else []:
        known = recognize(people, [one])
        team = [person for person, _ in members(people, [replace(one, name=one.group)])]
        if known and known[0] not in team:
            raise Ambiguous(
                f"It may be of {known[0].student}, in a group {one_line(one.group, 40)}; pass"
                " Moodle's grading worksheet, or a list with a column for groups (--roster)."
            )
        if known:
            return known
    return None


def shared_names(uploads: Iterable[Sequence[Sender]]) -> set[SharedName]:
    """Return the names under which people with different numbers handed in."""
    numbers: dict[SharedName, set[str]] = {}
    for readings in uploads:
        for one in readings if all(each.together for each in readings) else readings[:1]:
            own = {"ilias": one.sid, "gradescope": f"{one.email} {one.sid}"}
            numbers.setdefault(_name(one), set()).add(own.get(one.system, one.key))
    return {name for name, keys in numbers.items() if len(keys) > 1}


def _name(sender: Sender) -> SharedName:
    """Return the name that several people may have: in ILIAS a login that was cut too short."""
    return sender.system, sender.key if sender.system == "ilias" else name_key(sender.name)


def _require_own_name(
    known: Person | None, sender: Sender, shared: set[SharedName], is_by_number: bool = False
) -> None:
    """Raise `Ambiguous` where a name that several people have is all that says whose a file is.

    Whoever came first would get the marks of the others.
    """
    if _name(sender) not in shared:
        return
    if sender.system in ("gradescope", "sakai", "pattern"):  # a newcomer has a number of their own
        is_told_apart = known is None or is_by_number
    elif sender.system == "canvas":  # its numbers make people of a name that are not known yet
        is_told_apart = known is None or bool(known.canvas_id)
    else:
        is_told_apart = known is not None and sender.system not in ("moodle", "brightspace")
    who, step = _TOLD_APART_BY.get(sender.system, ("", ""))
    if who and not is_told_apart:
        name = one_line(sender.name, 60)
        raise Ambiguous(f"Two {who} are called {name}; {step}.")


_TOLD_APART_BY = {
    "moodle": (
        "participants",
        "pass Moodle's grading worksheet with addresses or ID numbers with --roster",
    ),
    "canvas": ("people", "pass the gradebook that Canvas exports with --roster"),
    "brightspace": ("numbers of Brightspace", "take each folder alone, with --student"),
    "ilias": ("people", "pass a list with logins with --roster"),
    "sakai": ("people", "pass a list with logins with --roster"),
    "gradescope": ("people", "pass Gradescope's roster with --roster"),
    "pattern": ("people", "pass a list with their numbers with --roster"),
}
"""Systems in which a name can be several people's, and what tells them apart."""


def _with_number(known: Person, sender: Sender, lists: Lists) -> Person:
    """Add Canvas's number of a known person to the roster."""
    if sender.system == "canvas" and not known.canvas_id and sender.key.isdigit():
        return lists.people.add(Person(known.student, canvas_id=sender.key))
    return known


def _newcomer(sender: Sender, lists: Lists) -> Person:
    """Return a person who is not in the roster, from what a system says."""
    if sender.system == "gradescope":
        if not (sender.name or sender.email or sender.sid):
            raise Ambiguous(f"{METADATA} does not say whose it is.")
        return Person("", sender.name, sender.email, id_number=sender.sid)
    if sender.system == "canvas" and not sender.name:
        return Person(f"anon-{sender.key}")
    if sender.system == "canvas":
        taken = [person.student for person in lists.people]
        folder = folder_name(f"{sender.name}-{sender.key}", taken)
        return Person(folder, sender.name, canvas_id=sender.key)
    if sender.system == "github":
        return Person("", github=sender.key)
    if sender.system in ("blackboard", "sakai", "ilias", "pattern"):
        if not (sender.key or sender.name or sender.email):
            raise Ambiguous(
                f"No student of the roster is in the group {one_line(sender.group, 60)}."
            )
        return Person("", sender.name, sender.email, login=sender.key)
    if sender.system == "moodle" and not sender.key:
        raise Ambiguous(f"{one_line(sender.name, 60)} is a group in which nobody of the roster is.")
    return Person("", sender.name)
