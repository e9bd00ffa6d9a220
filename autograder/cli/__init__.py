"""The `autograder` command: its verbs, and what each prints."""

from autograder.cli.verbs import app, main

__all__ = ["app", "main"]
