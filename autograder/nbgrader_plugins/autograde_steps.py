"""nbgrader's own `autograde`, and formgrader's button, led through the sandbox.

nbgrader's lists of preprocessors are configurable; the project's configuration puts
`GradeInSandbox` where its own would run the student's code as the instructor.
"""

from contextlib import ExitStack
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.database import open_gradebook
from autograder.gradebook.late_rules import enter_dates, points_off, read_rules, rules_path
from autograder.gradebook.ledger import read_ledger
from autograder.gradebook.marks import exact

_STAMP = (
    "**sandbox=none: graded by stock nbgrader.** The student's code ran with the grader's own "
    "rights, in one process with the tests, so nothing here is protected against forgery."
)


class GradeInSandbox(NbGraderPreprocessor):
    """Grade the submission that nbgrader is converting, and hand back the graded notebook."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Ignore the notebook that was read, and grade the file as `autograder grade` does."""
        from autograder.grading.autograded import autograded_notebook
        from autograder.grading.class_run import GradeOptions, conditions, keep, read_source
        from autograder.grading.results import exclusive
        from autograder.grading.submission_run import grade_submission
        from autograder.grading.versions import key_of

        course = CourseFolder(Path(self.config.CourseDirectory.root))
        submitted = Path(self.config.CourseDirectory.submitted_directory)
        class_folder = ClassFolder(submitted.parent)
        student, assignment = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
        source = read_source(course, assignment, class_folder)
        with ExitStack() as stack:
            stack.enter_context(exclusive(class_folder))
            common = stack.enter_context(
                conditions(class_folder, GradeOptions(), [course.solutions])
            )
            result = grade_submission(source, submitted / student, student, assignment, common)
            result.key = key_of(source, common)
            keep(class_folder, result, source, pages=False)
        return autograded_notebook(result, source), resources


class StampUnsafe(NbGraderPreprocessor):
    """Say in the notebook that stock nbgrader graded it."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Open the notebook with a cell that says so."""
        nb.cells = [nbformat.v4.new_markdown_cell(_STAMP, id="how-it-was-graded"), *nb.cells]
        return nb, resources


class EnterRules(NbGraderPreprocessor):
    """Enter the due date and the extension before nbgrader computes the late penalty."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Write to the gradebook only; return the notebook unchanged."""
        submitted = Path(self.config.CourseDirectory.submitted_directory)
        class_folder = ClassFolder(submitted.parent)
        rules = read_rules(rules_path(class_folder.root))
        if rules is not None:
            known = resources["nbgrader"]
            with open_gradebook(class_folder) as gradebook:
                submission = gradebook.find_submission(known["assignment"], known["student"])
                enter_dates(submission, rules, read_ledger(class_folder))
                gradebook.db.commit()
        return nb, resources


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
