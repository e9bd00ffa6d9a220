"""A list of people as text: its separator, its line of headings, and the fields that these mean.

The headings are those of Canvas's gradebook and groups, Moodle's grading worksheet and participants
in English, German, French and Spanish (`recordid`, `fullname`, `lastmodifiedsubmission` of its
language packs), Blackboard's and Brightspace's grade lists, Sakai's `grades.csv` (its headings come
after a line with the assignment's title), Gradescope's and GitHub Classroom's rosters, and
nbgrader's own `id,last_name,first_name,email`.
"""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.errors import GradingError
from course.files import plain_cell

_SEPARATORS = ",;\t|"
_LINES_BEFORE = 10
"""Lines in which the headings are looked for."""

_BY_FIELD = {
    "student": ("nbgrader id",),
    "name": (
        "full name",
        "student name",
        "display name",
        "vollständiger name",
        "nom complet",
        "nombre completo",
    ),
    "first": ("first name", "given name", "vorname", "vornamen", "prénom", "nombres", "nombre(s)"),
    "last": (
        "last name",
        "surname",
        "family name",
        "nachname",
        "familienname",
        "nom de famille",
        "apellido",
        "apellidos",
        "apellido(s)",
    ),
    "email": (
        "email",
        "email address",
        "mail",
        "mailadresse",
        "e-mail-adresse",
        "courriel",
        "adresse de courriel",
        "adresse e-mail",
        "correo",
        "correo electrónico",
        "dirección de correo",
        "dirección de correo electrónico",
        "dirección email",
    ),
    "login": (
        "sis login id",
        "login",
        "login id",
        "username",
        "eid",
        "benutzername",
        "anmeldename",
        "nom d'utilisateur",
        "nombre de usuario",
        "usuario",
    ),
    "canvas_id": ("canvas id", "canvas user id"),
    "sis_id": ("sis user id", "sis id"),
    "id_number": (
        "id number",
        "sid",
        "student id",
        "student number",
        "orgdefinedid",
        "id-nummer",
        "matrikelnummer",
        "matrikelnr",
        "numéro d'identification",
        "numéro étudiant",
        "número de id",
        "número de identificación",
        "matrícula",
    ),
    "section": ("section", "sections"),
    "group": (
        "group",
        "groups",
        "group name",
        "team",
        "team name",
        "gruppe",
        "gruppen",
        "groupe",
        "groupes",
        "grupo",
        "grupos",
    ),
    "github": ("github", "github username", "github login"),
    "role": ("role", "roles", "rolle", "rollen", "rôle", "rôles", "rol"),
    "identifier": ("identifier", "identifiant", "identificador"),
    "modified": (
        "last modified (submission)",
        "zuletzt geändert (abgabe)",
        "dernière modification (travail remis)",
        "última modificación (entrega)",
    ),
}
_AMBIGUOUS = ("student", "name", "nom", "nombre", "id", "userid", "displayid")
_PARTICIPANT = ("participant", "participante", "teilnehmer", "teilnehmerin", "teilnehmende")
"""What Moodle calls somebody in a worksheet and in anonymous names, as `heading_key` writes it."""


def heading_key(text: str) -> str:
    """Write a heading or a word in small letters and digits, without accents and signs."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(one for one in plain if unicodedata.category(one)[0] in "LN")


_FIELDS = {heading_key(name): field for field, names in _BY_FIELD.items() for name in names}


def is_participant(text: str) -> bool:
    """Whether a text is Moodle's word for somebody whose name it hides; a number may follow."""
    return heading_key(text.rstrip("0123456789 ")) in _PARTICIPANT


@dataclass(frozen=True)
class Line:
    """One line of a list, by field."""

    number: int
    """Of its first line in the file."""
    values: dict[str, str]


@dataclass(frozen=True)
class ListTable:
    """A list of people."""

    fields: frozenset[str]
    lines: list[Line]
    unused: tuple[str, ...]
    """Headings of columns that hold something and say nothing of a person."""


def read_table(path: Path) -> ListTable:
    """Read a list, whatever its separator.

    Raises `GradingError` for a text that is not UTF-8 or UTF-16, with the line for a quotation mark
    that is not closed and for a line of more cells than there are headings.
    """
    lines = list(_cells(path))
    at, fields = next(
        (
            (at, found)
            for at, (_, row) in enumerate(lines[:_LINES_BEFORE])
            if (found := _fields(row))
        ),
        (0, {}),
    )
    if not lines:
        return ListTable(frozenset(), [], ())
    header = lines[at][1]
    rows = [(number, _fitting(path, number, row, header)) for number, row in lines[at + 1 :]]
    fields = _with_certain(header, fields, [row for _, row in rows])
    unused = tuple(
        name
        for column, name in enumerate(header)
        if column not in fields and any(row[column].strip() for _, row in rows)
    )
    people = [Line(number, _values(row, fields)) for number, row in rows]
    return ListTable(frozenset(fields.values()), people, unused)


def _values(row: Sequence[str], fields: dict[int, str]) -> dict[str, str]:
    """Return the cells by field: of several of one field the first that holds something."""
    values: dict[str, str] = {}
    for column, field in fields.items():
        values[field] = values.get(field) or row[column].strip()
    return values


def _fitting(path: Path, number: int, row: list[str], header: list[str]) -> list[str]:
    """Return as many cells as there are headings; cells beyond them may only be empty."""
    more = [cell for cell in row[len(header) :] if cell.strip()]
    if more:
        raise GradingError(
            f"{path}, line {number}: it has {len(row)} cells, the line of headings {len(header)}.",
            "Put a cell that holds the separator in quotation marks, then run the command again.",
        )
    return (row + [""] * len(header))[: len(header)]


def _text(path: Path) -> str:
    """Read a text in UTF-8, or in UTF-16 as a spreadsheet marks it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GradingError(
            f"{path} can't be read ({error.strerror}).", "Name a list of people (CSV)."
        ) from error
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig").lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise GradingError(f"{path} is not in UTF-8.", "Export it again as UTF-8.") from error


def _cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that hold something, each with its number in the file."""
    text = _text(path)
    separator = _separator(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    # Moodle's worksheet holds what students typed, which can be longer than Python's own limit.
    usual = csv.field_size_limit(len(text) + 1)
    start = 1
    try:
        for row in rows:
            # Excel's `sep=;` says how the lines are read, and is split by what it names.
            if any(map(str.strip, row)) and separator.join(row).casefold() != f"sep={separator}":
                yield start, [plain_cell(cell) for cell in row]
            start = rows.line_num + 1
    except csv.Error as error:
        raise GradingError(
            f"{path}, line {start}: a quotation mark is not closed, or stands inside a cell"
            f" ({error}).",
            "Close it, or write it twice inside quotation marks; then run the command again.",
        ) from error
    finally:
        csv.field_size_limit(usual)


def _separator(text: str) -> str:
    """Return the separator that Excel's first line names, else that finds most headings."""
    lines = [line for line in text.splitlines() if line.strip()][:_LINES_BEFORE]
    if not lines:
        return ","
    first = lines[0].strip('"').casefold()
    if first.startswith("sep=") and first[4:5] in tuple(_SEPARATORS):
        return first[4]

    def known(separator: str) -> tuple[int, int]:
        rows = [line.replace('"', "").split(separator) for line in lines]
        return max(len(_fields(row)) for row in rows), lines[0].count(separator)

    return max(_SEPARATORS, key=known)


def _fields(header: list[str]) -> dict[int, str]:
    """Return the fields of the columns that have one; "?" before a heading of several meanings."""
    found = {}
    for column, name in enumerate(header):
        key = heading_key(name)
        if name.strip() == "student_id":  # nbgrader's own; a registrar writes "Student ID"
            found[column] = "student"
        elif key in _FIELDS or key in _AMBIGUOUS:
            found[column] = _FIELDS.get(key, f"?{key}")
    return found


def _with_certain(
    header: list[str], fields: dict[int, str], rows: list[list[str]]
) -> dict[int, str]:
    """Decide what `name`, `id` and their like mean, by the other headings and by the cells."""
    named = set(fields.values())
    meanings = _meanings(named)
    found = {}
    for column, field in fields.items():
        cells = [row[column] for row in rows if row[column].strip()]
        is_worksheet = bool(cells) and all(map(is_participant, cells))
        if field in ("?id", "identifier") and is_worksheet:
            found[column] = "identifier"
        elif field == "identifier" and "github" in named:
            found[column] = "roster"  # a name, a mail or a number, as the teacher chose
        else:
            found[column] = meanings.get(field, field)
    return {column: field for column, field in found.items() if not field.startswith("?")}


def _meanings(named: set[str]) -> dict[str, str]:
    """Return what headings of several meanings mean beside the others; "?" for nothing certain."""
    halves = {"first", "last"} & named
    name = {"first": "last", "last": "first"}[halves.pop()] if len(halves) == 1 else "name"
    meanings = {"?name": name, "?nom": name, "?nombre": name, "?id": "student"}
    meanings["?student"] = "canvas_name" if "?id" in named else "student"
    meanings["?userid"] = "sis_id" if "canvas_id" in named else "login"
    meanings["?displayid"] = "id_number" if "?id" in named else "login"
    if "?student" in named:
        meanings["?id"] = "canvas_id"
    elif "?displayid" in named:
        meanings["?id"] = "login"  # Sakai: its folders have the ID, which need not be the one shown
    elif "login" in named:
        meanings["?id"] = "?"
    return meanings
