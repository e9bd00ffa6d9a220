"""The people of a class. A person is found by folder name, number, mail or full name."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from functools import lru_cache

from autograder.ingest.reading import require_safe_name
from course.notebook.rejecting import Rejected

_LONGEST_BYTES = 120  # of a folder's name; nbgrader adds to it
_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³]) *+(\..*)?", re.IGNORECASE | re.DOTALL
)

_ACCENTS = re.compile("[\u0300-\u036f]")


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

_ALIKE = {
    "sis_id": ("id_number", "login", "student"),
    "id_number": ("sis_id", "login", "student"),
    "login": ("student", "email", "sis_id", "id_number"),
    "email": ("login", "student"),
    "github": ("student",),
}
"""In which fields another system may have what a list has in this one."""


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
    """Write a name without accents too: `José` in one list is `Jose` in another.

    The vowels of Hindi are letters of their own.
    """
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", name.casefold()))
    return accented_name_key(plain)


@lru_cache(maxsize=10_000)
def accented_name_key(name: str) -> str:
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
        key = nfc(student)
        return self._by_student.get(student) or next(
            (one for one in alike if nfc(one.student) == key), None
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
        """Find the people of whom one line of a list has the folder's name or an identifier.

        Where nobody has it in the same field, somebody may in one that is like it, under a name
        that does not speak against it: Canvas's SIS ID is Gradescope's SID.
        """
        known = self.get(line.student) if line.student else None
        found = {known.student: known} if known else {}
        for name in IDENTIFIERS:
            same = self.with_identifier(name, getattr(line, name))
            found |= {one.student: one for one in same}
        if found:
            return list(found.values())
        named = {one.student for one in self.named(line)}
        return [
            one
            for one, _, _ in self.alike(line)
            if is_same_person(one, line) and (not named or one.student in named)
        ]

    def alike(self, line: Person) -> list[tuple[Person, str, str]]:
        """Find who lacks an identifier of a line, and has its value in a field that is like it.

        Returns each with that field and the line's; nobody for a line that names the folder.
        """
        found: dict[str, tuple[Person, str, str]] = {}
        if line.student:
            return []
        for name, fields_alike in _ALIKE.items():
            for other in fields_alike:
                for one in self.with_identifier(other, getattr(line, name)):
                    if not getattr(one, name):
                        found.setdefault(one.student, (one, other, name))
        return list(found.values())

    def _put(self, person: Person) -> None:
        """Keep a person in place of what was known of that student, found by each identifier."""
        earlier = self._by_student.get(person.student)
        for key in _index_keys(earlier) if earlier else ():
            del self._by_identifier[key][person.student]
        self._by_student[person.student] = person
        for key in _index_keys(person):
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
        found = self._by_identifier.get(("name", name_key(line.name)), {})
        return [self._by_student[student] for student in found]

    def _known(self, news: Person, by_name: bool) -> Person | None:
        """Find the person of a line of a list, by name only where no identifier differs."""
        if matches := self.matches(news):
            return matches[0]
        named = self.named(news) if by_name else []
        clash = [one for one in named if differences(one, news)]
        return named[0] if len(named) == 1 and not clash else None


def is_same_person(one: Person, other: Person) -> bool:
    """Whether two lines with one identifier in different fields are of one person, by the rest."""
    if name_key(one.name) and name_key(other.name):
        return share_a_word(one.name, other.name)
    return not differences(one, other)


def share_a_word(one: str, other: str) -> bool:
    """Whether two names have a word in common, as those of one person have."""
    return bool(set(name_key(one).split()) & set(name_key(other).split()))


def may_be_one_name(one: str, other: str) -> bool:
    """Whether two names may be one person's: nothing is known of names in two scripts."""
    keys = name_key(one), name_key(other)
    return not (all(keys) and "".join(keys).isascii()) or share_a_word(one, other)


def same_identifier(one: str, other: str) -> bool:
    """Compare identifiers as systems do, without regard to capitals and forms of letters."""
    return _identifier_key(one) == _identifier_key(other)


@lru_cache(maxsize=10_000)
def _identifier_key(text: str) -> str:
    """Write an identifier in small letters and in one form: macOS takes `ü` apart in names."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def nfc(text: str) -> str:
    """Write letters in one form: macOS takes `ü` apart in names."""
    return unicodedata.normalize("NFC", text)


def identifier_keys(person: Person) -> list[tuple[str, str]]:
    """Return each identifier of a person, with its field, as it is compared."""
    values = [(field, getattr(person, field)) for field in IDENTIFIERS]
    return [(field, _identifier_key(value)) for field, value in values if value]


def _index_keys(person: Person) -> list[tuple[str, str]]:
    """Return what a person is found by; a name without letters, which many may have, is nothing."""
    keys = [("student", _identifier_key(person.student)), *identifier_keys(person)]
    name = name_key(person.name)
    return [*keys, ("name", name)] if name else keys


def differences(one: Person, other: Person, also: Iterable[str] = ()) -> list[str]:
    """Return the fields that two lines both fill in, and differ in.

    They are the identifiers, and of `also` the folder (`student`), and the name, by more than its
    order and signs.
    """
    theirs = dict(identifier_keys(other))
    found = [field for field, key in identifier_keys(one) if theirs.get(field, key) != key]
    keys = {
        "student": (one.student, other.student),
        "name": (name_key(one.name), name_key(other.name)),
    }
    return found + [field for field in also if all(keys[field]) and len({*keys[field]}) > 1]


def hidden_person(number: str) -> Person:
    """Return somebody whose name Moodle hides, by the number of one assignment."""
    return Person(f"participant-{number}")


def is_hidden(person: Person) -> bool:
    """Whether nothing but a number that a system gave is known of somebody."""
    hidden = ("participant-", "anon-")  # Moodle's, Canvas's
    return person == Person(person.student) and person.student.startswith(hidden)


def is_nobody(person: Person) -> bool:
    """Whether somebody can't miss an assignment: Canvas's test student, or one without a name."""
    return is_hidden(person) or name_key(person.name) in ("student test", "studenttest")
