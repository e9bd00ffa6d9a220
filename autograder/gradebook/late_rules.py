"""`rules.toml` in the class folder: due dates, late penalties and extensions, and applying them.

The file is read first; the penalty of one submission is computed from it; `apply_rules` enters
dates and penalties in the gradebook. nbgrader's own late policy uses the same functions.
"""

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
from autograder.gradebook.database import open_gradebook
from autograder.gradebook.ledger import Ledger, read_ledger
from autograder.gradebook.marks import ZERO, exact, hundredths
from course.errors import GradingError

_DAY_SECONDS = 86_400

TEMPLATE = """\
# The rules of this class. `autograder late` applies them, and `autograder grade` does so as well.
timezone = "UTC"                    # of every time below, such as "Europe/Berlin"

[due]                               # nobody is late for an assignment without a line here
{due}

[late]                              # the penalty, in percent of the points that were earned
grace_minutes = 15                  # no penalty up to here; after it, days count from the due date
percent_per_day = 10                # for every day that has begun
cap_percent = 50                    # the largest penalty
# zero_after_days = 7               # later than this, all points are taken off

# One block for each extension; it holds for all assignments where none is named.
# [[extension]]
# student = "ada"
# assignment = "cnn"
# days = 3                          # or: hours = 12, until = 2026-11-20T12:00:00, excused = true
# reason = "was ill"
"""


@dataclass(frozen=True)
class LateRules:
    """The penalty for being late; see TEMPLATE."""

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
    """The rules of a class; see TEMPLATE."""

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
        """Return how much later than the others a student may hand in; None for no extension."""
        found = self.extension(student, assignment)
        due = self.due.get(assignment)
        if found is None or due is None or found.excused:
            return None
        return max(timedelta(), found.until - due) if found.until else found.more

    def excused(self, student: str, assignment: str) -> bool:
        """Whether a student has no penalty, however late."""
        found = self.extension(student, assignment)
        return bool(found and found.excused)


def rules_path(class_root: Path) -> Path:
    """Return the path of a class's rules."""
    return class_root / "rules.toml"


def template(assignments: list[str]) -> str:
    """Return a first `rules.toml`, in which every due date is a comment."""
    return TEMPLATE.format(due="\n".join(f"# {name} = 2026-11-01T23:59:00" for name in assignments))


def read_rules(path: Path) -> Rules | None:
    """Read the rules, None where a class has none; raise GradingError where they are wrong."""
    if not path.is_file():
        return None
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GradingError(f"{path} can't be read: {error}.", "Correct that line.") from error
    try:
        return _rules(data)
    except (ValueError, TypeError, KeyError) as error:
        raise GradingError(
            f"{path}: {error}.", "`autograder late --init` shows the form."
        ) from error


def _rules(data: dict[str, Any]) -> Rules:
    """Read the parsed file; an unknown name is an error, as its author expects an effect of it."""
    _require_known(data, "the file", {"timezone", "due", "late", "extension"})
    zone = _zone(data.get("timezone", "UTC"))
    late = data.get("late", {})
    _require_known(late, "[late]", {one.name for one in fields(LateRules)})
    for name, value in late.items():
        if type(value) not in (int, float) or value < 0:
            raise ValueError(f"[late] {name} = {value!r} is not a number of 0 or more")
    if late.get("cap_percent", 0) > 100:
        raise ValueError("[late] cap_percent is more than 100")
    due = {
        name: _moment(value, zone, f"[due] {name}") for name, value in data.get("due", {}).items()
    }
    extensions = tuple(_extension(one, zone) for one in data.get("extension", []))
    return Rules(due, LateRules(**late), extensions)


def _extension(data: dict[str, Any], zone: tzinfo) -> Extension:
    """Read one [[extension]]."""
    where = f"[[extension]] of {data.get('student', 'nobody')!r}"
    _require_known(
        data, where, {"student", "assignment", "days", "hours", "until", "excused", "reason"}
    )
    if not data.get("student"):
        raise ValueError("an [[extension]] names no student")
    kinds = ("until" in data, "excused" in data, bool({"days", "hours"} & set(data)))
    if sum(kinds) != 1:
        raise ValueError(f"{where} needs one of days and hours, until, or excused")
    return Extension(
        student=str(data["student"]),
        assignment=str(data.get("assignment", "")),
        more=timedelta(days=data.get("days", 0), hours=data.get("hours", 0)),
        until=_moment(data["until"], zone, where) if "until" in data else None,
        excused=data.get("excused") is True,
        reason=str(data.get("reason", "")),
    )


def _require_known(data: dict[str, Any], where: str, known: set[str]) -> None:
    """Raise ValueError for a name that is not known."""
    unknown = sorted(set(data) - known)
    if unknown:
        raise ValueError(f"{where} has {unknown[0]!r}, which has no meaning")


def _zone(name: object) -> tzinfo:
    """Find a time zone by its name."""
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"there is no timezone {name!r}") from error


def _moment(value: object, zone: tzinfo, where: str) -> datetime:
    """Read a date (its end) or a time, in the class's zone unless it has one; return it in UTC."""
    if type(value) is date:
        value = datetime.combine(value, time(23, 59, 59))
    if not isinstance(value, datetime):
        raise ValueError(f"{where} = {value!r} is not a time such as 2026-11-01T23:59:00")
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def percent_off(rules: LateRules, seconds_late: float) -> float:
    """Return the penalty in percent of the points earned.

    It is 0 within the grace, then grows with every day begun since the due date, up to the cap.
    """
    if seconds_late <= rules.grace_minutes * 60:
        return 0.0
    if rules.zero_after_days is not None and seconds_late > rules.zero_after_days * _DAY_SECONDS:
        return 100.0
    return min(rules.cap_percent, math.ceil(seconds_late / _DAY_SECONDS) * rules.percent_per_day)


def points_off(
    rules: Rules, student: str, assignment: str, score: Decimal, seconds_late: float
) -> Decimal:
    """Return the penalty in points, to the hundredth."""
    if rules.excused(student, assignment):
        return ZERO
    percent = Decimal(str(percent_off(rules.late, seconds_late)))
    return hundredths(score * percent / 100)


@dataclass(frozen=True)
class Lateness:
    """How late one submission is, and its penalty."""

    student: str
    assignment: str
    seconds_late: float
    score: Decimal
    """The points earned."""
    before: Decimal
    """The penalty that was in the gradebook."""
    after: Decimal
    """The penalty by the rules."""
    note: str = ""


def apply_rules(
    class_folder: ClassFolder, assignments: Iterable[str] = (), *, write: bool = True
) -> list[Lateness]:
    """Compute and enter every penalty; without `write`, only return what would be entered.

    A class without rules is left as it is. Applying the rules twice gives the same penalties.
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
    """Enter the dates and penalties of one assignment in the session, without committing."""
    for submission in gradebook.assignment_submissions(assignment.name):
        student, name = submission.student.id, assignment.name
        enter_dates(submission, rules, ledger)
        seconds = float(submission.total_seconds_late)
        before, after, score = exact(submission.late_submission_penalty), ZERO, ZERO
        for notebook in submission.notebooks:
            earned = exact(notebook.score)
            penalty = min(points_off(rules, student, name, earned, seconds), earned)
            score, after = score + earned, after + penalty
            notebook.late_submission_penalty = float(penalty) or None
        note = _note(rules, ledger, student, name)
        yield Lateness(student, name, seconds, score, before, after, note)


def enter_dates(submission: Any, rules: Rules, ledger: Ledger) -> None:
    """Enter the due date, the extension, and when the submission was handed in.

    The time is the LMS's, as `collect` noted it; where it noted none, nbgrader's own stays.
    """
    student, name = submission.student.id, submission.assignment.name
    if name in rules.due:
        submission.assignment.duedate = _naive(rules.due[name])
        submission.extension = rules.more_time(student, name)
    taken = ledger.get((student, name))
    if taken:
        # Where the LMS says "in time", its word counts more than the clock.
        time = taken.handed_in if taken.late is not False else None
        submission.timestamp = _naive(time) if time else None


def _naive(moment: datetime) -> datetime:
    """Return a time as nbgrader stores it: in UTC, without a time zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _note(rules: Rules, ledger: Ledger, student: str, assignment: str) -> str:
    """Say what else decides, such as an extension."""
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
