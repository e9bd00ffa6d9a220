"""`autograder formgrader`: look at notebooks, enter marks and comments by hand."""

from typing import Annotated

import typer

from autograder.cli.options import ClassOption, CourseOption


def formgrader(
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open a browser window.")
    ] = True,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """Open JupyterLab with nbgrader's formgrader on a class that is graded.

    Marks and comments that you enter there stay at every regrade; the feedback pages and the
    report show them once you write them again.

    Examples:

      autograder formgrader --class 2026

      autograder formgrader --class demo --no-browser    print the address, open nothing
    """
    from autograder.course_folder import find_class, find_course
    from autograder.instructor import open_formgrader

    open_formgrader(find_course(course), find_class(class_folder), browser=browser)
