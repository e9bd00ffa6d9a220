"""`autograder grade`: from what was handed in to marks."""

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
    from autograder.course_folder import find_class, find_course
    from autograder.desk import run_grade
    from autograder.grading.conditions import GradeOptions, usual_jobs

    options = GradeOptions(
        sandboxed=not unsafe_no_sandbox,
        jobs=jobs or usual_jobs(),
        force=force,
        cluster=cluster,
    )
    if dry_run:
        from autograder.regrade import show_changes

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
