"""What both commands share: the version option, and errors as one line with exit status 2."""

import sys
from typing import Any

import typer

from course.errors import CourseError


def guarded(app: typer.Typer) -> None:
    """Run a command; print a CourseError as one line on standard error and exit with 2."""
    try:
        app()
    except CourseError as error:
        sys.stderr.write(f"Error: {error}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        sys.exit(130)


def version_option(command: str) -> Any:
    """Build the `--version` option of a command."""

    def show(wanted: bool) -> None:
        if wanted:
            from course import __version__

            typer.echo(f"{command} {__version__}")
            raise typer.Exit

    return typer.Option("--version", callback=show, is_eager=True, help="Print the version.")
