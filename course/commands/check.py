"""`course check`: the checks in sight, as grading runs them."""

from typing import Annotated

import typer


def check(
    notebooks: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NOTEBOOK]...", help="An exercise or a file; all, if none."),
    ] = None,
) -> None:
    """Run the checks you can see as grading would: a fresh kernel, from top to bottom.

    The file on disk is what counts, so save it first; it is left as it is. The exit status is 0
    when everything in sight passes, 1 when something does not.

    Examples:

      course check                       every exercise of yours

      course check reshape               one

      course check reshape/reshape.ipynb
    """
    from course.work.check import check_work
    from course.work.folder import find_all, find_folder, find_work
    from course.work.report import HIDDEN, print_report, progress

    works = [find_work(name) for name in notebooks or []] or find_all(find_folder())
    complete = True
    for work in works:
        with progress(work.assignment) as show:
            report = check_work(work, show)
        print_report(report)
        complete = complete and report.complete
    typer.echo(HIDDEN)
    if not complete:
        raise typer.Exit(1)
