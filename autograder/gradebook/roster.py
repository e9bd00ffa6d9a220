"""The class's roster: `roster.csv` in the class folder, and the lists that systems export.

Columns are found by their names, capitals and spaces aside; any others are left alone:

field      | called
student    | student_id, nbgrader_id, or student in our own file: the name of the folder
name       | name, full name; first name and last name (or surname); Student, in Canvas's gradebook
email      | email, email address, e-mail
login      | SIS Login ID, login, username
canvas_id  | ID, in Canvas's gradebook; canvas_id, canvas user id
sis_id     | SIS User ID
id_number  | ID number, SID, student number
section    | section, group, groups

Moodle's grading worksheet also names each participant of one assignment (`Identifier`) and, where
it is in English, when the submission was changed last.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from autograder.folders import ClassFolder
from autograder.gradebook.people import People, Person
from course.errors import GradingError
from course.files import csv_text, plain_cell, safe_cell, write_atomically

_COLUMNS = {
    "student": ("student_id", "nbgrader_id"),
    "name": ("name", "full name", "fullname", "student name"),
    "email": ("email", "email address", "e-mail", "mail"),
    "login": ("sis login id", "login", "login id", "username", "user name"),
    "canvas_id": ("canvas_id", "canvas id", "canvas user id"),
    "sis_id": ("sis_id", "sis user id", "sis id"),
    "id_number": ("id_number", "id number", "sid", "student number"),
    "section": ("section", "group", "groups"),
}
_FIRST, _LAST = ("first name", "firstname", "given name"), ("last name", "lastname", "surname")
_MODIFIED = "last modified (submission)"
_DATES = ("%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M", "%d %B %Y, %I:%M %p")


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


def read_roster(class_folder: ClassFolder) -> Lists:
    """Read the class's own roster; an empty one where there is none."""
    lists = Lists(People())
    path = class_folder.root / "roster.csv"
    if path.is_file():
        add_list(lists, path)
    return lists


def write_roster(class_folder: ClassFolder, people: People) -> None:
    """Write the class's roster whole, by student."""
    rows: list[Iterable[str]] = [[column.name for column in fields(Person)]]
    for person in sorted(people, key=lambda one: one.student):
        rows.append(map(safe_cell, asdict(person).values()))
    content = csv_text(rows).encode()
    path = class_folder.root / "roster.csv"
    if not path.is_file() or path.read_bytes() != content:
        write_atomically(path, lambda file: file.write(content))


def add_list(lists: Lists, path: Path, zone: tzinfo = UTC) -> int:
    """Add a list of people; return how many of its lines name a person.

    `zone` is the zone of the times in Moodle's worksheet, which names none.
    """
    header, rows = _table(path)
    count = 0
    for row in rows:
        person = _person(header, row)
        if person is None:
            continue
        count += 1
        person = lists.people.add(person)
        number = re.search(r"(\d+)\s*$", row.get("identifier", ""))
        if number:
            time = _moodle_time(row.get(_MODIFIED, ""), zone)
            lists.participants[number[1]] = Participant(person, time)
    if not count:
        raise GradingError(
            f"{path} names no students.",
            "It needs a line of headings with name, email, login or an id; see docs/instructor.md.",
        )
    return count


def _table(path: Path) -> tuple[set[str], Iterator[dict[str, str]]]:
    """Read a CSV file, whatever its separator, by headings in small letters."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise GradingError(f"{path} is not in UTF-8.", "Export it again as UTF-8.") from error
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        header = [" ".join(cell.split()).casefold() for cell in next(rows, [])]
        table = [dict(zip(header, map(plain_cell, row), strict=False)) for row in rows]
    except csv.Error as error:
        raise GradingError(f"{path} is not a CSV file: {error}.", "Export it again.") from error
    return set(header), iter(table)


def _person(header: set[str], row: dict[str, str]) -> Person | None:
    """Read one line; None for one that names nobody, such as Canvas's Points Possible."""
    values = {name: _first(row, names) for name, names in _COLUMNS.items()}
    canvas = "student" in header and "id" in header
    if canvas:
        values["name"], values["canvas_id"] = row.get("student", ""), row.get("id", "").strip()
    elif "student" in header:
        values["student"] = row.get("student", "").strip()
    if not values["name"]:
        values["name"] = f"{_first(row, _FIRST)} {_first(row, _LAST)}".strip()
    if canvas and not values["canvas_id"].isdigit():
        return None
    person = Person(**{name: " ".join(value.split()) for name, value in values.items()})
    return person if any(asdict(replace(person, section="")).values()) else None


def _first(row: dict[str, str], names: tuple[str, ...]) -> str:
    """Return the first of the named cells that holds something."""
    return next((row[name].strip() for name in names if row.get(name, "").strip()), "")


def _moodle_time(text: str, zone: tzinfo) -> datetime | None:
    """Read a date as an English Moodle writes it; None for "-" and other languages."""
    for form in _DATES:
        try:
            return datetime.strptime(" ".join(text.split()), form).replace(tzinfo=zone)
        except ValueError:
            continue
    return None
