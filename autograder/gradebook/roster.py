"""The people of a class: `roster.csv` in the class folder, and the lists that systems export.

A person is found by folder name, number, mail or full name.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

from autograder.folders import ClassFolder, is_there
from autograder.gradebook.list_table import heading_key, read_table
from autograder.gradebook.written_dates import is_day_first, read_date
from autograder.ingest.reading import require_safe_name
from course.errors import GradingError
from course.files import csv_text, safe_cell, write_atomically
from course.notebook.rejecting import Rejected
from course.notebook.tampering import one_line

_LONGEST_BYTES = 120  # of a folder's name; nbgrader adds to it
_LONGEST_FIELD = 300  # characters of a person's name, address or number
_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³]) *+(\..*)?", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True)
class Person:
    """One student; every field but `student` may be empty."""

    student: str
    """The name of the student's folder, and nbgrader's id."""
    name: str = ""
    email: str = ""
    login: str = ""
    canvas_id: str = ""
    sis_id: str = ""
    id_number: str = ""
    section: str = ""
    group: str = ""
    """The groups or teams that hand in together, with commas between them."""
    github: str = ""


IDENTIFIERS = ("canvas_id", "sis_id", "id_number", "login", "email", "github")
"""The fields that belong to one person only."""
_WORDS = {"canvas_id": "Canvas ID", "sis_id": "SIS ID", "id_number": "ID number"}


def folder_name(text: str, taken: Iterable[str] = ()) -> str:
    """Make the name of a student's folder from any text, in its own script.

    It differs from the `taken` ones in more than capitals, which some file systems ignore.
    """
    text = unicodedata.normalize("NFC", text).strip()
    kept = "".join(_safe(sign) for sign in text)
    kept = re.sub(r"-{2,}", "-", kept).strip("-. ") or "student"
    kept = kept.encode()[:_LONGEST_BYTES].decode("utf-8", "ignore").rstrip("-. ")
    if is_reserved(kept):
        kept = f"{kept}-"
    known = {name.casefold() for name in taken}
    number, found = 2, kept
    while found.casefold() in known:
        found, number = f"{kept}-{number}", number + 1
    return require_safe_name(found, "student")


def is_reserved(name: str) -> bool:
    """Whether Windows takes a name for a device, whatever its ending."""
    return bool(_RESERVED.fullmatch(name))


def _safe(sign: str) -> str:
    """Return a letter of any script, a mark, a digit or one of a few signs; a dash for others."""
    if unicodedata.category(sign)[0] in "LMN" or sign in "._@-":
        return sign
    return "-"


def _is_folder_name(text: str) -> bool:
    """Whether `text` can name a student's folder as it stands."""
    try:
        require_safe_name(text, "student")
    except Rejected:
        return False
    # nbgrader reads ids back out of paths, in which these mean something.
    return not set(text) & set("+*?[]{}") and text == text.strip()


@lru_cache(maxsize=10_000)
def name_key(name: str) -> str:
    """Write a name without capitals, order and signs, some of which Moodle leaves out."""
    words = re.split(r"[\s,_]+", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(sorted(filter(None, map(letters, words))))


def letters(text: str, also: str = "") -> str:
    """Return the letters, marks and digits of any script in a text, and the signs in `also`."""
    return "".join(one for one in text if unicodedata.category(one)[0] in "LMN" or one in also)


class People:
    """A class's people; further lists add people and fill in their fields."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        """Start with the people of a class's roster."""
        self._by_student: dict[str, Person] = {}
        self._by_identifier: dict[tuple[str, str], dict[str, None]] = {}
        for person in people:
            self._put(person)

    def __iter__(self) -> Iterator[Person]:
        """Iterate in the order in which people were added."""
        return iter(self._by_student.values())

    def __len__(self) -> int:
        """Return the number of people."""
        return len(self._by_student)

    def get(self, student: str) -> Person | None:
        """Find a person by the name of the folder, in any form of its letters."""
        alike = self.with_identifier("student", student)  # in capitals or small letters
        key = _nfc(student)
        return self._by_student.get(student) or next(
            (one for one in alike if _nfc(one.student) == key), None
        )

    def with_identifier(self, field: str, value: str) -> list[Person]:
        """Find the people with a value of `student` or one of `IDENTIFIERS`, however written."""
        found = self._by_identifier.get((field, _identifier_key(value)), {}) if value else {}
        return [self._by_student[student] for student in found]

    def add(self, news: Person, has_group: bool = False, by_name: bool = True) -> Person:
        """Add one line of a list: its values fill in a known person's, else make a new person.

        `news.student` may be empty: the folder is then named after the login, mail, number or name.
        With `has_group` an empty group says that the person has left the one known before. Without
        `by_name` a person is known by the folder or an identifier only.
        """
        known = self._known(news, by_name)
        if known:
            values = {one.name: getattr(news, one.name) for one in fields(Person)}
            filled = {
                name: value
                for name, value in values.items()
                if value or (name == "group" and has_group)
            }
            person = replace(known, **{**filled, "student": known.student})
        else:
            person = replace(news, student=self._new_folder(news))
        self._put(person)
        return person

    def matches(self, line: Person) -> list[Person]:
        """Find the people of whom one line of a list has the folder's name or an identifier."""
        known = self.get(line.student) if line.student else None
        found = {known.student: known} if known else {}
        for name in IDENTIFIERS:
            same = self.with_identifier(name, getattr(line, name))
            found |= {one.student: one for one in same}
        return list(found.values())

    def _put(self, person: Person) -> None:
        """Keep a person in place of what was known of that student, found by each identifier."""
        earlier = self._by_student.get(person.student)
        for key in _keys(earlier) if earlier else ():
            del self._by_identifier[key][person.student]
        self._by_student[person.student] = person
        for key in [("student", _identifier_key(person.student)), *_keys(person)]:
            self._by_identifier.setdefault(key, {})[person.student] = None

    def _new_folder(self, news: Person) -> str:
        """Name the folder of a new person."""
        taken = self._by_student
        if news.student and _is_folder_name(news.student) and news.student not in taken:
            return news.student
        named = (news.student, news.login, news.email, news.id_number, news.sis_id, news.github)
        source = next(filter(None, named), "")
        if not source:
            source = "-".join(filter(None, (news.name, news.canvas_id)))
        return folder_name(source, taken)

    def named(self, line: Person) -> list[Person]:
        """Find the people who have the name of one line of a list."""
        key = name_key(line.name)  # "" for a name without letters, which many may have
        return [one for one in self if key and name_key(one.name) == key]

    def _known(self, news: Person, by_name: bool) -> Person | None:
        """Find the person of a line of a list, by name only where no identifier differs."""
        if matches := self.matches(news):
            return matches[0]
        named = self.named(news) if by_name else []
        clash = [one for one in named if _differences(one, news)]
        return named[0] if len(named) == 1 and not clash else None


def same_identifier(one: str, other: str) -> bool:
    """Compare identifiers as systems do, without regard to capitals and forms of letters."""
    return _identifier_key(one) == _identifier_key(other)


@lru_cache(maxsize=10_000)
def _identifier_key(text: str) -> str:
    """Write an identifier in small letters and in one form: macOS takes `ü` apart in names."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _keys(person: Person) -> list[tuple[str, str]]:
    """Return each identifier of a person, with its field, as it is compared."""
    values = [(field, getattr(person, field)) for field in IDENTIFIERS]
    return [(field, _identifier_key(value)) for field, value in values if value]


def _differences(one: Person, other: Person, also: Iterable[str] = ()) -> list[str]:
    """Return the fields that two lines both fill in, and differ in.

    They are the identifiers, and of `also` the folder (`student`), and the name, by more than its
    order and signs.
    """
    theirs = dict(_keys(other))
    found = [field for field, key in _keys(one) if theirs.get(field, key) != key]
    keys = {
        "student": (one.student, other.student),
        "name": (name_key(one.name), name_key(other.name)),
    }
    return found + [field for field in also if all(keys[field]) and len({*keys[field]}) > 1]


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
    notes: list[str] = field(default_factory=list)
    """Columns and lines that were not used, each with its place and the reason."""


def read_roster(class_folder: ClassFolder) -> Lists:
    """Read the class's own roster; an empty one where there is none."""
    lists = Lists(People())
    path = class_folder.root / "roster.csv"
    if is_there(path):
        # It names nobody while nobody has handed in, and its people by their folders.
        _read_list(lists, path, UTC, by_name=False)
        lists.notes.clear()  # whoever added a column of their own knows it
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
    shared = _shared_names(person for _, person in people if person)
    entry = _Entry(lists, "group" in table.fields, shared, by_name)
    count = 0
    for line, person in people:
        where = f"{path.name}, line {line.number}"
        if person is None or (reason := _why_nobody(person, line.values)):
            lists.notes.append(f"{where}: {reason if person else _nobody(line.values)}")
            continue
        count += 1
        if not _is_hidden(person) or line.values.get("student"):
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
        self._people, self._notes = lists.people, lists.notes
        self._has_group, self._shared, self._by_name = has_group, shared, by_name
        self._earlier: dict[str, tuple[int, Person]] = {}
        """The first line of each student, with its number."""
        self._groups: dict[str, str] = {}

    def enter(self, line: Person, number: int, where: str) -> Person | None:
        """Return the person of a line; None where several people have the name, which is all."""
        if line.email and "@" not in line.email:
            self._notes.append(f"{where}: {one_line(line.email, 60)!r} is no email address.")
        is_shared = name_key(line.name) in self._shared
        has_name_only = self._by_name and not (line.student or _keys(line))
        if has_name_only and (is_shared or len(self._people.named(line)) > 1):
            name = one_line(line.name, 60)
            self._notes.append(f"{where}: several people are called {name}; give an identifier.")
            return None
        self._notes += self._changes(line, where)
        person = self._people.add(line, self._has_group, self._by_name and not is_shared)
        student = person.student
        if line.student and _nfc(line.student) != _nfc(student):
            self._notes.append(f"{where}: {one_line(line.student, 60)} is taken for {student}.")
        if student in self._earlier and not self._has_group:
            same = self._earlier[student][0]
            self._notes.append(f"{where}: it names the same person as line {same}.")
        self._earlier.setdefault(student, (number, line))
        return self._with_groups(person)

    def _with_groups(self, person: Person) -> Person:
        """Add the groups of a person that earlier lines of the list named."""
        before = self._groups.get(person.student, "")
        names = [*before.split(", "), *person.group.split(", ")]
        both = self._groups[person.student] = ", ".join(dict.fromkeys(filter(None, names)))
        return self._people.add(replace(person, group=both)) if before else person

    def _changes(self, line: Person, where: str) -> list[str]:
        """Say what a line changes of who somebody known is.

        Raises GradingError where the line would make one person of two.
        """
        matches = self._people.matches(line)
        if len(matches) > 1:
            whose = [f"the {_listed(_shared(one, line))} of {one.student}" for one in matches]
            raise GradingError(f"{where}: it has {' and '.join(whose)}.", _CORRECT)
        if not matches:
            return []
        known = matches[0]
        if known.student in self._earlier:
            number, before = self._earlier[known.student]
            if others := _differences(before, line, ("student", "name")):
                _refuse(where, line, before, f"line {number}", others)
            return []
        others = _differences(known, line, ("name",))
        if len(others) > 1 and "name" in others and _share_no_word(known, line):
            _refuse(where, line, known, f"{known.student}, who is known already", others)
        return [
            f"{where}: the {_WORDS.get(name, name)} of {known.student} is"
            f" {one_line(getattr(line, name), 60)} here and"
            f" was {one_line(getattr(known, name), 60)}."
            for name in others
        ]


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
    theirs = dict(_keys(other))
    same = [field for field, key in _keys(one) if theirs.get(field) == key]
    return same or ["student"]


def _share_no_word(one: Person, other: Person) -> bool:
    """Whether the names of two lines have no word in common, as those of two people."""
    return not set(name_key(one.name).split()) & set(name_key(other.name).split())


def _listed(names: Iterable[str]) -> str:
    words = ["nbgrader id" if name == "student" else _WORDS.get(name, name) for name in names]
    return " and ".join(words)


def _shared_names(people: Iterable[Person]) -> set[str]:
    """Return the names that lines of one list have with different identifiers."""
    lines: dict[str, set[tuple[str, ...]]] = {}
    for one in people:
        identity = (one.student, *(value for key in _keys(one) for value in key))
        lines.setdefault(name_key(one.name), set()).add(identity)
    return {name for name, identities in lines.items() if len(identities) > 1}


def _number(values: Mapping[str, str]) -> str:
    """Return the number at the end of Moodle's `Participant 7001`, "" if there is none."""
    found = re.search(r"([0-9]+)\s*$", values.get("identifier", "")[-_LONGEST_FIELD:])
    return found[1] if found else ""


def hidden_person(number: str) -> Person:
    """Return somebody whose name Moodle hides, by the number of one assignment."""
    return Person(f"participant-{number}")


def _is_hidden(person: Person) -> bool:
    hidden = ("participant-", "anon-")  # Moodle's, Canvas's
    return person == Person(person.student) and person.student.startswith(hidden)


def is_nobody(person: Person) -> bool:
    """Whether somebody can't miss an assignment: Canvas's test student, or one without a name."""
    return _is_hidden(person) or name_key(person.name) in ("student test", "studenttest")


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
