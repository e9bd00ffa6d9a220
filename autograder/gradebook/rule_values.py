"""The values of `rules.toml`: where each stands in the file, and what it may be."""

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, tzinfo
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from autograder.gradebook.rule_spelling import EXAMPLE, date_meant

_YEARS = range(1990, 2200)


def same_name(first: str, second: str) -> bool:
    """Whether two names have the same letters: `é` may be written as one character or as two."""
    return unicodedata.normalize("NFC", first) == unicodedata.normalize("NFC", second)


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return "Did you mean …?" if a known name is close, else "" ."""
    by_key = {unicodedata.normalize("NFC", one).casefold(): one for one in known}
    near = get_close_matches(unicodedata.normalize("NFC", name).casefold(), by_key, 1)
    return f"Did you mean {by_key[near[0]]!r}?" if near else ""


Place = tuple[str | int, ...]
"""The names and numbers that lead to a value: ("extension", 0, "days")."""

_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[^\s=#"'\[\]{}]+)\s*=""")


def line_of(text: str, place: Place) -> int:
    """Find the line of a value, else of the table it is in; 0 where neither is found."""
    lines: dict[Place, int] = {}
    table: Place = ()
    blocks: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            name = header[2].strip()
            table = tuple(part.strip().strip("\"'") for part in name.split("."))
            if header[1] == "[[":
                blocks[name] = blocks.get(name, -1) + 1
                lines.setdefault(table, number)
                table = (*table, blocks[name])
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            parts = [key[1]] if key[1][0] in "\"'" else key[1].split(".")
            for end in range(1, len(parts) + 1):
                named = tuple(part.strip("\"'") for part in parts[:end])
                lines.setdefault((*table, *named), number)
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 0)


class WrongValue(Exception):
    """A value that can't count: where it stands, what is wrong, and what to write."""

    def __init__(self, place: Place, problem: str, next_step: str) -> None:
        super().__init__(problem)
        self.place, self.problem, self.next_step = place, problem, next_step


def require_number(place: Place, value: object, most: float) -> None:
    """Raise WrongValue for anything but a number from 0 to `most`."""
    name = place[-1]
    if isinstance(value, str):
        step = f"Write the number without quotes, such as {name} = 3."
        raise WrongValue(place, f"{name} = {as_written(value)} is a text, not a number", step)
    if type(value) not in (int, float):
        raise WrongValue(
            place, f"{name} = {as_written(value)} is not a number", f"Write {name} = 3."
        )
    assert isinstance(value, int | float)
    if not (0 <= value <= most):  # nan is not
        problem = f"{name} = {as_written(value)} is not between 0 and {most}"
        raise WrongValue(place, problem, f"Write a number such as {name} = 3.")


_FILLED_IN = {
    "student": 'Write a name, such as student = "ada".',
    "assignment": "Leave the line out; then it holds for all assignments.",
    "timezone": 'Write a zone of the IANA database, such as timezone = "Europe/Berlin", or "UTC".',
}
"""What to write in place of an empty text."""


def require_text(place: Place, value: object) -> None:
    """Raise WrongValue for anything but a text that is not empty."""
    name = place[-1]
    if not isinstance(value, str):
        shown = f'"{value}"' if type(value) is int else '"…"'
        step = f"Write it in quotes: {name} = {shown}."
        raise WrongValue(place, f"{name} = {as_written(value)} is not a text", step)
    if not value.strip() and name != "reason":
        raise WrongValue(place, f"{name} is empty", _FILLED_IN[str(name)])
    if value != value.strip():
        raise WrongValue(
            place, f"{name} = {as_written(value)} has spaces at its ends", "Remove them."
        )


def time_zone(name: object) -> tzinfo:
    """Find a time zone by its name."""
    require_text(("timezone",), name)
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError) as error:  # OSError: a folder such as "Europe"
        step = suggestion(str(name), available_timezones()) or 'Write "Europe/Berlin", or "UTC".'
        raise WrongValue(("timezone",), f"there is no timezone {name!r}", step) from error


def moment_of(place: Place, value: object, zone: tzinfo) -> datetime:
    """Read a date (its end) or a time, in the class's zone unless it has one; return it in UTC."""
    name = place[-1]
    if type(value) is date:
        value = datetime.combine(value, time.max)
    if not isinstance(value, datetime):
        written = date_meant(str(value)) or EXAMPLE
        step = f"Write {name} = {written}, without quotes."
        where = f"[due] {name}" if place[0] == "due" else name
        raise WrongValue(place, f"{where} = {as_written(value)} is not a date with a time", step)
    if value.year not in _YEARS:
        raise WrongValue(place, f"the year of {name} = {value} can't be meant", "Correct the year.")
    if value.tzinfo:
        return value.astimezone(UTC)
    # Of an hour that occurs twice, as when summer time ends, the later one counts.
    moment = value.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None, fold=0) != value:
        meant = value.replace(tzinfo=zone, fold=0).astimezone(UTC)  # as if clocks had not changed
        shown = meant.astimezone(zone).replace(tzinfo=None).isoformat()
        step = f"Clocks are put forward then: write a time that occurs, such as {name} = {shown}, "
        step += f"or the same in UTC: {name} = {meant.replace(tzinfo=None).isoformat()}Z."
        raise WrongValue(place, f"{name} = {value} does not occur in {zone}", step)
    return moment


def as_written(value: object) -> str:
    """Write a value as it stands in the file, shortened."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, float) and not math.isfinite(value):
        text = str(value)
    elif isinstance(value, dict):
        return "a table"
    elif isinstance(value, list):
        return "a list"
    elif isinstance(value, int) and abs(value) >= 10**30:
        return "a very large number"
    else:
        text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
