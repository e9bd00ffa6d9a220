"""What `autograder grade` and `autograder late` show on the terminal."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from autograder.cli.options import NOT_EVERYTHING
from autograder.folders import ClassFolder, CourseFolder, is_there
from autograder.gradebook.late_rules import Lateness, apply_rules, class_rules, late_notices
from autograder.gradebook.marks import ZERO, ClassMarks, final_text, points_text, waiting_line
from autograder.gradebook.reader import read_marks
from autograder.gradebook.rules_file import rules_path, template
from autograder.grading.earlier_release import earlier_release_lines, personal_flags
from autograder.grading.results import Flag, SubmissionResult, iter_results
from course.counted import counted
from course.errors import GradingError
from course.files import write_atomically

if TYPE_CHECKING:
    from autograder.build.coursedir import AnyCourse
    from autograder.grading.class_run import Summary
    from autograder.grading.conditions import GradeOptions
    from autograder.grading.dry_run import Change
    from autograder.grading.not_graded import NotGraded

BANNER = """\
************************************************************************
*** NO SANDBOX: submissions run with your own rights. They can read and
*** change your files, and forge their marks. Every result is stamped
*** sandbox=none. Use this only on code that you wrote yourself.
************************************************************************"""


REJECTED = "✗"
"""The sign of a mark whose notebook could not be read, as on the pages."""


def progress_bar(console: Console) -> Progress:
    """Return a progress bar with the task, its count, the time passed and the time left."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
        speed_estimate_period=1800,
    )


@contextmanager
def class_progress(
    console: Console, options: "GradeOptions"
) -> Iterator[Callable[[str, int, int], None]]:
    """Show one progress bar for a class run, and yield the function that advances it.

    Without a sandbox, a banner comes first.
    """
    if not options.sandboxed:
        console.print(BANNER, style="bold red")
    with progress_bar(console) as bar:
        first = "proving the sandbox" if options.sandboxed else "starting"
        task = bar.add_task(first, total=None)

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        yield show


def run_grade(
    course: "AnyCourse",
    class_folder: ClassFolder,
    assignments: list[str],
    *,
    options: "GradeOptions",
    console: Console,
) -> None:
    """Grade, then show marks, flags and what was not graded.

    Raises GradingError at the end if the grader itself failed on a submission, else typer.Exit with
    status NOT_EVERYTHING if something that was handed in was not graded.
    """
    from autograder.grading.class_run import grade_class
    from autograder.grading.stock_run import grade_stock_class

    with class_progress(console, options) as show:
        if isinstance(course, CourseFolder):
            # Reading all sources takes a part of the time that the imports take anyway.
            say_stale = partial(_say_stale, course, class_folder, assignments, console)
            summary = grade_class(course, class_folder, assignments, options, show, say_stale)
        else:
            summary = grade_stock_class(course, assignments, options, show)
    show_summary(summary, console)


def _inside_table(results: list[SubmissionResult]) -> Table:
    """Lay out the tests that ran in the students' processes, and why, a row each."""
    table = Table(title="Tests that ran in the student's process: a student can forge these marks")
    for heading in ("notebook", "test", "why"):
        table.add_column(heading, overflow="fold")
    rows = {
        (result.assignment, test, why) for result in results for test, why in result.inside.items()
    }
    for row in sorted(rows):
        table.add_row(*map(escape, row))
    return table


def show_summary(summary: "Summary", console: Console) -> None:
    """Show marks, flags and what was not graded; raise as `run_grade` says."""
    class_folder = summary.class_folder
    known = [replace(one, notebook={}) for one in iter_results(class_folder)]
    done = set(summary.graded)
    graded = [one for one in known if _submission(one) in done]
    inside = _inside_table(graded)
    if inside.row_count:
        console.print(inside)
    marks = read_marks(class_folder)
    rejected = {(one.student, one.assignment.partition("/")[0]) for one in graded if one.rejected}
    if marks.submissions:
        console.print(marks_table(marks, rejected))
    # What concerns the whole class is decided by all its results, as in grades.csv and the report.
    own = [(one, flag) for one, flag in personal_flags(known) if _submission(one) in done]
    flags = _flags_table(own)
    if flags.row_count:
        console.print(flags)
    assignments = {name for _, name in done}
    _show_lines(
        earlier_release_lines([one for one in known if one.assignment in assignments]), console
    )
    if marks.waiting:
        _show_lines([waiting_line(marks.waiting)], console)
    _show_lines(summary.notices, console)
    results = counted(len(summary.graded), "result")
    console.print(f"{results}, {summary.unchanged} of them from earlier runs.")
    if summary.graded:
        files = f"{class_folder.gradebook} and {class_folder.root / 'grades.csv'}"
        console.print(f"Marks: {files}", soft_wrap=True)
    _show_not_graded(class_folder, summary.not_graded, console)
    require_no_failures(summary.failures, console, "submission", "autograder grade")
    if summary.not_graded:
        raise typer.Exit(NOT_EVERYTHING)


def _show_lines(lines: Iterable[str], console: Console) -> None:
    """Show each line as it is."""
    for line in lines:
        console.print(line, soft_wrap=True, markup=False, highlight=False)


def _say_stale(
    course: CourseFolder, class_folder: ClassFolder, assignments: list[str], console: Console
) -> None:
    """Say in one line for each assignment that its script has changed since the last build."""
    from autograder.build.release import stale_sources

    _show_lines(stale_sources(course, class_folder, assignments), console)


def require_no_failures(failures: list[str], console: Console, what: str, command: str) -> None:
    """Show every failure; raise GradingError, with the first one, if there is any."""
    for failure in failures[1:]:
        console.print(f"Could not be graded: {failure}", markup=False, soft_wrap=True)
    if failures:
        raise GradingError(
            f"{counted(len(failures), f'{what} has', f'{what}s have')} no result. {failures[0]}",
            f"Fix this, then run `{command}` again.",
        )


def _show_not_graded(class_folder: ClassFolder, rows: list["NotGraded"], console: Console) -> None:
    """Show what was not graded, why, and what to do next; nothing if there is none."""
    if not rows:
        return
    table = Table(title="Not graded, and why", show_lines=True)
    for heading in ("student", "in submitted/", "why", "next"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*map(escape, (row.student, row.path, row.reason, row.next_step)))
    console.print(table)
    console.print(
        f"{counted(len(rows), 'thing is', 'things are')} not graded. "
        f"Run the commands in {class_folder.submitted}, then `autograder grade` again.",
        soft_wrap=True,
    )


def _submission(result: SubmissionResult) -> tuple[str, str]:
    return result.student, result.assignment


def _flags_table(flags: list[tuple[SubmissionResult, Flag]]) -> Table:
    """Lay out the flags on students, a row each."""
    table = Table(title="Flags: worth a look, no effect on marks")
    for heading in ("student", "assignment", "flag", "evidence"):
        table.add_column(heading)
    for result, flag in flags:
        cells = (result.student, result.assignment, flag.kind, flag.evidence[:80])
        table.add_row(*map(escape, cells))
    return table


def marks_table(marks: ClassMarks, rejected: Collection[tuple[str, str]] = ()) -> Table:
    """Lay the marks out, a row per student who handed in and a column per assignment.

    The marks of `rejected` submissions, by student and assignment, have a sign.
    """
    handed_in = marks.submissions
    late = any(mark.penalty for mark in handed_in.values())
    off = " Late penalties are taken off." if late else ""
    sign = f" {REJECTED}: could not be read, see below." if rejected else ""
    table = Table(title="Gradebook", caption=f"A dash: nothing was handed in.{sign}{off}")
    columns = [name for name in marks.max_scores if any(name == key[1] for key in handed_in)]
    table.add_column("student")
    for name in columns:
        table.add_column(f"{name}\nof {points_text(marks.max_scores[name])}", justify="right")
    table.add_column("total", justify="right")
    for person, own in marks.rows():
        if own:
            finals = [
                (final_text(own.get(name), missing_zero=False) or "–")
                + (f" {REJECTED}" if (person.student, name) in rejected else "")
                for name in columns
            ]
            total = points_text(sum((mark.final for mark in own.values()), ZERO))
            table.add_row(escape(person.student), *finals, total)
    return table


def run_dry(
    course: "AnyCourse",
    class_folder: ClassFolder,
    assignments: list[str],
    *,
    options: "GradeOptions",
    console: Console,
) -> None:
    """Show what `autograder grade` would change, exercise by exercise, and write nothing.

    Raises as `run_grade` does.
    """
    from autograder.grading.dry_run import dry_run

    if isinstance(course, CourseFolder):
        _say_stale(course, class_folder, assignments, console)
    with class_progress(console, options) as show:
        changes, summary = dry_run(course, class_folder, assignments, options, show)
    if changes:
        console.print(changes_table(changes))
    students = len({one.student for one in changes})
    up, down = sum(one.points > 0 for one in changes), sum(one.points < 0 for one in changes)
    console.print(
        f"{counted(len(changes), 'change')} for {counted(students, 'student')}: "
        f"{counted(up, 'mark')} up, {down} down. "
        "Nothing was written; run it without --dry-run to grade."
    )
    _show_not_graded(class_folder, summary.not_graded, console)
    require_no_failures(summary.failures, console, "submission", "autograder grade --dry-run")
    if summary.not_graded:
        raise typer.Exit(NOT_EVERYTHING)


def changes_table(changes: list["Change"]) -> Table:
    """Lay the changes out, a row each."""
    table = Table(title="What grading would change")
    for heading in ("student", "assignment", "exercise", "is", "becomes", "mark", "note"):
        table.add_column(heading)
    for one in changes:
        sign = "+" if one.points > 0 else ""
        mark = f"{sign}{points_text(one.points)}" if one.points else "same"
        texts = (one.student, one.assignment, one.exercise, one.before, one.after, mark, one.note)
        table.add_row(*map(escape, texts))
    return table


def write_template(course: "AnyCourse", class_folder: ClassFolder, console: Console) -> None:
    """Write a `rules.toml` to fill in; refuse to replace one."""
    path = rules_path(class_folder.root)
    if is_there(path):
        raise GradingError(f"{path} already exists.", "Edit it, then run `autograder late`.")
    text = template(course.assignments())
    write_atomically(path, lambda file: file.write(text.encode()))
    console.print(
        f"wrote {path}: enter the due dates, then run `autograder late`",
        markup=False,
        soft_wrap=True,
    )


def run_late(
    course: "AnyCourse",
    class_folder: ClassFolder,
    assignments: list[str],
    *,
    dry_run: bool,
    console: Console,
) -> None:
    """Apply the late rules and show the penalties; a mistake in them is an error in any case."""
    known = course.assignments()
    has_rules = class_rules(class_folder, known) is not None
    is_graded = is_there(class_folder.gradebook)
    no_rules = GradingError(
        f"{class_folder.root} has no rules.toml.", "Run `autograder late --init` to write one."
    )
    # Without it, the penalties that it had go; those of a stock course are nbgrader's own.
    if not has_rules and (not is_graded or not isinstance(course, CourseFolder)):
        raise no_rules
    if not is_graded:
        raise GradingError(
            f"Nothing is graded in {class_folder.root}.", "Run `autograder grade` first."
        )
    named = course.require(assignments) if assignments else []
    rows = apply_rules(class_folder, named, write=not dry_run, known=known)
    if not has_rules and not any(row.before for row in rows):
        raise no_rules
    shown = [row for row in rows if row.seconds_late or row.before or row.after or row.note]
    if shown:
        console.print(late_table(shown))
    _show_lines(late_notices(class_folder, rows), console)
    changed = sum(row.before != row.after for row in rows)
    penalties = counted(changed, "penalty", "penalties")
    verb = "would change" if dry_run else "changed"
    console.print(f"{counted(len(rows), 'submission')}, {penalties} {verb}.")


_LATE_HEADINGS = (
    "student",
    "assignment",
    "late by",
    "points",
    "penalty",
    "before",
    "note",
)


def late_table(rows: list[Lateness]) -> Table:
    """Lay out the late submissions and their penalties, a row each."""
    table = Table(title="Late submissions")
    for heading in _LATE_HEADINGS:
        table.add_column(heading, no_wrap=heading == "late by", overflow="fold")
    for row in rows:
        source = f"time from {row.source}" if row.source and row.seconds_late else ""
        table.add_row(
            escape(row.student),
            escape(row.assignment),
            _duration(row.seconds_late),
            points_text(row.score),
            points_text(row.after),
            points_text(row.before),
            escape("; ".join(filter(None, (source, row.note)))),
        )
    return table


def _duration(seconds: float) -> str:
    """Format a time span as days, hours and minutes."""
    minutes = int(seconds // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    return f"{days} d {hours:02}:{minutes:02}" if seconds else "in time"
