"""The verbs of `course`, a module each; `COMMANDS` is their order in `course --help`.

A module holds one typed function: its signature is the command line, its docstring the help.
What the verb does lives elsewhere and is imported when it runs, so that `--help` stays instant.
"""

from collections.abc import Callable
from typing import Any

from course.commands.check import check
from course.commands.data import data
from course.commands.doctor import doctor
from course.commands.hint import hint
from course.commands.lab import lab
from course.commands.quiz import quiz
from course.commands.reset import reset
from course.commands.status import status
from course.commands.submit import submit

COMMANDS: tuple[Callable[..., Any], ...] = (
    lab,
    status,
    hint,
    check,
    reset,
    submit,
    quiz,
    data,
    doctor,
)
