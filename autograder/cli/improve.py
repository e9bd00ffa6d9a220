"""`autograder improve`: the leaderboard of the open exercise."""

from typing import Annotated

import typer
from rich.console import Console

from autograder.cli.options import ClassOption, ForceOption, UnsafeOption


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
    from autograder.course_folder import find_class
    from autograder.grading.conditions import GradeOptions, usual_jobs
    from autograder.improve.board import LIMITS
    from autograder.improve.desk import run_improve

    options = GradeOptions(
        sandboxed=not unsafe_no_sandbox, limits=LIMITS, jobs=jobs or usual_jobs(), force=force
    )
    run_improve(find_class(class_folder), options, Console())
