"""Steps of nbgrader's `autograde` and formgrader's button: the sandbox, due dates, late penalties.

nbgrader's lists of preprocessors are configurable. The project's configuration (`configuration.py`)
puts `GradeInSandbox` in place of the steps that run student code with the instructor's rights.
"""

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode
from traitlets.config import Config

from autograder.build.coursedir import StockClass, StockCourse
from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.database import open_gradebook
from autograder.gradebook.late_rules import class_rules, enter_dates, points_off
from autograder.gradebook.ledger import read_ledger
from autograder.gradebook.marks import exact
from autograder.gradebook.rules_file import read_rules, rules_path
from course.errors import GradingError


class SubmissionReader(NotebookExporter):
    """Leaves the reading of what was handed in to `GradeInSandbox`.

    nbgrader reads a notebook before its first step, and stops at whatever nbformat cannot read,
    such as a byte order mark. The autograded notebook, which this project writes, is read as usual.
    """

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **more: Any
    ) -> tuple[Any, Any]:
        """Convert an empty notebook in place of a submitted one."""
        submitted = Path(self.config.CourseDirectory.submitted_directory)
        if Path(filename).absolute().is_relative_to(submitted.absolute()):
            return self.from_notebook_node(new_notebook(), resources, **more)
        return super().from_filename(filename, resources, **more)


class GradeInSandbox(NbGraderPreprocessor):
    """Grade the submission that nbgrader is converting, and hand back the graded notebook."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Ignore the notebook that nbgrader read; grade the file as `autograder grade` does."""
        from autograder.grading.autograded import autograded_notebook
        from autograder.grading.class_run import grade_one

        course = CourseFolder(Path(self.config.CourseDirectory.root))
        class_folder = ClassFolder(Path(self.config.CourseDirectory.submitted_directory).parent)
        known = resources["nbgrader"]
        result, source = grade_one(course, class_folder, known["student"], known["assignment"])
        return autograded_notebook(result, source), resources


class EnterRules(NbGraderPreprocessor):
    """Enter due date, extension and time before nbgrader computes the late penalty."""

    rules = Unicode("", help="The class's rules.toml.").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Write to the gradebook only; return the notebook unchanged."""
        known = resources["nbgrader"]
        class_folder = _class_of(Path(self.rules), self.config)
        rules = read_rules(rules_path(class_folder.root))
        with open_gradebook(class_folder) as gradebook:
            submission = gradebook.find_submission(known["assignment"], known["student"])
            when = enter_dates(submission, class_folder, rules, read_ledger(class_folder))
            if when.note:
                self.log.warning("%s: %s", submission, when.note)
            gradebook.db.commit()
        return nb, resources


def _class_of(rules: Path, config: Config) -> StockClass:
    """Return the class whose rules these are, with the folders that nbgrader's command uses."""
    root = config.CourseDirectory.get("root", Path.cwd())
    return StockClass(rules.parent, StockCourse(Path(root), config).coursedir)


def check_rules(rules: Path, config: Config, **more: Any) -> None:
    """Check the rules before nbgrader autogrades a submission; end the command with one line.

    nbgrader logs the traceback of another exception, and goes on with the next submission.
    """
    class_folder = _class_of(rules, config)
    own = CourseFolder(Path(config.CourseDirectory.get("root", Path.cwd())))
    course = own if own.assignments() else StockCourse(own.root, config)
    try:
        class_rules(class_folder, course.assignments())
    except GradingError as error:
        raise SystemExit(f"Error: {error}") from error


class LatePolicy(BasePlugin):
    """The class's late policy, as nbgrader's AssignLatePenalties calls it."""

    rules = Unicode("", help="The class's rules.toml.").tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Return the points to take off; None for none.

        nbgrader passes no assignment; the step that calls this plugin, its parent, knows it.
        """
        rules = read_rules(Path(self.rules))
        if rules is None:
            return None
        assignment = str(getattr(self.parent, "assignment_id", ""))
        penalty = points_off(rules, student_id, assignment, exact(score), total_seconds_late)
        return float(penalty) or None
