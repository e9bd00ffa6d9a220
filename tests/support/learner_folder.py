"""A learner's folder for tests: unpacked as `course lab` does it, answered and edited."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from support.places import ROOT

from autograder.build.answer_files import Answers, fill, reference_answers
from autograder.folders import CourseFolder
from course.learner.lab import unpack


def answer(folder: Path, assignment: str, gaps: dict[str, str] | None = None) -> Path:
    """Put answers into the learner's notebook; the reference's where none are given."""
    path = folder / assignment / f"{assignment}.ipynb"
    if gaps is None:
        source = CourseFolder(ROOT).source(assignment)
        gaps = reference_answers(nbformat.read(source, as_version=4)).gaps
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
    """Run the `course` command as a learner does."""
    return subprocess.run(
        [sys.executable, "-c", "from course.cli import main; main()", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "COURSE_STATE_DIR": str(state), "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
