"""A class's people, and which of them a system's name, number or mail means."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace

from autograder.ingest.reading import Rejected, require_safe_name
from autograder.lms.naming import Sender

_LONGEST = 120  # bytes of a folder's name; nbgrader makes longer ones of it
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


class Ambiguous(Exception):
    """A name that fits several people, or none for sure; the message says why."""


def folder_name(text: str, taken: Iterable[str] = ()) -> str:
    """Make a name for a student's folder of any text, in its own script.

    Two people never share one, also where a file system does not tell capitals apart.
    """
    text = unicodedata.normalize("NFC", text).strip()
    kept = "".join(_safe(sign) for sign in text)
    kept = re.sub(r"-{2,}", "-", kept).strip("-. ") or "student"
    kept = kept.encode()[:_LONGEST].decode("utf-8", "ignore").rstrip("-. ")
    if _RESERVED.fullmatch(kept):
        kept = f"{kept}-"
    known = {name.casefold() for name in taken}
    number, found = 2, kept
    while found.casefold() in known:
        found, number = f"{kept}-{number}", number + 1
    return require_safe_name(found, "student")


def _safe(sign: str) -> str:
    """Keep letters of any script, marks, digits and a few signs; a dash stands for the rest."""
    if unicodedata.category(sign)[0] in "LMN" or sign in "._@-":
        return sign
    return "-"


def is_folder_name(text: str) -> bool:
    """Whether `text` can name a student's folder as it stands."""
    try:
        require_safe_name(text, "student")
    except Rejected:
        return False
    # nbgrader reads ids back out of paths, in which these mean something.
    return not set(text) & set("+*?[]{}") and text == text.strip()


def name_key(name: str) -> str:
    """A name without capitals, order and signs; Moodle leaves some of those out of its names."""
    words = re.split(r"[\s,_]+", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(sorted(filter(None, map(_letters, words))))


def canvas_key(name: str) -> str:
    """A name as Canvas writes it into a file's name: letters, marks, digits and underscores."""
    return _letters(unicodedata.normalize("NFC", name).casefold(), "_")


def _letters(text: str, also: str = "") -> str:
    """Keep letters, marks and digits of any script."""
    return "".join(s for s in text if unicodedata.category(s)[0] in "LMN" or s in also)


def _canvas_forms(name: str) -> set[str]:
    """How Canvas may write a person's name: last name first, as it sorts them, or as given."""
    words = name.replace(",", " ").split()
    turns = [words[at:] + words[:at] for at in range(len(words))]
    return {canvas_key("".join(turn)) for turn in turns} | {canvas_key(name)}


class People:
    """The class: finds people, and takes in what a further list says of them."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        """Start with the people of a class's roster."""
        self._by_student = {person.student: person for person in people}

    def __iter__(self) -> Iterator[Person]:
        """Go through them in the order in which they came."""
        return iter(self._by_student.values())

    def __len__(self) -> int:
        """Count them."""
        return len(self._by_student)

    def get(self, student: str) -> Person | None:
        """Find a person by the folder's name."""
        return self._by_student.get(student)

    def add(self, news: Person) -> Person:
        """Take in one line of a list: mend a person who is known, else add one.

        `news.student` may be empty: the folder is then named after the login, mail, number or name.
        """
        known = self._known(news)
        if known:
            given = {f.name: getattr(news, f.name) for f in fields(Person) if f.name != "student"}
            person = replace(known, **{key: value for key, value in given.items() if value})
        else:
            person = replace(news, student=self._new_folder(news))
        self._by_student[person.student] = person
        return person

    def _new_folder(self, news: Person) -> str:
        """Name the folder of someone new."""
        taken = self._by_student
        if news.student and is_folder_name(news.student) and news.student not in taken:
            return news.student
        source = news.student or news.login or news.email or news.id_number or news.sis_id
        if not source:
            source = "-".join(filter(None, (news.name, news.canvas_id)))
        return folder_name(source, taken)

    def _known(self, news: Person) -> Person | None:
        """Find who a line of a list is about; a name alone decides only where nothing speaks
        against it.
        """
        if news.student and news.student in self._by_student:
            return self._by_student[news.student]
        for field in IDENTIFIERS:
            value = getattr(news, field)
            same = [one for one in self if value and _same(getattr(one, field), value)]
            if same:
                return same[0]
        named = [one for one in self if news.name and name_key(one.name) == name_key(news.name)]
        clash = [one for one in named if _differ(one, news)]
        return named[0] if len(named) == 1 and not clash else None

    def who(self, readings: list[Sender]) -> Person | None:
        """Find whom one of a file's readings means; None if the roster does not know them.

        Raises `Ambiguous` where the number and the name speak of different people, or a name fits
        several.
        """
        by_number = {found.student for one in readings if (found := self._by_number(one))}
        if len(by_number) > 1:
            # A person may call themselves `ada_101`, or a file `102_3_reshape.ipynb`.
            raise Ambiguous(f"Its name can be read as of {' or '.join(sorted(by_number))}.")
        confirmed = [found for one in readings if (found := self._confirmed(one))]
        if confirmed:
            return confirmed[0]
        if by_number:
            raise Ambiguous(
                f"Its number is that of {by_number.pop()}, its name is not."
                " Mend the name in the roster if they are the same."
            )
        return None

    def _by_number(self, sender: Sender) -> Person | None:
        """Find a person by what a system uses for one alone."""
        for field, value in _numbers(sender):
            found = [one for one in self if value and _same(getattr(one, field), value)]
            if found:
                return found[0]
        return None

    def _confirmed(self, sender: Sender) -> Person | None:
        """Find a person whom number and name agree on; by name alone where there is no number."""
        person = self._by_number(sender)
        if person:
            fits = sender.system != "canvas" or not person.name or not sender.name
            return person if fits or _fits(sender, person) else None
        if not sender.name:
            return None
        named = [one for one in self if one.name and _fits(sender, one)]
        if sender.system == "canvas":
            # Another number than this one: another person of the same name.
            named = [one for one in named if not one.canvas_id]
        if len(named) > 1:
            names = ", ".join(one.student for one in named)
            raise Ambiguous(f"Several students have this name: {names}.")
        return named[0] if named else None


def _numbers(sender: Sender) -> list[tuple[str, str]]:
    """What of a sender means one person alone, by the roster's field."""
    if sender.system == "canvas":
        return [("canvas_id", sender.key)]
    if sender.system == "plain":
        return [(field, sender.key) for field in ("student", *IDENTIFIERS)]
    return [
        ("email", sender.email),
        ("id_number", sender.sid),
        ("sis_id", sender.sid),
        ("login", sender.sid),
    ]


def _fits(sender: Sender, person: Person) -> bool:
    """Whether a system's spelling of a name is this person's."""
    if sender.system == "canvas":
        return canvas_key(sender.name) in _canvas_forms(person.name)
    return name_key(sender.name) == name_key(person.name)


def _same(one: str, other: str) -> bool:
    """Compare identifiers as systems do: capitals do not count."""
    return one.casefold() == other.casefold()


def _differ(one: Person, other: Person) -> bool:
    """Whether two lines name different numbers for the same system."""
    pairs = [(getattr(one, field), getattr(other, field)) for field in IDENTIFIERS]
    return any(a and b and not _same(a, b) for a, b in pairs)
