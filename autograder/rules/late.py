"""Apply a class's rules to its gradebook: due dates, times, extensions, penalties."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from autograder.course_folder import ClassFolder
from autograder.grading.marks import open_gradebook
from autograder.lms.ledger import Ledger, read_ledger
from autograder.rules.price import points_off
from autograder.rules.rules_file import Rules, read_rules, rules_path


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
