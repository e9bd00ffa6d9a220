"""A class that hands in and gets its feedback through nbgrader's exchange, in this process."""

from pathlib import Path

import nbformat
import pytest
from rich.console import Console
from support.graded_class import give
from traitlets.config import Config

from autograder.cli.show_pages import run_feedback
from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.nbgrader_quirks import without_its_warnings
from autograder.grading.autograded import write_autograded
from autograder.nbgrader_plugins.configuration import class_config


class ExchangeClass:
    """nbgrader's steps as each person runs them; the marks are given, nothing is run."""

    def __init__(self, course: CourseFolder, class_folder: ClassFolder, folder: Path) -> None:
        self.course, self.class_folder, self.folder = course, class_folder, folder
        self.exchange = folder / "exchange"
        self.exchange.mkdir(parents=True)
        self.exchange.chmod(0o777)

    def step(self, name: str, student: str = "", **settings: object) -> None:
        """Run one step of the exchange, such as `ReleaseAssignment`; as a student if named."""
        from nbgrader.auth import Authenticator
        from nbgrader.coursedir import CourseDirectory
        from nbgrader.exchange import ExchangeFactory

        config = class_config(self.course.root, self.class_folder.root)
        config.Exchange.root = str(self.exchange)
        config.CourseDirectory.assignment_id = "reshape"
        config.ExchangeCollect.check_owner = False
        config.ExchangeCollect.update = True
        if student:
            home = self.home(student)
            config.CourseDirectory.student_id = student
            config.Exchange.assignment_dir = str(home)
            config.Exchange.cache = str(home / "cache")
        for key, value in settings.items():
            config.merge(Config({"CourseDirectory": {key: value}}))
        with without_its_warnings(), pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.home(student) if student else self.folder)
            step = getattr(ExchangeFactory(config=config), name)
            step(
                coursedir=CourseDirectory(config=config), authenticator=Authenticator(config=config)
            ).start()

    def home(self, student: str) -> Path:
        """The folder in which a student works."""
        path = self.folder / "home" / student
        path.mkdir(parents=True, exist_ok=True)
        return path

    def hand_in(self, *students: str) -> None:
        """Submit for each student."""
        for student in students:
            if not (self.home(student) / "reshape").is_dir():
                self.step("FetchAssignment", student)
            self.step("Submit", student)

    def grade(self, student: str, points: float) -> None:
        """Give a mark, as a run does after it has graded what is collected."""
        result = give(self.class_folder, student, "reshape", {"add_channel_axis": points})
        source = nbformat.read(self.course.source("reshape"), as_version=4)
        write_autograded(self.class_folder, result, source)

    def write_feedback(self) -> None:
        """Write the pages, as `autograder feedback` does."""
        run_feedback(self.course, self.class_folder, ["reshape"], Console(quiet=True))

    def fetched(self, student: str) -> list[str]:
        """Fetch a student's feedback; return the pages."""
        self.step("FetchFeedback", student)
        pages = sorted((self.home(student) / "reshape" / "feedback").glob("*/*"))
        return [page.read_text(encoding="utf-8") for page in pages]
