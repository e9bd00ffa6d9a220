"""Exporters for nbgrader: the feedback page, and a class's marks for an LMS.

`nbgrader export --exporter=autograder.nbgrader_plugins.exporters.CanvasExport`
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Dict, Unicode

from autograder.folders import ClassFolder, CourseFolder, is_there
from autograder.gradebook.marks import ClassMarks
from autograder.gradebook.people_lists import Lists, add_list
from autograder.gradebook.reader import read_gradebook
from autograder.gradebook.roster import People
from autograder.lms.canvas_file import CanvasFile, canvas_file
from autograder.lms.exports import class_json, moodle_csv, moodle_notes, questions_csv
from course.files import require_folder, write_atomically


class FeedbackExporter(HTMLExporter):
    """Returns the page of the result that grading kept, instead of the notebook as HTML."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **more: Any
    ) -> tuple[Any, Any]:
        """Return the page and the resources, as nbconvert expects them.

        Raises GradingError for a submission that `autograder` did not grade: nbgrader's own page
        would quote its hidden tests.
        """
        from autograder.pages.feedback.feedback_page import ClassPages

        course = CourseFolder(Path(self.config.CourseDirectory.root))
        class_folder = ClassFolder(Path(self.config.CourseDirectory.submitted_directory).parent)
        submission = resources["nbgrader"]
        pages = ClassPages(course, class_folder)
        page = pages.html(submission["student"], submission["assignment"])
        resources["output_extension"] = self.file_extension
        return page, resources


class CourseExport(ExportPlugin):
    """Reads the marks with the class's roster, and writes a subclass's text of them."""

    roster = Unicode("", help="The class's roster.csv, for names and numbers.").tag(config=True)
    missing_zero = Bool(False, help="Write 0 for what was not handed in.").tag(config=True)
    default_to = "marks.csv"

    def export(self, gradebook: Any) -> None:
        """Write the marks of the named students and assignments (all, if none is named)."""
        path = Path(self.to or self.default_to)
        require_folder(path)
        lists = Lists(People())
        if self.roster and is_there(Path(self.roster)):
            add_list(lists, Path(self.roster))
        # nbgrader reads numbers from the command line as numbers.
        assignments, students = (list(map(str, one)) for one in (self.assignment, self.student))
        marks = read_gradebook(gradebook, lists.people, assignments, students)
        content = self.text(marks).encode()
        write_atomically(path, lambda file: file.write(content))
        for line in self.notes(marks):
            self.log.warning(line)
        self.log.info("Exported %d students to %s", len(marks.people), path)

    def text(self, marks: ClassMarks) -> str:
        """Return the file's text."""
        raise NotImplementedError

    def notes(self, marks: ClassMarks) -> Iterable[str]:
        """Name the marks that are not in the file or may not be found."""
        return ()


class CanvasExport(CourseExport):
    """Canvas's gradebook import."""

    template = Unicode("", help="The gradebook as Canvas exported it.").tag(config=True)
    titles = Dict(help="What an assignment is called in Canvas, by its name.").tag(config=True)

    def text(self, marks: ClassMarks) -> str:
        """Return Canvas's columns."""
        return self._file(marks).text

    def notes(self, marks: ClassMarks) -> Iterable[str]:
        """Name the marks without a row, and the rows without a mark."""
        return self._file(marks).notes()

    def _file(self, marks: ClassMarks) -> CanvasFile:
        template = Path(self.template) if self.template else None
        return canvas_file(marks, template, self.titles, self.missing_zero)


class MoodleExport(CourseExport):
    """Moodle's grade import."""

    def text(self, marks: ClassMarks) -> str:
        """Return Moodle's columns."""
        return moodle_csv(marks, self.missing_zero)

    def notes(self, marks: ClassMarks) -> Iterable[str]:
        """Say which column finds everybody."""
        return moodle_notes(marks)


class QuestionsExport(CourseExport):
    """A row for each question."""

    def text(self, marks: ClassMarks) -> str:
        """Return a row for each question."""
        return questions_csv(marks)


class JsonExport(CourseExport):
    """Everything, for programs."""

    default_to = "marks.json"

    def text(self, marks: ClassMarks) -> str:
        """Return JSON."""
        return class_json(marks)


EXPORTERS: dict[str, type[CourseExport]] = {
    "canvas": CanvasExport,
    "moodle": MoodleExport,
    "questions": QuestionsExport,
    "json": JsonExport,
}
