"""The verbs of `course`, a module each; `COMMANDS` is their order in `course --help`.

A module holds one typed function: its signature is the command line, its docstring the help.
What the verb does lives elsewhere and is imported when it runs, so that `--help` stays instant.
"""

from collections.abc import Callable
from typing import Any

from course.commands.check import check
from course.commands.data import data
from course.commands.hint import hint
from course.commands.lab import lab
from course.commands.quiz import quiz

COMMANDS: tuple[Callable[..., Any], ...] = (lab, hint, check, quiz, data)
