"""`rules.toml` in the class folder: due dates, late penalties and extensions, read and checked.

Every key, name, type and value is checked, because a rule that is misspelt would count for nothing.
An error names the line and what to write instead.
"""

import re
import tomllib
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from autograder.folders import is_there
from autograder.gradebook.rule_spelling import EXAMPLE, line_step
from autograder.gradebook.rule_values import (
    Place,
    WrongValue,
    as_written,
    line_of,
    moment_of,
    require_number,
    require_text,
    same_name,
    suggestion,
    time_zone,
)
from course.errors import GradingError
from course.notebook.tampering import one_line

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

_MAX_DAYS = 3650
_AMOUNTS = ("days", "hours")


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
    zone: tzinfo = UTC
    """Of times that name none."""

    def extension(self, student: str, assignment: str) -> Extension | None:
        """Find a student's extension; one for this assignment before one for all."""
        own = [one for one in self.extensions if same_name(one.student, student)]
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


@dataclass(frozen=True)
class Known:
    """The names that rules may use; None where they are not known and are not checked."""

    assignments: Collection[str] | None = None
    students: Collection[str] | None = None
    """Everyone in the class; None where others may still hand in."""


def rules_path(class_root: Path) -> Path:
    """Return the path of a class's rules."""
    return class_root / "rules.toml"


def template(assignments: list[str]) -> str:
    """Return a first `rules.toml`, in which every due date is a comment."""
    return TEMPLATE.format(due="\n".join(f"# {name} = {EXAMPLE}" for name in assignments))


def read_rules(path: Path, known: Known | None = None) -> Rules | None:
    """Read the rules, None where a class has none; raise GradingError where they are wrong."""
    if not is_there(path):
        return None
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GradingError(
            f"{path} can't be read ({error.strerror}).", "It is a text file with the class's rules."
        ) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise GradingError(
            f"{path}, line {line}: it is not UTF-8.", "Save the file as UTF-8."
        ) from error
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _not_toml(path, text, error) from error
    try:
        return _Reader(data, known or Known()).rules()
    except WrongValue as wrong:
        line = line_of(text, wrong.place)
        where = f"{path}, line {line}" if line else str(path)
        raise GradingError(f"{where}: {wrong.problem}.", wrong.next_step) from wrong


def _not_toml(path: Path, text: str, error: Exception) -> GradingError:
    """Return the error of a file that is no TOML; tomllib names the line after its reason."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", str(error))
    lines = text.rstrip().split("\n")
    number = int(found[2] or len(lines)) if found else 0
    where = f", line {number}" if number else ""
    line = lines[number - 1].strip() if number and number <= len(lines) else ""
    if step := line_step(line):
        return GradingError(f"{path}{where} can't be read: {one_line(line, 60)}", step)
    reason = found[1] if found else error
    step = "Correct that line; `autograder late --init` in another class folder shows the form."
    return GradingError(f"{path}{where} can't be read: {reason}.", step)


_LATE_MOST = {
    "grace_minutes": _MAX_DAYS * 1440,
    "percent_per_day": 100,
    "cap_percent": 100,
    "zero_after_days": _MAX_DAYS,
}
_TABLES = {
    "the file": ("timezone", "due", "late", "extension"),
    "[late]": tuple(one.name for one in fields(LateRules)),
    "[[extension]]": ("student", "assignment", *_AMOUNTS, "until", "excused", "reason"),
}


@dataclass
class _Reader:
    """Reads the parsed file."""

    data: dict[str, Any]
    known: Known

    def rules(self) -> Rules:
        """Read everything; raise WrongValue for the first value that can't count."""
        _require_known("the file", (), self.data)
        self.zone = time_zone(self.data.get("timezone", "UTC"))
        late = _table(self.data, "late")
        _require_known("[late]", ("late",), late)
        for name, value in late.items():
            require_number(("late", name), value, _LATE_MOST[name])
        due = {name: self._due(name, value) for name, value in _table(self.data, "due").items()}
        blocks = self.data.get("extension", [])
        if isinstance(blocks, dict):
            step = "Write [[extension]] there, in double brackets, once for each extension."
            raise WrongValue(("extension",), "[extension] has single brackets", step)
        if not isinstance(blocks, list) or not all(isinstance(one, dict) for one in blocks):
            step = 'Write [[extension]] on a line of its own, and student = "ada" below it.'
            raise WrongValue(("extension",), "extension is a block of its own", step)
        extensions = tuple(self._extension(*one) for one in enumerate(blocks))
        self._require_different(extensions)
        return Rules(due, LateRules(**late), extensions, self.zone)

    def _due(self, name: str, value: object) -> datetime:
        """Read one due date."""
        place = ("due", name)
        for table, names in _TABLES.items():
            if name in names and name not in (self.known.assignments or ()):
                raise WrongValue(place, f"{name} stands below [due]", _move(name, table))
        self._require_assignment(place, name)
        return moment_of(place, value, self.zone)

    def _extension(self, number: int, block: dict[str, Any]) -> Extension:
        """Read one [[extension]]."""
        place: Place = ("extension", number)
        _require_known("[[extension]]", place, block)
        if "student" not in block:
            step = 'Write student = "ada" below it, with the name of the folder in submitted/.'
            raise WrongValue(place, "an [[extension]] names no student", step)
        for name in ("student", "assignment", "reason"):
            if name in block:
                require_text((*place, name), block[name])
        for name, most in (("days", _MAX_DAYS), ("hours", _MAX_DAYS * 24)):
            if name in block:
                require_number((*place, name), block[name], most)
        if "excused" in block and not isinstance(block["excused"], bool):
            step = "Write excused = true, without quotes, or leave the line out."
            problem = f"excused = {as_written(block['excused'])} is neither true nor false"
            raise WrongValue((*place, "excused"), problem, step)
        self._require_student((*place, "student"), block["student"])
        if "assignment" in block:
            self._require_assignment((*place, "assignment"), block["assignment"])
        return self._granted(place, block)

    def _granted(self, place: Place, block: dict[str, Any]) -> Extension:
        """Read what a checked block grants: days and hours, a time, or no penalty at all."""
        more = timedelta(days=block.get("days", 0), hours=block.get("hours", 0))
        excused = block.get("excused", False)
        until = None
        if "until" in block:
            until = moment_of((*place, "until"), block["until"], self.zone)
        named = [name for name in _AMOUNTS if name in block]
        if sum((bool(named), until is not None, excused)) != 1:
            problem = f"the [[extension]] of {block['student']!r} needs one of them, and only one"
            raise WrongValue(place, problem, "Write days and hours, or until, or excused = true.")
        if named and not more:
            step = "Write how many, such as days = 3, or leave the block out."
            raise WrongValue((*place, named[0]), f"{named[0]} = 0 is no extension", step)
        return Extension(
            student=block["student"],
            assignment=block.get("assignment", ""),
            more=more,
            until=until,
            excused=excused,
            reason=block.get("reason", ""),
        )

    def _require_assignment(self, place: Place, name: str) -> None:
        """Raise WrongValue for a name that no assignment has."""
        known = self.known.assignments
        if known is not None and name not in known:
            step = suggestion(name, known) or f"Choose from: {', '.join(known)}."
            raise WrongValue(place, f"there is no assignment {name!r}", step)

    def _require_student(self, place: Place, name: str) -> None:
        """Raise WrongValue for a name that nobody of the roster has."""
        known = self.known.students
        if known is not None and not any(same_name(one, name) for one in known):
            step = suggestion(name, known) or "Correct it, or add a row to roster.csv."
            raise WrongValue(place, f"no student of this class is called {name!r}", step)

    @staticmethod
    def _require_different(extensions: tuple[Extension, ...]) -> None:
        """Raise WrongValue for two blocks about the same: only one of them could count."""
        seen: set[tuple[str, str]] = set()
        for number, one in enumerate(extensions):
            key = (unicodedata.normalize("NFC", one.student), one.assignment)
            if key in seen:
                what = f"in {one.assignment!r}" if one.assignment else "in all assignments"
                problem = f"a second [[extension]] of {one.student!r} {what}"
                raise WrongValue(("extension", number), problem, "Keep one of the two blocks.")
            seen.add(key)


def _table(data: dict[str, Any], name: str) -> dict[str, Any]:
    """Return one of the tables; raise WrongValue where its name stands for something else."""
    value = data.get(name, {})
    if isinstance(value, dict):
        return value
    problem = f"{name} is a table, not {as_written(value)}"
    if isinstance(value, list):
        problem = f"[[{name}]] has double brackets"
    example = f"reshape = {EXAMPLE}" if name == "due" else "percent_per_day = 10"
    step = f"Write [{name}] on a line of its own, and lines such as {example} below it."
    raise WrongValue((name,), problem, step)


def _require_known(table: str, place: Place, values: dict[str, Any]) -> None:
    """Raise WrongValue for a key that has no meaning in a table."""
    for name in values:
        if name in _TABLES[table]:
            continue
        step = suggestion(name, _TABLES[table]) or f"Choose from: {', '.join(_TABLES[table])}."
        for other, names in _TABLES.items():
            if name in names:
                step = _move(name, other)
        if isinstance(values[name], date):
            step = f"Write {name} = … below a line [due] if it is an assignment."
        raise WrongValue((*place, name), f"{table} has {name!r}, which has no meaning", step)


def _move(name: str, table: str) -> str:
    """Say where a key belongs."""
    if table == "the file":
        return f"Move {name} to the top of the file, above the first line in brackets."
    return f"Move {name} below {table}."
