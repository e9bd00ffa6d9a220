"""What `autograder collect` shows on the terminal, and the students it enters in the gradebook."""

from pathlib import Path

from nbformat import NotebookNode
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.course_folder import ClassFolder, CourseFolder
from autograder.grading.grade import read_source
from autograder.grading.marks import open_gradebook
from autograder.improve.source import NAME as OPEN
from autograder.improve.source import scoring_source
from autograder.lms.collect import Collected, CollectOptions, collect
from autograder.lms.ledger import read_ledger
from autograder.lms.people import People, Person
from autograder.lms.roster import read_roster
from autograder.nbgrader_setup import put_scripts_on_path

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
