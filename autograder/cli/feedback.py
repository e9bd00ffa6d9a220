"""`autograder feedback`: a page for each student and assignment."""

from typing import Annotated

import typer
from rich.console import Console

from autograder.cli.options import AssignmentsArgument, ClassOption, CourseOption


def feedback(
    assignments: AssignmentsArgument = None,
    zipped: Annotated[
        bool, typer.Option("--zip", help="Also pack them for upload, named as the LMS asks.")
    ] = False,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """Write a feedback page for every graded submission, without hidden tests.

    Examples:

      autograder feedback                for everything that is graded

      autograder feedback cnn --class 2026

      autograder feedback --zip          feedback/cnn-moodle.zip and so on, to give back in bulk
    """
    from autograder.course_folder import find_class, find_course
    from autograder.feedback.desk import run_feedback

    run_feedback(
        find_course(course),
        find_class(class_folder),
        assignments or [],
        Console(),
        zipped=zipped,
    )
