"""The gradebook's file: opened, and made where a class has none."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from autograder.folders import ClassFolder
from autograder.gradebook.nbgrader_quirks import make_tables, without_its_warnings
from course.errors import GradingError

if TYPE_CHECKING:
    from sqlalchemy.exc import OperationalError


@contextmanager
def open_gradebook(class_folder: ClassFolder) -> Iterator[Any]:
    """Open the class's gradebook; raise GradingError where it can't be read or written."""
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import OperationalError

    make_gradebook(class_folder)
    with without_its_warnings():
        try:
            with Gradebook(class_folder.db_url) as gradebook:
                yield gradebook
        except OperationalError as error:
            raise unavailable(class_folder, error) from error


def make_gradebook(class_folder: ClassFolder) -> None:
    """Make an empty gradebook unless there is one: in another file, which is then renamed.

    nbgrader takes any file with tables for a complete gradebook, so a run that is killed while it
    makes the tables must not leave a partial file in its place.
    """
    from nbgrader.api import Gradebook

    if class_folder.gradebook.exists():
        return
    class_folder.root.mkdir(parents=True, exist_ok=True)
    partial = class_folder.root / f".{class_folder.gradebook.name}.{os.getpid()}.part"
    partial.unlink(missing_ok=True)
    try:
        make_tables(f"sqlite:///{partial}")
        Gradebook(f"sqlite:///{partial}").close()  # enters the course
        if not class_folder.gradebook.exists():
            partial.replace(class_folder.gradebook)
    finally:
        partial.unlink(missing_ok=True)


def unavailable(class_folder: ClassFolder, error: "OperationalError") -> GradingError:
    """Return an error that says why the gradebook can't be used."""
    return GradingError(
        f"{class_folder.gradebook} can't be used ({error.orig}).",
        "Close the programs that use it, free the disk, or make it writable; then grade again.",
    )
