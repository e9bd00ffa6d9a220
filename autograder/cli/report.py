"""`autograder report`: how a class did, on one page."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.cli.options import AssignmentsArgument, ClassOption, CourseOption


def report(
    assignments: AssignmentsArgument = None,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Leave names out; pseudonyms take their place.")
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FILE", help="Default: report.html in the class folder."),
    ] = None,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """Write one web page on how a class did: marks, exercises, misconceptions, quiz, flags.

    Examples:

      autograder report                  on everything that is graded: class/report.html

      autograder report cnn --class 2026

      autograder report --anonymous      to show to others: no name or id is in it
    """
    from autograder.course_folder import find_class, find_course
    from autograder.report.desk import run_report

    run_report(
        find_course(course),
        find_class(class_folder),
        assignments or [],
        anonymous=anonymous,
        to=to,
        console=Console(),
    )
