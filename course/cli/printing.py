"""What `course check` prints, and the bar that it shows meanwhile."""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from course.learner.check import Report
from course.learner.fresh_run import Show
from course.learner.status import Standing
from course.learner.submit import packed
from course.notebook.verdict import STATUS_WORDS, Verdict

_WIDTH = 92
HIDDEN = "Hidden checks run when it is graded: points in sight are no promise."


def print_report(report: Report) -> None:
    """Print one notebook: a headline, a line per gap, what went wrong, and the notices."""
    typer.echo(f"{report.work.assignment}: {headline(report)} ({report.seconds:.1f} s)")
    width = max((len(verdict.exercise) for verdict in report.verdicts), default=0)
    for verdict in report.verdicts:
        typer.echo(_line(verdict, width))
        if verdict.message and verdict.status not in ("not_attempted", "answered"):
            typer.echo(_indented(verdict.message.removeprefix(f"`{verdict.exercise}`: "), "      "))
    for notice in report.notices:
        typer.echo(_indented(notice, "  ! ", "    "))


def headline(report: Report) -> str:
    """Say how much of a notebook is done."""
    answered = sum(verdict.status == "answered" for verdict in report.verdicts)
    if report.work.assignment == "quiz":
        return f"{answered} of {len(report.verdicts)} questions answered"
    return f"{report.earned:g} of {report.points:g} points in sight"


def _line(verdict: Verdict, width: int) -> str:
    """Lay out one gap."""
    sign, gap = STATUS_WORDS[verdict.status].sign, verdict.exercise.ljust(width)
    if verdict.status == "not_attempted":
        return f"  {sign} {gap}  not attempted ({verdict.max_score:g} points)"
    if verdict.status == "answered":
        return f"  {sign} {gap}  {verdict.message}"
    return f"  {sign} {gap}  {verdict.score:g} of {verdict.max_score:g}"


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


# What `course status` prints.


def print_overview(folder: Path, found: list[Standing], console: Console) -> None:
    """Print a row per exercise, the sum, and the next step."""
    table = Table(title=f"Your notebooks in {escape(str(folder))}")
    table.add_column("exercise")
    table.add_column("gaps", overflow="fold")
    table.add_column("done", justify="right")
    table.add_column("points in sight", justify="right")
    for standing in found:
        table.add_row(standing.assignment, *_row(standing))
    console.print(table)
    console.print(_legend(found), highlight=False)
    console.print(next_step(folder, found), highlight=False, markup=False, soft_wrap=True)


def _row(standing: Standing) -> tuple[str, str, str]:
    if standing.problem:
        return escape(standing.problem), "", ""
    signs = " ".join(
        f"{STATUS_WORDS[gap.status].sign}\N{NO-BREAK SPACE}{gap.gap.name}" for gap in standing.gaps
    )
    done = sum(gap.done for gap in standing.gaps)
    points = sum(gap.gap.points for gap in standing.gaps)
    earned = sum(gap.earned for gap in standing.gaps)
    sight = (
        f"{points:g} when graded" if standing.assignment == "quiz" else f"{earned:g} of {points:g}"
    )
    return signs, f"{done} of {len(standing.gaps)}", sight


def _legend(found: list[Standing]) -> str:
    """Explain the signs that are there, and what the points mean."""
    seen = {gap.status for standing in found for gap in standing.gaps}
    words = ["✓ passes what is in sight", "✗ does not"]
    words += ["? answered, not checked yet"] if "unchecked" in seen else []
    words += ["– not attempted"] if "not_attempted" in seen else []
    return f"{', '.join(words)}. Hidden checks run when it is graded."


def next_step(folder: Path, found: list[Standing]) -> str:
    """Say in one line what to do next."""
    for standing in found:
        name = standing.assignment
        if standing.problem:
            return f"Next: mend {name}. `course reset {name}` keeps a backup of what is there."
        waiting = [gap.status for gap in standing.gaps if not gap.done]
        if waiting and set(waiting) == {"unchecked"}:
            return f"Next: course check {name}"
        if waiting:
            return f"Next: {name}/{name}.ipynb, the gap `{standing.next_gap}`."
    if packed(folder):
        return "Everything is packed as it stands now. Hand in the zip file, if you have not yet."
    return "Next: course submit"
