"""The rules in nbgrader's own words: a step that enters the dates, and a late policy."""

from pathlib import Path

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from autograder.course_folder import ClassFolder
from autograder.grading.marks import open_gradebook
from autograder.lms.ledger import read_ledger
from autograder.rules.late import enter_dates
from autograder.rules.price import points_off
from autograder.rules.rules_file import read_rules, rules_path


class EnterRules(NbGraderPreprocessor):
    """Enter due date and extension before nbgrader works out a late penalty."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Leave the notebook as it is."""
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

        nbgrader does not say which assignment it asks about; the step that asks knows it.
        """
        rules = read_rules(Path(self.rules))
        if rules is None:
            return None
        assignment = str(getattr(self.parent, "assignment_id", ""))
        return points_off(rules, student_id, assignment, score, total_seconds_late) or None
