"""A learner's folder for tests: unpacked as `course lab` does it, answered and edited."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from support.commands import run_command
from support.places import COURSE
from support.reference import reference

from autograder.build.answer_files import Answers, fill
from course.learner.lab import unpack


def answer(folder: Path, assignment: str, gaps: dict[str, str] | None = None) -> Path:
    """Put answers into the learner's notebook; the reference's where none are given."""
    path = folder / assignment / f"{assignment}.ipynb"
    if gaps is None:
        gaps = reference(COURSE, assignment).gaps
    nbformat.write(fill(nbformat.read(path, as_version=4), Answers(gaps)), path)
    return path


def edit(path: Path, change: Callable[[NotebookNode], object]) -> None:
    """Change a notebook in place."""
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def new_folder(folder: Path) -> Path:
    """Unpack the notebooks."""
    unpack(folder)
    return folder


def run_course(
    *arguments: object, cwd: Path, state: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `course` in the learner's folder, with progress kept in `state` and wide lines."""
    settings = {"COURSE_STATE_DIR": str(state), "COLUMNS": "200"} | environment
    return run_command("course", *arguments, cwd=cwd, **settings)
