"""The verbs that work on a class: grading it, looking at it and writing pages about it."""

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
from autograder.cli.which_course import course_and_class, refuse_stock
from autograder.folders import find_class


def grade(
    assignments: AssignmentsArgument = None,
    class_folder: ClassOption = None,
    course: CourseOption = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, help="Submissions at once (default: cores + 1)."),
    ] = None,
    cluster: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Run submissions on the workers of a Dask scheduler."),
    ] = "",
    force: ForceOption = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show which marks would change; write nothing.")
    ] = False,
    unsafe_no_sandbox: UnsafeOption = False,
) -> None:
    """Grade the submissions of a class; write its gradebook, autograded notebooks, grades.csv.

    Student code runs in a sandbox, which is tested before every run; the tests run outside it, in
    a separate process.

    Whatever lies in submitted/ and is not graded is a row of the table "Not graded, and why", with
    what to do next. What the grader cannot open has no mark, and is tried again by the next run.

    Exit status: 0 if everything was graded; 3 if that table has a row; 2 if the grader itself
    failed.

    A submission with a result is run again only if it, the assignment or the grader has changed.
    To continue a run that was killed, run the same command again. Marks that a person entered are
    never changed.

    Examples:

      autograder grade                   everything in class/submitted
      autograder grade cnn --class 2026  one assignment of the class in 2026/
      autograder grade --jobs 4          four submissions at once
      autograder grade cnn --force       run every cnn again
      autograder grade cnn --dry-run     after fixing a test: whose marks would change?
      autograder grade --cluster tcp://10.0.0.1:8786
      cd course101 && autograder grade   a stock nbgrader course, without any change to it
    """
    from autograder.cli.show_grading import run_dry, run_grade
    from autograder.grading.conditions import GradeOptions, usual_jobs

    options = GradeOptions(
        sandboxed=not unsafe_no_sandbox, jobs=jobs or usual_jobs(), force=force, cluster=cluster
    )
    show = run_dry if dry_run else run_grade
    folders = course_and_class(course, class_folder)
    show(*folders, assignments or [], options=options, console=Console())


def late(
    assignments: AssignmentsArgument = None,
    init: Annotated[
        bool, typer.Option("--init", help="Write a rules.toml to fill in, and exit.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
    ] = False,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """Apply the late rules in the class's rules.toml to its gradebook, and show the penalties.

    `autograder grade` does this too. Run it after you wrote an extension into rules.toml or
    changed a mark by hand: every penalty is calculated anew. Running it twice changes nothing.

    Examples:

      autograder late --init             write a rules.toml to fill in
      autograder late --dry-run          show the penalties, write nothing
      autograder late cnn --class 2026
    """
    from autograder.cli.show_grading import run_late, write_template

    folder, own = course_and_class(course, class_folder)
    console = Console()
    if init:
        write_template(folder, own, console)
    else:
        run_late(folder, own, assignments or [], dry_run=dry_run, console=console)


def formgrader(
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open a browser window.")
    ] = True,
    hub: Annotated[
        bool, typer.Option("--hub", help="Serve it as a service of JupyterHub, which starts this.")
    ] = False,
    comments: Annotated[
        bool, typer.Option("--comments", help="Print the comments in comments.csv, and exit.")
    ] = False,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """Open JupyterLab with nbgrader's formgrader on a graded class.

    Grading again keeps the marks and comments that you enter there. To show them in the feedback
    pages and the report, write those again.

    comments.csv in the class folder, with the columns assignment, exercise and comment, has texts
    to paste into formgrader. `autograder report` shows them beside the exercises.

    Examples:

      autograder formgrader --class 2026
      autograder formgrader --class demo --no-browser    print the address only
      autograder formgrader --comments                   print the comments to paste
    """
    from autograder.cli.formgrader_lab import open_formgrader, print_comments, serve_in_hub

    folder, own = course_and_class(course, class_folder)
    if comments:
        print_comments(folder, own)
    elif hub:
        serve_in_hub(folder, own)
    else:
        open_formgrader(folder, own, browser=browser)


def feedback(
    assignments: AssignmentsArgument = None,
    zipped: Annotated[
        bool,
        typer.Option(
            "--zip",
            help="Also pack the pages for upload, with the file names that the LMS expects.",
        ),
    ] = False,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """Write a feedback page, without hidden tests, for every graded submission.

    Examples:

      autograder feedback                all graded submissions
      autograder feedback cnn --class 2026
      autograder feedback --zip          also feedback/cnn-moodle.zip and so on, for bulk upload
    """
    from autograder.cli.show_pages import run_feedback

    folders = course_and_class(course, class_folder)
    run_feedback(*folders, assignments or [], Console(), zipped=zipped)


def report(
    assignments: AssignmentsArgument = None,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Replace names by pseudonyms.")
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FILE", help="Default: report.html in the class folder."),
    ] = None,
    formgrader: Annotated[
        str,
        typer.Option(
            "--formgrader", metavar="URL", help="Address that links to formgrader begin with."
        ),
    ] = "http://localhost:8888",
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """Summarize a class on one web page: marks, exercises, misconceptions, quiz, flags.

    Examples:

      autograder report                  all graded submissions: class/report.html
      autograder report cnn --class 2026
      autograder report --anonymous      a page without names and ids, to show to others
    """
    from autograder.cli.show_pages import run_report

    run_report(
        *course_and_class(course, class_folder),
        assignments or [],
        anonymous=anonymous,
        to=to,
        formgrader=formgrader,
        console=Console(),
    )


def regrade_requests(
    assignments: AssignmentsArgument = None,
    handled: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STUDENT/ASSIGNMENT", help="Note that this one is handled; can be repeated."
        ),
    ] = None,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """List the regrade requests: the regrade.md that a student may hand in beside a notebook.

    A request counts as handled once a mark of its submission has changed since it was first listed,
    or with --handled. Nothing in it is run. `autograder report` has the whole texts.

    Exit status: 0; 3 if a request can't be read; 2 if the command itself failed.

    Examples:

      autograder regrade-requests        all of the class in class/
      autograder regrade-requests cnn --class 2026
      autograder regrade-requests --handled ada/cnn    looked at, and the marks stay
    """
    from autograder.cli.show_requests import run_regrade_requests

    folder, own = course_and_class(course, class_folder)
    run_regrade_requests(folder, own, assignments or [], handled or [], Console())


def similarity(
    assignments: AssignmentsArgument = None,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """List pairs of graded submissions that share code which is rare in the class.

    The list is for a person to read; it changes no mark. Names, comments and the order of
    statements are ignored, and so is code from the release, the lesson and the reference solutions.
    `autograder report` contains the same list.

    Examples:

      autograder similarity              all assignments except the quiz
      autograder similarity cnn --class 2026
    """
    from autograder.cli.show_pages import run_similarity

    run_similarity(*course_and_class(course, class_folder), assignments or [], Console())


def improve(
    class_folder: ClassOption = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, help="Networks at once (default: cores + 1)."),
    ] = None,
    names: Annotated[
        bool, typer.Option("--names", help="Write students' names instead of pseudonyms.")
    ] = False,
    force: ForceOption = False,
    unsafe_no_sandbox: UnsafeOption = False,
) -> None:
    """Score the networks of the open exercise on hidden images; write a leaderboard.

    Each notebook trains its network in the sandbox. Outside it, the network is rebuilt, its
    parameters are counted, and it classifies images that no notebook has seen. The leaderboard is
    written as leaderboard.csv, .md and .html with the pseudonyms of `autograder report
    --anonymous`; the terminal shows whose they are. A notebook of which a cell raises an error is
    not ranked. Marks do not change.

    Examples:

      autograder improve                 everything in class/submitted/*/improve
      autograder improve --class 2026 --jobs 1
      autograder improve --names         a leaderboard with names
    """
    from autograder.cli.show_pages import run_improve
    from autograder.grading.conditions import GradeOptions, usual_jobs
    from autograder.pages.leaderboard.leaderboard import LIMITS

    if class_folder is None:
        refuse_stock("improve", None)
    options = GradeOptions(
        sandboxed=not unsafe_no_sandbox, limits=LIMITS, jobs=jobs or usual_jobs(), force=force
    )
    run_improve(find_class(class_folder), options, Console(), names=names)
