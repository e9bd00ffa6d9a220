"""What `autograder solutions` shows: that all solutions run, and the dense model beside the CNN."""

import os

from rich.console import Console
from rich.progress import TaskID
from rich.table import Table

from autograder.build.reference_run import Figures, run_solutions
from autograder.cli.show_grading import progress_bar
from autograder.folders import CourseFolder
from course.counted import counted


def show_solutions(
    course: CourseFolder, assignments: list[str], quick: bool, console: Console
) -> None:
    """Run the reference solutions; print parameters, seconds and accuracy of both models."""
    tasks: dict[str, TaskID] = {}
    with progress_bar(console) as bar:

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        figures = run_solutions(course, assignments, quick, show)
    count = len(course.require(assignments))
    console.print(f"{counted(count, 'solution notebook')} ran without an error.")
    if figures:
        console.print(_models_table(figures))
        console.print(_conditions())


def _models_table(figures: dict[str, Figures]) -> Table:
    """Lay both models out side by side."""
    table = Table(title="Dense model against CNN, five epochs")
    for heading in ("model", "parameters", "training", "test accuracy"):
        table.add_column(heading, justify="left" if heading == "model" else "right")
    for name, one in figures.items():
        table.add_row(name, f"{one.parameters:,}", f"{one.seconds:.0f} s", f"{one.accuracy:.2%}")
    gain = figures["CNN"].accuracy - figures["dense"].accuracy
    table.caption = f"The CNN is {100 * gain:+.1f} points better."
    return table


def _conditions() -> str:
    """Name the images that the figures were measured on, and the processor cores."""
    from course.data import data_source, load_data

    load_data(limit=10)
    return f"Images: {data_source()}. Processor cores: {os.cpu_count()}."
