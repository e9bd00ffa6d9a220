"""The `course` command: what a learner runs."""

from typing import Annotated

from course.command import guarded, new_app, version_option
from course.commands import COMMANDS

app = new_app()


@app.callback()
def _app(version: Annotated[bool, version_option("course")] = False) -> None:
    """Learn convolutions and pooling: lesson, exercises, quiz.

    Examples:

      course lab                         open the lesson and the exercises in JupyterLab

      course status                      what is done, and what comes next

      course check reshape               the checks you can see, run as grading does

      course submit                      pack what you hand in

      course quiz                        answer the practice quiz in the terminal

      course doctor                      look for what is missing on this computer
    """


for command in COMMANDS:
    app.command()(command)


def main() -> None:
    """Run the command; a CourseError becomes one line and exit status 2."""
    guarded(app)
