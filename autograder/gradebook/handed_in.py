"""When a submission was handed in: one rule for every command.

1. The LMS's time, as `autograder collect` kept it in `collected.json`, for the notebook that it
   collected. No student can write there.
2. `timestamp.txt` beside the notebook, as nbgrader's `collect` and `zip_collect` put it there. It
   comes with the student's files, so a student can write it.
3. What the gradebook has from an earlier time.

The times of files are not used: a student can set them.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from autograder.folders import ClassFolder
from autograder.gradebook.ledger import Ledger, Taken
from autograder.ingest.reading import TIMESTAMP, Unreadable, read_notebook, read_timestamp
from course.notebook.rejecting import Rejected

KEPT = "the gradebook"
_STAMP = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?) ?(?P<zone>[^\s\d][^\s]*)?"
)
_OFFSET = re.compile(r"([+-])(\d\d)(?::?(\d\d))?")


@dataclass(frozen=True)
class HandedIn:
    """When a submission was handed in."""

    time: datetime | None
    """In UTC; None where it is not known, or where the LMS says that it was in time."""
    source: str
    """The LMS, `timestamp.txt`, or KEPT; "" where nothing tells it."""
    note: str = ""
    """What an instructor should know of it."""


def handed_in(
    class_folder: ClassFolder,
    ledger: Ledger,
    student: str,
    assignment: str,
    kept: datetime | None = None,
) -> HandedIn:
    """Return when a submission was handed in; `kept` is the gradebook's time, in UTC."""
    taken = ledger.get((student, assignment))
    stamp = _read_stamp(class_folder, student, assignment)
    replaced = taken is not None and _is_replaced(class_folder, taken)
    if taken is not None and not replaced:
        if taken.late is False:
            return HandedIn(None, taken.system)
        if taken.handed_in is not None:
            return HandedIn(taken.handed_in, taken.system, _other_time(taken.handed_in, stamp))
    if stamp.time is not None:
        note = "; ".join(filter(None, (_REPLACED if replaced else "", stamp.note)))
        return HandedIn(stamp.time, TIMESTAMP, note)
    if stamp.note:
        return HandedIn(None, "", stamp.note)
    if taken is not None:
        return HandedIn(None, "", _REPLACED if replaced else "")
    return HandedIn(kept, KEPT if kept else "")


_REPLACED = "not the notebook that was collected, so the LMS's time does not count"


def _is_replaced(class_folder: ClassFolder, taken: Taken) -> bool:
    """Whether another notebook lies in the place of the collected one."""
    if not taken.digest:
        return False
    try:
        found = read_notebook(
            class_folder.submission(taken.student, taken.assignment), taken.assignment
        )
    except (Rejected, Unreadable):
        return False
    return found.digest != taken.digest


def _other_time(time: datetime, stamp: HandedIn) -> str:
    """Say that `timestamp.txt` has another time than the LMS; "" where it does not."""
    if stamp.time is None or abs(stamp.time - time) < timedelta(seconds=1):
        return ""
    return f"{TIMESTAMP} says {stamp.time:%Y-%m-%d %H:%M} UTC; the LMS's time counts"


def _read_stamp(class_folder: ClassFolder, student: str, assignment: str) -> HandedIn:
    """Read `timestamp.txt`; its time is None, with a note, where it can't be read."""
    try:
        content = read_timestamp(class_folder.submission(student, assignment))
        if content is None:
            return HandedIn(None, "")
        return parse_timestamp(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _NO_TIME
    except Rejected as rejected:
        missing = not (class_folder.submission(student, assignment)).is_dir()
        return HandedIn(None, TIMESTAMP, "" if missing else rejected.reason.rstrip("."))
    except Unreadable as error:
        missing = not class_folder.submitted.is_dir()
        return HandedIn(None, TIMESTAMP, "" if missing else str(error).rstrip("."))


def parse_timestamp(text: str) -> HandedIn:
    """Read the text of a `timestamp.txt`; a time without a zone is in UTC, as for nbgrader.

    nbgrader reads `+0100` after a space as a hundred seconds, and the `CEST` that its exchange may
    write as UTC.
    """
    found = _STAMP.fullmatch(text.strip())
    try:
        if found and (found["zone"] or "").upper() not in ("AM", "PM"):
            return _parse(found["time"], found["zone"])
        return _parse_as_nbgrader(text.strip())
    except (ValueError, OverflowError, TypeError, AttributeError):
        return _NO_TIME


_NO_TIME = HandedIn(None, TIMESTAMP, f"{TIMESTAMP} is no time")


def _parse(text: str, zone: str | None) -> HandedIn:
    """Read the form of nbgrader's exchange; raise ValueError or OverflowError where it is none."""
    time = datetime.fromisoformat(text.replace(" ", "T"))
    if offset := _OFFSET.fullmatch(zone or ""):
        sign = -1 if offset[1] == "-" else 1
        ahead = sign * timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return HandedIn(time.replace(tzinfo=timezone(ahead)).astimezone(UTC), TIMESTAMP)
    if known := UTC if zone in (None, "UTC", "Z", "GMT") else _zone(zone):
        return HandedIn(time.replace(tzinfo=known).astimezone(UTC), TIMESTAMP)
    note = f"the time zone {zone!r} in {TIMESTAMP} is not known; it is read as UTC"
    return HandedIn(time.replace(tzinfo=UTC), TIMESTAMP, note)


def _zone(name: str) -> ZoneInfo | None:
    """Return a time zone by its name; None for any other text, which must lead to no file."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _parse_as_nbgrader(text: str) -> HandedIn:
    """Read another form, such as a course's own `timestamp_format`, if it names day and time.

    It names them if nothing is filled in, and if the day can't be the month as well.
    """
    from dateutil.parser import parse
    from nbgrader.utils import parse_utc

    if not (re.search(r"\d{4}", text) and re.search(r"\d:\d\d", text)):
        return _NO_TIME
    # Where the year comes first, dateutil would read the day first as well.
    orders = (False,) if re.match(r"\d{4}", text) else (False, True)
    readings = {
        parse(text, default=default, dayfirst=first, ignoretz=True)
        for default in (datetime(2001, 2, 3), datetime(2012, 11, 10))
        for first in orders
    }
    if len(readings) != 1:
        return HandedIn(None, TIMESTAMP, f"{TIMESTAMP} names no certain day")
    if re.search(r"[ap]m$", text, re.IGNORECASE):  # nbgrader takes it for a time zone
        return HandedIn(readings.pop().replace(tzinfo=UTC), TIMESTAMP)
    return HandedIn(parse_utc(text).replace(tzinfo=UTC), TIMESTAMP)
