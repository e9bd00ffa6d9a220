"""What `course submit` asks and prints: which file is meant, and what was packed."""

import os
import sys
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from course.cli.printing import NOT_FETCHED, points_of
from course.errors import CourseError
from course.learner.folder import read_notebook
from course.learner.packing_list import Entry, identify
from course.learner.status import Standing
from course.learner.submit import Packed
from course.notebook.regrade_request import REGRADE
from course.notebook.release_folder import gaps

NOT_PACKED = 3
"""The exit status of `course submit` when something was not packed, or may be the wrong file."""

_ONE = "Name one of them."


def settle(entries: list[Entry], files: list[Path], *, accept: bool) -> list[Entry]:
    """Decide which file is meant where there are several, or none with the usual name.

    `files` are named by the learner. The rest is asked on a terminal; `accept` takes the likeliest.
    Raises CourseError for a file that is of no exercise.
    """
    named: dict[str, Path] = {}
    for assignment, file in map(_named, files):
        if assignment in named:
            raise CourseError(f"{named[assignment]} and {file} are both of {assignment}.", _ONE)
        named[assignment] = file
    for assignment in named.keys() - {entry.assignment for entry in entries if entry.is_known}:
        raise CourseError(f"{named[assignment]} is not worked on.", "Name another file.")
    return [
        entry.with_file(named[entry.assignment])
        if entry.is_known and entry.assignment in named
        else _settled(entry, accept)
        for entry in entries
    ]


def _named(path: Path) -> tuple[str, Path]:
    """Return the exercise of a file that the learner named, and the file."""
    read_notebook(path)
    found = identify(path)
    if found is None or not found.assignment:
        raise CourseError(f"{path} has none of the gaps of an exercise.", "Name another file.")
    return found.assignment, path


def _settled(entry: Entry, accept: bool) -> Entry:
    """Take the likeliest file, or ask, or leave it open."""
    if not entry.offers:
        return entry
    if accept:
        return entry.with_file(entry.offers[0].path)
    return _asked(entry) if sys.stdin.isatty() and sys.stdout.isatty() else entry


def _asked(entry: Entry) -> Entry:
    """Let the learner choose one of the files, or none."""
    typer.echo(f"{entry.assignment}: {entry.problem}.")
    choices = [(f"{short(offer.path)}, {offer.work}", offer.path) for offer in entry.offers]
    if entry.path is not None:
        choices.append((f"{short(entry.path)}, the usual name", entry.path))
    else:
        typer.echo("  0  none of them")
    for number, (text, _) in enumerate(choices, 1):
        typer.echo(f"  {number}  {text}")
    least = 0 if entry.path is None else 1
    while True:
        answer = str(typer.prompt(f"Which is your {entry.assignment}?", default="1")).strip()
        if answer.isdecimal() and least <= int(answer) <= len(choices):
            chosen = int(answer)
            return entry.with_file(choices[chosen - 1][1]) if chosen else entry
        typer.echo(f"Type a number from {least} to {len(choices)}.")


def short(path: Path) -> str:
    """Return a path as it is typed here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith(os.path.join("..", "..")) else relative  # noqa: PTH118


def print_packed(entries: list[Entry], found: list[Standing], packed: Packed | None) -> None:
    """Print what was packed and what was not, the points in sight, and what to type next."""
    table = Table(title="What you hand in")
    for column in ("exercise", "in the zip file"):
        table.add_column(column, overflow="fold")
    table.add_column("visible points", justify="right")
    table.add_column("sha256")
    digests = packed.files if packed else {}
    for entry, standing in zip(entries, found, strict=True):
        points = points_of(standing) if entry.path else _nothing_of(entry)
        digest = digests.get(entry.name, "")
        cells = (entry.assignment, _state(entry), points if entry.is_known else "not checked here")
        table.add_row(*map(escape, cells), digest and f"{digest[:16]}…")
    console = Console()
    console.print(table, highlight=False)
    for name in digests:
        if name.endswith(f"/{REGRADE}"):
            console.print(f"With your regrade request: {name}", highlight=False, markup=False)
    for entry in entries:
        if entry.problem:
            console.print(_remedy(entry), highlight=False, markup=False, soft_wrap=True)
    console.print(_last_line(entries, packed), highlight=False, markup=False, soft_wrap=True)


def _last_line(entries: list[Entry], packed: Packed | None) -> str:
    """Say what to do next; the last line ends with the file's path and nothing else."""
    if not packed:
        return "Nothing can be packed: no zip file was written."
    if any(entry.problem for entry in entries):
        return (
            "Not everything is packed: fix what ! names, then run `course submit` again.\n"
            f"Hand in this file: {packed.path}"
        )
    return f"Hand in this file: {packed.path}"


def _state(entry: Entry) -> str:
    """Say whether an entry was packed."""
    if not entry.is_fetched:
        return NOT_FETCHED
    if entry.path is None:
        return f"NOT packed: {entry.problem}"
    usual = entry.path.parts[-2:] == tuple(entry.name.split("/")) or not entry.is_known
    state = "packed" if usual else f"packed from {short(entry.path)}"
    return f"{state}, but {entry.problem}" if entry.problem else state


def _nothing_of(entry: Entry) -> str:
    """Say that no points are in sight, of an exercise that has points."""
    if not entry.is_graded_here or not entry.is_fetched:
        return ""
    return f"0 of {sum(gap.points for gap in gaps(entry.assignment)):g}"


def _remedy(entry: Entry) -> str:
    """Return what to type where something was not packed."""
    if not entry.is_known:
        return f"! {entry.assignment}: {entry.problem}."
    if entry.offers:
        files = " or ".join(f'--use "{short(offer.path)}"' for offer in entry.offers[:3])
        own = f' or --use "{short(entry.path)}"' if entry.path else ""
        return f"! {entry.assignment}: say which file is yours: course submit {files}{own}"
    return (
        f"! {entry.assignment}: if you have it elsewhere, name it: course submit --use FILE. "
        f"`course reset {entry.assignment}` gives a new one, and keeps yours if there is one."
    )
