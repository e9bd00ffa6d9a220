"""Applies a class's `rules.toml`: dates and late penalties, entered in the gradebook.

`rules_file` reads the rules, `handed_in` finds when a submission was handed in; the penalty of one
submission is computed here. nbgrader's own late policy uses the same functions.
"""

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from autograder.folders import ClassFolder, is_ignored, is_there
from autograder.gradebook.database import open_gradebook
from autograder.gradebook.handed_in import KEPT, HandedIn, handed_in
from autograder.gradebook.ledger import Ledger, read_ledger
from autograder.gradebook.marks import ZERO, exact, hundredths
from autograder.gradebook.people_lists import read_roster
from autograder.gradebook.rule_values import same_name, suggestion
from autograder.gradebook.rules_file import (
    Known,
    LateRules,
    Rules,
    read_rules,
    rules_path,
)
from autograder.ingest.reading import TIMESTAMP
from course.counted import counted
from course.errors import GradingError

_DAY_SECONDS = 86_400


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
    """Return the penalty in points, to the hundredth; never more than was earned."""
    if rules.excused(student, assignment):
        return ZERO
    percent = Decimal(str(percent_off(rules.late, seconds_late)))
    return max(ZERO, min(hundredths(score * percent / 100), score))


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
    source: str = ""
    """What tells when it was handed in, as `HandedIn.source`."""
    doubt: str = ""
    """Why that time may be wrong, as `HandedIn.note`."""


def class_rules(class_folder: ClassFolder, assignments: Collection[str] | None) -> Rules | None:
    """Read a class's rules, None where it has none; raise GradingError where they are wrong.

    `assignments` are those of the course. Students are checked where the class has a roster: in
    another class someone may have an extension and hand in later.
    """
    path = rules_path(class_folder.root)
    if not is_there(path):
        return None
    roster = _roster(class_folder)
    students = roster | _handed_in_by(class_folder) if roster else None
    return read_rules(path, Known(assignments, students))


def _roster(class_folder: ClassFolder) -> set[str]:
    """Return the roster's students; nobody where it is damaged, which does not stop grading."""
    try:
        return {one.student for one in read_roster(class_folder).people}
    except GradingError:
        return set()


def _handed_in_by(class_folder: ClassFolder) -> set[str]:
    """Return everyone who has a row in the gradebook or a folder in `submitted/`."""
    found = set()
    if class_folder.submitted.is_dir():
        found = {path.name for path in class_folder.submitted.iterdir()}
    if is_there(class_folder.gradebook):
        with open_gradebook(class_folder) as gradebook:
            found |= {student.id for student in gradebook.students}
    return {name for name in found if not is_ignored(name)}


def apply_rules(
    class_folder: ClassFolder,
    assignments: Iterable[str] = (),
    *,
    write: bool = True,
    known: Collection[str] | None = None,
) -> list[Lateness]:
    """Compute and enter every penalty; without `write`, only return what would be entered.

    Applying the rules twice gives the same penalties. In a class without rules nobody has a
    penalty. `known` are the course's assignments, by which names in the rules are checked.
    """
    rules = class_rules(class_folder, known)
    if not is_there(class_folder.gradebook):
        return []
    wanted = set(assignments)
    found: list[Lateness] = []
    with open_gradebook(class_folder) as gradebook:
        run = _Run(class_folder, rules, read_ledger(class_folder), gradebook)
        for assignment in gradebook.assignments:
            if not wanted or assignment.name in wanted:
                found += run.apply(assignment)
        if write:
            gradebook.db.commit()
        else:
            gradebook.db.rollback()
    return sorted(found, key=lambda one: (one.student, one.assignment))


@dataclass(frozen=True)
class _Run:
    """Enters dates and penalties in the session of a gradebook, without committing."""

    class_folder: ClassFolder
    rules: Rules | None
    ledger: Ledger
    gradebook: Any

    def apply(self, assignment: Any) -> Iterator[Lateness]:
        """Enter the dates and penalties of one assignment."""
        before = assignment.duedate
        for submission in self.gradebook.assignment_submissions(assignment.name):
            when = enter_dates(submission, self.class_folder, self.rules, self.ledger)
            seconds = float(submission.total_seconds_late)
            score, old, penalty = self._enter_penalties(submission, seconds)
            student, name = submission.student.id, assignment.name
            yield Lateness(
                student=student,
                assignment=name,
                seconds_late=seconds,
                score=score,
                before=old,
                after=penalty,
                note=self._note(when, student, name, before),
                source=when.source,
                doubt=when.note,
            )

    def _enter_penalties(self, submission: Any, seconds: float) -> tuple[Decimal, Decimal, Decimal]:
        """Enter the penalty of each notebook; return points, old penalty and new penalty."""
        student, name = submission.student.id, submission.assignment.name
        before, after, score = exact(submission.late_submission_penalty), ZERO, ZERO
        for notebook in submission.notebooks:
            earned, penalty = exact(notebook.score), ZERO
            if self.rules is not None:
                penalty = points_off(self.rules, student, name, earned, seconds)
            score, after = score + earned, after + penalty
            notebook.late_submission_penalty = float(penalty) or None
        return score, before, after

    def _note(self, when: HandedIn, student: str, name: str, due: datetime | None) -> str:
        """Say what else decides, such as an extension."""
        notes = [when.note] if when.note else []
        if self.rules is None:
            return "; ".join(notes)
        taken, found = self.ledger.get((student, name)), self.rules.extension(student, name)
        if found:
            granted = "excused" if found.excused else "extension"
            notes.append(f"{granted}: {found.reason}" if found.reason else granted)
        if name not in self.rules.due:
            if due is not None:
                notes.append(f"the due date {due:%Y-%m-%d %H:%M} UTC is not in rules.toml: removed")
            elif taken and taken.late:
                notes.append("the LMS says late, but no due date is in rules.toml")
        elif not when.source and not when.note:
            notes.append("when it was handed in is not known")
        return "; ".join(notes)


def enter_dates(
    submission: Any, class_folder: ClassFolder, rules: Rules | None, ledger: Ledger
) -> HandedIn:
    """Enter the due date, the extension, and when the submission was handed in.

    In a class with rules, only they give due dates and extensions. Returns the time and its source.
    """
    student, name = submission.student.id, submission.assignment.name
    if rules is not None:
        due = rules.due.get(name)
        submission.assignment.duedate = _naive(due) if due else None
        submission.extension = rules.more_time(student, name)
    stored = submission.timestamp
    kept = stored.replace(tzinfo=UTC) if stored else None
    when = handed_in(class_folder, ledger, student, name, kept)
    submission.timestamp = _naive(when.time) if when.time else None
    return when


def _naive(moment: datetime) -> datetime:
    """Return a time as nbgrader stores it: in UTC, without a time zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def late_notices(class_folder: ClassFolder, rows: Collection[Lateness]) -> list[str]:
    """Say in a line each what an instructor should know of rules and times that were applied."""
    rules = read_rules(rules_path(class_folder.root))
    if rules is None:
        return []
    lines = list(_extensions_without_effect(class_folder, rules))
    dated = [row for row in rows if row.assignment in rules.due]
    lines += [f"{row.student}, {row.assignment}: {row.doubt}." for row in dated if row.doubt]
    for source, what in ((TIMESTAMP, _WRITTEN), (KEPT, _KEPT), ("", _UNKNOWN)):
        count = sum(row.source == source for row in dated)
        if count:
            lines.append(f"{counted(count, 'submission')} {what}.")
    return lines


_WRITTEN = f"with a time from {TIMESTAMP}, which a student can write"
_KEPT = f"with a time that only the gradebook has: there is no {TIMESTAMP}"
_UNKNOWN = "with no known time: in time"


def _extensions_without_effect(class_folder: ClassFolder, rules: Rules) -> Iterator[str]:
    """Yield the extensions that change nothing: of nobody, or that end before the due date."""
    known = _handed_in_by(class_folder) | _roster(class_folder) if rules.extensions else set()
    for one in rules.extensions:
        whose = f"rules.toml: the extension of {one.student!r}"
        if not any(same_name(one.student, student) for student in known):
            near = suggestion(one.student, known)
            yield f"{whose} is nobody's yet: no one of that name has handed in. {near}".strip()
        if one.assignment and one.assignment not in rules.due and not one.excused:
            yield f"{whose} changes nothing: {one.assignment} has no due date there."
        dues = [due for name, due in rules.due.items() if one.assignment in ("", name)]
        if one.until and dues and one.until < min(dues):
            yield f"{whose} ends before the due date, so it changes nothing."
