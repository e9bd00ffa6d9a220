"""What `course check` prints, and the bar that it shows meanwhile."""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from course.work.check import Report
from course.work.run import Show
from course.work.verdict import Verdict

SIGNS = {"right": "✓", "partial": "◐", "noted": "✓", "wrong": "✗", "not_attempted": "–"}
_WIDTH = 92
HIDDEN = "Hidden checks run when it is graded: points in sight are no promise."


def print_report(report: Report) -> None:
    """Print one notebook: a headline, a line per gap, what went wrong, and the notices."""
    typer.echo(f"{report.work.assignment}: {headline(report)} ({report.seconds:.1f} s)")
    width = max((len(verdict.gap) for verdict in report.verdicts), default=0)
    for verdict in report.verdicts:
        typer.echo(_line(verdict, width))
        if verdict.status in ("wrong", "not_run", "partial"):
            typer.echo(_indented(verdict.message.removeprefix(f"`{verdict.gap}`: "), "      "))
    for notice in report.notices:
        typer.echo(_indented(notice, "  ! ", "    "))


def headline(report: Report) -> str:
    """Say how much of a notebook is done."""
    answered = sum(verdict.status == "noted" for verdict in report.verdicts)
    if report.work.assignment == "quiz":
        return f"{answered} of {len(report.verdicts)} questions answered"
    return f"{report.earned:g} of {report.points:g} points in sight"


def _line(verdict: Verdict, width: int) -> str:
    """Lay out one gap."""
    sign, gap = SIGNS.get(verdict.status, "✗"), verdict.gap.ljust(width)
    if verdict.status == "not_attempted":
        return f"  {sign} {gap}  not attempted ({verdict.points:g} points)"
    if verdict.status == "noted":
        return f"  {sign} {gap}  {verdict.message}"
    return f"  {sign} {gap}  {verdict.earned:g} of {verdict.points:g}"


def _indented(text: str, first: str, rest: str = "") -> str:
    """Wrap a message; tables, which are indented, stay as they are."""
    lines: list[str] = []
    for line in text.splitlines():
        start = first if not lines else rest or first
        whole = line.startswith("  ") or len(line) < _WIDTH
        lines += (
            [start + line]
            if whole
            else textwrap.wrap(line, _WIDTH, initial_indent=start, subsequent_indent=rest or first)
        )
    return "\n".join(lines)


@contextmanager
def progress(assignment: str) -> Iterator[Show]:
    """Show a bar on a terminal, and nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(f"{assignment}: starting a fresh kernel", total=None)

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, description=f"{assignment}: {what}", completed=done, total=total)

        yield show
