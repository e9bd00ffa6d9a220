"""The `autograder` command: what an instructor runs."""

from autograder.cli.verbs import app, main

__all__ = ["app", "main"]
