"""Used by both commands: the version option, and errors as one line with exit status 2."""

import gc
import io
import os
import sys
from collections.abc import Callable
from typing import Any

import typer

from course.errors import CourseError
from course.notebook.unused_formats import leave_out_formats

YOUNG_OBJECTS = 100_000


def new_app() -> typer.Typer:
    """Return a command with plain-text help and plain error messages."""
    return typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


def guarded(app: Callable[[], object]) -> None:
    """Run a command, or one verb; print an error that a person can fix as one line, exit with 2."""
    _restart_in_utf8()
    for stream in (sys.stdout, sys.stderr):
        # A Windows console may not have "✓": print a question mark instead of a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    # The imports of a command create thousands of permanent objects. Searching them for garbage
    # takes a fifth of the time of the imports, and as much again at the end.
    gc.set_threshold(YOUNG_OBJECTS)
    leave_out_formats()
    try:
        app()
    except typer.Exit as ending:
        sys.exit(ending.exit_code)
    except CourseError as error:
        sys.stderr.write(f"Error: {error}\n")
        sys.exit(2)
    except OSError as error:
        # A full disk, a read-only folder, a file in the way: the system's own message is clear.
        place = f"{error.filename}: " if error.filename else ""
        why = error.strerror or error
        sys.stderr.write(f"Error: {place}{why}. Fix this, then run it again.\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        sys.exit(130)
    finally:
        gc.freeze()


def _restart_in_utf8() -> None:
    """Start again where names of files are not read as UTF-8, as with LC_ALL=C and PYTHONUTF8=0.

    There a folder `chloé` has a name that can't be compared, printed or written into a file.
    """
    if sys.getfilesystemencoding() == "utf-8" or os.environ.get("PYTHONUTF8") == "1":
        return
    arguments = [sys.executable, "-X", "utf8", *sys.orig_argv[1:]]
    os.execve(sys.executable, arguments, {**os.environ, "PYTHONUTF8": "1"})


def version_option(command: str) -> Any:
    """Build the `--version` option of a command."""

    def show(wanted: bool) -> None:
        if wanted:
            from course import __version__

            typer.echo(f"{command} {__version__}")
            raise typer.Exit

    return typer.Option("--version", callback=show, is_eager=True, help="Print the version.")
