"""The people of a class, by the names of their folders, their numbers and their mail."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace

from autograder.ingest.reading import Rejected, require_safe_name

_LONGEST_BYTES = 120  # of a folder's name; nbgrader adds to it
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


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
    if _RESERVED.fullmatch(kept):
        kept = f"{kept}-"
    known = {name.casefold() for name in taken}
    number, found = 2, kept
    while found.casefold() in known:
        found, number = f"{kept}-{number}", number + 1
    return require_safe_name(found, "student")


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
        for field in IDENTIFIERS:
            value = getattr(news, field)
            same = [one for one in self if value and same_identifier(getattr(one, field), value)]
            if same:
                return same[0]
        named = [one for one in self if news.name and name_key(one.name) == name_key(news.name)]
        clash = [one for one in named if _differ(one, news)]
        return named[0] if len(named) == 1 and not clash else None


def same_identifier(one: str, other: str) -> bool:
    """Compare identifiers as systems do, without regard to capitals."""
    return one.casefold() == other.casefold()


def _differ(one: Person, other: Person) -> bool:
    """Whether two lines have different identifiers of the same kind."""
    pairs = [(getattr(one, field), getattr(other, field)) for field in IDENTIFIERS]
    return any(a and b and not same_identifier(a, b) for a, b in pairs)
