"""The verbs of `autograder`, in the order in which an instructor needs them.

A verb is a thin function in a module of its own: it takes arguments apart, and imports what does
the work only when it runs, so that `--help` stays quick.
"""

from typing import Annotated

from autograder.cli.class_verbs import (
    collect,
    export,
    feedback,
    formgrader,
    grade,
    improve,
    late,
    report,
    similarity,
)
from autograder.cli.course_verbs import build, demo, gift, solutions
from course.cli.command_line import guarded, new_app, version_option

app = new_app()


@app.callback()
def _app(version: Annotated[bool, version_option("autograder")] = False) -> None:
    """Build the course's assignments, grade a class, and show its marks.

    Examples:

      autograder build                   generate exercises/ and the source notebooks

      autograder collect lms.zip         take in what Canvas, Moodle or Gradescope hand out

      autograder grade --class 2026      grade what the class in 2026/ has handed in

      autograder feedback --class 2026   write the pages for its students

      autograder report --class 2026     how the class did, on one web page

      autograder export --format canvas  the marks, as the LMS imports them

      autograder demo                    grade a small pretend class and show its gradebook
    """


VERBS = (
    build,
    collect,
    grade,
    late,
    formgrader,
    feedback,
    report,
    similarity,
    improve,
    export,
    gift,
    demo,
    solutions,
)
for verb in VERBS:
    app.command()(verb)


def main() -> None:
    """Run the command; a CourseError becomes one line and exit status 2."""
    guarded(app)
