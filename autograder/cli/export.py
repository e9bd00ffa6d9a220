"""`autograder export`: marks for the gradebook of a learning management system."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.cli.options import AssignmentsArgument, ClassOption, CourseOption


def export(
    assignments: AssignmentsArgument = None,
    form: Annotated[
        str, typer.Option("--format", metavar="NAME", help="canvas, moodle, questions or json.")
    ] = "questions",
    to: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to (default: <format>.csv in the class folder)."),
    ] = None,
    template: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The gradebook as Canvas exported it.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=TITLE", help="What an assignment is called in Canvas."),
    ] = None,
    missing_zero: Annotated[
        bool, typer.Option("--missing-zero", help="Write 0 for what was not handed in.")
    ] = False,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """Write the gradebook's marks, late penalties taken off, as the LMS imports them.

    What was not handed in stays empty, which changes nothing in an LMS. The same formats are
    exporters of nbgrader: nbgrader export --exporter=autograder.export.plugins.CanvasExport.

    Examples:

      autograder export --format canvas --template gradebook.csv --to upload.csv

      autograder export --format canvas --template gradebook.csv --column cnn="Exercise 4"

      autograder export cnn --format moodle --class 2026

      autograder export --format json --to marks.json
    """
    from autograder.course_folder import find_class, find_course
    from autograder.export.desk import ExportOptions, run_export
    from course.errors import GradingError

    titles = {}
    for pair in column or []:
        name, equals, title = pair.partition("=")
        if not equals or not title:
            raise GradingError(f"{pair!r} is no column.", 'Write --column cnn="Exercise 4".')
        titles[name] = title
    options = ExportOptions(form, to, template, titles, missing_zero)
    folder = find_course(course)
    folder.require(list(titles))
    run_export(folder, find_class(class_folder), assignments or [], options, Console())
