"""`rules.toml` in the class folder: due dates, the price of lateness, and extensions."""

import math
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.folders import ClassFolder
from autograder.gradebook.ledger import Ledger, read_ledger
from autograder.gradebook.marks import exact, hundredths
from autograder.gradebook.writer import open_gradebook
from course.errors import GradingError

TEMPLATE = """\
# The rules of this class. `autograder late` applies them, and `autograder grade` does so as well.
timezone = "UTC"                    # of every time below, such as "Europe/Berlin"

[due]                               # nobody is late for an assignment without a line here
{due}

[late]                              # the price, in percent of the points that were earned
grace_minutes = 15                  # up to here: nothing; after it, days count from the due date
percent_per_day = 10                # for every day that has begun
cap_percent = 50                    # never more than this
# zero_after_days = 7               # unless it is later than this: then nothing counts

# One block for each extension; it counts for all assignments where none is named.
# [[extension]]
# student = "ada"
# assignment = "cnn"
# days = 3                          # or: hours = 12, until = 2026-11-20T12:00:00, excused = true
# reason = "was ill"
"""


@dataclass(frozen=True)
class LateRules:
    """What lateness costs."""

    grace_minutes: float = 0
    percent_per_day: float = 0
    cap_percent: float = 100
    zero_after_days: float | None = None


@dataclass(frozen=True)
class Extension:
    """More time for one student."""

    student: str
    assignment: str = ""
    """"" for every assignment."""
    more: timedelta = timedelta()
    until: datetime | None = None
    excused: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Rules:
    """The rules of a class."""

    due: dict[str, datetime] = field(default_factory=dict)
    """In UTC, by assignment."""
    late: LateRules = field(default_factory=LateRules)
    extensions: tuple[Extension, ...] = ()

    def extension(self, student: str, assignment: str) -> Extension | None:
        """Find a student's extension; one for this assignment before one for all."""
        own = [one for one in self.extensions if one.student == student]
        for wanted in (assignment, ""):
            for one in own:
                if one.assignment == wanted:
                    return one
        return None

    def more_time(self, student: str, assignment: str) -> timedelta | None:
        """How much later than the others a student may hand in; None for no extension."""
        found = self.extension(student, assignment)
        due = self.due.get(assignment)
        if found is None or due is None or found.excused:
            return None
        return max(timedelta(), found.until - due) if found.until else found.more

    def excused(self, student: str, assignment: str) -> bool:
        """Whether a student's lateness costs nothing, however late."""
        found = self.extension(student, assignment)
        return bool(found and found.excused)


def rules_path(class_root: Path) -> Path:
    """Where a class's rules lie."""
    return class_root / "rules.toml"


def template(assignments: list[str]) -> str:
    """A file to begin with, in which nothing counts yet."""
    return TEMPLATE.format(due="\n".join(f"# {name} = 2026-11-01T23:59:00" for name in assignments))


def read_rules(path: Path) -> Rules | None:
    """Read the rules; None where a class has none. GradingError names what can't be read."""
    if not path.is_file():
        return None
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GradingError(f"{path} can't be read: {error}.", "Mend that line.") from error
    try:
        return _rules(data)
    except (ValueError, TypeError, KeyError) as error:
        raise GradingError(
            f"{path}: {error}.", "`autograder late --init` shows the form."
        ) from error


def _rules(data: dict[str, Any]) -> Rules:
    """Take the file apart; a name that means nothing is an error, lest it be thought to count."""
    _only(data, "the file", {"timezone", "due", "late", "extension"})
    zone = _zone(data.get("timezone", "UTC"))
    late = data.get("late", {})
    _only(late, "[late]", {one.name for one in fields(LateRules)})
    for name, value in late.items():
        if type(value) not in (int, float) or value < 0:
            raise ValueError(f"[late] {name} = {value!r} is no number of 0 or more")
    if late.get("cap_percent", 0) > 100:
        raise ValueError("[late] cap_percent is more than 100")
    due = {
        name: _moment(value, zone, f"[due] {name}") for name, value in data.get("due", {}).items()
    }
    found = tuple(_extension(one, zone) for one in data.get("extension", []))
    return Rules(due, LateRules(**late), found)


def _extension(data: dict[str, Any], zone: tzinfo) -> Extension:
    """Read one block."""
    where = f"[[extension]] of {data.get('student', 'nobody')!r}"
    _only(data, where, {"student", "assignment", "days", "hours", "until", "excused", "reason"})
    if not data.get("student"):
        raise ValueError("an [[extension]] names no student")
    given = ("until" in data, "excused" in data, bool({"days", "hours"} & set(data)))
    if sum(given) != 1:
        raise ValueError(f"{where} needs one of days and hours, until, or excused")
    return Extension(
        student=str(data["student"]),
        assignment=str(data.get("assignment", "")),
        more=timedelta(days=data.get("days", 0), hours=data.get("hours", 0)),
        until=_moment(data["until"], zone, where) if "until" in data else None,
        excused=data.get("excused") is True,
        reason=str(data.get("reason", "")),
    )


def _only(data: dict[str, Any], where: str, known: set[str]) -> None:
    """Refuse names that are not known."""
    unknown = sorted(set(data) - known)
    if unknown:
        raise ValueError(f"{where} has {unknown[0]!r}, which means nothing")


def _zone(name: object) -> tzinfo:
    """Find a time zone."""
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"there is no timezone {name!r}") from error


def _moment(value: object, zone: tzinfo, where: str) -> datetime:
    """Read a date (its end) or a time, in the class's zone unless it has one; return it in UTC."""
    if type(value) is date:
        value = datetime.combine(value, time(23, 59, 59))
    if not isinstance(value, datetime):
        raise ValueError(f"{where} = {value!r} is no time such as 2026-11-01T23:59:00")
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


# What lateness costs.


_DAY = 86_400


def percent_off(rules: LateRules, seconds_late: float) -> float:
    """How many percent of what was earned lateness costs.

    Nothing within the grace; after it every day that has begun since the due date, up to the cap.
    """
    if seconds_late <= rules.grace_minutes * 60:
        return 0.0
    if rules.zero_after_days is not None and seconds_late > rules.zero_after_days * _DAY:
        return 100.0
    return min(rules.cap_percent, math.ceil(seconds_late / _DAY) * rules.percent_per_day)


def points_off(
    rules: Rules, student: str, assignment: str, score: float, seconds_late: float
) -> float:
    """How many points lateness costs, to the hundredth of a point."""
    if rules.excused(student, assignment):
        return 0.0
    percent = Decimal(str(percent_off(rules.late, seconds_late)))
    return float(hundredths(exact(score) * percent / 100))


# Apply a class's rules to its gradebook: due dates, times, extensions, penalties.


@dataclass(frozen=True)
class Lateness:
    """What lateness costs one submission, and what it cost before."""

    student: str
    assignment: str
    seconds_late: float
    score: float
    before: float
    after: float
    note: str = ""


def apply_rules(
    class_folder: ClassFolder, assignments: Iterable[str] = (), *, write: bool = True
) -> list[Lateness]:
    """Work every penalty out anew and enter it; without `write`, only say what it would be.

    Nothing happens in a class without rules. Doing it again gives the same penalties.
    """
    rules = read_rules(rules_path(class_folder.root))
    if rules is None or not class_folder.gradebook.is_file():
        return []
    ledger = read_ledger(class_folder)
    wanted = set(assignments)
    found: list[Lateness] = []
    with open_gradebook(class_folder) as gradebook:
        for assignment in gradebook.assignments:
            if not wanted or assignment.name in wanted:
                found += _apply(gradebook, assignment, rules, ledger)
        if write:
            gradebook.db.commit()
        else:
            gradebook.db.rollback()
    return sorted(found, key=lambda one: (one.student, one.assignment))


def _apply(gradebook: Any, assignment: Any, rules: Rules, ledger: Ledger) -> Iterator[Lateness]:
    """Work out the penalties of one assignment."""
    for submission in gradebook.assignment_submissions(assignment.name):
        student, name = submission.student.id, assignment.name
        enter_dates(submission, rules, ledger)
        seconds = float(submission.total_seconds_late)
        before = float(submission.late_submission_penalty or 0)
        after, score = 0.0, 0.0
        for notebook in submission.notebooks:
            score += float(notebook.score)
            off = min(points_off(rules, student, name, notebook.score, seconds), notebook.score)
            after += off
            notebook.late_submission_penalty = off or None
        note = _note(rules, ledger, student, name)
        yield Lateness(student, name, seconds, score, before, after, note)


def enter_dates(submission: Any, rules: Rules, ledger: Ledger) -> None:
    """Enter the due date, the extension, and when the submission was handed in.

    The time is the system's, as `collect` noted it; without a note nbgrader's own stays.
    """
    student, name = submission.student.id, submission.assignment.name
    if name in rules.due:
        submission.assignment.duedate = _naive(rules.due[name])
        submission.extension = rules.more_time(student, name)
    taken = ledger.get((student, name))
    if taken:
        known = taken.handed_in if taken.late is not False else None
        submission.timestamp = _naive(known) if known else None


def _naive(moment: datetime) -> datetime:
    """A time as nbgrader keeps it: in UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _note(rules: Rules, ledger: Ledger, student: str, assignment: str) -> str:
    """Say what decides, where that is not plain."""
    taken = ledger.get((student, assignment))
    found = rules.extension(student, assignment)
    notes = []
    if found:
        notes.append(f"{'excused' if found.excused else 'extension'}: {found.reason or '-'}")
    if taken and taken.late and assignment not in rules.due:
        notes.append("the LMS says late, but no due date is in rules.toml")
    if taken and taken.time == "" and taken.late is None:
        notes.append("when it was handed in is not known")
    return "; ".join(notes)
