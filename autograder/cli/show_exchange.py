"""What `autograder collect` and `autograder export` show on the terminal."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import typer
from nbformat import NotebookNode
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.build.coursedir import AnyCourse
from autograder.cli.options import NOT_EVERYTHING
from autograder.folders import ClassFolder, CourseFolder, is_there
from autograder.gradebook.database import open_gradebook
from autograder.gradebook.late_rules import apply_rules
from autograder.gradebook.ledger import read_ledger
from autograder.gradebook.marks import ClassMarks
from autograder.gradebook.nbgrader_quirks import put_scripts_on_path
from autograder.gradebook.people_lists import read_roster
from autograder.gradebook.reader import read_class
from autograder.gradebook.roster import People, Person
from autograder.gradebook.rules_file import rules_path
from autograder.grading.plan import read_source
from autograder.lms.canvas_file import canvas_file
from autograder.lms.collecting import Collected, CollectOptions, collect
from autograder.lms.exports import class_json, moodle_csv, moodle_notes, questions_csv
from autograder.lms.identities import has_identifier
from autograder.pages.leaderboard.scoring_notebook import scoring_source
from course.counted import counted
from course.errors import GradingError
from course.files import require_folder, safe_cell, write_atomically
from course.lessons.improve_rules import NAME as OPEN_EXERCISE

FORMATS = ("canvas", "moodle", "questions", "json")

_TAKEN = ("new", "updated", "unchanged", "older", "set aside", "request")
_STATUSES = (*_TAKEN, "missing", "not used", "changed", "refused")


def run_collect(
    course: CourseFolder,
    class_folder: ClassFolder,
    archives: list[Path],
    options: CollectOptions,
    console: Console,
) -> None:
    """Collect, enter the students in the gradebook, and show the outcome for every file.

    Raises typer.Exit with status NOT_EVERYTHING if a file was refused, or nothing was taken.
    """
    sources = _sources(course, class_folder, options.assignment)
    done = collect(class_folder, archives, sources, options)
    enter_students(class_folder, read_roster(class_folder).people)
    console.print(collected_table(class_folder, done))
    counts = Counter(row.status for row in done.rows)
    summary = ", ".join(f"{counts[status]} {status}" for status in _STATUSES if counts[status])
    if done.ignored:
        names = ", ".join(sorted({name.rpartition("/")[2] for name in done.ignored})[:5])
        console.print(f"Ignored, made by systems: {len(done.ignored)} ({names}).", markup=False)
    is_any = any(counts[status] for status in _TAKEN)
    summary += ". Next: autograder grade" if is_any else ". Nothing was taken."
    console.print(summary, soft_wrap=True)
    if counts["refused"] or not is_any:
        raise typer.Exit(NOT_EVERYTHING)


def _sources(
    course: CourseFolder, class_folder: ClassFolder, assignment: str
) -> dict[str, NotebookNode]:
    """Read the source notebooks that assignments are recognized by, the open exercise included."""
    names: list[str] = []
    if assignment != OPEN_EXERCISE:
        names = course.require([assignment] if assignment else [])
    sources = {name: read_source(course, name, class_folder) for name in names}
    if assignment in ("", OPEN_EXERCISE):
        sources[OPEN_EXERCISE] = scoring_source("")
    return sources


def collected_table(class_folder: ClassFolder, done: Collected) -> Table:
    """Lay out the outcome for every submission and every refused file, a row each."""
    ledger = read_ledger(class_folder)
    table = Table(title=f"Collected into {escape(str(class_folder.submitted))}")
    for heading in ("student", "assignment", "status", "handed in (UTC)", "due", "note"):
        table.add_column(heading)
    for row in sorted(done.rows, key=lambda one: (one.student, one.assignment)):
        taken = ledger.get((row.student, row.assignment))
        if row.status not in ("new", "updated", "unchanged"):
            taken = None  # the ledger's entry is about another attempt
        time = taken.time[:16].replace("T", " ") if taken else ""
        late = {True: "late", False: "in time", None: ""}[taken.late if taken else None]
        table.add_row(*map(escape, (row.student, row.assignment, row.status, time, late, row.note)))
    return table


def enter_students(class_folder: ClassFolder, people: People) -> None:
    """Enter the roster's names and mails in the gradebook, so that formgrader shows them."""
    put_scripts_on_path()
    with open_gradebook(class_folder) as gradebook:
        for person in people:
            first, last = split_name(person)
            gradebook.update_or_create_student(
                person.student, first_name=first, last_name=last, email=person.email or None
            )


def split_name(person: Person) -> tuple[str, str]:
    """Split a name at its comma, else at its last space, into first and last name."""
    if "," in person.name:
        last, _, first = person.name.partition(",")
        return first.strip(), last.strip()
    first, _, last = person.name.rpartition(" ")
    return first, last


@dataclass(frozen=True)
class ExportOptions:
    """What an instructor can choose."""

    form: str
    """One of FORMATS."""
    to: Path | None = None
    """The file to write; None for `<format>.csv` (or `.json`) in the class folder."""
    template: Path | None = None
    """The gradebook that Canvas exported."""
    titles: dict[str, str] = field(default_factory=dict)
    """Titles of assignments in Canvas, by name."""
    missing_zero: bool = False


def run_export(
    course: AnyCourse,
    class_folder: ClassFolder,
    assignments: list[str],
    options: ExportOptions,
    console: Console,
) -> None:
    """Write the file, and show what an instructor should know before uploading it.

    Raises `GradingError` for an unknown format, if nothing is graded, and if no mark finds its
    place. Raises typer.Exit with status NOT_EVERYTHING if some marks are not in the file.
    """
    _require_fitting(options)
    wanted = course.require(assignments) if assignments else []
    marks = read_class(class_folder, wanted)
    if not marks.submissions:
        raise GradingError(
            f"Nothing is graded in {class_folder.root}.", "Run `autograder grade` first."
        )
    text, lost, notes = _written(marks, options)
    ending = "json" if options.form == "json" else "csv"
    path = options.to or class_folder.root / f"{options.form}.{ending}"
    write_atomically(path, lambda file: file.write(text.encode()))
    for line in [*_warnings(course, class_folder, marks, options), *notes]:
        console.print(line, markup=False, soft_wrap=True)
    summary = f"{counted(len(marks.people), 'student')}, "
    summary += f"{counted(len(marks.max_scores), 'assignment')}: {path}"
    if lost:
        summary += f". Without the marks of {counted(lost, 'student')}: complete roster.csv, "
        summary += "or export Canvas's gradebook again"
    console.print(summary, markup=False, soft_wrap=True)
    if lost:
        raise typer.Exit(NOT_EVERYTHING)


def _require_fitting(options: ExportOptions) -> None:
    """Raise CourseError for an unknown format, an option of another one, or a missing folder."""
    if options.to:
        require_folder(options.to)
    if options.form not in FORMATS:
        raise GradingError(
            f"There is no format {options.form!r}.", f"Choose from: {', '.join(FORMATS)}."
        )
    for name, value in (("--template", options.template), ("--column", options.titles)):
        if value and options.form != "canvas":
            raise GradingError(
                f"{name} is for Canvas only.", "Add --format canvas, or leave it out."
            )


def _written(marks: ClassMarks, options: ExportOptions) -> tuple[str, int, list[str]]:
    """Return the marks in the chosen format, how many students' marks it lacks, and its notes."""
    if options.form == "moodle":
        return (
            moodle_csv(marks, options.missing_zero),
            0,
            list(moodle_notes(marks, options.missing_zero)),
        )
    if options.form != "canvas":
        write = questions_csv if options.form == "questions" else class_json
        return write(marks), 0, []
    file = canvas_file(marks, options.template, options.titles, options.missing_zero)
    text, lost = file.text, file.lost()
    with_marks = dict.fromkeys(student for student, _ in marks.submissions)
    if with_marks.keys() <= lost.keys():
        student = next(iter(with_marks))
        reason = lost[student]
        raise GradingError(
            f"Nobody with a mark has a row in {options.template}; {student}: {reason}.",
            "Take the gradebook of this class, or complete the class's roster.csv.",
        )
    return text, len(lost), list(file.notes())


def _warnings(
    course: AnyCourse, class_folder: ClassFolder, marks: ClassMarks, options: ExportOptions
) -> Iterator[str]:
    """Yield what would make marks wrong or lose them in the LMS, whichever it is."""
    # A stock course without a rules.toml has nbgrader's own penalties.
    is_ours = isinstance(course, CourseFolder) or is_there(rules_path(class_folder.root))
    known = course.assignments()
    rows = apply_rules(class_folder, write=False, known=known) if is_ours else []
    stale = [row for row in rows if row.before != row.after]
    if stale:
        late = counted(len(stale), "late penalty is", "late penalties are")
        yield f"{late} out of date: run `autograder late` first."
    unread = sum(
        any(one.needs_manual_grade for one in mark.exercises) for mark in marks.submissions.values()
    )
    if unread:
        waiting = counted(unread, "submission needs", "submissions need")
        yield f"{waiting} manual grading in formgrader."
    if options.form not in ("canvas", "moodle"):
        return
    with_marks = [person for person, own in marks.rows() if own]
    unknown = [one.student for one in with_marks if not has_identifier(one)]
    if unknown and options.template is None:
        yield (
            "No number or mail, so the LMS may not find: "
            f"{', '.join(unknown)}. The folder's name is given as the login."
        )
    changed = [
        p.student
        for p in with_marks
        if any(safe_cell(one) != one for one in (p.login, p.sis_id, p.id_number, p.email))
    ]
    if changed:
        yield f"Identifiers that look like formulas were disarmed; the LMS may not find: {changed}."
