"""The `course` command: what a learner runs."""

from course.cli.commands import app, main

__all__ = ["app", "main"]
