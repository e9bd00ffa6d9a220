"""`autograder collect`: from what a learning management system hands out to the class folder."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.cli.options import ClassOption, CourseOption


def collect(
    archives: Annotated[
        list[Path], typer.Argument(metavar="ARCHIVE|FOLDER...", help="Zips, or folders of files.")
    ],
    roster: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="List of students (CSV); may be given several times."),
    ] = None,
    assignment: Annotated[
        str, typer.Option(metavar="NAME", help="What the notebooks are of, if not told by them.")
    ] = "",
    student: Annotated[
        str, typer.Option(metavar="ID", help="Whose it is, where no file's name says so.")
    ] = "",
    received: Annotated[
        datetime | None,
        typer.Option(metavar="WHEN", help="When it was handed in (UTC), if the LMS does not say."),
    ] = None,
    timezone: Annotated[
        str, typer.Option(metavar="ZONE", help="Zone of the times in Moodle's worksheet.")
    ] = "UTC",
    force: Annotated[
        bool, typer.Option("--force", help="Replace also what this command did not put there.")
    ] = False,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """Take in what Canvas, Moodle or Gradescope hand out, the last attempt of each student.

    Names and numbers are matched with the class's roster.csv, which the lists given with --roster
    are taken into: Canvas's gradebook, Moodle's grading worksheet, Gradescope's roster, or any CSV
    with names, mails or numbers. Doing it again changes nothing. docs/desk.md has the whole way.

    Examples:

      autograder collect submissions.zip --roster gradebook.csv

      autograder collect cnn.zip --roster worksheet.csv --timezone Europe/Berlin

      autograder collect assignment_4711_export.zip --class 2026

      autograder collect convpool.zip --student ada --received 2026-11-02T21:30
    """
    from datetime import UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from autograder.course_folder import find_class, find_course
    from autograder.lms.collect import CollectOptions
    from autograder.lms.desk import run_collect
    from course.errors import GradingError

    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise GradingError(
            f"There is no time zone {timezone!r}.", "Name one such as Europe/Berlin."
        ) from error
    options = CollectOptions(
        assignment=assignment,
        student=student,
        rosters=tuple(roster or ()),
        received=received.replace(tzinfo=UTC) if received else None,
        zone=zone,
        force=force,
    )
    run_collect(find_course(course), find_class(class_folder), archives, options, Console())
