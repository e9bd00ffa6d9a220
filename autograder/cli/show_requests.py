"""What `autograder regrade-requests` shows: a row for each request, and how many are open."""

from collections.abc import Sequence

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.build.coursedir import AnyCourse
from autograder.cli.options import NOT_EVERYTHING
from autograder.folders import ClassFolder
from autograder.grading.regrade_requests import Key, RegradeRequest, regrade_requests
from course.counted import counted
from course.errors import GradingError
from course.notebook.tampering import one_line

NONE = "No student has handed in a regrade.md."


def run_regrade_requests(
    course: AnyCourse,
    class_folder: ClassFolder,
    assignments: list[str],
    handled: Sequence[str],
    console: Console,
) -> None:
    """Print the requests for the named assignments (all, if none is named).

    Raises typer.Exit with status NOT_EVERYTHING if one of them can't be read.
    """
    wanted = course.require(assignments)
    found = regrade_requests(course, class_folder, wanted, [_key(one) for one in handled])
    if not found:
        console.print(NONE)
        return
    console.print(requests_table(found))
    unread = sum(bool(one.problem) for one in found)
    summary = f"{counted(len(found), 'request')}, {sum(one.is_open for one in found)} open"
    console.print(f"{summary}, {unread} not readable" if unread else summary, highlight=False)
    if unread:
        raise typer.Exit(NOT_EVERYTHING)


def requests_table(requests: Sequence[RegradeRequest]) -> Table:
    """Lay the requests out, a row each."""
    table = Table(title="Regrade requests")
    for heading in ("student", "assignment", "names", "first line", "since", "state"):
        table.add_column(heading, overflow="fold")
    for one in requests:
        names = ", ".join(one.gaps)
        texts = (one_line(one.student, 100), one.assignment, names, one.line, one.listed, one.state)
        table.add_row(*map(escape, texts))
    return table


def _key(text: str) -> Key:
    """Read STUDENT/ASSIGNMENT."""
    student, slash, assignment = text.partition("/")
    if not (slash and student and assignment):
        raise GradingError(f"{text!r} is not STUDENT/ASSIGNMENT.", "Write --handled ada/cnn.")
    return student, assignment
