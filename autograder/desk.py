"""What `autograder grade` shows on the terminal."""

from typing import TYPE_CHECKING

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

from autograder.course_folder import ClassFolder, CourseFolder
from autograder.gradebook import marks_table, read_marks
from course.errors import GradingError

if TYPE_CHECKING:
    from autograder.grading.conditions import GradeOptions

BANNER = """\
************************************************************************
*** NO SANDBOX: submissions run with your own rights. They can read and
*** change your files, and forge their marks. Every result is stamped
*** sandbox=none. Use this only on code that you wrote yourself.
************************************************************************"""


def progress_bar(console: Console) -> Progress:
    """A bar with what is done, how much of it, the time it took and the time it will still take."""
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


def run_grade(
    course: CourseFolder,
    class_folder: ClassFolder,
    assignments: list[str],
    *,
    options: "GradeOptions",
    console: Console,
) -> None:
    """Grade, then show marks, flags and what could not be graded.

    Raises GradingError at the end if the grader itself failed on a submission.
    """
    from autograder.grading.grade import grade_class

    if not options.sandboxed:
        console.print(BANNER, style="bold red")
    with progress_bar(console) as bar:
        task = bar.add_task("proving the sandbox" if options.sandboxed else "starting", total=None)

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        summary = grade_class(course, class_folder, assignments, options, show)
    console.print(marks_table(read_marks(class_folder)))
    results = summary.iter_results()
    flagged = [(r.student, r.assignment, flag) for r in results for flag in r.flags]
    if flagged:
        table = Table(title="Flags: worth a look, no effect on marks")
        for heading in ("student", "assignment", "what", "evidence"):
            table.add_column(heading)
        for student, assignment, flag in flagged:
            table.add_row(*map(escape, (student, assignment, flag.kind, flag.evidence[:80])))
        console.print(table)
    console.print(f"{len(summary.graded)} results, {summary.unchanged} of them from earlier runs.")
    console.print(f"Marks: {class_folder.gradebook} and {class_folder.root / 'grades.csv'}")
    if summary.failures:
        raise GradingError(
            f"{len(summary.failures)} submissions have no result. {summary.failures[0]}",
            "Mend that and run `autograder grade` again.",
        )
