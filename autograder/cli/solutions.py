"""`autograder solutions`: the reference solutions, run in full."""

from typing import Annotated

import typer
from rich.console import Console

from autograder.cli.options import AssignmentsArgument, CourseOption


def solutions(
    assignments: AssignmentsArgument = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Use the few images that grading uses.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Run the reference solutions in full and print the dense model against the CNN.

    Examples:

      autograder solutions               all notebooks, all images: some five minutes

      autograder solutions --quick       do they run at all?
    """
    from autograder.course_folder import find_course
    from autograder.reference import run_solutions

    run_solutions(find_course(course), assignments or [], quick, Console())
