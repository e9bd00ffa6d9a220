"""What `course check` and `course status` print; the words for a status are STATUS_WORDS."""

import os
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from course.counted import counted
from course.learner.status import Standing, is_beginning
from course.learner.submit import packed
from course.notebook.verdict import FAILED, STATUS_WORDS, Verdict

if TYPE_CHECKING:
    # Only `course check` needs what runs a kernel; `course status` need not wait for it.
    from course.learner.check import Report
    from course.learner.fresh_run import ShowProgress

_WIDTH = 92
NOT_FETCHED = "not fetched yet"
HIDDEN = "Hidden checks run when a notebook is graded. They can still take points away."
OPEN = "The leaderboard measures the network on images that your notebook has not had."


def print_report(report: "Report") -> None:
    """Print one notebook: a headline, a line per gap, what went wrong, and the notices."""
    typer.echo(f"{report.work.assignment}: {headline(report)} ({report.seconds:.1f} s)")
    width = max((len(verdict.exercise) for verdict in report.verdicts), default=0)
    for verdict in report.verdicts:
        typer.echo(_line(verdict, width))
        is_measured = report.work.is_open and verdict.status == "correct"
        if verdict.message and (
            is_measured or verdict.status == "partial" or verdict.status in FAILED
        ):
            typer.echo(_indented(verdict.message.removeprefix(f"`{verdict.exercise}`: "), "      "))
    for notice in report.notices:
        print_notice(notice)


def print_notice(notice: str, assignment: str = "") -> None:
    """Print what the learner may not have intended, with the exercise where none is above it."""
    typer.echo(_indented(f"{assignment}: {notice}" if assignment else notice, "  ! ", "    "))


def headline(report: "Report") -> str:
    """Return how much of a notebook is done."""
    if report.work.assignment == "quiz":
        answered = sum(verdict.status == "answered" for verdict in report.verdicts)
        return f"{answered} of {counted(len(report.verdicts), 'question')} answered"
    if report.work.is_open:
        return "the rules are kept" if report.complete else "it can't be ranked yet"
    return f"{report.earned:g} of {counted(report.points, 'visible point')}"


def _line(verdict: Verdict, width: int) -> str:
    """Lay out the result of one gap."""
    words = STATUS_WORDS[verdict.status]
    result = f"{verdict.score:g} of {verdict.max_score:g}"
    if verdict.status == "not_attempted":
        result = f"{words.label} ({counted(verdict.max_score, 'point')})"
    elif verdict.status == "answered":
        result = verdict.message
    elif not verdict.max_score:
        result = words.label
    return f"  {words.sign} {verdict.exercise.ljust(width)}  {result}"


def _indented(text: str, first: str, rest: str = "") -> str:
    """Wrap and indent a message; the rows of tables, which are indented, are not wrapped."""
    rest = rest or first
    lines: list[str] = []
    for line in text.splitlines():
        start = rest if lines else first
        if line.startswith("  ") or len(line) < _WIDTH:
            lines.append(start + line)
        else:
            lines += textwrap.wrap(line, _WIDTH, initial_indent=start, subsequent_indent=rest)
    return "\n".join(lines)


@contextmanager
def progress(assignment: str) -> "Iterator[ShowProgress]":
    """Show a progress bar on a terminal, and nothing elsewhere."""
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


def print_overview(folder: Path, found: list[Standing], console: Console) -> None:
    """Print a row for each exercise, a legend of the signs, and the next step."""
    table = Table(title=f"Your notebooks in {escape(str(folder))}")
    table.add_column("exercise")
    table.add_column("gaps", overflow="fold")
    table.add_column("done", justify="right")
    table.add_column("visible points", justify="right")
    for standing in found:
        table.add_row(standing.assignment, *_row(standing))
    console.print(table)
    console.print(_legend(found), highlight=False)
    console.print(next_step(folder, found), highlight=False, markup=False, soft_wrap=True)


def _row(standing: Standing) -> tuple[str, str, str]:
    """Return the gaps with their signs, how many are done, and the points."""
    if not standing.is_fetched:
        return f"{NOT_FETCHED}: see the Assignment List in JupyterLab", "", ""
    problem = f"! {standing.problem}" if standing.problem else ""
    if problem and standing.elsewhere is None:
        problem += f": course reset {standing.assignment}"
    if not standing.verdicts:
        return escape(problem), "", ""
    verdicts = standing.verdicts
    gaps = " ".join(map(_sign, verdicts))
    done = sum(verdict.done for verdict in verdicts)
    shown = "\n".join(filter(None, (gaps, problem)))
    return escape(shown), f"{done} of {len(verdicts)}", points_of(standing)


def _sign(verdict: Verdict) -> str:
    """Return a gap with its sign, and a part mark with its points; no line breaks within."""
    part = f" {verdict.score:g} of {verdict.max_score:g}" if verdict.status == "partial" else ""
    text = f"{STATUS_WORDS[verdict.status].sign} {verdict.exercise}{part}"
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def points_of(standing: Standing) -> str:
    """Return the points in sight; "" where there is nothing to mark."""
    verdicts = standing.verdicts
    points = f"{sum(verdict.max_score for verdict in verdicts):g}"
    earned = f"{sum(verdict.score for verdict in verdicts):g}"
    if not verdicts:
        return ""
    return f"{points} when graded" if standing.assignment == "quiz" else f"{earned} of {points}"


def _legend(found: list[Standing]) -> str:
    """Explain the signs that the table has, and what the points mean."""
    seen = {verdict.status for standing in found for verdict in standing.verdicts}
    signs = [
        f"{words.sign} {words.label}" for status, words in STATUS_WORDS.items() if status in seen
    ]
    return "\n".join(["; ".join(signs), HIDDEN])


def next_step(folder: Path, found: list[Standing]) -> str:
    """Return in one line what to do next."""
    if is_beginning(folder, found):
        return "Next: lesson.ipynb, which takes about an hour. The exercises come after it."
    for standing in filter(lambda one: one.is_fetched, found):
        name = standing.assignment
        if standing.elsewhere:
            file = os.path.relpath(standing.elsewhere, folder)
            return (
                f"Next: say which file is your {name}. Rename {file} to {name}/{name}.ipynb, or "
                "run `course submit`, which asks."
            )
        if standing.problem:
            return f"Next: fix {name}. `course reset {name}` gives a new one and keeps your file."
        waiting = [verdict for verdict in standing.verdicts if not verdict.done]
        if waiting and all(verdict.status == "unchecked" for verdict in waiting):
            return f"Next: course check {name}"
        if waiting:
            return f"Next: {name}/{name}.ipynb, the gap `{waiting[0].exercise}`."
    if packed(folder):
        return "Your notebooks are packed. Hand in the zip file if you have not done so yet."
    further = [standing.assignment for standing in found if not standing.is_fetched]
    if further:
        return (
            f"Next: hand in with Submit in JupyterLab's Assignment List, and fetch {further[0]} "
            "there once it is listed. For a zip file instead: course submit"
        )
    return "Next: course submit"
