"""The gradebook's file: made, opened, and told an assignment's cells and points."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.build.coursedir import API_LOG, captured_log
from autograder.folders import ClassFolder, CourseFolder, is_there, sqlite_url
from autograder.gradebook.nbgrader_quirks import (
    make_tables,
    put_scripts_on_path,
    without_its_warnings,
)
from course.errors import GradingError
from course.notebook.cell_marks import mark_of


@contextmanager
def open_gradebook(class_folder: ClassFolder) -> Iterator[Any]:
    """Open the class's gradebook; raise GradingError where it can't be read or written."""
    from nbgrader.api import Gradebook

    make_gradebook(class_folder)
    with (
        without_its_warnings(),
        database_errors(class_folder),
        Gradebook(class_folder.db_url, class_folder.course_id) as gradebook,
    ):
        yield gradebook


@contextmanager
def database_errors(class_folder: ClassFolder) -> Iterator[None]:
    """Raise GradingError where the gradebook is locked or damaged, or the disk is full."""
    from nbgrader.api import InvalidEntry
    from sqlalchemy.exc import DBAPIError, InvalidRequestError

    try:
        with captured_log(API_LOG):
            yield
    except InvalidEntry as error:  # nbgrader's API raises it in place of any error of SQLAlchemy
        raise unavailable(class_folder, error.__context__ or error) from error
    # InvalidRequestError is what is left of an error of the disk that nbgrader's API passed over.
    except (DBAPIError, InvalidRequestError, sqlite3.Error) as error:
        raise unavailable(class_folder, error) from error


def make_gradebook(class_folder: ClassFolder) -> None:
    """Make an empty gradebook unless there is one: in another file, which is then renamed.

    nbgrader takes any file with tables for a complete gradebook, so a run that is killed while it
    makes the tables must not leave a partial file in its place.
    """
    from nbgrader.api import Gradebook

    if is_there(class_folder.gradebook):
        return
    class_folder.gradebook.parent.mkdir(parents=True, exist_ok=True)
    partial = class_folder.gradebook.parent / f".{class_folder.gradebook.name}.{os.getpid()}.part"
    partial.unlink(missing_ok=True)
    try:
        url = sqlite_url(partial)
        with database_errors(class_folder):
            make_tables(url)
            Gradebook(url, class_folder.course_id).close()  # enters the course
        if not class_folder.gradebook.exists():
            partial.replace(class_folder.gradebook)
    finally:
        partial.unlink(missing_ok=True)


def unavailable(class_folder: ClassFolder, error: BaseException) -> GradingError:
    """Return an error that says why the gradebook can't be used."""
    reason = " ".join(str(getattr(error, "orig", None) or error).split())[:300]
    return GradingError(
        f"{class_folder.gradebook} can't be used ({reason}).",
        "Close the programs that use it, free the disk, or make it writable; then grade again.",
    )


def register(source: NotebookNode, assignment: str, class_folder: ClassFolder) -> None:
    """Enter the source's cells and points; nbgrader does this while it generates a release.

    That release goes to a temporary folder, so that grading changes no file of the course.
    """
    # It imports Jupytext, which a class that is registered already does not need.
    from autograder.build.release import generate

    put_scripts_on_path()
    with tempfile.TemporaryDirectory(prefix="convpool-register-") as folder:
        staging = CourseFolder(Path(folder).resolve())
        staging.source(assignment).parent.mkdir(parents=True)
        nbformat.write(source, staging.source(assignment))
        with database_errors(class_folder):
            generate(staging, assignment, gradebook=class_folder.gradebook)


def is_registered(gradebook: Any, assignment: str, source: NotebookNode) -> bool:
    """Whether the gradebook has the source's cells as `register` would enter them.

    The text of a solution cell is left out: the gradebook has the release's text of it.
    """
    from nbgrader.api import MissingEntry

    try:
        notebook = gradebook.find_notebook(assignment, assignment)
    except MissingEntry:
        return False
    marks = [(cell, mark_of(cell)) for cell in source.cells]
    gaps = {cell.name for cell in notebook.solution_cells}
    fixed = {cell.name: cell.source for cell in notebook.source_cells if cell.name not in gaps}
    return (
        {cell.name: cell.max_score for cell in notebook.grade_cells}
        == {mark.grade_id: mark.points for _, mark in marks if mark.is_test}
        and gaps == {mark.grade_id for _, mark in marks if mark.is_gap}
        and fixed
        == {mark.grade_id: cell.source for cell, mark in marks if mark.is_test or mark.is_locked}
    )
