"""Stock nbgrader's steps through its own API: no sandbox, tests in the student's interpreter."""

from collections.abc import Callable
from typing import Any

from traitlets.config import Config

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.nbgrader_quirks import without_its_warnings
from autograder.nbgrader_plugins.configuration import class_config
from course.errors import GradingError


def stock_config(course: CourseFolder, class_folder: ClassFolder) -> Config:
    """Return the project's configuration with nbgrader's own steps of `autograde`."""
    config = class_config(course.root, class_folder.root)
    del config["Autograde"]
    return config


class StockNbgrader:
    """nbgrader's generate_assignment and autograde on one class."""

    def __init__(self, course: CourseFolder, class_folder: ClassFolder) -> None:
        """Load nbgrader; make the class folder if it is new."""
        from nbgrader.apps.api import NbGraderAPI
        from nbgrader.coursedir import CourseDirectory

        class_folder.root.mkdir(parents=True, exist_ok=True)
        config = stock_config(course, class_folder)
        self._api = NbGraderAPI(CourseDirectory(config=config), config=config)

    def register(self, assignment: str) -> None:
        """Enter the assignment's cells and points in the gradebook.

        nbgrader does this while it generates the release, so that is written again, unchanged.
        """
        _run(assignment, self._api.generate_assignment, assignment)

    def autograde(self, assignment: str, student: str) -> None:
        """Run one submission and enter its marks."""
        _run(f"{assignment} of {student}", self._api.autograde, assignment, student)


def _run(what: str, step: Callable[..., dict[str, Any]], *arguments: str) -> None:
    """Run one step; turn nbgrader's report of a failure into an error that quotes its log."""
    with without_its_warnings():
        result = step(*arguments, force=True)
    if not result["success"]:
        log = "\n".join(str(result.get("log") or result.get("error")).splitlines()[-12:])
        raise GradingError(f"nbgrader could not process {what}:\n{log}")
