"""The `autograder` command, its verbs in the order in which an instructor needs them.

A verb is a thin function in `course_verbs`, `class_verbs` or `exchange_verbs`. It parses its
arguments and imports what does the work only when it runs, so that `--help` stays fast.
"""

import inspect
from collections.abc import Callable
from typing import Annotated

from autograder.cli.class_verbs import (
    feedback,
    formgrader,
    grade,
    improve,
    late,
    regrade_requests,
    report,
    similarity,
)
from autograder.cli.course_verbs import build, demo, doctor, gift, new, solutions
from autograder.cli.exchange_verbs import collect, export
from course.cli.command_line import guarded, new_app, version_option
from course.errors import GradingError

app = new_app()


def keep_lines(verb: Callable[..., None]) -> str:
    """Return a verb's docstring with a mark that stops click from joining the example lines."""
    return (inspect.getdoc(verb) or "").replace("Examples:\n\n", "Examples:\n\n\b\n")


def _app(version: Annotated[bool, version_option("autograder")] = False) -> None:
    """Build the course's assignments, grade a class, and show its marks.

    Examples:

      autograder new averages            write an assignment to start from
      autograder build                   generate exercises/ and the source notebooks
      autograder collect lms.zip         collect an export of Canvas, Moodle or Gradescope
      autograder grade --class 2026      grade the submissions of the class in 2026/
      autograder feedback --class 2026   write a feedback page for every submission
      autograder report --class 2026     summarize the class on one web page
      autograder export --format canvas  write the marks in a format that the LMS imports
      autograder doctor                  look for what is missing or wrong
      autograder demo                    grade a small pretend class and show its gradebook
    """


app.callback(help=keep_lines(_app))(_app)

_CLASS = (
    *(collect, grade, late, formgrader, regrade_requests),
    *(feedback, report, similarity, improve, export),
)
for verb in (new, build, *_CLASS, gift, demo, solutions, doctor):
    app.command(help=keep_lines(verb))(verb)


def main() -> None:
    """Run the command; a CourseError becomes one line and exit status 2."""
    guarded(_run)


def _run() -> None:
    """Run the command; make an error of the gradebook, such as a full disk, a CourseError."""
    try:
        app()
    except Exception as error:
        if type(error).__module__ not in ("sqlalchemy.exc", "nbgrader.api"):
            raise
        reason = " ".join(str(getattr(error, "orig", None) or error).split())[:300]
        raise GradingError(
            f"The gradebook can't be used ({reason}).",
            "Close the programs that use it, free the disk, or make it writable; then try again.",
        ) from error
