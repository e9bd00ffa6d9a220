"""What `autograder collect` shows on the terminal, and the students it enters in the gradebook."""

from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.grades_csv import safe_cell
from autograder.gradebook.late_rules import apply_rules
from autograder.gradebook.ledger import read_ledger
from autograder.gradebook.people import People, Person
from autograder.gradebook.reader import ClassMarks, read_class
from autograder.gradebook.roster import read_roster
from autograder.gradebook.writer import open_gradebook
from autograder.grading.class_run import read_source
from autograder.lms.canvas_export import canvas_csv, differing_points
from autograder.lms.collecting import Collected, CollectOptions, collect
from autograder.lms.other_exports import class_json, moodle_csv, questions_csv
from autograder.nbgrader_plugins.configuration import put_scripts_on_path
from autograder.pages.leaderboard.scoring_notebook import NAME as OPEN
from autograder.pages.leaderboard.scoring_notebook import scoring_source
from course.errors import GradingError
from course.files import write_atomically

_ORDER = ("new", "updated", "unchanged", "older", "missing", "refused")


def run_collect(
    course: CourseFolder,
    class_folder: ClassFolder,
    archives: list[Path],
    options: CollectOptions,
    console: Console,
) -> None:
    """Collect, then say for each student what was found, late or missing."""
    sources = _sources(course, class_folder, options.assignment)
    done = collect(class_folder, archives, sources, options)
    enter_students(class_folder, read_roster(class_folder).people)
    console.print(collected_table(class_folder, done))
    counts = [(what, sum(row.status == what for row in done.rows)) for what in _ORDER]
    said = ", ".join(f"{count} {what}" for what, count in counts if count)
    other = f"; {done.ignored} other files left alone" if done.ignored else ""
    console.print(f"{said}{other}. Next: autograder grade")


def _sources(
    course: CourseFolder, class_folder: ClassFolder, assignment: str
) -> dict[str, NotebookNode]:
    """Read what notebooks are told apart by: the assignments' sources, and the open exercise's."""
    wanted = [assignment] if assignment else []
    names = [] if assignment == OPEN else course.require(wanted)
    sources = {name: read_source(course, name, class_folder) for name in names}
    if assignment in ("", OPEN):
        sources[OPEN] = scoring_source("")
    return sources


def collected_table(class_folder: ClassFolder, done: Collected) -> Table:
    """Lay out what became of everything, a row each."""
    ledger = read_ledger(class_folder)
    table = Table(title=f"Collected into {escape(str(class_folder.submitted))}")
    for heading in ("student", "assignment", "what", "handed in (UTC)", "due", "note"):
        table.add_column(heading)
    for row in sorted(done.rows, key=lambda one: (one.student, one.assignment)):
        taken = ledger.get((row.student, row.assignment))
        counts = taken if row.status in ("new", "updated", "unchanged") else None
        time = counts.time[:16].replace("T", " ") if counts else ""
        late = {True: "late", False: "in time", None: ""}[counts.late if counts else None]
        table.add_row(*map(escape, (row.student, row.assignment, row.status, time, late, row.note)))
    return table


def enter_students(class_folder: ClassFolder, people: People) -> None:
    """Enter the roster's names and mails in nbgrader's gradebook, where formgrader shows them."""
    put_scripts_on_path()
    with open_gradebook(class_folder) as gradebook:
        for person in people:
            first, last = split_name(person)
            gradebook.update_or_create_student(
                person.student, first_name=first, last_name=last, email=person.email or None
            )


def split_name(person: Person) -> tuple[str, str]:
    """Part a name into first and last, as far as one can tell."""
    if "," in person.name:
        last, _, first = person.name.partition(",")
        return first.strip(), last.strip()
    first, _, last = person.name.rpartition(" ")
    return first, last


# What `autograder export` does and says.


FORMATS = ("canvas", "moodle", "questions", "json")


@dataclass(frozen=True)
class ExportOptions:
    """What an instructor can choose."""

    form: str
    """One of FORMATS."""
    to: Path | None = None
    """The file; None for `<format>.csv` in the class folder."""
    template: Path | None = None
    """Canvas's own gradebook."""
    titles: dict[str, str] = field(default_factory=dict)
    """What an assignment is called in Canvas."""
    missing_zero: bool = False


def run_export(
    course: CourseFolder,
    class_folder: ClassFolder,
    assignments: list[str],
    options: ExportOptions,
    console: Console,
) -> None:
    """Write the file; say what an instructor should know before it is uploaded."""
    if options.form not in FORMATS:
        raise GradingError(
            f"There is no format {options.form!r}.", f"Choose: {', '.join(FORMATS)}."
        )
    wanted = course.require(assignments) if assignments else []
    marks = ClassMarks()
    if class_folder.gradebook.is_file():
        people = read_roster(class_folder).people
        with open_gradebook(class_folder) as gradebook:
            marks = read_class(gradebook, people, wanted)
    if not any(submitted for _, submitted in marks.rows):
        raise GradingError(
            f"Nothing is graded in {class_folder.root}.", "Run `autograder grade` first."
        )
    text = _text(marks, options)
    ending = "json" if options.form == "json" else "csv"
    path = options.to or class_folder.root / f"{options.form}.{ending}"
    write_atomically(path, lambda file: file.write(text.encode()))
    for line in [*_warnings(class_folder, marks, options, text)]:
        console.print(line, markup=False)
    console.print(f"{len(marks.rows)} students, {len(marks.max_scores)} assignments: {path}")


def _text(marks: ClassMarks, options: ExportOptions) -> str:
    """Write the marks in the form that was asked for."""
    if options.form == "canvas":
        return canvas_csv(marks, options.template, options.titles, options.missing_zero)
    if options.form == "moodle":
        return moodle_csv(marks, options.missing_zero)
    return questions_csv(marks) if options.form == "questions" else class_json(marks)


def _warnings(
    class_folder: ClassFolder, marks: ClassMarks, options: ExportOptions, text: str
) -> list[str]:
    """Name what would make marks wrong or lost on the other side."""
    found = []
    stale = [row for row in apply_rules(class_folder, write=False) if row.before != row.after]
    if stale:
        found.append(f"{len(stale)} late penalties are out of date: run `autograder late` first.")
    looked_at = {
        (person.student, name)
        for person, submitted in marks.rows
        for name, one in submitted.items()
        if any(question.needs_manual_grade for question in one.questions)
    }
    if looked_at:
        found.append(f"{len(looked_at)} submissions wait to be looked at in formgrader.")
    with_marks = [person for person, submitted in marks.rows if submitted]
    if options.form == "canvas":
        lost = [p.student for p in with_marks if not (p.canvas_id or p.sis_id or p.login)]
        found += [
            f"{column}: {theirs or 'nothing'} points in Canvas, {ours} here."
            for column, (theirs, ours) in differing_points(marks, text).items()
        ]
    elif options.form == "moodle":
        lost = [
            p.student for p in with_marks if not (p.id_number or p.sis_id or p.email or p.login)
        ]
    else:
        lost = []
    if lost:
        found.append(f"No number or mail, so the LMS may not find: {', '.join(lost)}.")
    changed = [
        p.student
        for p in with_marks
        if any(safe_cell(one) != one for one in (p.login, p.sis_id, p.id_number, p.email))
    ]
    if changed:
        found.append(f"A number like a formula was disarmed; the LMS may not find: {changed}.")
    return found
