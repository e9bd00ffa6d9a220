"""`autograder late`: due dates, the price of lateness, and extensions."""

from typing import Annotated

import typer
from rich.console import Console

from autograder.cli.options import AssignmentsArgument, ClassOption, CourseOption


def late(
    assignments: AssignmentsArgument = None,
    init: Annotated[
        bool, typer.Option("--init", help="Write a rules.toml to fill in, and stop.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change.")] = False,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """Apply the class's rules.toml to its gradebook: who is late, and what it costs.

    `autograder grade` does this too. After an extension was written into rules.toml, or a mark was
    changed by hand, this works every penalty out anew; running it twice changes nothing.

    Examples:

      autograder late --init             write a rules.toml to fill in

      autograder late --dry-run          what would it cost whom?

      autograder late cnn --class 2026
    """
    from autograder.course_folder import find_class, find_course
    from autograder.rules.desk import run_late, write_template

    folder, own, console = find_course(course), find_class(class_folder), Console()
    if init:
        write_template(folder, own, console)
    else:
        run_late(folder, own, assignments or [], dry_run=dry_run, console=console)
