"""Reads the gradebook that Canvas exported, and finds the row of each person of a class in it.

Canvas finds a student by `ID` (its own number), else by `SIS User ID`, else by `SIS Login ID`;
people are matched with rows in the same order. A person and a row that bear different numbers are
never matched, and neither are two people with one row or two rows with one person.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.gradebook.csv_lines import fitted, read_csv
from autograder.gradebook.roster import Person, may_be_one_name, name_key
from autograder.lms.identities import has_identifier
from course.errors import GradingError

NUMBER, SIS, LOGIN, SECTION = "ID", "SIS User ID", "SIS Login ID", "Section"
NAME_COLUMNS = (("Student",), ("LastName", "FirstName"))
"""How Canvas writes names, in one column or in two."""

_ROOT = "Root Account"
_KNOWN = {NUMBER, SIS, LOGIN, SECTION, *NAME_COLUMNS[0], *NAME_COLUMNS[1]}
_SAYS = re.compile(r"(?!\s*(muted|manual posting.*)?\s*$)", re.IGNORECASE).match
"""Finds what Canvas does not write into a row of its own, below the headings."""
_TEST_LOGIN = re.compile("[0-9a-f]{40}")
_NUMBER_BEHIND = re.compile(r" \(\d+\)$")

Row = dict[str, str]


def _key(text: str) -> str:
    """Write an identifier as it is compared: without regard to capitals and to forms of letters."""
    return unicodedata.normalize("NFC", text).strip().casefold()


@dataclass(frozen=True)
class Template:
    """The gradebook as Canvas exported it."""

    path: Path
    header: list[str]
    """All headings, in the file's order."""
    possible: Row
    """The row `Points Possible`; empty where the file has none."""
    rows: list[Row]
    """The rows of students by heading, without Canvas's own rows."""

    @property
    def identity(self) -> list[str]:
        """The columns that say whose a row is, in the order that Canvas's import expects."""
        names = next(one for one in NAME_COLUMNS if set(one) <= set(self.header))
        root = [_ROOT] if _ROOT in self.header else []
        return [*names, NUMBER, SIS, LOGIN, *root, SECTION]

    def column(self, title: str) -> str | None:
        """Find an assignment's column by its title, with Canvas's number behind it or not.

        Returns None if there is none. Raises GradingError for several, and for one that Canvas's
        import leaves out.
        """
        known = {*self.identity, "Integration ID", _ROOT}
        found = [one for one in self.header if one not in known and _is_titled(one, title)]
        if title in found and _NUMBER_BEHIND.search(title):
            found = [title]
        if not found:
            return None
        if len(found) > 1:
            raise GradingError(
                f"{self.path} has several columns called {title!r}: {', '.join(found)}.",
                f'Name one with its number: --column NAME="{found[0]}".',
            )
        if "read only" in self.possible.get(found[0], "").casefold():
            raise GradingError(
                f"{self.path}: Canvas takes no marks in the column {found[0]!r}, it is read only.",
                "Name the assignment's own column with --column.",
            )
        return found[0]


def _is_titled(column: str, title: str) -> bool:
    """Whether a heading is this title, with a number behind it or not."""
    bare = _NUMBER_BEHIND.sub("", column)
    return column == title or bare.casefold() == title.casefold()


def read_template(path: Path) -> Template:
    """Read Canvas's own file, with commas, semicolons or tabs.

    Raises GradingError for a file that is no gradebook of Canvas, and as `read_csv` does.
    """
    header, table = _table(path)
    names = [one for one in NAME_COLUMNS if set(one) <= set(header)]
    if not names or not {NUMBER, SECTION} <= set(header):
        raise GradingError(
            f"{path} is no gradebook of Canvas.",
            "Take the file that Canvas exports: Gradebook, Export, Entire Gradebook.",
        )
    first = names[0][0]
    possible = next((row for row in table if "Points Possible" in row.get(first, "")), {})
    rows = [
        row
        for row in table
        if "Points Possible" not in row.get(first, "") and any(map(_SAYS, row.values()))
    ]
    return Template(path, header, possible, rows)


def _table(path: Path) -> tuple[list[str], list[Row]]:
    """Read the headings, and every row by heading."""
    lines = read_csv(path, lambda row: len(_KNOWN.intersection(map(str.strip, row))))
    header = [cell.strip() for cell in lines[0].cells] if lines else []
    rows = [fitted(path, line, len(header)) for line in lines[1:]]
    return header, [dict(zip(header, row, strict=True)) for row in rows]


@dataclass
class Matches:
    """Which person each row of a template belongs to."""

    students: dict[int, str] = field(default_factory=dict)
    """The student of a row, by the row's place in `Template.rows`."""
    unplaced: dict[str, str] = field(default_factory=dict)
    """Why a student has no row, by student."""
    unclear: list[str] = field(default_factory=list)
    """The names in rows of which `unplaced` says why they are nobody's."""
    strangers: list[str] = field(default_factory=list)
    """The names in rows that are nobody's in the class; Canvas's test student is not one."""


class _Names:
    """The names in the rows of a template, which speak against a login of another system."""

    def __init__(self, template: Template) -> None:
        self._columns = template.identity[: template.identity.index(NUMBER)]
        self._names = [" ".join(row.get(one, "") for one in self._columns) for row in template.rows]
        self._keys = [*map(name_key, self._names)]

    def reason_against(self, person: Person, place: int, column: str) -> str | None:
        """Say why a row is not a person's, by the names; None if they agree or say nothing."""
        key, own = name_key(person.name), self._keys[place]
        is_anothers = key and own and key != own and key in self._keys
        if not is_anothers and may_be_one_name(person.name, self._names[place]):
            return None
        name = " ".join(self._names[place].split())
        return f"the row with {person.student}'s {column} is that of {name}, not of {person.name}"


Keys = Callable[[Person], tuple[str, ...]]

# What Canvas finds a person by, the surest first: its column, and what it is called here.
_ROUNDS: tuple[tuple[str, Keys], ...] = (
    (NUMBER, lambda one: (one.canvas_id,)),
    (SIS, lambda one: (one.sis_id,)),
    (LOGIN, lambda one: (one.login,)),
    (SIS, lambda one: (one.id_number,)),
    (LOGIN, lambda one: (one.email,)),
    # Of whom nothing else is known, the folder has the name that the system gave.
    (LOGIN, lambda one: () if has_identifier(one) else (one.student,)),
    (SIS, lambda one: () if has_identifier(one) else (one.student,)),
)


def match(template: Template, people: Iterable[Person]) -> Matches:
    """Find the row of each person."""
    left = {one.student: one for one in people}
    matches = Matches()
    free = dict(enumerate(template.rows))
    unclear: set[int] = set()
    names = _Names(template)
    for column, keys in _ROUNDS:
        _one_round(free, left, column, keys, matches, unclear, names)
    for student, person in left.items():
        taken = _taken_row(template, person, matches)
        matches.unplaced.setdefault(student, taken or f"no row has {_known_by(person)}")
    for place, row in sorted(free.items()):
        if not _is_test_student(row):
            kept = matches.unclear if place in unclear else matches.strangers
            kept.append(_name(template, row))
    return matches


def _one_round(
    free: dict[int, Row],
    left: dict[str, Person],
    column: str,
    keys: Keys,
    matches: Matches,
    unclear: set[int],
    names: _Names,
) -> None:
    """Match those left by one column; take out whoever is matched, or cannot be told apart.

    Adds to `unclear` the rows of which it can't be told whose they are.
    """
    rows: dict[str, list[int]] = defaultdict(list)
    for place, row in free.items():
        rows[_key(row.get(column, ""))].append(place)
    people: dict[str, list[str]] = defaultdict(list)
    for student, person in left.items():
        for key in filter(None, map(_key, keys(person))):
            people[key].append(student)
    for key, students in people.items():
        places = [place for place in rows.get(key, []) if place in free]
        if not places:
            continue
        reason = _unclear(column, students, [free[place] for place in places], left)
        if not reason and column != NUMBER:
            reason = names.reason_against(left[students[0]], places[0], column)
        if reason:
            unclear.update(places)
            for student in students:
                matches.unplaced[student] = reason
                del left[student]
            continue
        matches.students[places[0]] = students[0]
        del left[students[0]], free[places[0]]


def _unclear(
    column: str, students: list[str], rows: list[Row], left: Mapping[str, Person]
) -> str | None:
    """Say why these people and rows, which share a value, are not matched; None if they are."""
    value = rows[0].get(column, "").strip()
    if len(rows) > 1:
        return f"{len(rows)} rows have the {column} {value}"
    if len(students) > 1:
        return f"the row with the {column} {value} fits several: {', '.join(students)}"
    person = left[students[0]]
    for other, own in ((NUMBER, person.canvas_id), (SIS, person.sis_id)):
        theirs = rows[0].get(other, "").strip()
        if own and theirs and _key(own) != _key(theirs):
            return f"the row with the {column} {value} has the {other} {theirs}, roster.csv {own}"
    return None


def _taken_row(template: Template, person: Person, matches: Matches) -> str:
    """Say which row of another student has what a person could be found by; "" for none."""
    for column, keys in _ROUNDS:
        wanted = {*filter(None, map(_key, keys(person)))}
        for place, row in enumerate(template.rows):
            value = row.get(column, "").strip()
            if _key(value) in wanted and place in matches.students:
                whose = matches.students[place]
                return f"the row with the {column} {value} is that of {whose}; are they one person?"
    return ""


def _known_by(person: Person) -> str:
    """Name what a person could have been found by."""
    values = {
        NUMBER: person.canvas_id,
        SIS: person.sis_id or person.id_number,
        LOGIN: person.login or person.email,
    }
    if not any(values.values()):
        values[LOGIN] = person.student
    return " or ".join(f"the {column} {value}" for column, value in values.items() if value)


def _name(template: Template, row: Row) -> str:
    """Write who a row is about."""
    names = template.identity[: template.identity.index(NUMBER)]
    name = ", ".join(filter(None, (row.get(one, "").strip() for one in names)))
    number = row.get(NUMBER, "").strip() or row.get(LOGIN, "").strip()
    return f"{name} ({number})" if number else name or "a row without a name"


def _is_test_student(row: Row) -> bool:
    """Whether a row is that of Canvas's test student, which every course may have."""
    login = row.get(LOGIN, "").strip()
    return row.get("Student", "").strip() in ("Student, Test", "Test Student") and (
        not login or bool(_TEST_LOGIN.fullmatch(login))
    )
