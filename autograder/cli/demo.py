"""`autograder demo`: the main job in small."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.cli.options import CourseOption


def demo(
    course: CourseOption = None,
    class_folder: Annotated[
        Path, typer.Option("--class", metavar="DIR", help="Folder for the pretend class.")
    ] = Path("demo"),
) -> None:
    """Build the release, let a small pretend class hand it in, grade it, show the gradebook.

    Examples:

      autograder demo

      autograder demo --class /tmp/demo
    """
    from autograder.course_folder import find_course
    from autograder.demo import run_demo

    run_demo(find_course(course), class_folder, Console())
