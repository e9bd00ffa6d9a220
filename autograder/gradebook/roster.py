"""The people of a class: `roster.csv` in the class folder, and the lists that systems export.

A person is found by folder name, number, mail or full name.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from pathlib import Path

from autograder.folders import ClassFolder
from autograder.ingest.reading import require_safe_name
from course.errors import GradingError
from course.files import csv_text, plain_cell, safe_cell, write_atomically
from course.notebook.rejecting import Rejected

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


IDENTIFIERS = ("canvas_id", "sis_id", "id_number", "login", "email")
"""The fields that belong to one person only."""


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
        self._by_student = {person.student: person for person in people}

    def __iter__(self) -> Iterator[Person]:
        """Iterate in the order in which people were added."""
        return iter(self._by_student.values())

    def __len__(self) -> int:
        """Return the number of people."""
        return len(self._by_student)

    def get(self, student: str) -> Person | None:
        """Find a person by the name of the folder."""
        return self._by_student.get(student)

    def add(self, news: Person) -> Person:
        """Add one line of a list: its values fill in a known person's, else make a new person.

        `news.student` may be empty: the folder is then named after the login, mail, number or name.
        """
        known = self._known(news)
        if known:
            values = {one.name: getattr(news, one.name) for one in fields(Person)}
            filled = {name: value for name, value in values.items() if value}
            person = replace(known, **{**filled, "student": known.student})
        else:
            person = replace(news, student=self._new_folder(news))
        self._by_student[person.student] = person
        return person

    def _new_folder(self, news: Person) -> str:
        """Name the folder of a new person."""
        taken = self._by_student
        if news.student and _is_folder_name(news.student) and news.student not in taken:
            return news.student
        source = news.student or news.login or news.email or news.id_number or news.sis_id
        if not source:
            source = "-".join(filter(None, (news.name, news.canvas_id)))
        return folder_name(source, taken)

    def _known(self, news: Person) -> Person | None:
        """Find the person of a line of a list, by name only where no identifier differs."""
        if news.student and news.student in self._by_student:
            return self._by_student[news.student]
        for identifier in IDENTIFIERS:
            value = getattr(news, identifier)
            same = [
                one for one in self if value and same_identifier(getattr(one, identifier), value)
            ]
            if same:
                return same[0]
        key = name_key(news.name)  # "" for a name without letters, which many may have
        named = [one for one in self if key and name_key(one.name) == key]
        clash = [one for one in named if _differ(one, news)]
        return named[0] if len(named) == 1 and not clash else None


def same_identifier(one: str, other: str) -> bool:
    """Compare identifiers as systems do, without regard to capitals and forms of letters."""
    return _identifier_key(one) == _identifier_key(other)


@lru_cache(maxsize=10_000)
def _identifier_key(text: str) -> str:
    """Write an identifier in small letters and in one form: macOS takes `ü` apart in names."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _differ(one: Person, other: Person) -> bool:
    """Whether two lines have different identifiers of the same kind."""
    pairs = [(getattr(one, field), getattr(other, field)) for field in IDENTIFIERS]
    return any(a and b and not same_identifier(a, b) for a, b in pairs)


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
        _read_list(lists, path, UTC)  # it names nobody while nobody has handed in
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


def _read_list(lists: Lists, path: Path, zone: tzinfo) -> int:
    """Add the people of a list, if it names any; return how many of its lines do."""
    header, rows = _table(path)
    count = 0
    for row in rows:
        person = _person(header, row)
        if person is None:
            continue
        count += 1
        person = lists.people.add(person)
        number = re.search(r"(\d+)\s*$", row.get("identifier", "")[-_LONGEST_FIELD:])
        if number:
            time = _moodle_time(row.get(_MODIFIED, ""), zone)
            lists.participants[number[1]] = Participant(person, time)
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
    # Moodle's worksheet holds what students typed, which can be longer than Python's own limit.
    usual = csv.field_size_limit(len(text) + 1)
    try:
        header = [" ".join(cell.split()).casefold() for cell in next(rows, [])]
        table = [dict(zip(header, map(plain_cell, row), strict=False)) for row in rows]
    except csv.Error as error:
        raise GradingError(f"{path} is not a CSV file: {error}.", "Export it again.") from error
    finally:
        csv.field_size_limit(usual)
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
    person = Person(
        **{name: " ".join(value.split())[:_LONGEST_FIELD] for name, value in values.items()}
    )
    return person if any(asdict(replace(person, section="")).values()) else None


def _first(row: dict[str, str], names: tuple[str, ...]) -> str:
    """Return the first of the named cells that holds something."""
    return next((row[name].strip() for name in names if row.get(name, "").strip()), "")


def _moodle_time(text: str, zone: tzinfo) -> datetime | None:
    """Read a date as an English Moodle writes it; None for "-" and other languages."""
    for form in _DATES:
        try:
            return datetime.strptime(" ".join(text[:_LONGEST_FIELD].split()), form).replace(
                tzinfo=zone
            )
        except ValueError:
            continue
    return None
