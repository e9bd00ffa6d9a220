"""What `autograder late` shows on the terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.course_folder import ClassFolder, CourseFolder
from autograder.rules.late import Lateness, apply_rules
from autograder.rules.rules_file import rules_path, template
from course.atomic import write_atomically
from course.errors import GradingError


def write_template(course: CourseFolder, class_folder: ClassFolder, console: Console) -> None:
    """Write a `rules.toml` to begin with; never over one that is there."""
    path = rules_path(class_folder.root)
    if path.exists():
        raise GradingError(f"{path} is there already.", "Edit it, then run `autograder late`.")
    text = template(course.assignments())
    write_atomically(path, lambda file: file.write(text.encode()))
    console.print(f"wrote {path}: enter the due dates, then run `autograder late`", markup=False)


def run_late(
    course: CourseFolder,
    class_folder: ClassFolder,
    assignments: list[str],
    *,
    dry_run: bool,
    console: Console,
) -> None:
    """Apply the rules and show whom they cost what."""
    if not rules_path(class_folder.root).is_file():
        raise GradingError(
            f"{class_folder.root} has no rules.toml.", "Write one: autograder late --init."
        )
    if not class_folder.gradebook.is_file():
        raise GradingError(
            f"Nothing is graded in {class_folder.root}.", "Run `autograder grade` first."
        )
    named = course.require(assignments) if assignments else []
    rows = apply_rules(class_folder, named, write=not dry_run)
    shown = [row for row in rows if row.seconds_late or row.before or row.after or row.note]
    if shown:
        console.print(late_table(shown))
    changed = sum(row.before != row.after for row in rows)
    verb = "would change" if dry_run else "changed"
    console.print(f"{len(rows)} submissions, {changed} penalties {verb}.")


def late_table(rows: list[Lateness]) -> Table:
    """Lay out who is late and what it costs."""
    table = Table(title="Late submissions")
    for heading in ("student", "assignment", "late by", "points", "penalty", "before", "note"):
        table.add_column(heading)
    for row in rows:
        table.add_row(
            escape(row.student),
            escape(row.assignment),
            _duration(row.seconds_late),
            f"{row.score:g}",
            f"{row.after:g}",
            f"{row.before:g}",
            escape(row.note),
        )
    return table


def _duration(seconds: float) -> str:
    """Write a time span as days, hours and minutes."""
    minutes = int(seconds // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    return f"{days} d {hours:02}:{minutes:02}" if seconds else "in time"
