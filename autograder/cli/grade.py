"""`autograder grade`: from what was handed in to marks."""

from typing import Annotated

import typer
from rich.console import Console

from autograder.cli.options import AssignmentsArgument, ClassOption, CourseOption


def grade(
    assignments: AssignmentsArgument = None,
    class_folder: ClassOption = None,
    course: CourseOption = None,
    unsafe_no_sandbox: Annotated[
        bool,
        typer.Option(
            "--unsafe-no-sandbox", help="Run student code with your own rights. Never on a class."
        ),
    ] = False,
) -> None:
    """Grade what a class has handed in: gradebook, autograded notebooks, grades.csv.

    Student code runs in a sandbox that proves itself first; the tests run outside it, in a process
    of their own. Exit status 0 means that every submission got a result.

    Examples:

      autograder grade                   everything in class/submitted

      autograder grade cnn --class 2026  one assignment of the class in 2026/
    """
    from autograder.course_folder import find_class, find_course
    from autograder.desk import run_grade

    run_grade(
        find_course(course),
        find_class(class_folder),
        assignments or [],
        sandboxed=not unsafe_no_sandbox,
        console=Console(),
    )
