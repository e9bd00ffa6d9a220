"""`autograder collect`: from what a learning management system hands out to the class folder."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.cli.options import (
    AssignmentsArgument,
    ClassOption,
    CourseOption,
    ForceOption,
    UnsafeOption,
)


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
    with names, mails or numbers. Doing it again changes nothing. See docs/instructor.md.

    Examples:

      autograder collect submissions.zip --roster gradebook.csv

      autograder collect cnn.zip --roster worksheet.csv --timezone Europe/Berlin

      autograder collect assignment_4711_export.zip --class 2026

      autograder collect convpool.zip --student ada --received 2026-11-02T21:30
    """
    from datetime import UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from autograder.cli.show_exchange import run_collect
    from autograder.folders import find_class, find_course
    from autograder.lms.collecting import CollectOptions
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


# `autograder grade`: from what was handed in to marks.


def grade(
    assignments: AssignmentsArgument = None,
    class_folder: ClassOption = None,
    course: CourseOption = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, help="Submissions at a time (default: cores + 1)."),
    ] = None,
    cluster: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Run submissions on the workers of a Dask scheduler."),
    ] = "",
    force: ForceOption = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change and for whom; write nothing.")
    ] = False,
    unsafe_no_sandbox: UnsafeOption = False,
) -> None:
    """Grade what a class has handed in: gradebook, autograded notebooks, grades.csv.

    Student code runs in a sandbox that proves itself first; the tests run outside it, in a process
    of their own. Exit status 0 means that every submission got a result.

    A submission that has a result is run again only if it, the assignment or the grader changed. A
    run that was killed goes on where it stopped: run the same command again. Marks that a person
    entered always stay.

    Examples:

      autograder grade                   everything in class/submitted

      autograder grade cnn --class 2026  one assignment of the class in 2026/

      autograder grade --jobs 4          four submissions at a time

      autograder grade cnn --force       run every cnn again

      autograder grade cnn --dry-run     after a test was mended: whose marks would change?

      autograder grade --cluster tcp://10.0.0.1:8786
    """
    from autograder.cli.show_grading import run_grade
    from autograder.folders import find_class, find_course
    from autograder.grading.conditions import GradeOptions, usual_jobs

    options = GradeOptions(
        sandboxed=not unsafe_no_sandbox,
        jobs=jobs or usual_jobs(),
        force=force,
        cluster=cluster,
    )
    if dry_run:
        from autograder.grading.dry_run import show_changes

        show_changes(
            find_course(course), find_class(class_folder), assignments or [], options, Console()
        )
        return
    run_grade(
        find_course(course),
        find_class(class_folder),
        assignments or [],
        options=options,
        console=Console(),
    )


# `autograder late`: due dates, the price of lateness, and extensions.


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
    from autograder.cli.show_grading import run_late, write_template
    from autograder.folders import find_class, find_course

    folder, own, console = find_course(course), find_class(class_folder), Console()
    if init:
        write_template(folder, own, console)
    else:
        run_late(folder, own, assignments or [], dry_run=dry_run, console=console)


# `autograder formgrader`: look at notebooks, enter marks and comments by hand.


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
    from autograder.cli.formgrader_lab import open_formgrader
    from autograder.folders import find_class, find_course

    open_formgrader(find_course(course), find_class(class_folder), browser=browser)


# `autograder feedback`: a page for each student and assignment.


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
    from autograder.cli.show_pages import run_feedback
    from autograder.folders import find_class, find_course

    run_feedback(
        find_course(course),
        find_class(class_folder),
        assignments or [],
        Console(),
        zipped=zipped,
    )


# `autograder report`: how a class did, on one page.


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
    from autograder.cli.show_pages import run_report
    from autograder.folders import find_class, find_course

    run_report(
        find_course(course),
        find_class(class_folder),
        assignments or [],
        anonymous=anonymous,
        to=to,
        console=Console(),
    )


# `autograder similarity`: which submissions are alike beyond what everybody was given.


def similarity(
    assignments: AssignmentsArgument = None,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """List pairs of graded submissions that share what is rare in the class: to look at, no mark.

    Names, comments and the order of statements make no difference; what the release, the lesson
    and the reference solutions hold is left out. `autograder report` has the same list.

    Examples:

      autograder similarity              all assignments but the quiz

      autograder similarity cnn --class 2026
    """
    from autograder.cli.show_pages import run_similarity
    from autograder.folders import find_class, find_course

    run_similarity(find_course(course), find_class(class_folder), assignments or [], Console())


# `autograder improve`: the leaderboard of the open exercise.


def improve(
    class_folder: ClassOption = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, help="Networks at a time (default: cores + 1)."),
    ] = None,
    force: ForceOption = False,
    unsafe_no_sandbox: UnsafeOption = False,
) -> None:
    """Score the networks of the open exercise on hidden images: leaderboard.csv, .md and .html.

    Each notebook trains in the sandbox; its network is built again outside it, its parameters are
    counted, and it is shown images that no notebook has seen. Marks are not touched.

    Examples:

      autograder improve                 everything in class/submitted/*/improve

      autograder improve --class 2026 --jobs 1
    """
    from autograder.cli.show_pages import run_improve
    from autograder.folders import find_class
    from autograder.grading.conditions import GradeOptions, usual_jobs
    from autograder.pages.leaderboard.leaderboard import LIMITS

    options = GradeOptions(
        sandboxed=not unsafe_no_sandbox, limits=LIMITS, jobs=jobs or usual_jobs(), force=force
    )
    run_improve(find_class(class_folder), options, Console())


# `autograder export`: marks for the gradebook of a learning management system.


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
    exporters of nbgrader:
    nbgrader export --exporter=autograder.nbgrader_plugins.export_plugins.CanvasExport

    Examples:

      autograder export --format canvas --template gradebook.csv --to upload.csv

      autograder export --format canvas --template gradebook.csv --column cnn="Exercise 4"

      autograder export cnn --format moodle --class 2026

      autograder export --format json --to marks.json
    """
    from autograder.cli.show_exchange import ExportOptions, run_export
    from autograder.folders import find_class, find_course
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
