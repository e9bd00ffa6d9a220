"""Run `course`, `autograder` and `nbgrader` as a person types them, or in this process."""

import os
import subprocess
import sysconfig
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from course.errors import CourseError

SCRIPTS = Path(sysconfig.get_path("scripts"))


def command_line(program: str, *arguments: object) -> list[str]:
    """Return the command with its full path: the virtual environment need not be activated."""
    return [str(SCRIPTS / program), *map(str, arguments)]


def with_environment(**changes: str | None) -> dict[str, str]:
    """Return this process's environment with some variables set, or taken away by None."""
    kept = {name: value for name, value in os.environ.items() if name not in changes}
    return kept | {name: value for name, value in changes.items() if value is not None}


def run_command(
    program: str,
    *arguments: object,
    cwd: Path | None = None,
    seconds: float = 300,
    **environment: str | None,
) -> "subprocess.CompletedProcess[str]":
    """Run a command in a process of its own; `environment` as in `with_environment`."""
    return subprocess.run(
        command_line(program, *arguments),
        cwd=cwd,
        env=with_environment(**environment),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def invoke_autograder(*arguments: object) -> tuple[int, str]:
    """Run a verb in this process, where a test can replace what it calls.

    Returns the exit status and what was printed; 2 and the message for a CourseError, as the
    command's entry point does.
    """
    from autograder.cli import app

    result: Result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if isinstance(result.exception, CourseError):
        return 2, str(result.exception)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output
