"""What a line of `rules.toml` is to be where it is no TOML, or its date is written otherwise."""

import re
import tomllib
from datetime import datetime, timedelta, timezone

from autograder.gradebook.written_dates import MONTHS, is_day_first, read_date

EXAMPLE = "2026-11-01T23:59:00"
_DAYS, _PERCENT = r"d|days?|tag(?:e)?", r"%|percent|per cent|prozent"
_UNITS = {
    "grace_minutes": r"m|min\.?|minutes?|minuten?",
    "percent_per_day": _PERCENT,
    "cap_percent": _PERCENT,
    "zero_after_days": _DAYS,
    "days": _DAYS,
    "hours": r"h|hours?|std\.?|stunden?",
}
"""What may stand behind the number of a key."""
_TEXTS = ("timezone", "student", "assignment", "reason")
_LINE = re.compile(r"""\s*("[^"]*"|'[^']*'|[^=#:"'\[\]{}]+?)\s*[=:]\s*(.*?)\s*(#.*)?""")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_YEAR_FIRST = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[tT]?(?!\d*[-/.])")
_CLOCK = re.compile(r"\b\d{1,2}[:h]\d{2}.*")
_POINT_CLOCK = re.compile(r"(?<= )(\d{1,2})\.(\d{2})(?![\d.])")
_HOUR = re.compile(r"(?<![\d:.])(\d{1,2})(?=\s*(?:[ap]\.?m\b|uhr\b))", re.IGNORECASE)
_CLOCK_ENDS = re.compile(r"(?<=\d)(t(?=\d)|\s*[ap]\.?m\b\.?|\s*uhr\b|h(?=\d))")
_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thurs fri"
)
_OTHER_WORDS = (
    "sat sun montag dienstag mittwoch donnerstag freitag samstag sonntag um de of at on the th"
)
_DATE_WORDS = {*MONTHS, *_WEEKDAYS.split(), *_OTHER_WORDS.split()}
_CLASS_ZONE = timezone(timedelta(0), "the zone of the class")


def line_step(line: str) -> str:
    """Say what to write for a line that is no TOML; "" where that is unclear, or the line is."""
    found = _LINE.fullmatch(line)
    if not found or not found[2] or _is_toml(line):
        return ""
    bare = found[1].strip("\"'")
    name = found[1] if _BARE.fullmatch(found[1]) or found[1] != bare else f'"{bare}"'
    if bare in _UNITS:
        form = rf"0*(\d+(?:[.,]\d+)?)\s*(?:{_UNITS[bare]})?"
        number = re.fullmatch(form, found[2], re.IGNORECASE)
        value, example = number[1].replace(",", ".") if number else "", "3"
    elif bare in ("student", "assignment") and "," in found[2]:
        return f'Write one [[extension]] for each, with {bare} = "…".'
    elif bare in _TEXTS:
        text = found[2].strip("\"'“”„‘’")
        value, example = "" if set(text) & set('"\\') else f'"{text}"', '"…"'
    elif bare == "excused":
        if found[2].strip("\"'").casefold() in ("no", "false"):
            return "Leave the line out."
        value, example = "true", ""
    else:
        value, example = date_meant(found[2]), EXAMPLE
    return f"Write {name} = {value}." if value else f"Write it in the form {name} = {example}."


def _is_toml(line: str) -> bool:
    try:
        tomllib.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def date_meant(text: str) -> str:
    """Return a date as `rules.toml` has it, from one that is written otherwise; "" for no date."""
    text = text.strip(" \"'“”")
    try:
        if "." not in text:  # in which Python sees a fraction of an hour
            moment = datetime.fromisoformat(text.upper())
            return moment.isoformat() if re.search(r"\d[T ]\d", text) else str(moment.date())
    except ValueError:
        pass
    if not {*re.findall(r"[^\W\d_]+", _CLOCK_ENDS.sub("", text.casefold()))} <= _DATE_WORDS:
        return ""  # a clock time in words, a time zone, or what is no date at all
    text = _HOUR.sub(r"\1:00", text)
    text = _POINT_CLOCK.sub(r"\1:\2", _YEAR_FIRST.sub(r"\3.\2.\1 ", text))
    day_first = is_day_first([text])
    found = read_date(text, _CLASS_ZONE, day_first)
    if found:
        return (found.replace(tzinfo=None) if found.tzinfo is _CLASS_ZONE else found).isoformat()
    day, count = _CLOCK.subn("", text)
    found = read_date(f"{day} 23:59", _CLASS_ZONE, day_first)
    if found:
        return found.replace(tzinfo=None).isoformat() if count else str(found.date())
    return ""
