"""The verbs that exchange files with an LMS: collecting submissions and exporting marks."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.cli.options import AssignmentsArgument, ClassOption, CourseOption
from autograder.cli.which_course import course_and_class, own_course
from autograder.folders import find_class
from course.errors import GradingError


def collect(
    archives: Annotated[
        list[Path], typer.Argument(metavar="ARCHIVE|FOLDER", help="Zips, tars, or folders.")
    ],
    roster: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="List of students (CSV); can be repeated."),
    ] = None,
    assignment: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Assignment of all notebooks, if their cells don't tell."
        ),
    ] = "",
    student: Annotated[
        str, typer.Option(metavar="ID", help="The student who handed in everything.")
    ] = "",
    received: Annotated[
        datetime | None,
        typer.Option(metavar="WHEN", help="Time of submission (UTC), if the LMS does not tell."),
    ] = None,
    timezone: Annotated[
        str,
        typer.Option(
            metavar="ZONE",
            help="Time zone of times that the LMS writes without; else that of rules.toml, or UTC.",
        ),
    ] = "",
    pattern: Annotated[
        str,
        typer.Option(
            metavar="REGEX", help="How paths say whose a file is: named groups, as nbgrader's."
        ),
    ] = "",
    encoding: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Encoding of names in a zip that does not say it, such as cp932."
        ),
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Also replace files that this command did not write.")
    ] = False,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """Collect the submissions that an LMS exports; the last attempt counts.

    The downloads of Canvas, Moodle, Gradescope, Blackboard, Brightspace, Sakai, ILIAS and GitHub
    Classroom are read, and nbgrader's own downloaded/; --pattern reads any other. Names and numbers
    are matched with the class's roster.csv. Lists given with --roster are merged into it: a
    gradebook, a worksheet, a list of groups, or any CSV with names, mails or numbers. Collecting
    the same files again changes nothing. See docs/instructor.md.

    Only names that the LMS wrote, or the names of what you pass, say whose a file is. With
    --student all of it is that student's.

    Names in an old zip are read in the encoding that makes them names of the class; --encoding
    names another.

    Every file is a row: taken, older, set aside because it is blank or damaged and an earlier
    attempt is not, or refused with the reason.

    Exit status: 0 if no file was refused; 3 if one was, or if nothing was taken; 2 if the command
    itself failed.

    Examples:

      autograder collect submissions.zip --roster gradebook.csv
      autograder collect cnn.zip --roster worksheet.csv --timezone Europe/Berlin
      autograder collect assignment_4711_export.zip --class 2026
      autograder collect convpool.zip --student ada --received 2026-11-02T21:30
      autograder collect inbox/ --pattern '(?P<student_id>[^/]+)/(?P<file_id>.+)'
    """
    from datetime import UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from autograder.cli.show_exchange import run_collect
    from autograder.gradebook.rules_file import read_rules, rules_path
    from autograder.lms.collecting import CollectOptions
    from autograder.lms.forms import NamePattern, UnusablePattern

    if student and pattern:
        raise GradingError(
            "--student and --pattern both say whose the files are.", "Leave one of them out."
        )
    try:
        known = NamePattern(pattern) if pattern else None
    except UnusablePattern as error:
        raise GradingError(
            f"--pattern can't be used: {error}.",
            "See the table of its groups in docs/instructor.md.",
        ) from error
    the_class = find_class(class_folder)
    rules = None if timezone else read_rules(rules_path(the_class.root))
    try:
        zone = ZoneInfo(timezone) if timezone else rules.zone if rules else UTC
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise GradingError(
            f"There is no time zone {timezone!r}.", "Use a name such as Europe/Berlin."
        ) from error
    try:
        b"a".decode(encoding or "utf-8")
    except (LookupError, ValueError) as error:
        raise GradingError(
            f"There is no encoding {encoding!r}.", "Use a name such as cp932, gbk or cp1252."
        ) from error
    options = CollectOptions(
        assignment=assignment,
        student=student,
        rosters=tuple(roster or ()),
        received=received.replace(tzinfo=UTC) if received else None,
        zone=zone,
        pattern=known,
        encoding=encoding,
        force=force,
    )
    folder = own_course("collect", course)
    run_collect(folder, the_class, archives, options, Console())


def export(
    assignments: AssignmentsArgument = None,
    form: Annotated[
        str, typer.Option("--format", metavar="NAME", help="canvas, moodle, questions or json.")
    ] = "questions",
    to: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Default: <format>.csv, or .json, in the class folder."),
    ] = None,
    template: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The gradebook that Canvas exported.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=TITLE", help="Title of an assignment in Canvas; can be repeated."
        ),
    ] = None,
    missing_zero: Annotated[
        bool, typer.Option("--missing-zero", help="Write 0 for missing submissions.")
    ] = False,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """Write the gradebook's marks, minus late penalties, in a format that the LMS imports.

    A missing submission stays empty, which changes nothing in the LMS. With --template, every mark
    that has no row in Canvas's file, and every row that has no mark, is named.

    Exit status: 0 if every mark is in the file; 3 if some are not; 2 if nothing was written.

    The same formats are available as exporters of nbgrader:
    nbgrader export --exporter=autograder.nbgrader_plugins.exporters.CanvasExport

    Examples:

      autograder export --format canvas --template gradebook.csv --to upload.csv
      autograder export --format canvas --template gradebook.csv --column cnn="Exercise 4"
      autograder export cnn --format moodle --class 2026
      autograder export --format json --to marks.json
    """
    from autograder.cli.show_exchange import ExportOptions, run_export

    titles = {}
    for pair in column or []:
        name, equals, title = pair.partition("=")
        if not equals or not title:
            raise GradingError(f"{pair!r} is not NAME=TITLE.", 'Write --column cnn="Exercise 4".')
        titles[name] = title
    options = ExportOptions(form, to, template, titles, missing_zero)
    folder, own_class = course_and_class(course, class_folder)
    folder.require(list(titles))
    run_export(folder, own_class, assignments or [], options, Console())
