"""A list of people as text: its separator, its line of headings, and the fields that these mean.

The headings are those of Canvas's gradebook and groups, Moodle's grading worksheet and participants
in English, German, French and Spanish (`recordid`, `fullname`, `lastmodifiedsubmission` of its
language packs), Blackboard's and Brightspace's grade lists, Sakai's `grades.csv` (its headings come
after a line with the assignment's title), Gradescope's and GitHub Classroom's rosters, and
nbgrader's own `id,last_name,first_name,email`.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.gradebook.csv_lines import LINES_BEFORE, fitted, read_csv

_BY_FIELD = {
    "student": ("nbgrader id",),
    "name": (
        "full name",
        "student name",
        "display name",
        "vollständiger name",
        "nom complet",
        "nombre completo",
        "nome completo",
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
        "endereço de email",
        "endereço de e-mail",
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
        "número de identificação",
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
    """Headings of columns that hold something that says nothing of a person, or one thing twice."""


def read_table(path: Path) -> ListTable:
    """Read a list; raise `GradingError` as `read_csv` and `fitted` do."""
    lines = read_csv(path, lambda row: len(_fields(row)))
    at, fields = next(
        (
            (at, found)
            for at, line in enumerate(lines[:LINES_BEFORE])
            if (found := _fields(line.cells))
        ),
        (0, {}),
    )
    if not lines:
        return ListTable(frozenset(), [], ())
    header = lines[at].cells
    rows = [(line.number, fitted(path, line, len(header))) for line in lines[at + 1 :]]
    fields = _with_certain(header, fields, [row for _, row in rows])
    people = [Line(number, _values(row, fields)) for number, row in rows]
    cells = [(row, line.values) for (_, row), line in zip(rows, people, strict=True)]
    unused = tuple(
        name
        for column, name in enumerate(header)
        if any(
            row[column].strip() not in ("", values.get(fields.get(column, "")))
            for row, values in cells
        )
    )
    return ListTable(frozenset(fields.values()), people, unused)


def _values(row: Sequence[str], fields: dict[int, str]) -> dict[str, str]:
    """Return the cells by field: of several of one field the first that holds something."""
    values: dict[str, str] = {}
    for column, field in fields.items():
        values[field] = values.get(field) or row[column].strip()
    return values


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
