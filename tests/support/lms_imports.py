"""Reads an export as the LMS does that imports it, and says whose each mark becomes.

Written from the public source of Canvas's gradebook import and of Moodle's import of grades, not
from this project's own writers.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Account:
    """Someone enrolled in the LMS."""

    number: str = ""
    sis: str = ""
    login: str = ""
    name: str = ""
    mail: str = ""


def table(text: str, separator: str = ",") -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if row]


def canvas_separator(text: str) -> str:
    """The separator that gives the first three lines the same number of fields, and the most."""
    lines = text.split("\n")[:3]
    fields = {}
    for separator in (",", ";"):
        counts = {len(next(csv.reader([line], delimiter=separator), [])) for line in lines if line}
        fields[separator] = counts.pop() if len(counts) == 1 else 0
    return ";" if fields[";"] > fields[","] else ","


def canvas_number(text: str) -> str:
    """The last comma or point of a pure number begins its decimals."""
    if text.replace(",", "").replace(".", "").isdigit():
        *whole, last = text.replace(",", ".").split(".")
        return f"{''.join(whole)}.{last}" if whole else last
    return text


def canvas_import(text: str, accounts: list[Account]) -> dict[tuple[str, str], str]:
    """What each column's cell becomes, by the account's number and the heading."""
    header, *rows = table(text, canvas_separator(text))
    assert header[0] == "Student" and header[1] == "ID"
    assert header[2:4] == ["SIS User ID", "SIS Login ID"] and "Section" in header[4:6]
    start = header.index("Section") + 1
    possible = next((row for row in rows if "Points Possible" in row[0]), [])
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        if "Points Possible" in row[0]:
            continue
        account = _canvas_account(row, accounts)
        assert account is not None, f"Canvas would ask who this is: {row}"
        for place in range(start, len(header)):
            if "read only" not in possible[place]:
                found[account.number, header[place]] = canvas_number(row[place].strip())
    return found


def _canvas_account(row: list[str], accounts: list[Account]) -> Account | None:
    """By the number, else by the SIS id, else by the login, else by the name."""
    tries = ((1, "number"), (2, "sis"), (3, "login"), (0, "name"))
    for place, name in tries:
        for account in accounts:
            if row[place] and getattr(account, name) == row[place]:
                return account
    return None


MOODLE_FIELDS = {"ID number": "sis", "Email address": "mail", "Username": "login"}


def moodle_import(text: str, accounts: list[Account], map_from: str) -> dict[tuple[str, str], str]:
    """What each grade becomes, by the account's number and the heading.

    Raises KeyError for a value that no account has: Moodle then imports nothing.
    """
    header, *rows = table(text)
    known = {getattr(one, MOODLE_FIELDS[map_from]).casefold(): one for one in accounts}
    place = header.index(map_from)
    start = header.index("Full name") + 1
    return {
        (known[row[place].casefold()].number, header[at]): row[at]
        for row in rows
        for at in range(start, len(header))
    }


def question_sums(text: str) -> dict[tuple[str, str], Decimal]:
    """The sum of each submission's rows, by student and assignment."""
    sums: dict[tuple[str, str], Decimal] = {}
    for row in csv.DictReader(io.StringIO(text, newline="")):
        key = row["student"], row["assignment"]
        sums[key] = sums.get(key, Decimal(0)) + Decimal(row["score"])
    return sums


def canvas_template(accounts: list[Account], columns: dict[str, str], separator: str = ",") -> str:
    """The gradebook as Canvas exports it; `columns` has the points possible by heading."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *columns])
    writer.writerow(["    Points Possible", "", "", "", "", *columns.values()])
    for one in accounts:
        writer.writerow([one.name, one.number, one.sis, one.login, "A", *["" for _ in columns]])
    return text.getvalue()


def cells(text: str) -> Iterator[tuple[list[str], str]]:
    """Every cell of a table with the row that it stands in."""
    for row in table(text):
        for cell in row:
            yield row, cell
