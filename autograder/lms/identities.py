"""Who a row of an export is about, in the words of the system that imports it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from autograder.gradebook.roster import Person

CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE_COLUMNS = ("ID number", "Email address", "Username", "Full name")

Identity = Callable[[Person], list[str]]
"""Gives a person's cells in the columns of a system."""


def has_identifier(person: Person) -> bool:
    """Whether anything but the name of the folder says who it is in the LMS."""
    return any((person.canvas_id, person.sis_id, person.id_number, person.login, person.email))


def canvas_identity(person: Person) -> list[str]:
    """Write a person in CANVAS_COLUMNS.

    Where nothing else is known, the name of the folder stands for the login: a class that nbgrader
    collected names folders so.
    """
    return [
        person.name or person.student,
        person.canvas_id,
        person.sis_id or person.id_number,
        person.login or person.email or _folder(person),
        person.section,
    ]


def moodle_identity(person: Person) -> list[str]:
    """Write a person in MOODLE_COLUMNS; the folder stands for the login as in Canvas's."""
    return [
        person.id_number or person.sis_id,
        person.email,
        person.login or _folder(person),
        person.name,
    ]


def _folder(person: Person) -> str:
    """Return the name of the folder of whom nothing else is known, else ""."""
    return "" if has_identifier(person) else person.student


def shared(
    people: Sequence[Person], identity: Identity, columns: Sequence[str], wanted: Sequence[str]
) -> Iterator[str]:
    """Yield a line for each value of a wanted column that several people have."""
    for column in wanted:
        place = columns.index(column)
        students: dict[str, list[str]] = defaultdict(list)
        for person in people:
            students[identity(person)[place].casefold()].append(person.student)
        for value, several in students.items():
            if value and len(several) > 1:
                yield f"Several have the {column} {value}: {', '.join(several)}."


def mapping_columns(people: Sequence[Person]) -> list[str]:
    """Return those of MOODLE_COLUMNS in which every person has a value of their own.

    A full name is none: Moodle maps from no name.
    """
    found = []
    for place, column in enumerate(MOODLE_COLUMNS[:3]):
        values = [moodle_identity(person)[place].casefold() for person in people]
        if all(values) and len(set(values)) == len(values):
            found.append(column)
    return found
