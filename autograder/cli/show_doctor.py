"""What `autograder doctor` shows: a line for each matter, and how many are wrong."""

from collections import Counter

import typer
from rich.console import Console

from autograder.cli.show_grading import progress_bar
from autograder.doctor.examining import Wanted, examine
from autograder.grading.conditions import GradeOptions

SOMETHING_WRONG = 1
"""Exit status where at least one matter is wrong."""


def run_doctor(wanted: Wanted, options: GradeOptions, console: Console) -> None:
    """Examine everything; raise typer.Exit with status SOMETHING_WRONG if something is wrong."""
    levels: Counter[str] = Counter()
    with progress_bar(console) as bar:
        bar.live.transient = True
        task = bar.add_task("starting", total=None)

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        for finding in examine(wanted, options, show):
            levels[finding.level] += 1
            console.print(str(finding), markup=False, highlight=False, soft_wrap=True)
    notes = f"{levels['note']} worth knowing (!)"
    console.print(f"{levels['fine']} fine, {notes}, {levels['wrong']} wrong (✗).", highlight=False)
    if levels["wrong"]:
        raise typer.Exit(SOMETHING_WRONG)
