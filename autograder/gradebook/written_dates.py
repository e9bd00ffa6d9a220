"""Dates as systems and spreadsheets write them, in English, German, French and Spanish.

Moodle writes them in the language of who downloads: `Sunday, 1 November 2026, 9:15 PM`, in the US
`Sunday, November 1, 2026, 9:15 PM`, `Sonntag, 1. November 2026, 21:15`, `dimanche 1 novembre 2026,
21:15`, `domingo, 1 de noviembre de 2026, 21:15` (`strftimedaydatetime` of its language packs).
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, tzinfo

_NAMES = (
    "jan january januar janner janv janvier ene enero",
    "feb february februar fevr fevrier febrero",
    "mar march marz maerz mars marzo",
    "apr april avr avril abr abril",
    "may mai mayo",
    "jun june juni juin junio",
    "jul july juli juil juillet julio",
    "aug august aout ago agosto",
    "sep sept september septembre septiembre",
    "oct october okt oktober octobre octubre",
    "nov november novembre noviembre",
    "dec december dez dezember decembre dic diciembre",
)
MONTHS = {name: at for at, names in enumerate(_NAMES, start=1) for name in names.split()}
_LONGEST = 100  # characters
_TIME = re.compile(r"\b(\d{1,2})[:h](\d{2})(?::(\d{2}))?\s*([ap])?\.?\s?(?(4)m)")
_NUMBERS = re.compile(r"\b(\d{1,2})([/.-])(\d{1,2})\2(\d{4})\b")
_ISO = re.compile(r"\d{4}-\d\d-\d\d[t ]\d\d:\d\d.*")


def read_date(text: str, zone: tzinfo, day_first: bool | None = None) -> datetime | None:
    """Read a date with a time; None for anything else.

    `zone` is the zone of a time that names none. `day_first` says how to read `3/4/2026`; None if
    nothing does: then it is no date.
    """
    moment = _moment(_plain(text), zone, day_first)
    # The first and the last years that Python knows can't be written in every zone.
    return moment if moment and 1900 < moment.year < 9999 else None


def _moment(text: str, zone: tzinfo, day_first: bool | None) -> datetime | None:
    try:
        if _ISO.fullmatch(text):
            moment = datetime.fromisoformat(text.upper())
            return moment if moment.tzinfo else moment.replace(tzinfo=zone)
        clock = _TIME.search(text)
        day = _day(text[: clock.start()] + " " + text[clock.end() :], day_first) if clock else None
        if clock is None or day is None:
            return None
        hour = int(clock[1]) % 12 + 12 * (clock[4] == "p") if clock[4] else int(clock[1])
        return datetime(*day, hour, int(clock[2]), int(clock[3] or 0), tzinfo=zone)
    except ValueError:
        return None


def is_day_first(texts: Iterable[str]) -> bool | None:
    """Tell from a whole column whether `3/4/2026` is in April; None if that is not certain."""
    pairs = [found for one in texts if (found := _NUMBERS.search(_plain(one))) and found[2] != "."]
    days, months = (any(int(found[at]) > 12 for found in pairs) for at in (1, 3))
    return days if days != months else None


def _plain(text: str) -> str:
    """Write a text in one line of small letters, without accents."""
    text = unicodedata.normalize("NFKD", " ".join(text[:_LONGEST].split())).casefold()
    return "".join(one for one in text if not unicodedata.combining(one))


def _day(text: str, day_first: bool | None) -> tuple[int, int, int] | None:
    """Read year, month and day in what is left without the time."""
    numbers = _NUMBERS.search(text)
    if numbers:
        first, second, year = int(numbers[1]), int(numbers[3]), int(numbers[4])
        if numbers[2] == ".":
            day_first = True
        if day_first is None:
            return None
        return (year, second, first) if day_first else (year, first, second)
    months = {MONTHS[word] for word in re.findall(r"[a-z]+", text) if word in MONTHS}
    years, days = re.findall(r"\b\d{4}\b", text), re.findall(r"\b\d{1,2}\b", text)
    if (len(months), len(years), len(days)) != (1, 1, 1):
        return None
    return int(years[0]), months.pop(), int(days[0])
