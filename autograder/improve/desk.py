"""What `autograder improve` shows on the terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.course_folder import ClassFolder
from autograder.desk import BANNER, progress_bar
from autograder.grading.conditions import GradeOptions
from autograder.improve.board import run_board
from autograder.improve.leaderboard import HEADINGS, TITLE, cells, notes, write_leaderboard
from autograder.improve.source import NAME
from autograder.improve.standing import standing
from course.errors import GradingError


def run_improve(class_folder: ClassFolder, options: GradeOptions, console: Console) -> None:
    """Score every network, then show and write the table.

    Raises GradingError at the end if the grader itself failed on a submission.
    """
    if not options.sandboxed:
        console.print(BANNER, style="bold red")
    with progress_bar(console) as bar:
        task = bar.add_task("proving the sandbox", total=None)

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        run = run_board(class_folder, options, show)
    entries = standing(run.results)
    paths = write_leaderboard(class_folder.root / NAME, entries)
    table = Table(title=TITLE)
    for heading in HEADINGS:
        table.add_column(heading, justify="right" if heading in ("rank", "parameters") else "left")
    for entry in entries:
        table.add_row(*map(escape, cells(entry)))
    console.print(table)
    for note in notes(entries):
        console.print(note, highlight=False)
    console.print(f"Leaderboard: {', '.join(map(str, paths))}", soft_wrap=True)
    if run.failures:
        raise GradingError(
            f"{len(run.failures)} networks have no result. {run.failures[0]}",
            "Mend that and run `autograder improve` again.",
        )
