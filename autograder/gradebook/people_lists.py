"""Lists of people: `roster.csv` in the class folder, and those that systems export."""

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import NoReturn

from autograder.folders import ClassFolder, is_there
from autograder.gradebook.list_table import heading_key, read_table
from autograder.gradebook.roster import (
    People,
    Person,
    differences,
    hidden_person,
    identifier_keys,
    is_hidden,
    name_key,
    nfc,
    share_a_word,
)
from autograder.gradebook.written_dates import is_day_first, read_date
from course.errors import GradingError
from course.files import csv_text, safe_cell, write_atomically
from course.notebook.tampering import one_line

_LONGEST_FIELD = 300  # characters of a person's name, address or number
_WORDS = {
    "student": "nbgrader id",
    "canvas_id": "Canvas ID",
    "sis_id": "SIS ID",
    "id_number": "ID number",
}


@dataclass(frozen=True)
class Participant:
    """What Moodle's grading worksheet says of one participant of one assignment."""

    person: Person
    time: datetime | None = None


@dataclass
class Lists:
    """The people of a class, as read from one or several lists."""

    people: People
    participants: dict[str, Participant] = field(default_factory=dict)
    """By the number in Moodle's names, which differs from assignment to assignment."""
    ambiguous: set[str] = field(default_factory=set)
    """Names, as `name_key` writes them, that are all a list has of several people."""
    notes: list[str] = field(default_factory=list)
    """Columns and lines that were not used, each with its place and the reason."""
    changes: list[str] = field(default_factory=list)
    """What lists say differently of people who are known, and who may be known twice."""


def read_roster(class_folder: ClassFolder) -> Lists:
    """Read the class's own roster; an empty one where there is none."""
    lists = Lists(People())
    path = class_folder.root / "roster.csv"
    if is_there(path):
        # It names nobody while nobody has handed in, and its people by their folders.
        _read_list(lists, path, UTC, by_name=False)
        lists.notes.clear()  # whoever added a column of their own knows it
        lists.changes.clear()
    return lists


def write_roster(class_folder: ClassFolder, people: People) -> None:
    """Write the class's roster whole, by student."""
    rows: list[Iterable[str]] = [[column.name for column in fields(Person)]]
    for person in sorted(people, key=lambda one: one.student):
        rows.append(map(safe_cell, asdict(person).values()))
    content = csv_text(rows).encode()
    path = class_folder.root / "roster.csv"
    if not is_there(path) or path.read_bytes() != content:
        write_atomically(path, lambda file: file.write(content))


def add_list(lists: Lists, path: Path, zone: tzinfo = UTC) -> int:
    """Add a list of people; return how many of its lines name a person.

    `zone` is the zone of the times in Moodle's worksheet, which names none. Raises GradingError for
    a list that names nobody.
    """
    count = _read_list(lists, path, zone)
    if not count:
        raise GradingError(
            f"{path} names no students.",
            "It needs a line of headings with name, email, login or an id; see docs/instructor.md.",
        )
    return count


def _read_list(lists: Lists, path: Path, zone: tzinfo, by_name: bool = True) -> int:
    """Add the people of a list, if it names any; return how many of its lines do."""
    table = read_table(path)
    if table.unused:
        columns = ", ".join(one_line(name, 40) or "one without a heading" for name in table.unused)
        lists.notes.append(f"{path.name}: columns that are not used: {columns}.")
    day_first = is_day_first(line.values.get("modified", "") for line in table.lines)
    people = [(line, _person(table.fields, line.values)) for line in table.lines]
    shared = _shared_names((person, _number(line.values)) for line, person in people if person)
    entry = _Entry(lists, "group" in table.fields, shared, by_name)
    count = 0
    for line, person in people:
        where = f"{path.name}, line {line.number}"
        if person is None or (reason := _why_nobody(person, line.values)):
            lists.notes.append(f"{where}: {reason if person else _nobody(line.values)}")
            continue
        count += 1
        if not is_hidden(person) or line.values.get("student"):
            entered = entry.enter(person, line.number, where)
            if entered is None:
                continue
            person = entered
        modified = line.values.get("modified", "")
        time = read_date(modified, zone, day_first)
        if time is None and any(map(str.isdigit, modified)):
            lists.notes.append(f"{where}: {one_line(modified, 60)!r} is no certain date.")
        number = _number(line.values)
        if number:
            lists.participants[number] = Participant(person, time)
    return count


class _Entry:
    """Adds the people of one list to those who are known, line by line."""

    def __init__(self, lists: Lists, has_group: bool, shared: Set[str], by_name: bool) -> None:
        """Add nothing yet. `shared` are the names that several people of the list have.

        Without `by_name` nobody is known by a name alone.
        """
        self._people, self._notes, self._ambiguous = lists.people, lists.notes, lists.ambiguous
        self._changed = lists.changes
        self._has_group, self._shared, self._by_name = has_group, shared, by_name
        self._earlier: dict[str, tuple[int, Person]] = {}
        """The first line of each student, with its number."""
        self._several: dict[str, tuple[str, ...]] = {}
        """The groups and the sections of each student."""

    def enter(self, line: Person, number: int, where: str) -> Person | None:
        """Return the person of a line; None where several people have the name, which is all."""
        if line.email and "@" not in line.email:
            self._notes.append(f"{where}: {one_line(line.email, 60)!r} is no email address.")
        is_shared = name_key(line.name) in self._shared
        has_name_only = self._by_name and not (line.student or identifier_keys(line))
        if has_name_only and (is_shared or len(self._people.named(line)) > 1):
            name = one_line(line.name, 60)
            self._notes.append(f"{where}: several people are called {name}; give an identifier.")
            self._ambiguous.add(name_key(line.name))
            return None
        self._changed += self._changes(line, where)
        namesakes = [one.student for one in self._people.named(line) if self._by_name]
        count = len(self._people)
        person = self._people.add(line, self._has_group, self._by_name and not is_shared)
        student = person.student
        earlier = [name for name in namesakes if name not in self._earlier]
        if len(self._people) > count and earlier:
            name, whose = one_line(line.name, 60), " and ".join(earlier)
            self._changed.append(
                f"{where}: {name} is a new person, {student}, beside {whose} of the same name, with"
                " other identifiers. If they are one, correct the list or roster.csv."
            )
        if line.student and nfc(line.student) != nfc(student):
            self._notes.append(f"{where}: {one_line(line.student, 60)} is taken for {student}.")
        if student in self._earlier and not self._has_group:
            same = self._earlier[student][0]
            self._notes.append(f"{where}: it names the same person as line {same}.")
        self._earlier.setdefault(student, (number, line))
        return self._with_earlier(person)

    def _with_earlier(self, person: Person) -> Person:
        """Add the groups and sections of a person that earlier lines of the list named."""
        before = self._several.get(person.student, ("", ""))
        both = tuple(map(_joined, before, (person.group, person.section)))
        self._several[person.student] = both
        return self._people.add(replace(person, group=both[0], section=both[1]))

    def _changes(self, line: Person, where: str) -> list[str]:
        """Say what a line changes of who somebody known is.

        Raises GradingError where the line would make one person of two.
        """
        matches = self._people.matches(line)
        if len(matches) > 1:
            whose = [f"the {_listed(_shared(one, line))} of {one.student}" for one in matches]
            raise GradingError(f"{where}: it has {' and '.join(whose)}.", _CORRECT)
        crossed = [
            f"{where}: its {_word(name)} is the {_word(other)} of {one.student}, but the name is"
            " another: two people. If they are one, correct the name in one of the lists."
            for one, other, name in self._people.alike(line)
            if one not in matches
        ]
        if not matches:
            return crossed
        known = matches[0]
        if known.student in self._earlier:
            number, before = self._earlier[known.student]
            if others := differences(before, line, ("student", "name")):
                _refuse(where, line, before, f"line {number}", others)
            return crossed
        others = differences(known, line, ("name",))
        is_anothers = any(one.student != known.student for one in self._people.named(line))
        is_nobodys = len(others) > 1 and not share_a_word(known.name, line.name)
        if "name" in others and (is_anothers or is_nobodys):
            _refuse(where, line, known, f"{known.student}, who is known already", others)
        return crossed + [
            f"{where}: the {_word(name)} of {known.student} is"
            f" {one_line(getattr(line, name), 60)} here and"
            f" was {one_line(getattr(known, name), 60)}."
            for name in others
        ]


def _joined(before: str, also: str) -> str:
    """Write names with commas between them, each once."""
    return ", ".join(dict.fromkeys(filter(None, [*before.split(", "), *also.split(", ")])))


def _refuse(where: str, line: Person, other: Person, whose: str, others: Iterable[str]) -> NoReturn:
    """Raise GradingError for a line that shares an identifier with somebody, and differs else."""
    shared = _listed(_shared(other, line))
    raise GradingError(
        f"{where}: it has the {shared} of {whose}, but another {_listed(others)}.", _CORRECT
    )


_CORRECT = (
    "No two people may share one of these, and nobody may have two: correct the list, or the"
    " person's row in roster.csv."
)


def _shared(one: Person, other: Person) -> list[str]:
    """Return the fields of the identifiers that two lines have in common."""
    theirs = dict(identifier_keys(other))
    same = [field for field, key in identifier_keys(one) if theirs.get(field) == key]
    alike = [field for field, key in identifier_keys(one) if key in theirs.values()]
    return same or alike or ["student"]


def _listed(names: Iterable[str]) -> str:
    return " and ".join(map(_word, names))


def _word(name: str) -> str:
    return _WORDS.get(name, name)


def _shared_names(people: Iterable[tuple[Person, str]]) -> set[str]:
    """Return the names that lines of one list have with different identifiers or numbers."""
    lines: dict[str, set[tuple[str, ...]]] = {}
    for one, number in people:
        identity = (number, one.student, *(value for key in identifier_keys(one) for value in key))
        lines.setdefault(name_key(one.name), set()).add(identity)
    return {name for name, identities in lines.items() if len(identities) > 1}


def _number(values: Mapping[str, str]) -> str:
    """Return the number at the end of Moodle's `Participant 7001`, "" if there is none."""
    found = re.search(r"([0-9]+)\s*$", values.get("identifier", "")[-_LONGEST_FIELD:])
    return found[1] if found else ""


def _nobody(values: Mapping[str, str]) -> str:
    """Say that a line names nobody."""
    said = next((one_line(value, 40) for value in values.values() if value), "")
    return f"it names no student ({said})." if said else "it names no student."


def _why_nobody(person: Person, values: Mapping[str, str]) -> str:
    """Say why a person of a list is no student; "" for a student."""
    if "canvas_name" in values and name_key(person.name) == "student test":
        return "Canvas's test student is not one of the class."
    name = one_line(person.name or person.email or person.login, 40)
    if _is_staff(values.get("role", "")):
        return f"{name} is {one_line(values['role'], 40)}, no student."
    return ""


_STUDENTS = ("student", "learner", "participant", "teilnehm", "etudiant", "estudiante", "alumn")
_STAFF = (
    *("teach", "instruct", "grader", "manager", "staff", "faculty", "reader", "observer"),
    *("design", "creator", "admin", "tutor", "trainer", "dozent", "betreu", "lehr", "enseignant"),
    *("profes", "docente", "gestor", "ayudante"),
)
_STAFF_ENDINGS = ("administrator", "administratorin", "tutor", "tutorin")


def _is_staff(role: str) -> bool:
    """Whether a role is one that hands in nothing; somebody whose role is not known may."""
    words = [heading_key(word) for word in re.split(r"[\s,;/-]+", role)]
    if any(word.startswith("assist") for word in words):
        return True
    if any(word.startswith(_STUDENTS) for word in words):
        return False
    is_staff = (word.startswith(_STAFF) or word.endswith(_STAFF_ENDINGS) for word in words)
    return "ta" in words or any(is_staff)


def _person(header: frozenset[str], values: Mapping[str, str]) -> Person | None:
    """Read one line; None for one that names nobody, such as Canvas's Points Possible."""
    found = {one.name: values.get(one.name, "") for one in fields(Person)}
    halves = f"{values.get('first', '')} {values.get('last', '')}"
    found["name"] = found["name"] or values.get("canvas_name", "") or halves
    roster = values.get("roster", "")
    kind = "email" if "@" in roster else "id_number" if roster.isdigit() else "name"
    found[kind] = found[kind].strip() or roster
    for name in ("id_number", "login"):
        found[name] = found[name].removeprefix("#")  # so that Excel keeps Brightspace's zeros
    if "canvas_name" in header and not found["canvas_id"].isdigit():
        return None
    person = Person(
        **{name: " ".join(value.split())[:_LONGEST_FIELD] for name, value in found.items()}
    )
    if any(asdict(replace(person, section="", group="")).values()):
        return person
    number = _number(values)
    return hidden_person(number) if number else None
